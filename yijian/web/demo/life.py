"""演示的日子：从台账启用日过到今天，各家按自己的勤勉程度办事；每盏灯都由事实点亮。"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from yijian.kernel import clock
from yijian.ledger.models import Obligation, Review
from yijian.ledger.queries.owners import Owners
from yijian.ledger.queries.packs import fact_kind
from yijian.ledger.queries.todo import awaiting_review
from yijian.ledger.rules import EARLIEST, horizon
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import Act, record_facts, review_fact
from yijian.people.models import Unit
from yijian.people.viewer import SYSTEM, Viewer
from yijian.web.demo.dice import between, chance, person, pick
from yijian.web.demo.stories import Step, happen

DILIGENCE = (0.99, 0.985, 0.97, 0.95, 0.93, 0.9, 0.72)
BATCH = 350


@dataclass(frozen=True)
class Plan:
    """一条义务打算怎么办：各件事的日期；空表示一直没办。"""

    days: tuple[date, ...]


def diligence(subject: str) -> float:
    return pick(DILIGENCE, subject, "勤勉")


def plan_of(duty: Obligation, key: str, today: date) -> Plan:
    """何时办成：多数提前，少数逾期补办，极少数至今没办。"""
    care, dice = diligence(duty.subject), chance(key)
    if duty.due_on is None:
        return undated(duty, key, care, dice)
    early = (
        min(45, max(2, (duty.due_on - duty.slot_start).days * 2 // 5))
        if duty.due_on > duty.slot_start
        else 20
    )
    if dice < care:
        last = duty.due_on - timedelta(days=between(1, early, key, "early"))
    elif dice < care + (1 - care) * 0.62 or (today - duty.due_on).days > 150:
        last = duty.due_on + timedelta(days=between(2, 26, key, "late"))
    else:
        return Plan(())
    apart = max(7, early)
    return Plan(
        tuple(
            last - timedelta(days=apart * n)
            for n in reversed(range(1 if duty.rule.distinct else duty.needed))
        )
    )


def undated(duty: Obligation, key: str, care: float, dice: float) -> Plan:
    """没有期限的：持续的早就建好，定期的散在年内。"""
    if dice > care * 0.97:
        return Plan(())
    if duty.rule.each == "fact":
        return Plan((duty.slot_start + timedelta(days=between(1, 12, key, "after")),))
    if duty.slot_end.year == 9999:
        begun = max(duty.rule.in_force_from, date(2021, 12, 1))
        return Plan((begun + timedelta(days=between(20, 900, key, "standing")),))
    return Plan((duty.slot_start + timedelta(days=between(10, 350, key, "yearly")),))


def months(start: date, today: date) -> Iterator[tuple[date, date]]:
    """（上一站，这一站）：每月末一站，最后一站是今天。"""
    before, at = start, start
    while at < today:
        at = min(today, (at.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
        yield before, at
        before, at = at, at + timedelta(days=1)


def live(start: date, today: date, events: list[Step]) -> None:
    """一站一站过：事件逐日发生，月末办这一月打算办的事、牵头单位审核。"""
    stations = list(months(start, today))
    with clock.travel(clock.start_of(start) + timedelta(hours=9)):
        open_ledger(until=horizon(today), by=SYSTEM)
    diary = schedule(stations, today)
    for before, at in stations:
        happen([step for step in events if before <= step.day <= at], at, today)
        with clock.travel(min(clock.start_of(at) + timedelta(hours=19), clock.now())):
            act_month(diary.get(at, []), at)
            review(at, today)


def schedule(stations: list[tuple[date, date]], today: date) -> dict[date, list[tuple[int, date]]]:
    """每一站要办的：（义务，办理日期）。启用台账前已办的，头一站一并补录；今天以后的不办。"""
    diary: dict[date, list[tuple[int, date]]] = defaultdict(list)
    rows = Obligation.objects.filter(void_at=None, done_at=None, na_on=None, rule__cap=False)
    rows = rows.exclude(rule__each="fact").exclude(rule__proofs__fact_kind="campaign.submission")
    for duty in rows.select_related("rule").order_by("pk"):
        for day in plan_of(duty, f"{duty.rule.key}|{duty.subject}|{duty.slot_start}", today).days:
            at = next((last for _, last in stations if day <= last), None)
            if at is not None:
                diary[at].append((duty.pk, day))
    return diary


def act_month(todo: list[tuple[int, date]], at: date) -> None:
    """办这一站的事；别的记录已经顺带办成的，不再重复记。"""
    wanted: dict[str, list[Act]] = defaultdict(list)
    hands = Hands()
    rows = Obligation.objects.select_related("rule", "facility", "facility__unit", "unit", "trigger").filter(
        done_at=None
    )
    duties = rows.in_bulk([pk for pk, _ in todo])
    for pk, day in todo:
        if pk in duties:
            wanted[hands.key(duties[pk])].extend(acts_for(duties[pk], day, at))
    for duty in after_events(at):
        for day in plan_of(duty, f"{duty.rule.key}|{duty.case_key}", at).days:
            if day <= at:
                wanted[hands.key(duty)].extend(acts_for(duty, max(day, duty.slot_start), at))
    for key, acts in wanted.items():
        for start in range(0, len(acts), BATCH):
            record_facts(acts=acts[start : start + BATCH], by=hands.viewer(key))


def after_events(at: date) -> list[Obligation]:
    """日常记录引出的后续（文件印发后公开、隐患告知后到场……）；演示事件另有脚本，不在此列。"""
    rows = Obligation.objects.filter(
        rule__each="fact", done_at=None, void_at=None, na_on=None, slot_start__lt=at - timedelta(days=3)
    )
    rows = rows.exclude(case_key__startswith="demo-").select_related(
        "rule", "facility", "facility__unit", "unit"
    )
    return list(rows.order_by("pk"))


def acts_for(duty: Obligation, day: date, at: date) -> list[Act]:
    """办成这条义务的几件事；只给日期就够的种类。"""
    usable = [e for e in duty.rule.evidence if fact_kind(e["fact"]).precision == "day"]
    if not usable:
        return []
    chosen = usable if duty.rule.distinct else [pick(usable[:2], duty.rule.key, duty.subject)]
    day = min(max(day, EARLIEST), at)
    inside = duty.window_from <= day <= duty.window_to
    number = f"演示〔{day.year}〕{between(1, 900, duty.subject, duty.rule.key, day)}号"
    return [
        Act(
            kind=e["fact"],
            variant=e["variant"] or first_variant(e["fact"]),
            occurred=day,
            facility_id=duty.facility_id,
            unit_id=duty.unit_id,
            region_id=duty.region_id or (duty.trigger.region_id if duty.trigger else None),
            case_key=duty.case_key or "",
            payload={"number": number, "note": "演示记录"},
            target=None if inside else (f"{duty.rule.pack}/{duty.rule.key}", duty.subject, duty.slot_start),
        )
        for e in chosen
    ]


def first_variant(kind: str) -> str:
    return next(iter(fact_kind(kind).variants), "")


class Hands:
    """谁来记：机构的事由所在县（区）民政统一登记，单位的事由单位自己记。"""

    def __init__(self) -> None:
        self.owners = Owners()
        self.viewers: dict[str, Viewer] = {}

    def key(self, duty: Obligation) -> str:
        if duty.unit_id:
            return str(duty.unit_id)
        if duty.facility_id is None:
            charged = self.owners.of(duty)
            if charged:
                return str(charged[0])
        return str(self.owners.nearest("civil_affairs", duty.region_path) or "")

    def viewer(self, key: str) -> Viewer:
        if key not in self.viewers:
            self.viewers[key] = hand_of(Unit.objects.get(pk=int(key))) if key else SYSTEM
        return self.viewers[key]


def hand_of(unit: Unit) -> Viewer:
    """单位里记录的人：虚构姓名，只在本单位辖区内。"""
    return Viewer(
        None, person(unit.name, "记录人"), unit_name=unit.name, region_path=unit.region_path, everything=True
    )


def review(at: date, today: date) -> None:
    """牵头单位审核待审的记录；最近三周的留着等人来审。"""
    if (today - at).days < 21:
        return
    for fact in awaiting_review(SYSTEM)[:500]:
        if not Review.objects.filter(fact=fact).exists():
            review_fact(fact_id=fact.pk, accepted=True, by=SYSTEM)
