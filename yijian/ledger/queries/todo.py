"""待办：我（单位、机构）要做什么、何时、为什么；同一规则的合成一项。"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.ledger.models import Fact, Rule, SupervisionOrder
from yijian.ledger.queries.rows import Filter, Row, by_ids, select
from yijian.ledger.queries.scope import live, mine
from yijian.ledger.queries.status import AsOf, having


@dataclass(frozen=True)
class Group:
    """同一规则、同一到期日的一组：几家、最早哪天到期。"""

    rule: Rule
    count: int
    status: str
    due_on: date | None
    first_id: int
    subject: str


def groups(viewer: Viewer, status: str, limit: int = 40) -> list[Group]:
    """某一状态下该我做的，按规则与到期日合并。"""
    rows = live(viewer).filter(mine(viewer)).filter(having(status))
    found = (
        rows.order_by()
        .values("rule_id", "due_on")
        .annotate(n=Count("pk"), first=Min("pk"))
        .order_by("due_on", "rule_id")
    )
    listed = list(found[:limit])
    rules = Rule.objects.in_bulk([g["rule_id"] for g in listed])
    names = {r.id: r.subject for r in by_ids([g["first"] for g in listed], AsOf(clock.today()))}
    return [
        Group(rules[g["rule_id"]], g["n"], status, g["due_on"], g["first"], names.get(g["first"], ""))
        for g in listed
    ]


@dataclass(frozen=True)
class Desk:
    """首页的数字。"""

    overdue: int
    soon: int
    month: int
    undated: int
    done_month: int
    to_review: int
    orders: int


def desk(viewer: Viewer) -> Desk:
    """该我做的：逾期、临期、本月到期、无期限未落实、本月已办；待审核与督办单。"""
    today = clock.today()
    month_end = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    rows = live(viewer).filter(mine(viewer))
    open_ = Q(done_at__isnull=True, na_on__isnull=True, rule__cap=False)
    counted = rows.order_by().aggregate(
        overdue=Count("pk", filter=having(kinds.OVERDUE)),
        soon=Count("pk", filter=having(kinds.SOON)),
        month=Count("pk", filter=open_ & Q(due_on__range=(today, month_end))),
        undated=Count(
            "pk", filter=open_ & Q(due_on__isnull=True, slot_start__lte=today, slot_end__gte=today)
        ),
        done_month=Count("pk", filter=Q(done_on__gte=today.replace(day=1), done_on__lte=today)),
    )
    return Desk(**counted, to_review=awaiting_review(viewer).count(), orders=my_orders(viewer).count())


def awaiting_review(viewer: Viewer) -> QuerySet[Fact]:
    """等着我审核的履责记录：规则要求审核、还没审、没撤回。"""
    if not viewer.can("ledger.review"):
        return Fact.objects.none()
    wanted = Rule.objects.filter(review=True, retired_on__isnull=True)
    pairs = set(wanted.values_list("proofs__fact_kind", flat=True))
    seen = Q(pk__in=[])
    for path in viewer.region_paths:
        seen |= Q(region_path__under=path)
    facts = Fact.objects.filter(
        seen, kind__in=pairs, retracts__isnull=True, review__isnull=True, retraction__isnull=True
    )
    return facts.order_by("-recorded_at", "-pk")


def my_orders(viewer: Viewer) -> QuerySet[SupervisionOrder]:
    """发给我单位、还没回复的督办单。"""
    return SupervisionOrder.objects.filter(unit_id__in=viewer.unit_ids, state="issued").order_by(
        "reply_due_on", "pk"
    )


@dataclass(frozen=True)
class Sheet:
    """一家机构的一张单子：本月应做、应被查、逾期未了。"""

    to_do: list[Row]
    inspected: list[Row]
    undated: list[Row]
    done: list[Row]


def facility_sheet(viewer: Viewer, facility_id: int, as_of: AsOf | None = None) -> Sheet:
    """本月应做什么、应被查什么：九十天内到期的和逾期的；无期限的另列。"""
    as_of = as_of or AsOf(clock.today())
    where = Filter(facility=facility_id, as_of=as_of.day if as_of.past else None, known=as_of.known)
    rows = select(viewer, where).order_by("due_on", "pk")
    near = as_of.day + timedelta(days=92)
    ids = list(rows.filter(Q(due_on__lte=near) | Q(due_on__isnull=True)).values_list("pk", flat=True)[:400])
    found = by_ids(ids, as_of)
    closed = (kinds.DONE, kinds.DONE_LATE, kinds.NOT_APPLICABLE)
    open_ = [r for r in found if r.status not in closed]
    dated = [r for r in open_ if r.due_on]
    recent = [
        r
        for r in found
        if r.status in closed and (r.finished_on or date.min) >= as_of.day - timedelta(days=370)
    ]
    return Sheet(
        to_do=[r for r in dated if r.by == "facility"],
        inspected=[r for r in dated if r.by != "facility"],
        undated=[r for r in open_ if not r.due_on and r.slot_start <= as_of.day <= r.slot_end],
        done=sorted(recent, key=lambda r: r.finished_on or date.min, reverse=True)[:40],
    )


def calendar_days(
    viewer: Viewer, start: date, end: date, *, only_mine: bool = True
) -> dict[date, list[dict[str, object]]]:
    """日历：每天到期的规则与条数。"""
    rows = live(viewer).filter(due_on__range=(start, end))
    if only_mine:
        rows = rows.filter(mine(viewer))
    done = Q(done_at__isnull=False) | Q(na_on__isnull=False)
    found = (
        rows.order_by()
        .values("due_on", "rule_id", "rule__title")
        .annotate(total=Count("pk"), done=Count("pk", filter=done), last=Max("pk"))
        .order_by("due_on", "rule_id")
    )
    days: dict[date, list[dict[str, object]]] = {}
    for item in found:
        days.setdefault(item["due_on"] or end, []).append(dict(item))
    return days
