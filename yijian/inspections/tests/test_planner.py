"""综合查一次：次数最少、下界可证、独立核对指得出是哪一条。"""

import random
from itertools import combinations

import pytest

from yijian.inspections.rules.floors import Floor, floor_of, goers, windows
from yijian.inspections.rules.planner import Need, Pin, jobs_of, least_months, lower_bound
from yijian.inspections.rules.planner_check import Planned, check, proof
from yijian.inspections.services.planner import Home, solve
from yijian.kernel.errors import Refused

JOINT = ("civil_affairs", "housing", "market", "fire")


def floor(
    facility: int, who: tuple[str, ...], first: int, last: int, times: int = 1, region: str = ""
) -> Floor:
    return Floor(
        rule="包/义务", pack="包", title="联合现场检查", clause="任务31", phrase="每半年", functions=who,
        facility=facility, region=region, first=first, last=last, times=times, label="时段",
        facts=(("inspection.joint_done", ""),),
    )  # fmt: skip


def small(count: int) -> tuple[list[Floor], list[Home], dict[int, str]]:
    """几条街上的机构：每半年联合一次，民政、住建、消防各一次，街道两次。"""
    floors, homes, paths = [], [], {}
    for n in range(1, count + 1):
        street = f"s{n % (count // 8 + 1)}"
        homes.append(Home(n, street, "d"))
        paths[n] = f"/d/{street}/"
        floors += [floor(n, JOINT, 1, 6), floor(n, JOINT, 7, 12), floor(n, ("civil_affairs",), 1, 12)]
        floors += [floor(n, ("civil_affairs", "housing"), 1, 12), floor(n, ("subdistrict",), 1, 12, 2)]
        if n % 5 == 0:
            floors.append(floor(n, ("health",), 1, 12))
    floors += [floor(0, ("civil_affairs", "finance"), m, m + 2, region="/d/") for m in (1, 4, 7, 10)]
    return floors, homes, paths


def planned(floors: list[Floor], homes: list[Home], paths: dict[int, str], **more: object) -> list[Planned]:
    answer = solve(floors, homes, regions=paths, seconds=0.5, **more)  # type: ignore[arg-type]
    return [
        Planned(k, v.facility, paths[v.facility], v.month, frozenset(v.functions))
        for k, v in enumerate(answer.visits)
    ]


@pytest.mark.parametrize("count", [1, 8, 30])
def test_every_floor_holds_and_the_count_meets_the_bound(count: int) -> None:
    floors, homes, paths = small(count)
    answer = solve(floors, homes, regions=paths, seconds=0.5)
    visits = planned(floors, homes, paths)
    assert not check(floors, visits, cap=None, names={})
    if count >= 8:
        assert len(answer.visits) == answer.bound
    assert len(answer.visits) <= answer.greedy <= answer.before_by_duty <= answer.before


def test_removing_any_one_visit_breaks_a_named_floor() -> None:
    floors, homes, paths = small(8)
    visits = planned(floors, homes, paths)
    for gone in visits:
        left = [v for v in visits if v is not gone]
        faults = check(floors, left, cap=None, names={n: f"第{n}家" for n in paths})
        assert faults
        assert all("不成立" in f.message and "联合现场检查" in f.message for f in faults)
        assert any(f"第{gone.facility}家" in f.message or not f.facility for f in faults)


def test_the_bound_equals_the_true_least_for_random_spans() -> None:
    dice = random.Random(7)
    choices = [
        (1, 12),
        (1, 6),
        (7, 12),
        *((m, m + 2) for m in (1, 4, 7, 10)),
        *((m, m) for m in range(1, 13)),
    ]
    for _ in range(60):
        spans = tuple(sorted({(*dice.choice(choices), dice.choice((1, 1, 2))) for _ in range(4)}))
        fits = [
            size for size in range(13)
            if any(all(sum(a <= m <= b for m in s) >= n for a, b, n in spans)
                   for s in combinations(range(1, 13), size))
        ]  # fmt: skip
        if not fits:
            with pytest.raises(Refused):
                least_months(spans)
            continue
        assert len(least_months(spans)) == fits[0]
        assert lower_bound(spans) <= fits[0]


def test_visits_of_one_facility_never_fall_in_the_same_month() -> None:
    floors, homes, paths = small(30)
    visits = planned(floors, homes, paths)
    assert len({(v.facility, v.month) for v in visits}) == len(visits)


def test_a_pinned_month_stays_and_serves() -> None:
    floors, homes, paths = small(8)
    visits = planned(floors, homes, paths, pins={3: [Pin(5, frozenset({"civil_affairs"}))]})
    assert any(v.facility == 3 and v.month == 5 for v in visits)
    assert not check(floors, visits, cap=None, names={})


def test_exceeding_the_cap_is_said_with_the_name() -> None:
    visits = [Planned(n, 1, "/d/", n + 1, frozenset(JOINT)) for n in range(3)]
    (fault,) = check([], visits, cap=2, names={1: "松鹤养老院"})
    assert "松鹤养老院" in fault.message
    assert "上限 2 次" in fault.message


def test_a_region_floor_with_nobody_in_it_is_reported_unmet() -> None:
    floors = [floor(0, ("civil_affairs",), 1, 12, region="/x/")]
    answer = solve(floors, [Home(1, "s", "d")], regions={1: "/d/s/"}, seconds=0.2)
    assert answer.unmet == [0]
    assert not answer.visits


def test_the_proof_lists_which_visits_meet_a_floor() -> None:
    visits = [Planned(7, 1, "/d/", 3, frozenset(JOINT)), Planned(8, 1, "/d/", 9, frozenset({"fire"}))]
    assert proof([floor(1, JOINT, 1, 6), floor(1, ("fire",), 1, 12)], visits) == [[7], [7, 8]]


def test_windows_follow_the_shape_and_the_day_the_rule_begins() -> None:
    from datetime import date

    halves = windows("at_least", {"at_least": 1, "per": "half_year"}, 2026, date(2021, 1, 1))
    assert [(w.first, w.last) for w in halves] == [(1, 6), (7, 12)]
    late = windows("at_least", {"at_least": 1, "per": "quarter"}, 2026, date(2026, 6, 1))
    assert [w.first for w in late] == [7, 10]
    (standing,) = windows("standing", {"standing": "已查"}, 2026, date(2021, 1, 1))
    assert standing.standing
    assert (standing.first, standing.last, standing.times) == (1, 12, 1)
    assert windows("promptly", {"promptly": "及时"}, 2026, date(2021, 1, 1)) == []


def test_who_must_go() -> None:
    who = {"lead": ["civil_affairs"], "responsible": ["fire"], "local": ["subdistrict"]}
    assert goers(who, [("inspection.joint_done", "")]) == ("civil_affairs", "fire")
    assert goers(who, [("inspection.supervision_done", "town")]) == ("subdistrict",)


def test_a_floor_survives_being_written_down() -> None:
    one = floor(3, JOINT, 1, 6)
    assert floor_of(one.as_dict()) == one


def test_jobs_extend_no_further_than_their_floors() -> None:
    needs = [Need(0, 1, 6, 1, frozenset(JOINT)), Need(1, 1, 12, 2, frozenset({"subdistrict"}))]
    first, second = jobs_of(needs)
    assert (first.first, first.last) == (1, 6)
    assert second.first == 7
    assert second.functions == {"subdistrict"}
