"""批量履责：选了哪些机构、可以记哪种事实、记下去会履行哪些义务。"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel.errors import Refused
from yijian.ledger.models import Fact, Obligation, Rule, RuleEvidence
from yijian.ledger.queries.rows import Filter, select
from yijian.ledger.queries.scope import visible

LIMIT = 500


@dataclass(frozen=True)
class Home:
    """可选的一家机构。"""

    id: int
    name: str
    street: str


def homes(viewer: Viewer, ids: Sequence[int]) -> list[Home]:
    """范围内的这些机构，按街道、名称。"""
    rows = scoped(viewer, Facility.objects.filter(pk__in=list(ids), merged_into__isnull=True))
    found = rows.order_by("region_path", "name", "pk").values_list("pk", "name", "region__name")
    return [Home(*row) for row in found]


def chosen(viewer: Viewer, rows: Sequence[int], where: Filter | None) -> tuple[list[int], list[int]]:
    """选中的义务行（或整个筛选结果）所涉的机构编号和规则编号。"""
    if where is None:
        found = visible(viewer).filter(pk__in=list(rows)[: LIMIT * 4], void_at__isnull=True)
    else:
        found = select(viewer, where)
    pairs = found.filter(facility__isnull=False).order_by("facility_id").values_list("facility_id", "rule_id")
    listed = list(pairs.distinct()[: LIMIT * 40])
    facilities = list(dict.fromkeys(f for f, _ in listed))
    if len(facilities) > LIMIT:
        raise Refused(f"选中的机构超过 {LIMIT} 家，请先按街道或条款筛选，分几次登记。")
    return facilities, list(dict.fromkeys(r for _, r in listed))


def kinds_for(rule_ids: Sequence[int]) -> list[dict[str, str]]:
    """这些义务认的记录种类，用得多的在前。"""
    rows = (
        RuleEvidence.objects.filter(rule_id__in=list(rule_ids)[:2000])
        .order_by()
        .values("fact_kind", "variant")
        .annotate(n=Count("rule"))
        .order_by("-n", "fact_kind", "variant")
    )
    return [{"fact": row["fact_kind"], "variant": row["variant"]} for row in rows]


@dataclass
class Preview:
    """记下去会怎样：履行哪些义务、哪几家没有可履行的。"""

    lines: list[tuple[Rule, int]] = field(default_factory=list)
    facilities: int = 0
    matched: int = 0
    idle: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    @property
    def duties(self) -> int:
        return sum(n for _, n in self.lines)


def preview(viewer: Viewer, kind: str, variant: str, day: date, facility_ids: Sequence[int]) -> Preview:
    """按这种记录、这一天、这些机构，会履行哪些未了的义务。"""
    found = homes(viewer, list(facility_ids)[:LIMIT])
    ids = [h.id for h in found]
    proofs = RuleEvidence.objects.filter(
        rule_id=OuterRef("rule_id"), fact_kind=kind, variant__in=["", variant]
    )
    rows = Obligation.objects.filter(
        Exists(proofs),
        facility_id__in=ids,
        window_from__lte=day,
        window_to__gte=day,
        done_at__isnull=True,
        na_on__isnull=True,
        void_at__isnull=True,
    ).exclude(Q(rule__each="fact") & Q(trigger__occurred_on__gt=day))
    counted = list(rows.order_by().values("rule_id").annotate(n=Count("pk")).order_by("-n", "rule_id"))
    rules = Rule.objects.in_bulk([c["rule_id"] for c in counted])
    touched = set(rows.order_by().values_list("facility_id", flat=True).distinct())
    same = Fact.objects.filter(
        kind=kind,
        variant=variant,
        occurred_on=day,
        facility_id__in=ids,
        retracts__isnull=True,
        retraction__isnull=True,
    )
    again = set(same.order_by().values_list("facility_id", flat=True).distinct())
    return Preview(
        lines=[(rules[c["rule_id"]], c["n"]) for c in counted],
        facilities=len(ids),
        matched=len(touched),
        idle=[h.name for h in found if h.id not in touched],
        repeated=[h.name for h in found if h.id in again],
    )
