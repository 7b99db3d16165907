"""单位之间的交接：书面告知、移送、转办、交办、街道吹哨（南开 十、任务12、任务29；曲靖 十四）。"""

from django.db import models
from django.db.models import F, Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.people.models import Unit
from yijian.rectification import kinds
from yijian.rectification.models.problem import Problem

RETURNS = 2


class Handover(models.Model):
    """一次交接：发出、签收、到场、反馈在一行上；退回要理由，第二次退回由民政裁定，裁定不能再退。"""

    SCOPE = Scope(region="region_path", unit="to_unit_id")

    uid = models.CharField(max_length=36, unique=True)
    kind = models.CharField("种类", max_length=10, choices=list(kinds.HANDOVERS.items()))
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers"
    )
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    case_key = models.CharField("台账串号", max_length=60)
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="发出单位")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="接收单位")
    title = models.CharField("事由", max_length=120)
    content = models.TextField("内容")
    documents = models.ManyToManyField(Document, related_name="+")
    state = models.CharField(max_length=10, choices=list(kinds.HANDOVER.labels.items()), default="sent")
    sent_name = models.CharField(max_length=80)
    sent_at = models.DateTimeField(default=clock.now)
    received_name = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    arrived_name = models.CharField(max_length=80, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("处理结果", blank=True)
    answered_name = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    arbitrated = models.BooleanField("已裁定", default=False)
    arbitration = models.CharField("裁定意见", max_length=300, blank=True)
    arbitrated_name = models.CharField(max_length=80, blank=True)
    arbitrated_at = models.DateTimeField(null=True, blank=True)
    recognised_at = models.DateTimeField("认可结果的时间", null=True, blank=True)
    recognised_name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["to_unit", "state"], name="handover_by_receiver")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(kinds.HANDOVER.states)), name="handover_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")), name="a_handover_goes_to_another_unit"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "disputed"]) | Q(arbitrated=False),
                name="an_arbitrated_handover_is_not_returned",
            ),
            models.CheckConstraint(
                condition=Q(arbitrated=False) | (~Q(arbitration="") & ~Q(arbitrated_name="")),
                name="an_arbitration_has_its_words_and_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_answered_handover_holds_its_result",
            ),
            models.CheckConstraint(
                condition=Q(recognised_at__isnull=True) | Q(state="answered"),
                name="only_an_answer_is_recognised",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """编号：告知〔年〕号。"""
        return f"{kinds.HANDOVERS[self.kind]}〔{clock.local_date(self.sent_at).year}〕{self.pk}号"


class HandoverReturn(models.Model):
    """一次退回：哪个单位、第几次、为什么；至多两次。"""

    SCOPE = Scope(region="handover__region_path", unit="handover__to_unit_id")

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="returns")
    times = models.PositiveIntegerField("第几次")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="退回单位")
    reason = models.CharField("理由", max_length=300)
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["handover_id", "times"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "times"], name="a_handover_is_returned_once_a_time"),
            models.CheckConstraint(
                condition=Q(times__gte=1, times__lte=RETURNS), name="a_handover_is_returned_at_most_twice"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_return_gives_its_reason"),
        ]
