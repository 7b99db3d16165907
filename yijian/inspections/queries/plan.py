"""年度计划的读：列表、一份计划、各次上门、证明、各单位各月的工作量。"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.inspections.models import Plan, PlannedVisit
from yijian.inspections.queries.floors import Left, read_floors
from yijian.inspections.rules.floors import Floor, floor_of
from yijian.inspections.rules.planner_check import Fault, Planned, check, proof
from yijian.kernel.errors import NotFound
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region

PER_PAGE = 50


def plans(viewer: Viewer) -> QuerySet[Plan]:
    """看的人范围内的计划，新的在前。"""
    rows = scoped(viewer, Plan.objects.select_related("region"))
    return rows.annotate(count=Count("visits")).order_by("-year", "region_id")


def plan(viewer: Viewer, plan_id: int, *, capability: str | None = None) -> Plan:
    """范围内的一份计划。"""
    rows = scoped(viewer, Plan.objects.select_related("region"), capability=capability)
    found = rows.filter(pk=plan_id).first()
    if found is None:
        raise NotFound("没有找到这份计划，或它不在您的管辖范围内。")
    return found


def planned(viewer: Viewer, planned_id: int) -> PlannedVisit:
    """计划里的一次上门。"""
    rows = scoped(viewer, PlannedVisit.objects.select_related("plan__region", "facility"))
    found = rows.filter(pk=planned_id).first()
    if found is None:
        raise NotFound("没有找到这次上门，可能已经从计划里去掉了。")
    return found


def planning_regions(viewer: Viewer) -> list[Region]:
    """可以拟定计划的地方：自己的辖区，有制度包的。"""
    paths = {p.region_path for p in viewer.posts_with("inspections.manage")}
    return list(Region.objects.filter(path__in=paths).order_by("path"))


def floors_of(plan: Plan) -> list[Floor]:
    """计划照录的下限。"""
    return [floor_of(data) for data in plan.floors]


def planned_of(plan: Plan) -> list[Planned]:
    """计划里定了机构的各次上门，供核对。"""
    rows = plan.visits.filter(facility__isnull=False).order_by("pk")
    values = rows.values_list("pk", "facility_id", "facility__region_path", "month", "functions")
    return [Planned(pk, f, path, month, frozenset(who)) for pk, f, path, month, who in values]


def names_of(plan: Plan) -> dict[int, str]:
    rows = Facility.objects.filter(region_path__under=plan.region_path)
    return dict(rows.order_by().values_list("pk", "name"))


def faults(plan: Plan) -> list[Fault]:
    """当场核对：哪条下限不成立，哪家超了上限。"""
    return check(floors_of(plan), planned_of(plan), cap=plan.cap, names=names_of(plan))


def left_out(plan: Plan) -> list[Left]:
    """检查类义务里没有进计划的，各自的缘由。"""
    return read_floors(plan.region, plan.year, standing=bool(plan.settings.get("standing", True))).left


@dataclass(frozen=True)
class PlanFilter:
    """计划页的筛选。"""

    month: int = 0
    function: str = ""
    text: str = ""
    random: bool = False

    @staticmethod
    def of(given: Mapping[str, str]) -> "PlanFilter":
        month = given.get("month", "")
        return PlanFilter(
            int(month) if month.isdigit() and 1 <= int(month) <= 12 else 0,
            given.get("function", "") if given.get("function") in FUNCTIONS else "",
            given.get("q", "").strip()[:60],
            given.get("random") == "1",
        )


def visit_rows(plan: Plan, where: PlanFilter) -> list[PlannedVisit]:
    """计划里的各次上门，按月份与机构。"""
    rows = plan.visits.select_related("facility__region").order_by("month", "facility_id", "pk")
    if where.month:
        rows = rows.filter(month=where.month)
    if where.text:
        rows = rows.filter(facility__search_text__icontains=where.text)
    if where.random:
        rows = rows.filter(random=True)
    found = list(rows)
    return [v for v in found if where.function in v.functions] if where.function else found


def visit_page(plan: Plan, where: PlanFilter, number: str | None) -> Page[PlannedVisit]:
    return Paginator(visit_rows(plan, where), PER_PAGE).get_page(number)


@dataclass(frozen=True)
class Load:
    """一个单位各月的次数。"""

    function: str
    months: list[int]
    total: int


def loads(plan: Plan) -> list[Load]:
    """各单位各月出动几次，含待抽取的。"""
    counts: Counter[tuple[str, int]] = Counter()
    for functions, month in plan.visits.order_by().values_list("functions", "month"):
        counts.update((f, month) for f in functions)
    names = sorted({f for f, _ in counts}, key=list(FUNCTIONS).index)
    rows = [(f, [counts[f, m] for m in range(1, 13)]) for f in names]
    return [Load(f, months, sum(months)) for f, months in rows]


def month_counts(plan: Plan) -> list[int]:
    counts = Counter(plan.visits.order_by().values_list("month", flat=True))
    return [counts[m] for m in range(1, 13)]


@dataclass(frozen=True)
class Proven:
    """证明表的一行：一条下限，由哪几个月的上门满足。"""

    number: int
    floor: Floor
    name: str
    visits: list[Planned]

    @property
    def holds(self) -> bool:
        return len(self.visits) >= self.floor.times

    @property
    def pack(self) -> str:
        return self.floor.pack

    @property
    def clause(self) -> str:
        return self.floor.clause

    @property
    def phrase(self) -> str:
        return self.floor.phrase

    local = False
    conflict = False
    verify = ""


def proven(plan: Plan, *, facility: int = 0, rule: str = "", broken: bool = False) -> list[Proven]:
    """每条下限 → 满足它的各次上门。"""
    floors, visits = floors_of(plan), planned_of(plan)
    by_number, names = {v.number: v for v in visits}, names_of(plan)
    regions = dict(
        Region.objects.filter(path__in={f.region for f in floors if not f.facility}).values_list(
            "path", "name"
        )
    )
    rows = []
    for number, (floor, met) in enumerate(zip(floors, proof(floors, visits), strict=True)):
        if (facility and floor.facility != facility) or (rule and floor.rule != rule):
            continue
        where = (
            names.get(floor.facility, "") if floor.facility else f"{regions.get(floor.region, '')}（辖区）"
        )
        line = Proven(number, floor, where, [by_number[n] for n in met])
        if not broken or not line.holds:
            rows.append(line)
    return rows


def rules_in(plan: Plan) -> list[tuple[str, str]]:
    """计划里出现的义务：（标识，说法）。"""
    found = {f.rule: f"{f.title}（{f.clause}）" for f in floors_of(plan)}
    return sorted(found.items())


def facts_of(planned: PlannedVisit) -> list[tuple[str, str]]:
    """这次上门办完之后要记哪些事实（种类，分类）：它满足的各条下限各取头一种证据。"""
    found: dict[tuple[str, str], None] = {}
    floors = planned.plan.floors
    for number in planned.meets:
        if number < len(floors) and floors[number]["facts"]:
            kind, variant = floors[number]["facts"][0]
            found[kind, variant] = None
    return list(found)


def duties_of(planned: Sequence[PlannedVisit]) -> dict[int, list[str]]:
    """每次上门满足的义务名称，去重。"""
    found: dict[int, list[str]] = {}
    for one in planned:
        titles = [one.plan.floors[n]["title"] for n in one.meets if n < len(one.plan.floors)]
        found[one.pk] = list(dict.fromkeys(titles))
    return found
