"""检查用的小世界：演示小区县的规则、机构、检查人员（人名虚构）。"""

from datetime import date

from yijian.facilities.models import Facility
from yijian.inspections.models import Inspector, Plan
from yijian.inspections.services.bases import save_inspector
from yijian.inspections.services.plan import make_plan, solve_plan
from yijian.kernel import clock
from yijian.ledger.models import RuleUnit
from yijian.ledger.services.load import open_ledger
from yijian.ledger.tests.world import make_facility, make_place, make_rule
from yijian.people.cast import Cast
from yijian.people.models import Region
from yijian.people.viewer import SYSTEM

YEAR = 2026
JOINT = {"lead": ["civil_affairs"], "responsible": ["housing", "market", "fire"], "local": []}


def rules() -> None:
    """三条下限：每半年联合、民政每年、消防持续；另有计划、个案与一条没有次数的。"""
    place = make_place()
    civil = {"lead": ["civil_affairs"], "responsible": [], "local": []}
    fire = {"lead": ["fire"], "responsible": [], "local": []}
    half, year = {"at_least": 1, "per": "half_year"}, {"at_least": 1, "per": "year"}
    joint, own = [("inspection.joint_done", "")], [("inspection.civil_done", "")]
    case = [("inspection.case_done", "")]
    make_rule(place, "联合", half, by="unit", who=JOINT, evidence=joint, title="每半年联合现场检查")
    make_rule(place, "民政", year, by="unit", who=civil, evidence=own, title="民政每年现场检查")
    make_rule(
        place, "消防", {"standing": "已查"}, by="unit", who=fire, evidence=[("inspection.fire_done", "")],
        title="消防监督检查",
    )  # fmt: skip
    make_rule(
        place, "随机", {"standing": "在开展"}, "jurisdiction", by="unit", who=civil,
        evidence=[("inspection.round_done", "")], subjects=["990102"],
    )  # fmt: skip
    rule = make_rule(
        place, "个案", {"promptly": "及时", "of": "inspection.case_opened"}, "fact", by="unit", who=civil,
        evidence=case, subjects=["inspection.case_opened"], title="个案及时检查处置",
    )  # fmt: skip
    RuleUnit.objects.create(rule=rule, role="responsible", function="fire")
    open_ledger(by=SYSTEM)


def homes(cast: Cast, count: int = 4) -> list[Facility]:
    """两个街道各几家；头一家是松鹤长者养老院。"""
    made = [make_facility("松鹤长者养老院（演示）", unit=cast.units["home_a"], search_text="松鹤长者养老院")]
    streets = ("990102001", "990102002")
    return made + [make_facility(f"第{n}养老院（演示）", streets[n % 2]) for n in range(1, count)]


def inspector(cast: Cast, name: str, unit: str = "civil", **more: object) -> Inspector:
    """登记一名检查人员。"""
    values = {"certificate_no": f"示{unit}{name}", "valid_to": date(2030, 12, 31)} | more
    return save_inspector(name=name, unit=cast.units[unit], by=SYSTEM, **values)


def plan(cast: Cast) -> Plan:
    """颐和区 2026 年的计划，已求解。"""
    made = make_plan(region=Region.objects.get(pk=cast.district.pk), year=YEAR, by=SYSTEM)
    return solve_plan(plan=made, seconds=0.3, by=SYSTEM)


def today() -> date:
    return clock.today()
