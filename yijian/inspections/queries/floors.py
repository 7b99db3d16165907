"""从台账读出一地一年的检查下限：哪条义务、哪些单位、哪家机构、哪个时段、几次。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from yijian.facilities.models import Facility
from yijian.inspections.rules import floors as rules
from yijian.inspections.rules.floors import Floor, Window
from yijian.kernel.errors import Refused
from yijian.ledger.models import Jurisdiction, Place, Rule, RuleSubject
from yijian.people.models import Region

Facts = tuple[tuple[str, str], ...]
CAP_DUTY = "inspect.yearly_cap"


@dataclass(frozen=True)
class Left:
    """不进计划的一条义务与缘由。"""

    pack: str
    clause: str
    title: str
    why: str


@dataclass
class Read:
    """读出来的：下限、不进计划的、文件写明的年度上限、随机抽查的义务。"""

    floors: list[Floor] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    cap: int | None = None
    random: list[Rule] = field(default_factory=list)


def place_of(region: Region) -> Place:
    """这个区划归哪个有文件的地方。"""
    found = Jurisdiction.objects.select_related("place").filter(region=region).first()
    if found is None:
        raise Refused(f"{region.name}没有在用的制度包，读不出检查下限；请先装入制度包。", field="region")
    return found.place


def read_floors(region: Region, year: int, *, standing: bool = True) -> Read:
    """某地某年的全部下限。standing 为真时，没写次数的“持续保持”按每年到场一次安排。"""
    found, homes = Read(), list(homes_of(region))
    place = place_of(region)
    rows = place.rules.filter(retired_on__isnull=True, by="unit").prefetch_related("proofs", "subjects")
    for rule in rows.order_by("pack", "key"):
        if rule.duty == CAP_DUTY and rule.cap:
            found.cap = int(rule.when["at_most"])
        facts = [(p.fact_kind, p.variant) for p in rule.proofs.all()]
        if any(kind in rules.ROUNDS for kind, _ in facts):
            found.random.append(rule)
            found.left.append(left(rule, "由双随机抽取产生，按抽查比例另列"))
        elif rules.proofs(facts) and not rule.cap:
            read_rule(rule, sorted(facts), region, year, homes, standing, found)
    return found


def homes_of(region: Region) -> Iterable[Facility]:
    """这个地方的机构，含停业的：各时段是否在营由日子定。"""
    rows = Facility.objects.filter(region_path__under=region.path, merged_into__isnull=True)
    return rows.only("pk", "name", "kind", "region_path", "opened_on", "closed_on").order_by("pk")


def read_rule(
    rule: Rule,
    facts: list[tuple[str, str]],
    region: Region,
    year: int,
    homes: list[Facility],
    standing: bool,
    found: Read,
) -> None:
    """一条规则变成几条下限；进不了计划的记下缘由。"""
    why = reason(rule, standing)
    if why:
        found.left.append(left(rule, why))
        return
    who, shown = rules.goers(rule.who, facts), rules.proofs(facts)
    subjects = list(rule.subjects.all())
    for window in rules.windows(rule.shape, rule.when, year, rule.in_force_from):
        if rule.in_force_to and window.bind > rule.in_force_to:
            continue
        for facility, path in bound(rule, subjects, region, homes, window.bind):
            found.floors.append(floor_in(rule, window, who, shown, facility, path))


def floor_in(
    rule: Rule, window: Window, who: tuple[str, ...], facts: Facts, facility: int, path: str
) -> Floor:
    return Floor(
        rule=f"{rule.pack}/{rule.key}",
        pack=rule.pack,
        title=rule.title,
        clause=rule.clause,
        phrase=rule.phrase,
        functions=who,
        facility=facility,
        region=path,
        first=window.first,
        last=window.last,
        times=window.times,
        label=window.label,
        facts=facts,
        standing=window.standing,
    )


def reason(rule: Rule, standing: bool) -> str:
    if rule.each == "fact":
        return "由线索或检查本身引起，发生了才办"
    if rule.each == "unit":
        return "落在单位自己身上，不按机构排"
    if rule.shape == "standing":
        if rule.each != "facility":
            return "辖区的持续要求，没有次数"
        return "" if standing else "没有写次数，本计划不安排"
    if rule.shape != "at_least":
        return "没有写次数，随时办"
    return ""


def left(rule: Rule, why: str) -> Left:
    return Left(rule.pack, rule.clause, rule.title, why)


def bound(
    rule: Rule, subjects: list[RuleSubject], region: Region, homes: list[Facility], day: date
) -> Iterable[tuple[int, str]]:
    """落在谁身上：（机构，区划路径）；辖区的机构为 0。"""
    if rule.each == "facility":
        kinds = {s.kind for s in subjects}
        return [(h.pk, h.region_path) for h in homes if h.kind in kinds and open_on(h, day)]
    codes = [s.region_id for s in subjects]
    rows = Region.objects.filter(pk__in=codes, path__startswith=region.path).order_by("path")
    return [(0, path) for path in rows.values_list("path", flat=True)]


def open_on(home: Facility, day: date) -> bool:
    """这一天在营。"""
    opened = home.opened_on is None or home.opened_on <= day
    return opened and (home.closed_on is None or home.closed_on > day)
