"""台账列表：先取编号再取行，只取要显示的列。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import chain, islice
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.ledger.models import Obligation, Rule, RuleUnit
from yijian.ledger.queries.scope import mine, visible
from yijian.ledger.queries.status import AsOf, having, settled, unsettled, with_status
from yijian.people.models import Unit

PAGE = 50
COUNT_LIMIT = 10_000
FEW = 500


@dataclass(frozen=True)
class Filter:
    """台账的筛选条件；空即不限。"""

    status: str = ""
    place: str = ""
    pack: str = ""
    clause: str = ""
    duty: str = ""
    function: str = ""
    role: str = ""
    facility: int | None = None
    unit: int | None = None
    region: str = ""
    due_from: date | None = None
    due_to: date | None = None
    deadline: str = ""
    mine: bool = False
    local: bool = False
    q: str = ""
    rule: int | None = None
    as_of: date | None = None
    known: bool = False
    sort: str = "todo"

    def describe(self) -> dict[str, object]:
        """不为空的条件，用于网址与保存。"""
        return {
            f.name: v
            for f in fields(self)
            if (v := getattr(self, f.name)) not in ("", None, False, f.default)
        }

    @property
    def moment(self) -> AsOf:
        return AsOf(self.as_of or clock.today(), self.known)


@dataclass(frozen=True)
class Row:
    """台账的一行，供页面与导出使用。"""

    id: int
    title: str
    duty: str
    subject: str
    facility_id: int | None
    region_path: str
    when_text: str
    slot_start: date
    slot_end: date
    due_on: date | None
    days_left: int | None
    status: str
    finished_on: date | None
    breached: bool
    provisional: bool
    pack: str
    clause: str
    phrase: str
    local: bool
    conflict: bool
    verify: str
    by: str
    who: dict[str, list[str]]
    rule_id: int


SORTS: dict[str, tuple[str, ...]] = {
    "todo": ("due_on", "pk"),
    "due": ("due_on", "pk"),
    "-due": ("-due_on", "-pk"),
    "clause": ("rule__pack", "rule_id", "slot_start", "pk"),
    "subject": ("subject", "due_on", "pk"),
}
NAMES = ("facility__name", "unit__name", "region__name", "trigger__unit__name", "trigger__region__name")
COLUMNS = (
    "id",
    "rule__title",
    "rule__duty_label",
    "facility__name",
    "unit__name",
    "region__name",
    "trigger__unit__name",
    "trigger__region__name",
    "facility_id",
    "region_path",
    "rule__when_text",
    "slot_start",
    "slot_end",
    "due_on",
    "status",
    "finished_on",
    "breached_on",
    "provisional",
    "rule__pack",
    "rule__clause",
    "rule__phrase",
    "rule__local",
    "rule__conflict",
    "rule__verify",
    "rule__by",
    "rule__who",
    "rule_id",
    "rule__cap",
)


def select(viewer: Viewer, where: Filter) -> QuerySet[Obligation]:
    """符合条件的义务，带 status 列，未排序。"""
    as_of = where.moment
    rows = visible(viewer)
    if not as_of.past:
        rows = rows.filter(void_at__isnull=True)
    if where.mine:
        rows = rows.filter(mine(viewer))
    rows = narrowed(rows, where)
    if as_of.past:
        rows = with_status(rows, as_of)
    if where.status == "open":
        rows = rows.filter(having(kinds.OVERDUE, as_of) | having(kinds.SOON, as_of))
    elif where.status:
        rows = rows.filter(having(where.status, as_of))
    return rows if as_of.past else with_status(rows, as_of)


def narrowed(rows: QuerySet[Obligation], where: Filter) -> QuerySet[Obligation]:
    """按条件收窄；制度一侧的条件先化成制度编号，好走索引。"""
    direct: dict[str, Any] = {
        "facility_id": where.facility,
        "unit_id": where.unit,
        "place_id": where.place,
        "rule_id": where.rule,
        "region_path__under": where.region,
        "due_on__gte": where.due_from,
        "due_on__lte": where.due_to,
    }
    rows = rows.filter(**{k: v for k, v in direct.items() if v not in ("", None)})
    if where.deadline == "none":
        today = where.moment.day
        rows = rows.filter(due_on__isnull=True, slot_start__lte=today, slot_end__gte=today)
    elif where.deadline == "dated":
        rows = rows.filter(due_on__isnull=False)
    picked = rules_for(where)
    if picked is not None:
        rows = rows.filter(rule_id__in=picked)
    if where.q:
        rows = rows.filter(searched(where.q))
    return rows


def searched(text: str) -> Q:
    """义务名、机构、单位含有这几个字：先找出是哪些，好走索引；找出的太多才逐行比。"""
    text = text.strip().lower()
    titles = list(
        Rule.objects.filter(Q(title__icontains=text) | Q(duty_label__icontains=text)).values_list(
            "pk", flat=True
        )
    )
    units = list(Unit.objects.filter(name__icontains=text).values_list("pk", flat=True)[: FEW + 1])
    homes = list(Facility.objects.filter(search_text__contains=text).values_list("pk", flat=True)[: FEW + 1])
    found = Q(rule_id__in=titles)
    found |= Q(unit_id__in=units) if len(units) <= FEW else Q(unit__name__icontains=text)
    return found | (
        Q(facility_id__in=homes) if len(homes) <= FEW else Q(facility__search_text__contains=text)
    )


def rules_for(where: Filter) -> list[int] | None:
    """条件所指的制度编号；没有这类条件时为 None。"""
    wanted = Q()
    for name in ("pack", "clause", "duty"):
        if getattr(where, name):
            wanted &= Q(**{name: getattr(where, name)})
    if where.local:
        wanted &= Q(local=True)
    if where.function:
        named = RuleUnit.objects.filter(rule=OuterRef("pk"), function=where.function)
        wanted &= Q(Exists(named.filter(role=where.role) if where.role else named))
    return list(Rule.objects.filter(wanted).values_list("pk", flat=True)) if wanted else None


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    number: int
    total: int
    capped: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def page(viewer: Viewer, where: Filter, number: int = 1) -> Page:
    """一页台账；总数数到一万为止。"""
    rows = select(viewer, where)
    total = rows.order_by()[: COUNT_LIMIT + 1].count()
    number = min(max(1, number), max(1, -(-total // PAGE)))
    ids = some_ids(ordered(rows, where), (number - 1) * PAGE)
    return Page(by_ids(ids, where.moment), number, min(total, COUNT_LIMIT), total > COUNT_LIMIT)


def ordered(rows: QuerySet[Obligation], where: Filter) -> list[QuerySet[Obligation]]:
    """排好序的几段：没有期限的总在后面（两种数据库对空值的次序不同）；todo 先没办结的，再近来办结的。"""
    columns = SORTS.get(where.sort, SORTS["todo"])
    if "due_on" not in columns[0]:
        return [rows.order_by(*columns)]
    if where.sort != "todo" or where.status:
        return by_due(rows, columns)
    now = where.moment
    return by_due(rows.filter(unsettled(now)), columns) + by_due(rows.filter(settled(now)), SORTS["-due"])


def by_due(rows: QuerySet[Obligation], columns: tuple[str, ...]) -> list[QuerySet[Obligation]]:
    dated = rows.filter(due_on__isnull=False).order_by(*columns)
    return [dated, rows.filter(due_on__isnull=True).order_by("pk")]


def some_ids(parts: list[QuerySet[Obligation]], start: int) -> list[int]:
    """跨段取一页的编号。"""
    ids: list[int] = []
    for part in parts:
        found = list(part.values_list("pk", flat=True)[start : start + PAGE - len(ids)])
        ids += found
        if len(ids) == PAGE:
            break
        start = 0 if found else start - part.order_by().count()
    return ids


def by_ids(ids: list[int], as_of: AsOf) -> list[Row]:
    found = {
        row["id"]: row
        for row in with_status(Obligation.objects.filter(pk__in=ids), as_of).order_by("pk").values(*COLUMNS)
    }
    return [to_row(found[i], as_of.day) for i in ids if i in found]


def to_row(v: Mapping[str, Any], today: date) -> Row:
    due = v["due_on"]
    closed = v["status"] in (kinds.DONE, kinds.DONE_LATE, kinds.NOT_APPLICABLE)
    return Row(
        id=v["id"],
        title=v["rule__title"],
        duty=v["rule__duty_label"],
        subject=next((v[name] for name in NAMES if v[name]), ""),
        facility_id=v["facility_id"],
        region_path=v["region_path"],
        when_text=v["rule__when_text"],
        slot_start=v["slot_start"],
        slot_end=v["slot_end"],
        due_on=due,
        days_left=None if due is None or closed else (due - today).days,
        status=v["status"],
        finished_on=v["finished_on"],
        breached=bool(v["breached_on"]),
        provisional=v["provisional"],
        pack=v["rule__pack"],
        clause=v["rule__clause"],
        phrase=v["rule__phrase"],
        local=v["rule__local"],
        conflict=v["rule__conflict"],
        verify=v["rule__verify"],
        by=v["rule__by"],
        who=v["rule__who"],
        rule_id=v["rule_id"],
    )


def stream(viewer: Viewer, where: Filter, limit: int = 200_000) -> Iterator[Row]:
    """导出用：逐批取行，不占内存。"""
    day = where.moment.day
    parts = [part.values(*COLUMNS) for part in ordered(select(viewer, where), where)]
    found = chain.from_iterable(part.iterator(chunk_size=2000) for part in parts)
    for values in islice(found, limit):
        yield to_row(values, day)


def tally(viewer: Viewer, where: Filter) -> dict[str, int]:
    """各状态的条数；不看 where.status。"""
    rows = select(viewer, replace(where, status=""))
    counts = dict(rows.order_by().annotate(light=F("status")).values_list("light").annotate(n=Count("pk")))
    return {status: counts.get(status, 0) for status in kinds.STATUSES}


def tally_by(viewer: Viewer, where: Filter, column: str) -> dict[object, dict[str, int]]:
    """按某列分组的各状态条数，如 rule_id、facility_id、region_path。"""
    grouped: dict[object, dict[str, int]] = {}
    rows = select(viewer, where).order_by().annotate(group=F(column)).values_list("group", "status")
    for group, status, count in rows.annotate(n=Count("pk")):
        grouped.setdefault(group, {})[status] = count
    return grouped
