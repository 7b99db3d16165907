"""检查任务：一次上门检查，从派出到公布。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models.bases import ChecklistVersion, Inspector
from yijian.inspections.models.plan import PlannedVisit
from yijian.kernel import clock
from yijian.people.models import Unit


class Visit(models.Model):
    """检查任务。计划外的必须写明理由。"""

    SCOPE = Scope(region="region_path", unit="lead_unit_id", facility_unit="facility__unit_id")

    uid = models.CharField("任务号（离线也认）", max_length=36, unique=True)
    kind = models.CharField("检查类型", max_length=10, choices=list(kinds.TYPES.items()))
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    lead_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="牵头单位")
    functions = models.JSONField("参加的单位职能", default=list)
    planned = models.ForeignKey(
        PlannedVisit, on_delete=models.SET_NULL, null=True, blank=True, related_name="visits"
    )
    draw_uid = models.CharField("由哪次抽取产生", max_length=36, blank=True)
    case_key = models.CharField("个案线索的串号", max_length=60, blank=True)
    reason = models.CharField("计划外的理由", max_length=300, blank=True)
    basis = models.CharField("检查依据", max_length=300)
    window_from = models.DateField("最早")
    window_to = models.DateField("最晚")
    checklists = models.ManyToManyField(ChecklistVersion, related_name="+")
    entry_code = models.CharField("入企码", max_length=40, unique=True)
    state = models.CharField(max_length=12, choices=list(kinds.VISIT.labels.items()), default="assigned")
    assigned_at = models.DateTimeField(default=clock.now)
    assigned_by = models.CharField(max_length=80)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField("检查结论", max_length=20, blank=True)
    summary = models.TextField("检查情况", blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField("取消的理由", max_length=300, blank=True)
    draft_sent_at = models.DateTimeField("结果告知机构的时间", null=True, blank=True)
    comment_until = models.DateTimeField("陈述意见的截止", null=True, blank=True)
    comment = models.CharField("机构的陈述意见", max_length=1000, blank=True)
    commented_at = models.DateTimeField("机构答复的时间", null=True, blank=True)

    class Meta:
        ordering = ["-window_to", "-id"]
        indexes = [models.Index(fields=["facility", "state"], name="visit_by_facility")]
        constraints = [
            models.CheckConstraint(
                condition=Q(window_to__gte=models.F("window_from")), name="a_visit_window_ends"
            ),
            models.CheckConstraint(
                condition=Q(planned__isnull=False) | ~Q(draw_uid="") | ~Q(case_key="") | ~Q(reason=""),
                name="an_unplanned_visit_gives_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="a_cancelled_visit_gives_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(draft_sent_at__isnull=False),
                name="a_published_result_was_told_to_the_facility_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility.name} {self.get_kind_display()}"


class VisitInspector(models.Model):
    """任务派给谁；至少两人。"""

    SCOPE = Scope(region="visit__region_path", account="inspector__account_id")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="inspectors")
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    leader = models.BooleanField("组长", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "inspector"], name="an_inspector_goes_once_on_a_visit")
        ]
