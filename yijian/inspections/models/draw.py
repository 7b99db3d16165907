"""抽取与承诺：先冻结名单，后有种子，再有结果；三样都只写一次。"""

from django.db import models
from django.db.models import F, Q

from yijian.access.scope import Scope
from yijian.inspections import kinds
from yijian.kernel import clock
from yijian.people.models import Region, Unit


class Draw(models.Model):
    """一次双随机抽取（南开 任务30、37；曲靖 十五）。名单、种子、结果各写一次，触发器守住。"""

    SCOPE = Scope(region="region_path", unit="unit_id")

    uid = models.CharField("抽取编号", max_length=36, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="地方")
    region_path = models.CharField(max_length=120, db_index=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="组织单位")
    title = models.CharField("名称", max_length=80)
    kind = models.CharField("名额", max_length=10, choices=list(kinds.QUOTAS.items()))
    state = models.CharField(max_length=10, choices=list(kinds.DRAW.labels.items()), default="frozen")
    rule_version = models.CharField("规则版本", max_length=20)
    frozen = models.TextField("冻结的名单（规范写法）")
    frozen_sha256 = models.CharField("名单的摘要", max_length=64, unique=True)
    frozen_at = models.DateTimeField("冻结时间", default=clock.now)
    frozen_by = models.CharField("冻结人", max_length=80)
    recusals = models.JSONField("回避的缘由（不公布）", default=list)
    seed = models.CharField("种子", max_length=64, blank=True)
    provenance = models.TextField("种子的来历（规范写法）", blank=True)
    seeded_at = models.DateTimeField("种子产生时间", null=True, blank=True)
    result = models.TextField("抽取结果（规范写法）", blank=True)
    result_sha256 = models.CharField("结果的摘要", max_length=64, blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.CharField("抽取人", max_length=80, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.CharField("公布人", max_length=80, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.CharField("作废人", max_length=80, blank=True)
    void_reason = models.CharField("作废理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-frozen_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(frozen=""), name="a_draw_has_its_frozen_list"),
            models.CheckConstraint(
                condition=Q(frozen_sha256__length=64), name="a_frozen_list_has_its_whole_digest"
            ),
            models.CheckConstraint(
                condition=Q(seed="", seeded_at=None, provenance="")
                | (Q(seed__length=64, seeded_at__gte=F("frozen_at")) & ~Q(provenance="")),
                name="no_seed_exists_before_the_freeze",
            ),
            models.CheckConstraint(
                condition=Q(result="", result_sha256="", drawn_at=None)
                | (Q(result_sha256__length=64, drawn_at__gte=F("seeded_at")) & ~Q(result="") & ~Q(seed="")),
                name="no_result_exists_before_the_seed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["frozen", "committed"], seed="", result="")
                | Q(state="seeded", result="") & ~Q(seed="")
                | Q(state__in=["drawn", "published"]) & ~Q(result="")
                | Q(state="voided"),
                name="a_draw_holds_what_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False, state="published")
                | Q(published_at=None) & ~Q(state="published"),
                name="a_draw_is_published_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=False, state="voided") & ~Q(void_reason="")
                | Q(voided_at=None, void_reason="") & ~Q(state="voided"),
                name="a_voided_draw_gives_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Commitment(models.Model):
    """一家部门对一次抽取的承诺：冻结之后写下暗数的摘要，两家都写了才揭示。"""

    SCOPE = Scope(region="draw__region_path", unit="unit_id")

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="commitments")
    order = models.PositiveIntegerField("次序")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="部门")
    sha256 = models.CharField("承诺", max_length=64)
    committed_at = models.DateTimeField("承诺时间", default=clock.now)
    committed_by = models.CharField("承诺人", max_length=80)
    secret = models.CharField("揭示的暗数", max_length=128, blank=True)
    revealed_at = models.DateTimeField("揭示时间", null=True, blank=True)
    revealed_by = models.CharField("揭示人", max_length=80, blank=True)

    class Meta:
        ordering = ["draw_id", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "order"], name="a_place_in_the_commitments_is_taken_once"
            ),
            models.UniqueConstraint(fields=["draw", "unit"], name="a_unit_commits_once_to_a_draw"),
            models.UniqueConstraint(fields=["draw", "sha256"], name="two_units_do_not_commit_the_same"),
            models.CheckConstraint(condition=Q(order__in=[1, 2]), name="two_units_commit_to_a_draw"),
            models.CheckConstraint(condition=Q(sha256__length=64), name="a_commitment_is_a_whole_digest"),
            models.CheckConstraint(
                condition=Q(secret="", revealed_at=None)
                | (Q(revealed_at__gte=F("committed_at")) & ~Q(secret="")),
                name="a_secret_is_revealed_after_it_was_committed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}的承诺"
