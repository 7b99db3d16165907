"""演示的事件：投诉、隐患、突发事件、停业告知、新备案，从头走到尾；个别还没办完。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger.queries.packs import calendar
from yijian.ledger.services.record import Act, record_fact, record_facts
from yijian.people.viewer import SYSTEM, Viewer
from yijian.web.demo.dice import between, chance, pick
from yijian.web.demo.places import SPOTS

MATTERS = ("饭菜口味与分量", "夜间护理呼叫应答慢", "收费明细不清", "楼道堆放杂物", "探视安排", "空调故障未修")
HAZARDS = (
    "疏散通道堆放杂物",
    "灭火器压力不足",
    "厨房生熟未分开",
    "楼梯扶手松动",
    "应急照明不亮",
    "配电箱未上锁",
)


@dataclass(frozen=True)
class Step:
    """某日发生的一件事。"""

    day: date
    act: Act


def steps(start: date, today: date) -> list[Step]:
    """全部事件的各步，按先后；今天以后的不发生。"""
    found: list[Step] = []
    for spot in SPOTS:
        homes = list(
            Facility.objects.filter(
                region_path__contains=f"/{spot.code}/", kind__in=("nursing_home", "township_home")
            ).order_by("pk")
        )
        day, serial = start + timedelta(days=9), 0
        while day < today:
            home = pick(homes, spot.key, day)
            found += complaint(home, day, serial) if serial % 3 else hazard(home, day, serial)
            day += timedelta(days=between(17, 33, spot.key, day, "gap"))
            serial += 1
        found += endings(homes, today)
    return sorted((s for s in found if s.day <= today), key=lambda s: (s.day, s.act.case_key))


def act(
    kind: str, home: Facility, day: date, case: str, note: str = "演示记录", about_on: date | None = None
) -> Step:
    payload: dict[str, object] = {
        "number": f"演示〔{day.year}〕{between(1, 900, kind, case)}号",
        "note": note,
    }
    return Step(
        day,
        Act(kind=kind, occurred=day, facility_id=home.pk, case_key=case, payload=payload, about_on=about_on),
    )


def complaint(home: Facility, day: date, serial: int) -> list[Step]:
    """投诉：受理、核实、反馈；十件里有一件反馈晚了。"""
    case = f"demo-complaint-{home.pk}-{serial}"
    matter = pick(MATTERS, case)
    answer = 8 if chance(case, "late") < 0.1 else between(3, 5, case)
    after = [calendar().add_workdays(day, n).day for n in (1, 2, answer)]
    return [
        act("complaint.received", home, day, case, note=f"反映{matter}（演示）"),
        act("complaint.accepted", home, after[0], case),
        act("complaint.verified", home, after[1], case),
        act("complaint.answered", home, after[2], case),
    ]


def hazard(home: Facility, day: date, serial: int) -> list[Step]:
    """隐患：督促、告知、到场、整改、验收。"""
    case = f"demo-hazard-{home.pk}-{serial}"
    on = [calendar().add_workdays(day, n).day for n in (0, 1, 2, between(4, 9, case), between(10, 14, case))]
    kinds = ("hazard.urged", "hazard.notified", "hazard.arrived", "hazard.rectified", "hazard.accepted")
    first = act("hazard.found", home, day, case, note=f"{pick(HAZARDS, case)}（演示）")
    return [first, *(act(kind, home, d, case) for kind, d in zip(kinds, on, strict=True))]


def endings(homes: list[Facility], today: date) -> list[Step]:
    """近期的几件：一家刚备案等首查，一家计划停业，一家发生突发事件并已报告，一处未备案收住老人。"""
    filed, ending, incident, unfiled = homes[-1], homes[-2], homes[-3], homes[-4]
    back = [calendar().add_workdays(today, -n).day for n in (3, 9, 16, 26)]
    report = f"demo-incident-{incident.pk}"
    at = clock.start_of(back[1]) + timedelta(hours=14, minutes=20)
    return [
        act("filing.completed", filed, back[2], f"demo-filing-{filed.pk}"),
        act(
            "service.end_planned",
            ending,
            back[1],
            f"demo-end-{ending.pk}",
            about_on=today + timedelta(days=52),
        ),
        act("service.end_noticed", ending, back[0], f"demo-end-{ending.pk}"),
        act("filing.unfiled_found", unfiled, back[3], f"demo-unfiled-{unfiled.pk}"),
        timed("incident.happened", incident, at, report, "一名老人走廊跌倒，已送医（演示）"),
        timed(
            "incident.reported", incident, at + timedelta(minutes=35), report, "已电话报告并补书面（演示）"
        ),
    ]


def timed(kind: str, home: Facility, at: datetime, case: str, note: str) -> Step:
    payload: dict[str, object] = {"number": "演示〔报告〕1号", "note": note}
    return Step(
        clock.local_date(at), Act(kind=kind, occurred=at, facility_id=home.pk, case_key=case, payload=payload)
    )


def happen(found: list[Step], at: date, today: date, by: Viewer = SYSTEM) -> None:
    """事件发生：近两个月的当天傍晚逐件录入；更早的到月末一并补录。"""
    recent = today - timedelta(days=60)
    late = [step.act for step in found if step.day < recent]
    if late:
        with clock.travel(clock.start_of(at) + timedelta(hours=18)):
            record_facts(acts=late, by=by)
    for step in found:
        if step.day >= recent:
            with clock.travel(clock.start_of(step.day) + timedelta(hours=18)):
                record_fact(act=step.act, by=by)
