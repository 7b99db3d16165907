"""合并与作答的规矩：先后、重复无关；分歧并排；必答、必拍；了结哪些事。"""

import random
from datetime import UTC, datetime, timedelta

from yijian.inspections.rules.answers import Deed, deeds, difference, gaps, needs_photo
from yijian.inspections.rules.merge import Chosen, Given, merge
from yijian.inspections.tests.visit_world import ITEMS

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)


def given(uid: str, author: int, value: str, minutes: int = 0, check: str = "F1") -> Given:
    return Given(uid, check, author, value, T0 + timedelta(minutes=minutes))


def test_merging_does_not_depend_on_order_or_repeats() -> None:
    rows = [
        given(f"{a}-{c}-{n}", a, random.choice(["pass", "fail", "na"]), n, f"F{c}")
        for a in (1, 2, 3) for c in range(6) for n in range(4)
    ]  # fmt: skip
    expected = merge(rows)
    for _ in range(50):
        mixed = rows + random.choices(rows, k=20)
        random.shuffle(mixed)
        assert merge(mixed) == expected


def test_the_last_word_of_one_person_counts_and_two_people_differing_stand_side_by_side() -> None:
    rows = [given("a", 1, "pass"), given("b", 1, "fail", 5), given("c", 2, "fail", 1)]
    assert merge(rows)["F1"].value == "fail"
    row = merge([*rows, given("d", 2, "pass", 9)])["F1"]
    assert row.open and [g.uid for g in row.latest] == ["b", "d"]


def test_a_choice_holds_until_somebody_changes_his_answer() -> None:
    rows = [given("a", 1, "pass"), given("b", 2, "fail", 1)]
    chosen = {"F1": Chosen("b", frozenset({"a", "b"}))}
    assert merge(rows, chosen)["F1"].value == "fail"
    assert merge([*rows, given("c", 1, "na", 2)], chosen)["F1"].open


def test_required_answers_and_photos_are_named() -> None:
    merged = merge([given("a", 1, "fail", check="F1"), given("b", 1, "fail", check="F3")])
    missing = gaps(ITEMS, merged, {"F3"})
    assert len(missing) == 2 and "F1" in missing[0] and "还缺照片" in missing[0] and "F2" in missing[1]
    assert [i["id"] for i in ITEMS if needs_photo(i)] == ["F1", "F2", "F3"]


def test_a_visit_counts_only_for_those_who_took_part() -> None:
    rest = {"kind": "daily", "drawn": False, "case": False}
    civil_alone = deeds(
        functions=["civil_affairs"], lead="civil_affairs", aspects=["fire", "archive"], **rest
    )
    assert {d.kind for d in civil_alone} == {
        "inspection.civil_done", "inspection.patrol_done", "inspection.archive_done",
    }  # fmt: skip
    joint = deeds(functions=["civil_affairs", "fire"], lead="civil_affairs", aspects=["fire"], **rest)
    kinds = {d.kind for d in joint}
    assert {"inspection.joint_done", "inspection.fire_done"} <= kinds
    assert Deed("inspection.supervision_done", "county") in joint
    town = deeds(functions=[], lead="subdistrict", aspects=[], kind="random", drawn=True, case=True)
    assert Deed("inspection.supervision_done", "town") in town
    assert {"inspection.random_done", "inspection.case_done"} <= {d.kind for d in town}


def test_what_the_home_called_fine_and_the_visit_did_not() -> None:
    said = {"F1": "pass", "F2": "fail", "F3": "na"}
    assert difference(said, {"F1": "fail", "F2": "fail", "F3": "fail", "F4": "fail"}) == ["F1"]
