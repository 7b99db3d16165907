"""页面测试的小场面：演示小区县两家机构、几条规则，时间停在 2026 年 11 月 23 日（演示数据）。"""

from dataclasses import dataclass
from datetime import date

from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger.models import Fact, Obligation, Place, Rule, RuleUnit
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import Act, record_fact
from yijian.ledger.tests.world import SYSTEM, make_facility, make_place, make_rule
from yijian.people.cast import Cast

DAY = date(2026, 11, 23)
PROOF = {"number": "演〔2026〕1号"}


@dataclass
class Scene:
    """小场面里的东西。"""

    cast: Cast
    place: Place
    a: Facility
    b: Facility
    rules: dict[str, Rule]

    def duty(self, key: str, **where: object) -> Obligation:
        """某条规则最早的一条义务。"""
        return Obligation.objects.filter(rule=self.rules[key], **where).earliest("slot_start", "pk")

    def fact(self, kind: str, facility: Facility, day: date = DAY, **more: object) -> Fact:
        act = Act(kind=kind, occurred=day, facility_id=facility.pk, payload=PROOF, **more)
        return record_fact(act=act, by=SYSTEM)


def make_scene(cast: Cast) -> Scene:
    """在 DAY 这一天里调用。"""
    assert clock.today() == DAY
    place = make_place(date(2026, 1, 1))
    half_year, complaint = {"at_least": 1, "per": "half_year"}, "complaint.received"
    answer = {"within": 5, "unit": "workdays", "of": complaint}
    rules = {
        "drill": make_rule(place, "半年演练", half_year, by="facility"),
        "visit": make_rule(
            place, "半年联合检查", half_year, by="unit", evidence=[("inspection.joint_done", "")], review=True
        ),
        "fire": make_rule(
            place,
            "年度消防检查",
            {"every_year_by": "06-10"},
            by="unit",
            evidence=[("inspection.fire_done", "")],
        ),
        "answer": make_rule(
            place, "投诉反馈", answer, "fact", subjects=[complaint], evidence=[("complaint.answered", "")]
        ),
        "open": make_rule(place, "公示栏常新", {"standing": "公示内容现行有效"}, by="facility"),
    }
    RuleUnit.objects.create(rule=rules["fire"], role="responsible", function="fire")
    homes = []
    for key, town in (("home_a", "990102001"), ("home_b", "990102002")):
        unit = cast.units[key]
        homes.append(make_facility(unit.name, town, unit=unit, search_text=unit.name))
    open_ledger(by=SYSTEM)
    return Scene(cast, place, *homes, rules)
