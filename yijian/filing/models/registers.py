"""各本登记簿的表：备案名称核验、消防审验、证照照片、用地建设环境违法线索。"""

from django.db import models
from django.db.models import CheckConstraint, Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility, Licence
from yijian.filing import kinds
from yijian.kernel import clock
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region


class NameCheck(models.Model):
    """备案名称核验（酉阳 重点任务三、4.20）：一家一行，最近一次。"""

    SCOPE = Scope(region="facility__region_path", facility_unit="facility__unit_id")

    facility = models.OneToOneField(Facility, on_delete=models.CASCADE, related_name="+")
    name = models.CharField("核验时的名称", max_length=120)
    broken = models.JSONField("违反的规则", default=list)
    ruleset = models.CharField("规则", max_length=40)
    checked_on = models.DateField("核验日期")
    corrected_on = models.DateField("改正日期", null=True)


class FireApproval(models.Model):
    """消防审验登记（酉阳 重点任务二、1.5、4.9；南开 任务2；曲靖 一）：一家一行。"""

    SCOPE = Scope(region="facility__region_path", facility_unit="facility__unit_id")

    facility = models.OneToOneField(Facility, on_delete=models.PROTECT, related_name="+")
    status = models.CharField("办理情况", max_length=10, choices=list(kinds.FIRE.items()))
    reason = models.CharField("未办原因", max_length=12, blank=True, choices=list(kinds.FIRE_REASONS.items()))
    note = models.CharField("说明", max_length=300, blank=True)
    area = models.DecimalField("建筑面积（平方米）", max_digits=10, decimal_places=2, null=True, blank=True)
    residents = models.PositiveIntegerField("在住老年人数", null=True, blank=True)
    number = models.CharField("文书编号", max_length=80, blank=True)
    recorded_on = models.DateField("登记日期")
    decision = models.TextField("会议决定", blank=True)
    minutes = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(status__in=list(kinds.FIRE)), name="fire_status_is_known"),
            CheckConstraint(
                condition=(Q(status="missing") & Q(reason__in=list(kinds.FIRE_REASONS)))
                | (~Q(status="missing") & Q(reason="")),
                name="only_a_missing_approval_has_a_reason",
            ),
            CheckConstraint(condition=Q(minutes=None) | ~Q(decision=""), name="minutes_come_with_a_decision"),
        ]


class LicencePhoto(models.Model):
    """证照的照片（酉阳 4.8；南开 任务4）。"""

    SCOPE = Scope(region="licence__facility__region_path", facility_unit="licence__facility__unit_id")

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="+")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")


class Violation(models.Model):
    """用地、建设、环境违法线索（南开 任务7；泽州 四；曲靖 三）：转规自、住建、生态，结果回到机构档案。"""

    SCOPE = Scope(region="region_path")

    case_key = models.CharField("串号", max_length=40, unique=True)
    kind = models.CharField("事项", max_length=20, choices=list(kinds.VIOLATIONS.items()))
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField("地点", max_length=200, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    found = models.TextField("发现情况")
    found_on = models.DateField("发现日期")
    unit_function = models.CharField("转往单位", max_length=30, choices=list(FUNCTIONS.items()))
    unit_reason = models.CharField("理由", max_length=200)
    unit_clause = models.CharField("条款", max_length=120)
    state = models.CharField(
        "状态", max_length=10, default=kinds.VIOLATION.initial, choices=kinds.choices(kinds.VIOLATION)
    )
    result = models.TextField("办理结果", blank=True)
    answered_on = models.DateField("反馈日期", null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(kinds.VIOLATIONS)), name="violation_kind_is_known"),
            CheckConstraint(
                condition=Q(state__in=list(kinds.VIOLATION.states)), name="violation_state_is_known"
            ),
            CheckConstraint(
                condition=Q(facility__isnull=False) | ~Q(address=""),
                name="violation_names_a_facility_or_an_address",
            ),
        ]
