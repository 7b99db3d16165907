"""路由与名称规则：数据里写的都用得上。"""

import pytest

from yijian.filing import kinds
from yijian.filing.rules.names import FOLDER, check_name, ruleset, ruleset_for
from yijian.filing.rules.router import route_place, route_violation, table
from yijian.people.kinds import FUNCTIONS

NANKAI, YOUYANG = "/120000/120104/", "/500000/500242/500242001/"


@pytest.mark.parametrize(
    ("claims", "unit", "clause"),
    [
        ("business", "market", "任务16"),
        ("social", "civil_affairs", "任务17"),
        ("institution", "establishment", "任务18"),
        ("unclear", "civil_affairs", "（五）"),
        ("没有这种", "civil_affairs", "（五）"),
    ],
)
def test_places_are_routed_by_the_name_they_use(claims: str, unit: str, clause: str) -> None:
    route = route_place(claims, NANKAI)
    assert (route.unit, route.clause) == (unit, clause)
    assert route.reason


def test_every_kind_has_a_route_to_a_known_unit_with_a_national_clause() -> None:
    assert {row["claims"] for row in table()["places"]} == set(kinds.CLAIMS)
    assert {row["kind"] for row in table()["violations"]} == set(kinds.VIOLATIONS)
    for kind in kinds.VIOLATIONS:
        route = route_violation(kind, "/990000/")
        assert route.unit in FUNCTIONS
        assert route.clause


def test_every_ruleset_loads() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == {"default", "youyang"}
    assert ruleset_for(YOUYANG) == "youyang"
    assert ruleset_for(NANKAI) == "default"
    assert len(ruleset("youyang")[1]) > len(ruleset("default")[1])


@pytest.mark.parametrize(
    ("name", "path", "rules"),
    [
        ("桃花源街道敬老院", YOUYANG, []),
        ("松鹤敬老院", YOUYANG, ["place"]),
        ("酉阳县3号养老院", YOUYANG, ["number"]),
        ("国际颐养中心", NANKAI, ["grand"]),
        ("松鹤之家服务部", NANKAI, ["has_kind"]),
        ("松鹤养老医院", NANKAI, ["hospital"]),
        ("养老院", NANKAI, ["too_short"]),
        ("松鹤长者养老院（演示）", NANKAI, []),
    ],
)
def test_a_name_is_told_which_rule_it_breaks(name: str, path: str, rules: list[str]) -> None:
    assert [b.rule for b in check_name(name, path, ("酉阳县", "酉阳", "桃花源"))] == rules
