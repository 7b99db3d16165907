"""年度抽查计划与计划里的一次次上门。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.kernel import clock
from yijian.people.models import Region


class Plan(models.Model):
    """一地一年的抽查计划（酉阳 重点任务六、2.2；南开 任务30、31；曲靖 十四、十五）。"""

    SCOPE = Scope(region="region_path")

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="地方")
    region_path = models.CharField(max_length=120, db_index=True)
    year = models.PositiveIntegerField("年度")
    state = models.CharField(max_length=10, choices=list(kinds.PLAN.labels.items()), default="draft")
    cap = models.PositiveIntegerField("每家每年上门至多几次", null=True, blank=True)
    settings = models.JSONField("口径：各单位每月能出几次、联合的上限等", default=dict)
    floors = models.JSONField("所依据的下限（拟定时照录：义务、条款、单位、机构、期间、次数）", default=list)
    result = models.JSONField("求解结果：前后次数、下界、证明、用时", default=dict)
    made_at = models.DateTimeField(default=clock.now)
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-year", "region_id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="a_place_has_one_plan_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=2020, year__lte=2100), name="a_plan_year_is_plausible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.name}{self.year}年度抽查计划"


class PlannedVisit(models.Model):
    """计划里的一次上门：哪家、几月、哪些单位一起、满足哪些下限。"""

    SCOPE = Scope(region="plan__region_path", facility_unit="facility__unit_id")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="visits")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    month = models.PositiveIntegerField("月份")
    functions = models.JSONField("上门的单位职能", default=list)
    meets = models.JSONField("满足的下限（floors 的序号）", default=list)
    fixed = models.BooleanField("人工定下，重排时不动", default=False)
    random = models.BooleanField("待抽取产生", default=False)
    stratum = models.CharField("抽取的层", max_length=40, blank=True)

    class Meta:
        ordering = ["plan_id", "month", "facility_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12), name="a_planned_month_is_a_month"
            ),
            models.CheckConstraint(
                condition=Q(random=True) | Q(facility__isnull=False),
                name="a_planned_visit_names_its_facility_or_waits_for_a_draw",
            ),
        ]
