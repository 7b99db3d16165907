"""派出检查任务：计划外的写明理由，个案由台账线索转来，按计划逐月派出；派人时查证件、查回避。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from yijian.access.scope import in_scope
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import (
    Checklist,
    ChecklistVersion,
    Inspector,
    Plan,
    PlannedVisit,
    Relation,
    Visit,
    VisitInspector,
)
from yijian.inspections.queries import tasks
from yijian.inspections.queries.bases import latest_versions
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.kernel.periods import add_months
from yijian.ledger.queries.owners import Owners
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Unit
from yijian.people.rules import is_under

VISIT = "inspections.visit"
FEWEST = 2
ASPECT_OF = {
    "housing": ("building",),
    "fire": ("fire",),
    "market": ("food", "equipment"),
    "health": ("medical",),
    "ecology": ("environment",),
    "civil_affairs": ("safety", "quality"),
    "finance": ("money",),
    "medical_insurance": ("money",),
    "emergency": ("emergency",),
    "subdistrict": ("quality",),
}


@dataclass(frozen=True)
class Order:
    """一次检查的要素。"""

    kind: str
    basis: str
    window_from: date
    window_to: date
    functions: tuple[str, ...]
    reason: str = ""
    checklists: tuple[int, ...] = ()


def own_unit(by: Viewer, facility: Facility, functions: Sequence[str]) -> Unit:
    """牵头单位：经办人所在、管得到这家机构的单位；后台装载时按职能找最近一级。"""
    posts = [p for p in by.posts_with(VISIT) if is_under(facility.region_path, p.region_path)]
    if posts:
        return Unit.objects.get(pk=posts[0].unit_id)
    found = next((u for u in (Owners().nearest(f, facility.region_path) for f in functions) if u), None)
    if found is None:
        raise Refused("找不到牵头单位：这些职能在当地没有登记单位。", field="functions")
    return Unit.objects.get(pk=found)


def make(facility: Facility, order: Order, unit: Unit, by: Viewer, **extra: object) -> Visit:
    """写下一个任务，带上检查表。"""
    uid = uuid7()
    visit = Visit.objects.create(
        uid=uid,
        kind=order.kind,
        facility=facility,
        region_path=facility.region_path,
        lead_unit=unit,
        functions=sorted(order.functions),
        reason=order.reason.strip()[:300],
        basis=order.basis.strip()[:300],
        window_from=order.window_from,
        window_to=order.window_to,
        entry_code=uuid7().replace("-", "")[-20:],
        assigned_at=clock.now(),
        assigned_by=by.name,
        **extra,
    )
    visit.checklists.set(order.checklists or default_lists(order.functions))
    return visit


def default_lists(functions: Sequence[str]) -> list[int]:
    """没有选检查表时，按参加单位的本行给最新一版。"""
    wanted = {a for f in functions for a in ASPECT_OF.get(f, ())}
    latest = latest_versions()
    rows = Checklist.objects.filter(active=True, aspect__in=wanted)
    return [latest[pk].pk for pk in rows.order_by("pk").values_list("pk", flat=True) if pk in latest]


def check_order(order: Order) -> None:
    if order.kind not in kinds.TYPES:
        raise Refused("检查类型请从列出的里选。", field="kind")
    if not order.basis.strip():
        raise Refused("请写检查依据。", field="basis")
    if order.window_to < order.window_from:
        raise Refused("最晚日期不能早于最早日期。", field="window_to")
    if not order.functions or any(f not in FUNCTIONS for f in order.functions):
        raise Refused("请选参加检查的单位。", field="functions")
    found = ChecklistVersion.objects.filter(pk__in=order.checklists).count()
    if found != len(set(order.checklists)):
        raise Refused("有检查表已经不在，请重新选择。", field="checklists")


@verb(VISIT, on="facility")
def open_visit(*, facility: Facility, order: Order, inspectors: Sequence[int] = (), by: Viewer) -> Visit:
    """派出计划外的检查：必须写明理由（日常、专项、个案）；给了人就一并派。"""
    check_order(order)
    if not order.reason.strip():
        raise Refused("计划外的检查必须写明理由。", field="reason")
    if facility.closed_on or facility.merged_into_id:
        raise Refused("这家机构已终止服务或并入他家，不能派检查。", field="facility")
    visit = make(facility, order, own_unit(by, facility, order.functions), by)
    if inspectors:
        staff(visit, list(inspectors))
    tell(visit, order.reason, by)
    return visit


@verb(VISIT)
def open_case(*, obligation_id: int, by: Viewer) -> Visit:
    """由台账线索开个案检查（南开 任务31）：串号相同，办完之后那条义务随之办结。"""
    duty = tasks.case(by, obligation_id)
    facility, key = duty.facility, duty.case_key or ""
    if facility is None or not key:
        raise Refused("这条线索没有写明机构，请先在台账补记。")
    if Visit.objects.filter(case_key=key).exclude(state="cancelled").exists():
        raise Refused("这条线索已经派出检查任务，请到任务列表里看。")
    functions = tuple(f for f in dict.fromkeys([*duty.rule.who["lead"], *duty.rule.who["responsible"]]))
    today = clock.today()
    order = Order(
        kind="case",
        basis=f"{duty.rule.title}（{duty.rule.clause}）",
        window_from=today,
        window_to=max(today, duty.due_on or today + timedelta(days=7)),
        functions=tuple(sorted(set(functions) & by.functions)) or functions[:1],
    )
    visit = make(facility, order, own_unit(by, facility, order.functions), by, case_key=key)
    tell(visit, f"线索：{duty.trigger.label if duty.trigger else ''}", by)
    return visit


@verb("inspections.manage", on="plan")
def open_month(*, plan: Plan, month: int, by: Viewer) -> list[Visit]:
    """把已印发计划里某月的各次上门派成任务；派过的、等抽取的不派。返回新派出的。"""
    if plan.state != "adopted":
        raise Refused("计划还没有印发，不能派任务。")
    if not 1 <= month <= 12:
        raise Refused("月份填 1 到 12。", field="month")
    start = date(plan.year, month, 1)
    rows = plan.visits.filter(month=month, facility__isnull=False, visits__isnull=True)
    made = [
        from_plan(row, start, add_months(start, 1) - timedelta(days=1), by)
        for row in rows.select_related("facility", "plan").order_by("pk")
    ]
    if not made:
        raise Refused(f"{month} 月没有要派的：已经派过，或计划里这个月没有安排。", field="month")
    data = {"month": month, "count": len(made)}
    audit("inspections.month_opened", by=by, subject=("plan", plan.pk, str(plan)), data=data)
    return made


def from_plan(row: PlannedVisit, start: date, end: date, by: Viewer) -> Visit:
    facility = row.facility
    assert facility is not None
    floors = [row.plan.floors[n] for n in row.meets if n < len(row.plan.floors)]
    clauses = "、".join(dict.fromkeys(f["clause"] for f in floors))
    order = Order(
        kind="daily",
        basis=f"{row.plan}（{clauses}）" if clauses else f"{row.plan}",
        window_from=start,
        window_to=end,
        functions=tuple(row.functions),
    )
    return make(facility, order, own_unit(by, facility, row.functions), by, planned=row)


def tell(visit: Visit, why: str, by: Viewer) -> None:
    data = {"kind": kinds.TYPES[visit.kind], "why": why.strip()[:200]}
    audit("inspections.visit_opened", by=by, subject=("visit", visit.pk, visit.facility.name), data=data)


# ── 派人 ──────────────────────────────────────────────────────────────


def crew_of(visit: Visit, ids: Sequence[int]) -> list[Inspector]:
    """核对要派的人：至少两名有执法权的、证件在检查期间有效、不与机构有申报的关系、单位管得到那里。"""
    found = Inspector.objects.filter(pk__in=ids).select_related("unit__region")
    people = {i.pk: i for i in found}
    if len(people) != len(set(ids)):
        raise Refused("有人已经不在名录里，请重新选择。", field="inspectors")
    chosen = [people[i] for i in dict.fromkeys(ids)]
    related = Relation.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=visit.window_to), facility_id=visit.facility_id
    )
    kin = {r.inspector_id: kinds.RELATIONS[r.kind] for r in related}
    faults = [fault for person in chosen if (fault := unfit(person, visit, kin))]
    if sum(not p.is_expert for p in chosen) < FEWEST:
        faults.append(f"至少要派 {FEWEST} 名有执法权的检查人员。")
    if faults:
        raise Refused("".join(faults), field="inspectors")
    return chosen


def unfit(person: Inspector, visit: Visit, kin: dict[int, str]) -> str:
    """不能派的缘由；没有为空。"""
    if not person.active:
        return f"{person.name}已不在岗。"
    if person.valid_to < visit.window_to or (person.valid_from and person.valid_from > visit.window_from):
        return f"{person.name}的执法证有效期至 {person.valid_to}，盖不住这次检查的日期。"
    if person.pk in kin:
        return f"{person.name}申报过与这家机构有关系（{kin[person.pk]}），须回避。"
    if not is_under(visit.region_path, person.unit.region.path):
        return f"{person.name}的单位（{person.unit}）管不到这家机构。"
    return ""


def staff(visit: Visit, ids: Sequence[int], leader: int | None = None) -> list[Inspector]:
    """写下派的人，先前派的换掉；组长没有指定就是头一名。"""
    chosen = crew_of(visit, ids)
    head = leader if leader in {p.pk for p in chosen} else next(p.pk for p in chosen if not p.is_expert)
    VisitInspector.objects.filter(visit=visit).delete()
    VisitInspector.objects.bulk_create(
        [VisitInspector(visit=visit, inspector=p, leader=p.pk == head) for p in chosen]
    )
    return chosen


@verb(VISIT, on="visit")
def assign(*, visit: Visit, inspectors: Sequence[int], leader: int | None = None, by: Viewer) -> Visit:
    """派人：至少两名，证件有效，该回避的不派。已经开始的不能再换人。"""
    state = Visit.objects.select_for_update().values_list("state", flat=True).get(pk=visit.pk)
    if state not in ("assigned", "noticed"):
        raise Refused(f"任务{kinds.VISIT.label(state)}，不能再换人。")
    chosen = staff(visit, inspectors, leader)
    names = "、".join(p.name for p in chosen)
    audit(
        "inspections.visit_assigned",
        by=by,
        subject=("visit", visit.pk, visit.facility.name),
        data={"names": names},
    )
    return visit


@dataclass(frozen=True)
class Outcome:
    """批量派人的结果：派了哪些，哪些没派成、为什么。"""

    done: list[Visit]
    refused: list[tuple[Visit, str]]


def assign_many(*, visit_ids: Sequence[int], inspectors: Sequence[int], by: Viewer) -> Outcome:
    """批量派人：逐个与单个派人同样核对，成一个算一个，不成的逐条说明。"""
    if not visit_ids:
        raise Refused("请先勾选要派的任务。", field="visits")
    if len(visit_ids) > 200:
        raise Refused("一次最多派 200 个任务。", field="visits")
    found = {v.pk: v for v in tasks.visits(by).filter(pk__in=visit_ids)}
    if len(found) != len(set(visit_ids)):
        raise NotFound("有任务已经不在，或不在您的管辖范围内，请刷新列表。")
    outcome = Outcome([], [])
    for pk in dict.fromkeys(visit_ids):
        visit = found[pk]
        try:
            if not in_scope(by, visit, capability=VISIT):
                raise Refused("这个任务不归您派。")
            outcome.done.append(assign(visit=visit, inspectors=inspectors, by=by))
        except Refused as error:
            outcome.refused.append((visit, error.message))
    return outcome
