"""叠加：取严、留源、写明冲突；本地数字标为本地；分段有效。"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from yijian.regimes.compare import compare_places
from yijian.regimes.kinds import FACILITY_KINDS
from yijian.regimes.library import Library, covers, level_of, load_all
from yijian.regimes.stack import BindingRule, rules_for, rules_over

NANKAI, YOUYANG, ZEZHOU, QILIN, QUJING, ELSEWHERE = "120104", "500242", "140525", "530302", "530300", "330523"


def pick(rules: Iterable[BindingRule], duty: str, kind: str = "nursing_home") -> list[BindingRule]:
    return [rule for rule in rules if rule.duty == duty and (kind in rule.kinds or rule.each != "facility")]


def test_regions_and_levels() -> None:
    assert covers("000000", ELSEWHERE) and covers("530300", QILIN) and covers("530300", "5303K1")
    assert not covers("530300", "530400") and not covers(NANKAI, "120103")
    places = ("000000", "530000", "530300", QILIN, "5303K1", "530302001000")
    assert [level_of(place) for place in places] == ["nation", "province", "city", "county", "county", "town"]


def test_drills_are_yearly_in_zezhou_and_half_yearly_in_qujing(library: Library) -> None:
    (zezhou,) = pick(rules_for(library, ZEZHOU), "emergency.drill")
    (qilin,) = pick(rules_for(library, QILIN), "emergency.drill")
    assert (zezhou.when_text, qilin.when_text) == ("每年不少于1次", "每半年不少于1次")
    assert {source.pack for source in qilin.sources} == {"cn", "cn-530300-qujing-2021"}
    row = next(row for row in compare_places(library, ZEZHOU, QILIN) if row["duty"] == "emergency.drill")
    assert row["stricter"] == "b"
    assert row["a"][0]["phrase"] and row["b"][0]["phrase"]


def test_nankai_half_year_beats_the_national_year_and_says_so(library: Library) -> None:
    rules = rules_for(library, NANKAI)
    (rule,) = pick(rules, "inspect.joint_onsite")
    assert rule.when == {"at_least": 1, "per": "half_year"} and rule.clause == "任务31"
    assert pick(rules, "inspect.civil_onsite") == []
    national = next(source for source in rule.sources if source.pack == "cn")
    assert (
        not national.strictest
        and "每年不少于1次" in national.conflict
        and "每半年不少于1次" in national.conflict
    )
    assert rule.conflicts == (national.conflict,)


def test_a_national_number_fills_a_local_word(library: Library) -> None:
    (rule,) = [
        rule
        for rule in rules_for(library, NANKAI)
        if rule.duty == "filing.first_check" and rule.each == "fact"
    ]
    assert rule.pack == "cn" and rule.when["within"] == 20
    assert any(source.pack.startswith("cn-120104") and source.phrase for source in rule.sources)


def test_equal_numbers_keep_every_source_and_bind_by_the_nearest(library: Library) -> None:
    (rule,) = pick(rules_for(library, YOUYANG), "inspect.civil_onsite")
    assert rule.pack == "cn-500242-youyang-2023"
    assert [source.strictest for source in rule.sources] == [True, True] and rule.conflicts == ()


def test_city_and_county_each_owe_their_own_joint_check(library: Library) -> None:
    for place, level in ((QUJING, "city"), (QILIN, "county")):
        found = [rule for rule in rules_for(library, place) if rule.duty == "inspect.joint_onsite"]
        assert [rule.level for rule in found if rule.each == "jurisdiction"] == [level]
    assert not any(rule.each == "jurisdiction" for rule in rules_for(library, "530302001000"))


@pytest.mark.parametrize("kind", FACILITY_KINDS)
def test_a_place_without_a_pack_still_has_a_sensible_ledger(library: Library, kind: str) -> None:
    rules = [rule for rule in rules_for(library, ELSEWHERE, date(2026, 11, 1)) if kind in rule.kinds]
    assert len(rules) >= 8
    assert all(rule.pack == "cn" and rule.verify and rule.evidence for rule in rules)


@pytest.mark.parametrize("place", [NANKAI, YOUYANG, ZEZHOU, QILIN, QUJING, ELSEWHERE])
def test_rules_are_unique_and_fully_described(library: Library, place: str) -> None:
    rules = rules_for(library, place)
    assert len({rule.key for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.place == place and rule.when_text and rule.duty_label and len(rule.pack_hash) >= 64
        assert sum(source.strictest for source in rule.sources) >= 1
        assert any((s.pack, s.obligation) == (rule.pack, rule.obligation) for s in rule.sources)
        assert {"facility": rule.kinds, "unit": rule.functions, "fact": rule.fact}.get(rule.each, rule.level)
        assert rule.as_dict()["in_force_from"]


def test_a_draft_never_binds(library: Library) -> None:
    assert all(
        source.pack != "cn-120104-nankai-2021-draft"
        for r in rules_for(library, NANKAI)
        for source in r.sources
    )


def test_local_numbers_are_shown_as_local(library: Library) -> None:
    local = [rule for rule in rules_for(library, NANKAI) if rule.local]
    assert local
    for rule in local:
        assert any(source.local for source in rule.sources) and "+" in rule.pack_hash


def test_rules_change_when_packs_come_into_force(library: Library) -> None:
    rules = rules_over(library, NANKAI, date(2021, 1, 1), date(2026, 12, 31))
    civil = [rule for rule in rules if rule.duty in {"inspect.civil_onsite", "inspect.joint_onsite"}]
    assert [(rule.pack, rule.in_force_to) for rule in civil] == [
        ("cn", date(2021, 11, 22)),
        ("cn-120104-nankai-2021", None),
    ]
    notice = [rule for rule in rules if rule.duty == "inspect.notice"]
    assert [rule.in_force_from for rule in notice] == [date(2023, 1, 1)]
    for rule in rules:
        assert rule.in_force_to is None or rule.in_force_from <= rule.in_force_to


def test_on_a_day_only_rules_in_force_that_day_apply(library: Library) -> None:
    before = rules_for(library, NANKAI, date(2021, 11, 22))
    assert {rule.pack for rule in before} == {"cn"}
    assert not any(rule.duty == "inspect.notice" for rule in before)
    assert {rule.pack for rule in rules_for(library, NANKAI, date(2021, 11, 23))} > {"cn"}


# ── 小包叠加 ──────────────────────────────────────────────────────────


def add(packs: Path, name: str, head: dict[str, str], files: dict[str, str]) -> None:
    """照着小包再造一个包。"""
    folder = packs / name
    (folder / "obligations").mkdir(parents=True)
    text = (packs / "mini/pack.yaml").read_text().replace("id: mini", f"id: {name}")
    for old, new in head.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "pack.yaml").write_text(text)
    for path, body in files.items():
        (folder / path).write_text(body)


def localise(packs: Path, when: str, target: str = "check") -> None:
    head = {"status: in_force": "status: local\ndecided_by: 演示决定", "extends: []": "extends: [mini]"}
    setting = f"id: s\nsets: mini/{target}\nwhen: {when}\ndecided_by: 演示决定\n"
    add(packs, "local-mini", head, {"obligations/s.yaml": setting})


@pytest.mark.parametrize(
    ("when", "binds", "local"),
    [
        ("{at_least: 1, per: quarter}", "每季度不少于1次", True),
        ("{at_least: 1, per: year}", "每半年不少于1次", False),
        ("{by: 2026-12-31}", "每半年不少于1次", False),
    ],
)
def test_a_local_number_may_tighten_but_not_loosen(
    mini: Path, tmp_path: Path, when: str, binds: str, local: bool
) -> None:
    localise(mini, when)
    (rule,) = pick(rules_for(load_all(mini, cache=tmp_path), NANKAI), "inspect.civil_onsite")
    assert (rule.when_text, rule.local) == (binds, local)
    assert bool(rule.conflicts) == (not local)


def test_a_local_number_fills_a_word(mini: Path, tmp_path: Path) -> None:
    path = mini / "mini/obligations/check.yaml"
    path.write_text(path.read_text().replace("{at_least: 1, per: half_year}", "{promptly: 定期}"))
    (mini / "mini/cases/all.yaml").unlink()
    localise(mini, "{at_least: 1, per: year}")
    (rule,) = pick(rules_for(load_all(mini, cache=tmp_path), NANKAI), "inspect.civil_onsite")
    assert rule.local and rule.when_text == "每年不少于1次" and rule.conflicts == ()


def test_shapes_that_cannot_be_compared_both_bind_and_say_so(mini: Path, tmp_path: Path) -> None:
    body = (mini / "mini/obligations/check.yaml").read_text()
    by_date = body.replace("{at_least: 1, per: half_year}", "{by: 2026-06-30}")
    clauses = (mini / "mini/clauses.yaml").read_text()
    add(mini, "city", {'"120104"': '"120100"'}, {"clauses.yaml": clauses, "obligations/check.yaml": by_date})
    rules = pick(rules_for(load_all(mini, cache=tmp_path), NANKAI), "inspect.civil_onsite")
    assert {rule.pack for rule in rules} == {"mini", "city"}
    assert all("同时适用" in conflict for rule in rules for conflict in rule.conflicts)
    assert len(rules[0].conflicts) == 2


def test_a_replaced_pack_gives_way(mini: Path, tmp_path: Path) -> None:
    body = (mini / "mini/obligations/check.yaml").read_text().replace("half_year", "year")
    clauses = (mini / "mini/clauses.yaml").read_text()
    head = {
        "status: in_force": "status: in_force\nsupersedes: mini",
        "effective_from: 2026-01-05": "effective_from: 2026-07-01",
    }
    add(mini, "newer", head, {"clauses.yaml": clauses, "obligations/check.yaml": body})
    library = load_all(mini, cache=tmp_path)
    rules = rules_over(library, NANKAI, date(2026, 1, 1), date(2026, 12, 31))
    assert [(r.pack, r.in_force_from, r.in_force_to) for r in pick(rules, "inspect.civil_onsite")] == [
        ("mini", date(2026, 1, 5), date(2026, 6, 30)),
        ("newer", date(2026, 7, 1), None),
    ]
