"""演示的三库与计划：检查人员（虚构）、关系、事项清单、检查表、四地已印发的年度计划、一次专项行动。"""

from datetime import date, timedelta

from yijian.facilities.models import Facility
from yijian.inspections.models import Checklist, Inspector, Plan, Relation, Visit, VisitInspector
from yijian.inspections.queries.bases import usable
from yijian.inspections.services.bases import declare_relation, load_spot_items, save_inspector
from yijian.inspections.services.checklists import load_checklists
from yijian.inspections.services.drives import open_drive, tell_row
from yijian.inspections.services.plan import adopt_plan, change_settings, make_plan, solve_plan
from yijian.inspections.services.visits_open import assign, open_month
from yijian.kernel import clock
from yijian.people.models import Account, Region, Unit
from yijian.people.viewer import SYSTEM
from yijian.web.demo.accounts import ROLES
from yijian.web.demo.dice import between, chance, person, pick
from yijian.web.demo.places import SPOTS, Spot

STAFF = (
    ("civil_affairs", ("safety", "quality"), 3),
    ("fire", ("fire",), 3),
    ("market", ("food", "equipment"), 3),
    ("housing", ("building",), 2),
    ("health", ("medical",), 2),
)
CAP = 4
SECONDS = 1.0


def build_bases() -> None:
    """检查表、事项清单、检查人员与申报的关系。"""
    load_checklists(by=SYSTEM)
    load_spot_items(by=SYSTEM)
    for spot in SPOTS:
        for function, skills, count in STAFF:
            unit = Unit.objects.get(region_id=spot.code, function=function)
            for number in range(count):
                build_inspector(spot, unit, skills, number)
        declare(spot)


def build_inspector(spot: Spot, unit: Unit, skills: tuple[str, ...], number: int) -> None:
    """头一名就是演示账号本人；最后一名的证件过期或快要过期。"""
    keys = {function: key for key, function, role, _ in ROLES if role == "officer"}
    username = f"{spot.key}.{keys[unit.function]}"
    account = Account.objects.get(username=username) if number == 0 else None
    today = clock.today()
    left = between(200, 1500, unit.name, number, "证件")
    if number == 2:
        left = 30 if unit.function == "market" else -between(5, 90, unit.name, "过期")
    save_inspector(
        name=account.name if account else person(unit.name, number, "检查人员"),
        unit=unit,
        certificate_no=f"演示{spot.code}{unit.pk:05d}{number + 1:02d}",
        valid_from=today + timedelta(days=left - 1826),
        valid_to=today + timedelta(days=left),
        expertise=skills,
        account=account,
        by=SYSTEM,
    )


def declare(spot: Spot) -> None:
    """每地两人申报关系。"""
    people = Inspector.objects.filter(unit__region_id=spot.code).order_by("pk")
    homes = list(Facility.objects.filter(region_path__contains=f"/{spot.code}/").order_by("pk")[:10])
    for number, (row, kind) in enumerate(zip(people[1:6:3], ("kinship", "former_employer"), strict=True)):
        home = pick(homes, spot.code, number, "关系")
        declare_relation(inspector=row, facility=home, kind=kind, by=SYSTEM)


def build_plans(year: int) -> None:
    """四地各一份：读台账、求解、印发。"""
    for spot in SPOTS:
        region = Region.objects.get(pk=spot.code)
        plan = make_plan(region=region, year=year, by=SYSTEM)
        change_settings(
            plan=plan, cap=CAP, standing=True, capacity={}, rate=10, stratify="kind", by=SYSTEM
        )  # fmt: skip
        solve_plan(plan=plan, seconds=SECONDS, by=SYSTEM)
        adopt_plan(plan=plan, number=f"演民发〔{year}〕{6 + len(spot.key)}号", by=SYSTEM)


def build_drive(today: date) -> None:
    """酉阳的消防隐患清零行动：多数做了，少数写明原因。"""
    region = Region.objects.get(pk="500242")
    checklist = Checklist.objects.get(code="fire").versions.latest("number")
    drive = open_drive(
        region=region,
        title="养老服务场所消防重大风险隐患清零行动",
        basis="酉阳方案 重点任务八",
        starts_on=today - timedelta(days=40),
        ends_on=today + timedelta(days=50),
        aspects=["fire"],
        object_kinds=["nursing_home", "township_home"],
        checklist=checklist,
        by=SYSTEM,
    )
    for row in drive.rows.select_related("facility", "drive").order_by("pk"):
        dice = chance(row.facility.name, "清零")
        if dice < 0.6:
            day = today - timedelta(days=between(1, 38, row.facility.name, "清零"))
            tell_row(row=row, state="done", done_on=day, by=SYSTEM)
        elif dice < 0.72:
            tell_row(row=row, state="undone", reason="正在停业装修，复业前再查", by=SYSTEM)


def build_tasks(today: date) -> None:
    """本月的任务按计划派出，多数已派两人，个别还空着。"""
    start = today.replace(day=1)
    with clock.travel(start):
        for spot in SPOTS:
            plan = Plan.objects.get(region_id=spot.code, year=today.year)
            if not plan.visits.filter(month=today.month, facility__isnull=False).exists():
                continue
            for visit in open_month(plan=plan, month=today.month, by=SYSTEM):
                if chance(visit.facility.name, "派人") < 0.8:
                    staff(visit)


def staff(visit: Visit) -> None:
    """两名证件有效、不必回避的；头一件交给演示账号本人（民政带队，消防同去），好拿手机试。"""
    kin = set(Relation.objects.filter(facility=visit.facility).values_list("inspector_id", flat=True))
    crew = [p for p in usable(SYSTEM, visit.region_path, visit.window_to) if p.pk not in kin]
    known = [p for p in crew if p.account_id and p.unit.function in ("civil_affairs", "fire")]
    busy = VisitInspector.objects.filter(inspector__in=[p.pk for p in known]).exists()
    if len(known) == 2 and not busy:
        crew = sorted(known, key=lambda p: p.unit.function)
    if len(crew) >= 2:
        first = between(0, len(crew) - 2, visit.facility.name, "头一名")
        assign(visit=visit, inspectors=[p.pk for p in crew[first : first + 2]], by=SYSTEM)


def build_inspections(today: date) -> None:
    """名录在去年底建好；计划年初印发；本月的任务月初派出。"""
    begun = date(today.year, 1, 8)
    with clock.travel(max(begun, today - timedelta(days=350))):
        build_plans(today.year)
    build_drive(today)
    build_tasks(today)
