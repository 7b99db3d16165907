"""待办首页：同一本台账，按岗位给出五种页面。"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Min, QuerySet

from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Filter, Row, by_ids, select, tally, tally_by
from yijian.ledger.queries.scope import mine
from yijian.ledger.queries.status import AsOf
from yijian.people.kinds import FUNCTIONS
from yijian.people.queries import regions_under
from yijian.web.places import ledger_url, pack_title, row_url

Counts = dict[str, int]
UNDATED = 6
DEPARTMENTS = 10


@dataclass(frozen=True)
class Todo:
    """一项待办：同一制度的合成一条，row 是其中最早到期的。"""

    row: Row
    count: int
    url: str

    @property
    def subject(self) -> str:
        return self.row.subject + (f" 等{self.count}项" if self.count > 1 else "")


@dataclass(frozen=True)
class Section:
    """待办的一段：标题、颜色、各项、总条数、全部在哪里看。"""

    title: str
    tone: str
    todos: list[Todo]
    total: int
    url: str
    hint: str = ""

    @property
    def more(self) -> int:
        return max(0, self.total - sum(t.count for t in self.todos))


def month_end(day: date) -> date:
    """当月最后一天。"""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def grouped(rows: QuerySet[Any], where: Filter, limit: int) -> list[Todo]:
    """同一制度的合成一条，以最早到期的那一行为代表；最早到期的在前。"""
    found = list(
        rows.order_by()
        .values("rule_id")
        .annotate(n=Count("pk"), due=Min("due_on"))
        .order_by(F("due").asc(nulls_last=True), "rule_id")[:limit]
    )
    firsts = (
        rows.filter(rule_id__in=[g["rule_id"] for g in found])
        .order_by()
        .values_list("rule_id", "due_on")
        .annotate(first=Min("pk"))
    )
    first = {(rule_id, due): pk for rule_id, due, pk in firsts}
    ids = [first[g["rule_id"], g["due"]] for g in found]
    shown = {r.id: r for r in by_ids(ids, AsOf(clock.today()))}
    return [
        Todo(shown[pk], g["n"], row_url(pk) if g["n"] == 1 else filter_url(where, rule=g["rule_id"]))
        for g, pk in zip(found, ids, strict=True)
        if pk in shown
    ]


def filter_url(where: Filter, **more: object) -> str:
    """筛选条件对应的台账网址。"""
    shown: dict[str, object] = {k: "on" if v is True else v for k, v in where.describe().items()}
    return ledger_url(**(shown | more))


def section(
    viewer: Viewer, title: str, tone: str, where: Filter, limit: int, hint: str = "", *, others: bool = False
) -> Section:
    """一段待办；others 为真时只要别人办、由我督促的。"""
    rows = select(viewer, where)
    if others:
        rows = rows.exclude(mine(viewer))
    total = rows.order_by().count()
    todos = grouped(rows, where, limit) if total else []
    return Section(title, tone, todos, total, filter_url(where), hint)


def watched(viewer: Viewer, limit: int = 8) -> list[Section]:
    """由机构或别的单位办、由我督促的：逾期、临期。"""
    parts = [
        section(
            viewer,
            "督促：逾期",
            "red",
            Filter(status=kinds.OVERDUE),
            limit,
            "由机构或别的单位办",
            others=True,
        ),
        section(
            viewer, "督促：临期", "amber", Filter(status=kinds.SOON), limit, "由机构或别的单位办", others=True
        ),
    ]
    return [part for part in parts if part.total]


def sections(viewer: Viewer, limit: int = 12) -> list[Section]:
    """该我做的，分四段：逾期、临期、本月到期、没有期限而未落实的；空的不列。"""
    today = clock.today()
    parts = [
        section(viewer, "逾期", "red", Filter(mine=True, status=kinds.OVERDUE), limit, "先办这些"),
        section(viewer, "临期", "amber", Filter(mine=True, status=kinds.SOON), limit, "即将到期"),
        section(
            viewer,
            "近期到期",
            "blue",
            Filter(
                mine=True,
                status=kinds.NOT_DUE,
                due_from=today,
                due_to=max(month_end(today), today + timedelta(days=31)),
            ),
            limit,
            "三十一天内到期，还没到提醒的日子",
        ),
        section(
            viewer,
            "没有期限、尚未落实",
            "grey",
            Filter(mine=True, status=kinds.NOT_DUE, deadline="none"),
            min(limit, UNDATED),
            "文件只说“及时”“定期”，不造日期",
        ),
    ]
    return [part for part in parts if part.total]


@dataclass
class Line:
    """总览的一行：条款、部门、街道或机构，连同各灯条数。"""

    label: str
    url: str
    counts: Counts = field(default_factory=dict)
    note: str = ""

    @property
    def late(self) -> int:
        return self.counts.get(kinds.OVERDUE, 0)

    @property
    def soon(self) -> int:
        return self.counts.get(kinds.SOON, 0)

    @property
    def done(self) -> int:
        return self.counts.get(kinds.DONE, 0) + self.counts.get(kinds.DONE_LATE, 0)

    @property
    def late_url(self) -> str:
        return self.with_status(kinds.OVERDUE)

    @property
    def soon_url(self) -> str:
        return self.with_status(kinds.SOON)

    def with_status(self, status: str) -> str:
        """只看某一状态的那些行。"""
        return self.url.replace("status=open", urlencode({"status": status}))

    @property
    def due(self) -> int:
        """该办结的：已办结的加逾期的。"""
        return self.done + self.late

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def urgency(self) -> tuple[int, int, int]:
        return (-self.late, -self.soon, -self.total)


@dataclass(frozen=True)
class Overview:
    """辖区总览：合计、按条款、按部门、按街道、最久的逾期。"""

    counts: Counts
    clauses: list[Line]
    functions: list[Line]
    streets: list[Line]
    red: list[Todo]
    calm: int


def overview(viewer: Viewer) -> Overview:
    """民政负责人看的总览：整个辖区，不只是本局的事。"""
    by_rule = {int(str(k)): v for k, v in tally_by(viewer, Filter(), "rule_id").items()}
    rules = rules_here(viewer, set(by_rule))
    functions = by_function(rules, by_rule)
    where = Filter(status=kinds.OVERDUE)
    return Overview(
        counts=tally(viewer, Filter()),
        clauses=by_clause(rules, by_rule),
        functions=functions[:DEPARTMENTS],
        streets=by_street(viewer),
        red=grouped(select(viewer, where), where, 8),
        calm=len(functions[DEPARTMENTS:]),
    )


def rules_here(viewer: Viewer, wanted: set[int]) -> dict[int, Any]:
    """看得见的各地的制度（含已退出而仍有义务的）。"""
    found: dict[int, Any] = {}
    for place in places(viewer):
        found |= {r.pk: r for r in place.rules.order_by("pk") if r.pk in wanted}
    return found


def add(total: Counts, more: Mapping[str, int]) -> None:
    for status, n in more.items():
        total[status] = total.get(status, 0) + n


def by_clause(rules: Mapping[int, Any], counts: Mapping[int, Counts], limit: int = 8) -> list[Line]:
    """按条款：逾期多的在前。"""
    lines: dict[tuple[str, str], Line] = {}
    for pk, rule in rules.items():
        key = rule.pack, rule.clause
        if key not in lines:
            heading = heading_of(rule.pack, rule.clause)
            url = ledger_url(pack=rule.pack, clause=rule.clause, status="open")
            lines[key] = Line(f"{rule.clause} {heading}", url, note=pack_title(rule.pack))
        add(lines[key].counts, counts.get(pk, {}))
    return worst_first(lines.values())[:limit]


def heading_of(pack: str, ref: str) -> str:
    found = library().packs.get(pack)
    clause = found.clause(ref) if found else None
    return clause.heading if clause else ""


def by_function(rules: Mapping[int, Any], counts: Mapping[int, Counts]) -> list[Line]:
    """按牵头部门；机构自己承办的归机构。没有写明牵头的归列在最前的责任单位。"""
    lines: dict[str, Line] = {}
    for pk, rule in rules.items():
        who: dict[str, list[str]] = rule.who
        named = who["lead"] or who["responsible"][:1] or who["local"][:1]
        for function in ["facility"] if rule.by == "facility" else named:
            if function not in lines:
                url = ledger_url(function=None if function == "facility" else function, status="open")
                lines[function] = Line(FUNCTIONS.get(function, function), url)
            add(lines[function].counts, counts.get(pk, {}))
    return worst_first(lines.values())


def by_street(viewer: Viewer) -> list[Line]:
    """按街道（乡镇）；市级按县区。区划本级另列一行。"""
    found = tally_by(viewer, Filter(), "region_path")
    lines: dict[str, Line] = {}
    for top in viewer.region_paths:
        below = below_of(top)
        for path, counts in found.items():
            text = str(path)
            if not text.startswith(top):
                continue
            head = next((p for p in below if text.startswith(p)), top)
            if head not in lines:
                lines[head] = Line(below.get(head, "本级"), ledger_url(region=head, status="open"))
            add(lines[head].counts, counts)
    return worst_first(lines.values())


def below_of(top: str) -> dict[str, str]:
    """一个区划的直接下级：路径 → 名称。"""
    rows = regions_under(top).filter(parent__path=top)
    return dict(rows.order_by("path").values_list("path", "name"))


def worst_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.urgency, line.label))


def by_facility(viewer: Viewer, limit: int = 10) -> list[Line]:
    """按机构：逾期多的在前。"""
    rows: QuerySet[Any] = select(viewer, Filter()).filter(facility__isnull=False).order_by()
    found = rows.values("facility_id", "facility__name", "status").annotate(n=Count("pk"))
    lines: dict[int, Line] = {}
    for item in found:
        key = item["facility_id"]
        if key not in lines:
            lines[key] = Line(item["facility__name"], f"/facilities/{key}/")
        add(lines[key].counts, {item["status"]: item["n"]})
    return worst_first(lines.values())[:limit]


def own_facilities(viewer: Viewer) -> list[tuple[int, str]]:
    """机构岗位自己的机构：编号与名称。"""
    rows = select(viewer, Filter()).filter(facility__unit_id__in=viewer.unit_ids).order_by()
    return list(rows.values_list("facility_id", "facility__name").distinct().order_by("facility_id"))


def packs_here(viewer: Viewer) -> list[tuple[Any, list[tuple[str, str]]]]:
    """各地在用的文件：（地方，[(包, 标题)]）。"""
    shown: dict[str, list[tuple[str, str]]] = defaultdict(list)
    found = places(viewer)
    for place in found:
        for pack in place.packs:
            if pack in library().packs:
                shown[place.pk].append((pack, pack_title(pack)))
    return [(place, shown[place.pk]) for place in found]
