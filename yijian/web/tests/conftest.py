"""页面测试的小场面：松鹤街道两家机构、几条制度，时间停在 2026 年 8 月 20 日（演示数据）。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from yijian.facilities.models import Facility
from yijian.facilities.rules.search import search_text
from yijian.kernel import clock
from yijian.ledger.models import Place, Rule, RuleUnit
from yijian.ledger.services.load import open_ledger
from yijian.ledger.tests.world import SYSTEM, make_facility, make_place, make_rule
from yijian.people.cast import Cast

DAY = date(2026, 8, 20)


@dataclass
class Scene:
    """小场面里的东西。"""

    cast: Cast
    place: Place
    home_a: Facility
    home_b: Facility
    rules: dict[str, Rule]


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    with clock.travel(DAY):
        place = make_place(date(2026, 1, 1))
        rules = {
            "drill": make_rule(place, "半年演练", {"at_least": 1, "per": "half_year"}, by="facility"),
            "visit": make_rule(place, "半年联合检查", {"at_least": 1, "per": "half_year"}, by="unit"),
            "fire": make_rule(place, "年度消防检查", {"every_year_by": "09-10"}, by="unit"),
            "street": make_rule(
                place, "街道月巡查", {"at_least": 1, "per": "month"}, "unit", subjects=["subdistrict"]
            ),
            "open": make_rule(place, "公示栏常新", {"standing": "公示内容现行有效"}, by="facility"),
        }
        RuleUnit.objects.create(rule=rules["fire"], role="responsible", function="fire")
        homes = {}
        for key, town in (("home_a", "990102001"), ("home_b", "990102002")):
            unit = cast.units[key]
            homes[key] = make_facility(unit.name, town, unit=unit, search_text=search_text(unit.name))
        open_ledger(by=SYSTEM)
        yield Scene(cast, place, homes["home_a"], homes["home_b"], rules)
