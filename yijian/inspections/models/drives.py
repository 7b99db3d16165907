"""专项行动：一次行动、每家机构一行，做了、没做、为什么。"""

from django.db import models
from django.db.models import F, Q

from yijian.access.scope import Scope
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models.bases import ChecklistVersion
from yijian.inspections.models.visit import Visit
from yijian.kernel import clock
from yijian.people.models import Region


class Drive(models.Model):
    """专项行动（酉阳 重点任务七、八；曲靖 十四）：题目、依据、起止、方面、检查表。"""

    SCOPE = Scope(region="region_path")

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="地方")
    region_path = models.CharField(max_length=120, db_index=True)
    title = models.CharField("名称", max_length=80)
    basis = models.CharField("依据", max_length=200)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    aspects = models.JSONField("方面", default=list)
    checklist = models.ForeignKey(
        ChecklistVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(basis=""), name="a_drive_has_its_basis"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_drive_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["region", "title", "starts_on"], name="a_drive_is_opened_once_in_a_place"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DriveRow(models.Model):
    """专项行动里的一家：已做、未做（写明原因）、还没有动。"""

    SCOPE = Scope(region="facility__region_path", facility_unit="facility__unit_id")

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="rows")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=list(kinds.DRIVE_STATES.items()), default="waiting")
    reason = models.CharField("没有做的原因", max_length=200, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_by = models.CharField("填写人", max_length=80, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["drive_id", "facility_id"]
        constraints = [
            models.UniqueConstraint(fields=["drive", "facility"], name="a_drive_takes_a_facility_once"),
            models.CheckConstraint(
                condition=~Q(state="undone") | ~Q(reason=""), name="a_facility_left_out_has_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False)
                | (~Q(state="done") & Q(done_on__isnull=True)),
                name="a_facility_is_done_on_a_day",
            ),
        ]
