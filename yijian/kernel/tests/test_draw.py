"""抽取规则本身：均匀、回避、均衡，字节写法，种子够不够长。"""

import math
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yijian.kernel import draw
from yijian.kernel.errors import Refused

FACES = "123456" * 9


def slot(*functions: str, expert: bool = False, expertise: str = "") -> dict[str, Any]:
    return {"functions": list(functions), "expert": expert, "expertise": expertise, "label": "席"}


def person(n: int, function: str = "fire", **extra: Any) -> dict[str, Any]:
    base = {
        "id": f"p{n:03d}",
        "name": f"人{n}",
        "unit": "某局",
        "function": function,
        "street": "",
        "expert": False,
    }
    return base | {"expertise": [], "valid_from": "", "valid_to": "2027-12-31"} | extra


def home(n: int, stratum: str = "甲", **extra: Any) -> dict[str, Any]:
    return {"id": f"h{n:03d}", "name": f"院{n}", "street": "", "stratum": stratum, "avoid": []} | extra


def book(homes: list[Any], people: list[Any], slots: list[Any], **quotas: int) -> dict[str, Any]:
    counted = Counter(one["stratum"] for one in homes)
    strata = [
        {"name": name, "pool": counted[name], "kind": "number", "value": n, "rounding": "up"}
        for name, n in quotas.items()
    ]
    return {"objects": homes, "inspectors": people, "slots": slots, "strata": strata}


def seed(n: int) -> str:
    return sha256(f"种子{n}".encode()).hexdigest()


def chi_square_limit(freedom: int) -> float:
    """自由度 freedom 的卡方分布，百万分之一的界（Wilson–Hilferty 近似）。"""
    z, v = 4.753, 2 / (9 * freedom)
    return freedom * (1 - v + z * math.sqrt(v)) ** 3


def chi_square(seen: Counter[Any], cells: int, expected: float) -> float:
    return sum((n - expected) ** 2 / expected for n in seen.values()) + (cells - len(seen)) * expected


# ---- 均匀 ------------------------------------------------------------------------------------------


def test_ten_thousand_draws_favour_no_home_and_no_inspector() -> None:
    runs = 10_000
    homes = [home(n, "甲" if n < 12 else "乙") for n in range(20)]
    people = [person(n, "civil_affairs" if n < 5 else "fire") for n in range(11)]
    frozen = book(homes, people, [slot("civil_affairs"), slot("fire")], 甲=3, 乙=2)
    seen, first, pairs, teams = Counter[int](), Counter[int](), Counter[Any](), Counter[Any]()
    for n in range(runs):
        found = draw.draw(frozen, seed(n))
        assert len(found) == 5
        inside = [one.index for one in found]
        seen.update(inside)
        first[inside[0]] += 1
        pairs.update((one.index, one.team[0]) for one in found[:1])
        teams.update(one.team for one in found[:1])
    for layer, share in ((range(12), 3 / 12), (range(12, 20), 2 / 8)):
        drawn = Counter({n: seen[n] for n in layer})
        # 不放回：方差小一截，除以（1 − 抽样比）后仍是卡方
        assert chi_square(drawn, len(layer), runs * share) / (1 - share) < chi_square_limit(len(layer) - 1)
    assert chi_square(pairs, 100, runs / 100) < chi_square_limit(99) * 1.5
    assert chi_square(teams, 30, runs / 30) < chi_square_limit(29)


def test_a_biased_rule_would_be_found_out() -> None:
    seen = Counter({n: 2500 for n in range(11)} | {11: 2500 + 400})
    assert chi_square(seen, 12, 2500) > chi_square_limit(11)


# ---- 回避与均衡 --------------------------------------------------------------------------------------


@st.composite
def books(choose: Any) -> dict[str, Any]:
    """随便一份名单：街道、回避都随便，但留着不住哪条街、不用回避的两名民政、两名消防。"""
    streets = st.sampled_from(["", "东街", "西街"])
    people = [person(n, f) for n, f in enumerate(["civil_affairs", "civil_affairs", "fire", "fire"])]
    for n in range(4, 4 + choose(st.integers(0, 8))):
        people.append(
            person(n, choose(st.sampled_from(["civil_affairs", "fire", "market"])), street=choose(streets))
        )
    ids = [one["id"] for one in people[4:]]
    homes = []
    for n in range(choose(st.integers(1, 12))):
        avoid = sorted(choose(st.sets(st.sampled_from(ids), max_size=4))) if ids else []
        homes.append(home(n, street=choose(streets), avoid=avoid))
    return book(
        homes, people, [slot("civil_affairs"), slot("fire"), slot()], 甲=choose(st.integers(1, len(homes)))
    )


@settings(max_examples=200, deadline=None)
@given(books(), st.integers(0, 10**9))
def test_the_recused_are_never_sent(frozen: dict[str, Any], n: int) -> None:
    for one in draw.draw(frozen, seed(n)):
        thing = frozen["objects"][one.index]
        team = [frozen["inspectors"][i] for i in one.team]
        assert len({p["id"] for p in team}) == 3
        assert team[0]["function"] == "civil_affairs" and team[1]["function"] == "fire"
        for member in team:
            assert member["id"] not in thing["avoid"]
            assert not member["street"] or member["street"] != thing["street"]


