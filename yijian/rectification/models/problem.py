"""一问题一整改、一整改一验收、一验收一签名（曲靖 十四）：约束与触发器（0002_guards）一起守住。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.people.models import Unit
from yijian.rectification import kinds


class Problem(models.Model):
    """问题隐患：三个清单都由它得出。只有本次整改自己的验收与签名才能使它销号。"""

    SCOPE = Scope(region="region_path", unit="found_by_id", facility_unit="facility__unit_id")

    uid = models.CharField("问题号（也是台账串号）", max_length=36, unique=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    title = models.CharField("问题", max_length=120)
    detail = models.TextField("具体情况", blank=True)
    item_code = models.CharField("检查项", max_length=40, blank=True)
    aspect = models.CharField("方面", max_length=20, choices=list(kinds.ASPECTS.items()))
    basis = models.CharField("依据", max_length=300)
    situation = models.CharField("对应情形", max_length=20, blank=True)
    grade = models.CharField("等级", max_length=10, choices=list(kinds.GRADES.items()))
    measure = models.CharField("整改要求", max_length=500)
    found_on = models.DateField("发现日期")
    found_by = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="发现单位")
    found_name = models.CharField("发现人", max_length=80)
    responsible = models.CharField("责任人", max_length=80, blank=True)
    responsible_unit = models.CharField("责任单位", max_length=120)
    due_on = models.DateField("限期")
    first_due_on = models.DateField("最初限期")
    origin_kind = models.CharField("来源", max_length=20, choices=list(kinds.ORIGINS.items()))
    origin_ref = models.CharField("来源编号", max_length=80, blank=True)
    repeat_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="屡犯：上一次"
    )
    documents = models.ManyToManyField(Document, related_name="+", verbose_name="整改前的照片与材料")
    state = models.CharField(max_length=10, choices=list(kinds.PROBLEM.labels.items()), default="open")
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["facility", "state"], name="problem_by_facility"),
            models.Index(fields=["due_on"], name="problem_open_by_due", condition=~Q(state="closed")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(kinds.PROBLEM.states)), name="problem_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="a_problem_is_closed_exactly_when_it_has_a_closing_time",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=models.F("found_on")), name="a_problem_is_due_after_it_is_found"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(measure="") & ~Q(basis=""),
                name="a_problem_says_what_why_and_what_to_do",
            ),
            models.CheckConstraint(condition=~Q(repeat_of=models.F("id")), name="a_problem_repeats_another"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """编号：隐患〔年〕号。"""
        return f"隐患〔{clock.local_date(self.opened_at).year}〕{self.pk}号"


class Rectification(models.Model):
    """一问题一整改：一次回复，编号连续，只追加。验收不通过的再回一次，是新的一次整改。"""

    SCOPE = Scope(
        region="problem__region_path",
        unit="problem__found_by_id",
        facility_unit="problem__facility__unit_id",
    )

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="rectifications")
    round = models.PositiveIntegerField("第几次")
    text = models.TextField("整改情况")
    documents = models.ManyToManyField(Document, related_name="+", verbose_name="整改后的照片与材料")
    fact_id = models.BigIntegerField("台账记录", null=True, blank=True)
    by_id = models.BigIntegerField(null=True, blank=True)
    by_name = models.CharField("回复人", max_length=80)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["problem_id", "round"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "round"], name="a_problem_has_each_round_once"),
            models.CheckConstraint(condition=Q(round__gte=1), name="rounds_count_from_one"),
            models.CheckConstraint(condition=~Q(text=""), name="a_rectification_says_what_was_done"),
        ]


class Acceptance(models.Model):
    """一整改一验收、一验收一签名：只追加；一个签名（连同它的内容）只为一次验收服务。"""

    SCOPE = Scope(
        region="rectification__problem__region_path",
        unit="rectification__problem__found_by_id",
        facility_unit="rectification__problem__facility__unit_id",
    )

    rectification = models.OneToOneField(Rectification, on_delete=models.PROTECT, related_name="acceptance")
    verdict = models.CharField("结论", max_length=10, choices=list(kinds.VERDICTS.items()))
    reason = models.CharField("意见", max_length=500, blank=True)
    signature = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="+", verbose_name="验收签名"
    )
    signature_sha256 = models.CharField("签名内容的摘要", max_length=64, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="验收单位")
    by_id = models.BigIntegerField(null=True, blank=True)
    by_name = models.CharField("验收人", max_length=80)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=list(kinds.VERDICTS)), name="acceptance_verdict_is_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict="passed") | ~Q(reason=""), name="a_failed_acceptance_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=~Q(signature_sha256="") & ~Q(by_name=""), name="an_acceptance_is_signed_by_someone"
            ),
        ]
