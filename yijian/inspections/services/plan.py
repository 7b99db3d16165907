"""年度抽查计划的动词：拟定、改口径、求解、调整、印发、重新调整。"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import Plan, PlannedVisit
from yijian.inspections.queries.floors import read_floors
from yijian.inspections.queries.plan import (
    faults,
    floors_of,
    names_of,
    planned_of,
)
from yijian.inspections.rules.planner import Pin
from yijian.inspections.rules.planner_check import check, proof
from yijian.inspections.services.planner import Answer, Home, solve
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.services.record import Act, record_fact
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region
from yijian.people.rules import is_under

MANAGE = "inspections.manage"
STRATA = {"": "不分层", "risk_level": "按风险等级", "credit_level": "按信用等级", "kind": "按机构种类"}
SHOWN = 5


def subject(plan: Plan) -> tuple[str, int, str]:
    return ("plan", plan.pk, str(plan))


@verb(MANAGE)
def make_plan(*, region: Region, year: int, by: Viewer) -> Plan:
    """制定年度抽查计划（酉阳 重点任务六）：从台账读入全部单位的检查下限与年度上限。一地一年一份。"""
    if not by.everything and not any(is_under(region.path, p.region_path) for p in by.posts_with(MANAGE)):
        raise NotFound("没有这个地方，或它不在您的管辖范围内。")
    if not 2020 <= year <= 2100:
        raise Refused("年度请写四位数，如 2026。", field="year")
    found = read_floors(region, year)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                region=region,
                region_path=region.path,
                year=year,
                cap=found.cap,
                settings={"standing": True, "capacity": {}, "random": {"rate": 0, "by": ""}},
                floors=[f.as_dict() for f in found.floors],
            )
    except IntegrityError as error:
        raise Refused(f"{region.name}{year}年已经有一份计划，请在那一份上调整。", field="year") from error
    audit("inspections.plan_made", by=by, subject=subject(plan), data={"floors": len(found.floors)})
    return plan


@verb(MANAGE, on="plan")
def change_settings(
    *,
    plan: Plan,
    cap: int | None,
    standing: bool,
    capacity: Mapping[str, int],
    rate: int = 0,
    stratify: str = "",
    by: Viewer,
) -> Plan:
    """改计划口径：每家上限、没写次数的要不要一年一次、各单位每月能出几次、抽查比例与分层。改后要重新求解。"""
    insist_draft(plan)
    if stratify not in STRATA or not 0 <= rate <= 100:
        raise Refused("抽查比例填 0 到 100，分层从列出的选项里选。", field="rate")
    if any(f not in FUNCTIONS or n < 1 for f, n in capacity.items()) or (cap is not None and cap < 1):
        raise Refused("次数要填 1 以上的整数；没有限制的留空。", field="cap")
    plan.cap = cap
    plan.settings = {
        "standing": standing,
        "capacity": dict(capacity),
        "random": {"rate": rate, "by": stratify},
    }
    plan.save(update_fields=["cap", "settings"])
    audit("inspections.plan_settings", by=by, subject=subject(plan), data=dict(plan.settings) | {"cap": cap})
    return plan


@verb(MANAGE, on="plan")
def solve_plan(*, plan: Plan, seconds: float = 5.0, by: Viewer) -> Plan:
    """求解：重新读入下限，人工定下的不动，其余重排；连同证明一起存下。"""
    insist_draft(plan)
    standing = bool(plan.settings.get("standing", True))
    plan.floors = [f.as_dict() for f in read_floors(plan.region, plan.year, standing=standing).floors]
    answer = answer_of(plan, seconds)
    write_visits(plan, answer)
    plan.result = answer.summary() | {"random": plan.visits.filter(random=True).count()}
    settle(plan)
    data = {k: plan.result[k] for k in ("before", "after", "bound", "seconds")}
    audit("inspections.plan_solved", by=by, subject=subject(plan), data=data)
    return plan


def write_visits(plan: Plan, answer: Answer) -> None:
    """写下排好的各次；已经派出任务的那几行不删，只更新单位。"""
    sent = plan.visits.filter(visits__isnull=False).distinct()
    kept = {(v.facility_id, v.month): v for v in sent}
    plan.visits.exclude(pk__in=[v.pk for v in kept.values()]).delete()
    fresh = []
    for out in answer.visits:
        old = kept.get((out.facility, out.month))
        who = list(out.functions)
        if old is None:
            fresh.append(
                PlannedVisit(
                    plan=plan, facility_id=out.facility, month=out.month, functions=who, fixed=out.fixed
                )
            )
        else:
            PlannedVisit.objects.filter(pk=old.pk).update(functions=who)
    waiting = {v.stratum for v in kept.values() if v.random}
    fresh += [v for v in random_rows(plan) if v.stratum not in waiting]
    PlannedVisit.objects.bulk_create(fresh, batch_size=500)


def answer_of(plan: Plan, seconds: float) -> Answer:
    """把计划交给求解。"""
    homes, paths = [], {}
    rows = Facility.objects.filter(
        region_path__under=plan.region_path, merged_into__isnull=True, closed_on__isnull=True
    )
    for pk, street, path in rows.order_by("pk").values_list("pk", "region_id", "region_path"):
        homes.append(Home(pk, street, county(path)))
        paths[pk] = path
    pins: dict[int, list[Pin]] = defaultdict(list)
    held = Q(fixed=True) | Q(visits__isnull=False)
    for visit in plan.visits.filter(held, facility__in=paths).distinct().order_by("pk"):
        pins[visit.facility_id or 0].append(Pin(visit.month, frozenset(visit.functions)))
    floors = [f for f in floors_of(plan) if not f.facility or f.facility in paths]
    capacity = {str(k): int(v) for k, v in plan.settings.get("capacity", {}).items()}
    return solve(floors, homes, regions=paths, capacity=capacity, pins=pins, seconds=seconds)


def county(path: str) -> str:
    """区划路径里的县区：街道（乡镇）的上一级。"""
    parts = path.strip("/").split("/")
    return next((p for p in reversed(parts) if len(p) == 6), parts[0])


def random_rows(plan: Plan) -> list[PlannedVisit]:
    """随机抽查的份额：按层、按比例列出要抽几家，月份摊开，机构等抽取。"""
    settings = plan.settings.get("random") or {}
    rate, column = int(settings.get("rate") or 0), str(settings.get("by") or "")
    if not rate:
        return []
    found = read_floors(plan.region, plan.year).random
    who = list(found[0].who["lead"]) if found else ["civil_affairs"]
    homes = Facility.objects.filter(
        region_path__under=plan.region_path, merged_into__isnull=True, closed_on__isnull=True
    )
    sizes: dict[str, int] = defaultdict(int)
    for home in homes.order_by("pk"):
        sizes[stratum_of(home, column)] += 1
    wanted = [s for s, size in sorted(sizes.items()) for _ in range(-(-size * rate // 100))]
    return [
        PlannedVisit(plan=plan, month=3 + n * 9 // len(wanted), functions=who, random=True, stratum=stratum)
        for n, stratum in enumerate(wanted)
    ]


def stratum_of(home: Facility, column: str) -> str:
    if not column:
        return "全部"
    if column == "kind":
        return str(home.get_kind_display())
    return str(getattr(home, column)) or "未评定"


def settle(plan: Plan) -> None:
    """重新核对：写下每次上门满足的下限、不成立的条目、次数。"""
    floors, visits = floors_of(plan), planned_of(plan)
    meets: dict[int, list[int]] = defaultdict(list)
    for number, met in enumerate(proof(floors, visits)):
        for pk in met:
            meets[pk].append(number)
    rows = list(plan.visits.filter(facility__isnull=False).order_by("pk"))
    changed = [v for v in rows if v.meets != meets[v.pk]]
    for visit in changed:
        visit.meets = meets[visit.pk]
    PlannedVisit.objects.bulk_update(changed, ["meets"], batch_size=500)
    found = check(floors, visits, cap=plan.cap, names=names_of(plan))
    bound, after = int(plan.result.get("bound", 0)), len(rows)
    gap = round(max(0, after - bound) * 100 / after, 2) if after else 0.0
    plan.result = {**plan.result, "after": after, "gap": gap, "faults": [f.message for f in found]}
    plan.save(update_fields=["floors", "result"])


# ── 人工调整 ──────────────────────────────────────────────────────────


def insist_draft(plan: Plan) -> None:
    state = Plan.objects.select_for_update().values_list("state", flat=True).get(pk=plan.pk)
    if state != "draft":
        raise Refused("计划已印发，不能直接改；请先“调整”，写明理由。")


def changed(plan: Plan, said: str, by: Viewer) -> Plan:
    settle(plan)
    audit("inspections.plan_changed", by=by, subject=subject(plan), data={"said": said})
    return plan


@verb(MANAGE, on="planned")
def move_visit(*, planned: PlannedVisit, month: int, by: Viewer) -> Plan:
    """把一次上门挪到别的月份，并定住；核对随即重跑。"""
    insist_draft(planned.plan)
    if not 1 <= month <= 12:
        raise Refused("月份填 1 到 12。", field="month")
    said = f"{name_of(planned)}由 {planned.month} 月挪到 {month} 月"
    PlannedVisit.objects.filter(pk=planned.pk).update(month=month, fixed=not planned.random)
    return changed(planned.plan, said, by)


@verb(MANAGE, on="planned")
def pin_visit(*, planned: PlannedVisit, fixed: bool, by: Viewer) -> Plan:
    """定住或放开：定住的重排时不动。"""
    insist_draft(planned.plan)
    if planned.random:
        raise Refused("待抽取的一次没有机构，不用定住。")
    PlannedVisit.objects.filter(pk=planned.pk).update(fixed=fixed)
    return changed(planned.plan, f"{'定住' if fixed else '放开'}{name_of(planned)} {planned.month} 月", by)


@verb(MANAGE, on="planned")
def drop_visit(*, planned: PlannedVisit, by: Viewer) -> Plan:
    """去掉一次上门；因此不成立的下限会一一列出。已经派出任务的不能去掉。"""
    insist_draft(planned.plan)
    if planned.visits.exists():
        raise Refused("这一次已经派出检查任务，不能去掉；请先取消任务。")
    plan, said = planned.plan, f"去掉{name_of(planned)} {planned.month} 月一次"
    PlannedVisit.objects.filter(pk=planned.pk).delete()
    return changed(plan, said, by)


@verb(MANAGE, on="plan")
def add_visit(*, plan: Plan, facility: Facility, month: int, functions: Sequence[str], by: Viewer) -> Plan:
    """添一次上门，并定住。"""
    insist_draft(plan)
    if not is_under(facility.region_path, plan.region_path):
        raise Refused("这家机构不在计划的辖区里。", field="facility")
    if not functions or any(f not in FUNCTIONS for f in functions):
        raise Refused("请选至少一个上门的单位。", field="functions")
    if not 1 <= month <= 12:
        raise Refused("月份填 1 到 12。", field="month")
    if plan.visits.filter(facility=facility, month=month).exists():
        raise Refused(f"“{facility.name}”{month} 月已经有一次，请并到那一次去。", field="month")
    PlannedVisit.objects.create(
        plan=plan, facility=facility, month=month, functions=sorted(functions), fixed=True
    )
    return changed(plan, f"添{facility.name} {month} 月一次", by)


def name_of(planned: PlannedVisit) -> str:
    return planned.facility.name if planned.facility else f"待抽取（{planned.stratum}）"


# ── 印发 ──────────────────────────────────────────────────────────────


@verb(MANAGE, on="plan")
def adopt_plan(*, plan: Plan, number: str, by: Viewer) -> Plan:
    """印发年度抽查计划（酉阳 重点任务六）：下限全部成立、没有一家超上限才行；文号记入台账。"""
    if not number.strip():
        raise Refused("请填印发的文号，台账要凭它记“年度抽查计划”。", field="number")
    if not plan.visits.exists():
        raise Refused("计划还是空的，请先求解。")
    wrong = faults(plan)
    if wrong:
        more = f"（另有 {len(wrong) - SHOWN} 处）" if len(wrong) > SHOWN else ""
        raise Refused("还不能印发：" + "".join(f.message for f in wrong[:SHOWN]) + more)
    move(plan, "adopt", adopted_at=clock.now(), adopted_by=by.name)
    act = Act(
        kind="plan.inspection_made",
        occurred=clock.today(),
        region_id=plan.region_id,
        payload={"number": number.strip()[:60], "plan": plan.pk},
    )
    record_fact(act=act, by=by)
    audit("inspections.plan_adopted", by=by, subject=subject(plan), data={"visits": plan.visits.count()})
    return plan


@verb(MANAGE, on="plan")
def reopen_plan(*, plan: Plan, reason: str, by: Viewer) -> Plan:
    """调整已印发的计划：写明理由，回到拟定。"""
    if not reason.strip():
        raise Refused("请写明为什么要调整。", field="reason")
    move(plan, "reopen", adopted_at=None, adopted_by="")
    audit("inspections.plan_reopened", by=by, subject=subject(plan), data={"reason": reason.strip()[:200]})
    return plan


def move(plan: Plan, word: str, **values: object) -> None:
    new = kinds.PLAN.next(plan.state, word)
    if not Plan.objects.filter(pk=plan.pk, state=plan.state).update(state=new, **values):
        raise Refused("这份计划刚刚有人动过，请刷新页面再看。")
    plan.refresh_from_db()