@pytest.mark.parametrize("n", range(20))
def test_work_is_shared_evenly(n: int) -> None:
    people = [person(i, "civil_affairs" if i < 3 else "fire") for i in range(10)]
    frozen = book([home(i) for i in range(40)], people, [slot("civil_affairs"), slot("fire")], 甲=25)
    loads = Counter(i for one in draw.draw(frozen, seed(n)) for i in one.team)
    assert sorted(loads[i] for i in range(3)) == [8, 8, 9]
    assert sorted(loads[i] for i in range(3, 10)) == [3, 3, 3, 4, 4, 4, 4]


def test_work_is_shared_within_two_across_overlapping_seats() -> None:
    people = [person(i, "civil_affairs" if i < 4 else "fire") for i in range(8)]
    frozen = book([home(i) for i in range(30)], people, [slot("civil_affairs"), slot()], 甲=20)
    loads = Counter(i for one in draw.draw(frozen, seed(5)) for i in one.team)
    assert sum(loads.values()) == 40 and max(loads.values()) - min(loads.values()) <= 2


def test_experts_sit_only_on_their_seats() -> None:
    people = [person(0), person(1), person(2, expert=True, expertise=["food"]), person(3, expert=True)]
    frozen = book([home(0), home(1)], people, [slot(), slot(), slot(expert=True, expertise="food")], 甲=2)
    for one in draw.draw(frozen, seed(1)):
        assert set(one.team[:2]) == {0, 1} and one.team[2] == 2


def test_the_order_of_the_list_does_not_matter() -> None:
    homes, people = [home(n) for n in range(30)], [person(n) for n in range(6)]
    one = draw.draw(book(homes, people, [slot(), slot()], 甲=9), seed(3))
    two = draw.draw(book(homes[::-1], people[::-1], [slot(), slot()], 甲=9), seed(3))
    assert [(homes[p.index]["id"], [people[i]["id"] for i in p.team]) for p in one] == [
        (homes[::-1][p.index]["id"], [people[::-1][i]["id"] for i in p.team]) for p in two
    ]


@pytest.mark.parametrize(("size", "wanted"), [(1, 1), (5, 0), (300, 3), (300, 299), (2000, 40)])
def test_the_short_cut_finds_the_smallest_tickets(size: int, wanted: int) -> None:
    homes = [home(n) for n in range(size)]
    frozen = book(homes, [person(0), person(1)], [slot(), slot()], 甲=wanted)
    key = bytes.fromhex(seed(9))
    all_tickets = sorted((sha256(key + b"o" + one["id"].encode()).digest(), n) for n, one in enumerate(homes))
    assert draw.select(frozen, key) == all_tickets[:wanted]


def test_a_bound_set_too_low_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    homes = [home(n, "甲" if n % 2 else "乙") for n in range(100)]
    frozen = book(homes, [person(0), person(1)], [slot(), slot()], 甲=7, 乙=0)
    right = draw.draw(frozen, seed(4))
    monkeypatch.setattr(draw, "_bound", lambda wanted, pool: b"\x00\x01")
    assert draw.draw(frozen, seed(4)) == right


# ---- 种子、名额、写法 ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["", "ab" * 15, "AB" * 32, "zz" * 32, "abc" * 11])
def test_a_short_seed_is_refused(bad: str) -> None:
    with pytest.raises(Refused, match="种子太短"):
        draw.draw(book([home(0)], [person(0), person(1)], [slot(), slot()], 甲=1), bad)


def test_every_seed_is_bound_to_its_list() -> None:
    a, b = draw.digest("甲"), draw.digest("乙")
    secrets = ["0123456789abcdef" * 2, "fedcba9876543210" * 2]
    assert draw.dice_seed(a, FACES) != draw.dice_seed(b, FACES)
    assert draw.revealed_seed(a, secrets) != draw.revealed_seed(b, secrets)
    assert draw.revealed_seed(a, secrets) != draw.revealed_seed(a, secrets[::-1])
    assert draw.commitment(a, "民政局", secrets[0]) != draw.commitment(a, "消防队", secrets[0])
    with pytest.raises(Refused, match="两家"):
        draw.revealed_seed(a, secrets[:1])


@pytest.mark.parametrize("secret", ["0123456789abcdef", "0" * 32, "XYZ" * 12, ""])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(Refused):
        draw.commitment(draw.digest("甲"), "民政局", secret)


@pytest.mark.parametrize(
    ("pool", "rate", "up", "half_up", "down"),
    [
        (3, 5000, 2, 2, 1),
        (10, 3000, 3, 3, 3),
        (7, 1000, 1, 1, 0),
        (1, 4999, 1, 0, 0),
        (0, 5000, 0, 0, 0),
        (9, 10000, 9, 9, 9),
    ],
)
def test_rounding(pool: int, rate: int, up: int, half_up: int, down: int) -> None:
    assert draw.quota(pool, "rate", rate, "up") == up
    assert draw.quota(pool, "rate", rate, "half_up") == half_up
    assert draw.quota(pool, "rate", rate, "down") == down


def test_canonical_writing() -> None:
    assert (
        draw.canonical({"乙": [True, None, 3], "b": '甲\n"', "a": {}})
        == '{"a":{},"b":"甲\\n\\"","乙":[true,null,3]}'
    )
    for bad in (1.0, [0.5], {"a": float("nan")}, {1: 2}, "\ud800"):
        with pytest.raises(ValueError):
            draw.canonical(bad)
