"""延期、期限链的下一步、一院一案、挂牌督办：都由人决定，系统只拟不决。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.rectification import kinds
from yijian.rectification.models.problem import Problem

OF_PROBLEM = Scope(
    region="problem__region_path",
    unit="problem__found_by_id",
    facility_unit="problem__facility__unit_id",
)


class Extension(models.Model):
    """延期整改的申请与决定。"""

    SCOPE = OF_PROBLEM

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="extensions")
    reason = models.CharField("理由", max_length=300)
    from_on = models.DateField("原限期")
    wanted_on = models.DateField("申请延至")
    state = models.CharField(max_length=10, choices=list(kinds.EXTENSION.labels.items()), default="asked")
    asked_name = models.CharField("申请人", max_length=80)
    asked_at = models.DateTimeField(default=clock.now)
    decided_name = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField("决定的意见", max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"], condition=Q(state="asked"), name="a_problem_asks_one_extension_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_extension_gives_its_reason"),
            models.CheckConstraint(
                condition=Q(wanted_on__gt=models.F("from_on")), name="an_extension_goes_later"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True, decided_name="")
                | (~Q(state="asked") & Q(decided_at__isnull=False) & ~Q(decided_name="")),
                name="an_extension_is_decided_by_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(words=""), name="a_refused_extension_says_why"
            ),
        ]


class DeadlineDraft(models.Model):
    """期限链：逾期之后系统拟出的下一步，采取与否由人决定。"""

    SCOPE = OF_PROBLEM

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="drafts")
    step = models.CharField("下一步", max_length=10, choices=list(kinds.STEPS.items()))
    due_on = models.DateField("所逾的限期")
    why = models.CharField("拟稿理由", max_length=200)
    state = models.CharField(max_length=10, choices=list(kinds.DRAFT.labels.items()), default="drafted")
    drafted_at = models.DateTimeField(default=clock.now)
    number = models.CharField("决定的文号", max_length=80, blank=True)
    reason = models.CharField("不采取的理由", max_length=300, blank=True)
    decided_name = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-drafted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "step", "due_on"], name="a_step_is_drafted_once_for_a_deadline"
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | (~Q(number="") & ~Q(decided_name="")),
                name="a_step_is_taken_by_a_person_with_a_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | (~Q(reason="") & ~Q(decided_name="")),
                name="a_step_is_dropped_by_a_person_with_a_reason",
            ),
        ]


class CasePlan(models.Model):
    """一院一案：一家机构的问题、联合采取的专项措施（曲靖 十四）。"""

    SCOPE = Scope(region="region_path", facility_unit="facility__unit_id")

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    title = models.CharField("名称", max_length=120)
    measures = models.TextField("措施")
    problems = models.ManyToManyField(Problem, related_name="plans")
    adopted_on = models.DateField("印发日期")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="方案"
    )
    number = models.CharField("文号", max_length=80, blank=True)
    made_name = models.CharField("制定人", max_length=80)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-adopted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) | ~Q(number=""), name="a_case_plan_has_a_paper"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(measures=""), name="a_case_plan_has_title_and_measures"
            ),
        ]


class Listing(models.Model):
    """挂牌督办：提请、挂牌、进展、摘牌（南开 任务3；泽州 一）。"""

    SCOPE = OF_PROBLEM

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="listings")
    state = models.CharField(max_length=10, choices=list(kinds.LISTING.labels.items()), default="requested")
    government = models.CharField("提请的政府", max_length=80)
    letter_number = models.CharField("提请函文号", max_length=80)
    requested_on = models.DateField()
    requested_name = models.CharField(max_length=80)
    order_number = models.CharField("挂牌文号", max_length=80, blank=True)
    listed_on = models.DateField(null=True, blank=True)
    delisted_on = models.DateField(null=True, blank=True)
    delist_reason = models.CharField("摘牌说明", max_length=300, blank=True)

    class Meta:
        ordering = ["-requested_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"], condition=~Q(state="delisted"), name="a_problem_is_listed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | (~Q(order_number="") & Q(listed_on__isnull=False)),
                name="a_listing_has_its_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="delisted") | (Q(delisted_on__isnull=False) & ~Q(delist_reason="")),
                name="a_delisting_says_when_and_why",
            ),
        ]


class ListingNote(models.Model):
    """挂牌期间的一条进展。"""

    SCOPE = Scope(
        region="listing__problem__region_path",
        unit="listing__problem__found_by_id",
        facility_unit="listing__problem__facility__unit_id",
    )

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="notes")
    words = models.CharField("进展", max_length=500)
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="a_listing_note_says_something")]
