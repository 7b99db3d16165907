"""检查任务的读：列表、一个任务、该我办的、个案线索、各人各月的工作量。"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.inspections import kinds
from yijian.inspections.models import Inspector, Visit, VisitInspector
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.kernel.periods import add_months
from yijian.ledger.models import Obligation
from yijian.ledger.queries.scope import live, mine
from yijian.people.kinds import FUNCTIONS

OPEN = ("assigned", "noticed", "started")
VIEWS = {
    "": "全部",
    "mine": "派给我的",
    "unit": "本单位的",
    "unstaffed": "还没有派人",
    "late": "过了时限没查完",
}
CASE_FACTS = ("inspection.case_done",)


@dataclass(frozen=True)
class TaskFilter:
    """任务列表的筛选。"""

    view: str = ""
    state: str = ""
    kind: str = ""
    function: str = ""
    text: str = ""
    month: str = ""
    inspector: int = 0

    @staticmethod
    def of(given: Mapping[str, str]) -> "TaskFilter":
        def among(name: str, words: Mapping[str, str]) -> str:
            return given.get(name, "") if given.get(name) in words else ""

        person, month = given.get("inspector", ""), given.get("month", "")
        return TaskFilter(
            among("view", VIEWS),
            given.get("state", "") if given.get("state") in (*kinds.VISIT.states, "open") else "",
            among("kind", kinds.TYPES),
            among("function", FUNCTIONS),
            given.get("q", "").strip()[:40],
            month if first_day(month) else "",
            int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0,
        )


def first_day(month: str) -> date | None:
    """“2026-03”的首日；写错了为 None。"""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def visits(viewer: Viewer, where: TaskFilter | None = None) -> QuerySet[Visit]:
    """看的人范围内的检查任务，时限近的在前。"""
    where = where or TaskFilter()
    crew = VisitInspector.objects.select_related("inspector").order_by("-leader", "pk")
    rows = scoped(viewer, Visit.objects.all()) | Visit.objects.filter(pk__in=assigned_to(viewer))
    rows = rows.select_related("facility__region", "lead_unit").prefetch_related(
        Prefetch("inspectors", queryset=crew)
    )
    return filtered(rows.distinct(), viewer, where).order_by("window_to", "facility_id", "pk")


def assigned_to(viewer: Viewer) -> list[int]:
    """派给本人的任务编号，不论在不在本单位的范围。"""
    if viewer.account_id is None:
        return []
    rows = VisitInspector.objects.filter(inspector__account_id=viewer.account_id)
    return list(rows.order_by().values_list("visit_id", flat=True))


def filtered(rows: QuerySet[Visit], viewer: Viewer, where: TaskFilter) -> QuerySet[Visit]:
    """逐项筛选。"""
    crew = VisitInspector.objects.filter(visit=OuterRef("pk"))
    if where.view == "mine":
        rows = rows.filter(pk__in=assigned_to(viewer))
    elif where.view == "unit":
        inside = crew.filter(inspector__unit_id__in=viewer.unit_ids)
        rows = rows.filter(Q(lead_unit_id__in=viewer.unit_ids) | Exists(inside))
    elif where.view == "unstaffed":
        rows = rows.filter(~Exists(crew), state__in=OPEN)
    elif where.view == "late":
        rows = rows.filter(window_to__lt=clock.today(), state__in=OPEN)
    if where.state:
        rows = rows.filter(state__in=OPEN) if where.state == "open" else rows.filter(state=where.state)
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.text:
        rows = rows.filter(facility__search_text__icontains=where.text)
    if where.inspector:
        rows = rows.filter(Exists(crew.filter(inspector_id=where.inspector)))
    start = first_day(where.month)
    if start is not None:
        rows = rows.filter(window_to__gte=start, window_from__lt=add_months(start, 1))
    return having_function(rows, where.function)


def having_function(rows: QuerySet[Visit], function: str) -> QuerySet[Visit]:
    """参加单位里有这一职能；职能存成 JSON 列表，两种数据库都按文字比对。"""
    if not function:
        return rows
    return rows.annotate(who=Cast("functions", TextField())).filter(who__contains=f'"{function}"')


def visit(viewer: Viewer, visit_id: int) -> Visit:
    """范围内的一个任务。"""
    found = visits(viewer).filter(pk=visit_id).first()
    if found is None:
        raise NotFound("没有找到这个检查任务，或它不在您的管辖范围内。")
    return found


def counts(viewer: Viewer) -> dict[str, int]:
    """各状态的任务数。"""
    rows = scoped(viewer, Visit.objects.all()) | Visit.objects.filter(pk__in=assigned_to(viewer))
    found = Counter(state for _, state in rows.distinct().order_by().values_list("pk", "state"))
    return {state: found[state] for state in kinds.VISIT.states}


# ── 个案线索 ──────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Case:
    """台账里等着个案检查的一条义务。"""

    duty: Obligation
    visit: Visit | None


def cases(viewer: Viewer) -> list[Case]:
    """由投诉、移交、事件等事实引起、该我（单位）去查而还没有办结的个案。"""
    rows = live(viewer).filter(mine(viewer)) if not viewer.everything else live(viewer)
    rows = rows.filter(
        done_at__isnull=True,
        na_on__isnull=True,
        trigger__isnull=False,
        facility__isnull=False,
        rule__proofs__fact_kind__in=CASE_FACTS,
    )
    found = (
        rows.select_related("rule", "facility", "trigger").distinct().order_by("due_on", "slot_start", "pk")
    )
    by_case = {v.case_key: v for v in Visit.objects.exclude(case_key="").exclude(state="cancelled")}
    seen: set[str] = set()
    listed = []
    for duty in found:
        key = duty.case_key or ""
        if key not in seen:
            listed.append(Case(duty, by_case.get(key)))
        seen.add(key)
    return listed


def case(viewer: Viewer, obligation_id: int) -> Obligation:
    """一条该我办的个案义务。"""
    found = next((c.duty for c in cases(viewer) if c.duty.pk == obligation_id), None)
    if found is None:
        raise NotFound("没有找到这条个案线索，可能已经办结，或不归您办。")
    return found


# ── 工作量 ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Work:
    """一名检查人员各月派了几个任务。"""

    inspector: Inspector
    months: list[int]
    total: int


def workload(viewer: Viewer, year: int) -> list[Work]:
    """各检查人员各月的任务数（按时限所在的月份）。"""
    people = list(scoped(viewer, Inspector.objects.filter(active=True).select_related("unit")).order_by(
        "region_path", "unit__function", "name", "pk"))  # fmt: skip
    given = VisitInspector.objects.filter(
        inspector__in=[p.pk for p in people], visit__window_to__year=year
    ).exclude(visit__state="cancelled")
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for person, month in given.order_by().values_list("inspector_id", "visit__window_to__month"):
        found[person][month] += 1
    return [Work(p, [found[p.pk][m] for m in range(1, 13)], sum(found[p.pk].values())) for p in people]
