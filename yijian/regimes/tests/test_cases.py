"""制度包自带的例子：都对得上；改一个数字，有名字的例子就不符。"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from yijian.kernel.workdays import Calendar
from yijian.regimes.cases import run_cases
from yijian.regimes.folders import packs_dir
from yijian.regimes.library import Library, load_all, pack_folders

Edit = Callable[[str, str, str], None]
PACKS = [folder.name for folder in pack_folders(packs_dir())]


@pytest.mark.parametrize("name", PACKS)
def test_every_case_of_every_pack_holds(library: Library, calendar: Calendar, name: str) -> None:
    results = run_cases(library.pack(name), calendar)
    assert [result.as_dict() for result in results if not result.ok] == []


@pytest.mark.parametrize("name", [name for name in PACKS if name.startswith("cn") and "draft" not in name])
def test_packs_in_force_carry_cases_people_can_read(library: Library, name: str) -> None:
    names = [case.name for case in library.pack(name).cases]
    assert len(names) >= 3 and len(set(names)) == len(names)


def test_changing_five_days_to_six_fails_the_named_case(
    mini: Path, edit: Edit, calendar: Calendar, tmp_path: Path
) -> None:
    good = run_cases(load_all(mini, cache=tmp_path).pack("mini"), calendar)
    assert all(result.ok for result in good)
    edit("obligations/answer.yaml", "within: 5", "within: 6")
    bad = [
        result for result in run_cases(load_all(mini, cache=tmp_path).pack("mini"), calendar) if not result.ok
    ]
    assert [result.name for result in bad] == ["周五收到的投诉下周五前答复"]
    assert "2026-03-13" in bad[0].differences[0] and "2026-03-16" in bad[0].differences[0]


def test_a_missing_row_is_a_difference(mini: Path, edit: Edit, calendar: Calendar, tmp_path: Path) -> None:
    edit("cases/all.yaml", "kind: nursing_home", "kind: canteen")
    results = run_cases(load_all(mini, cache=tmp_path).pack("mini"), calendar)
    assert [result.ok for result in results] == [False, True]
    assert "没有这一行" in results[0].differences[0]


@pytest.mark.parametrize(
    ("received", "answered", "on", "expected"),
    [
        ("2026-03-06", "2026-03-13", "2026-03-14", "已完成"),
        ("2026-03-06", "2026-03-16", "2026-03-16", "逾期完成"),
        ("2026-03-06", "2026-03-05", "2026-03-14", "逾期"),
        ("2026-12-29", "2027-03-01", "2026-12-29", "暂定"),
    ],
)
def test_events_are_settled_by_what_happens_after(
    mini: Path, calendar: Calendar, tmp_path: Path, received: str, answered: str, on: str, expected: str
) -> None:
    text = f"""name: 试
given:
  facts:
    - {{kind: complaint.received, occurred_on: {received}}}
    - {{kind: complaint.answered, occurred_on: {answered}}}
on: {on}
expect: [{{obligation: answer, status: {expected}}}]
"""
    (mini / "mini/cases/all.yaml").write_text(text, encoding="utf-8")
    result = run_cases(load_all(mini, cache=tmp_path).pack("mini"), calendar)[0]
    assert result.ok, result.differences


def test_two_complaints_take_two_answers(mini: Path, calendar: Calendar, tmp_path: Path) -> None:
    text = """name: 两件投诉一件答复
given:
  facts:
    - {kind: complaint.received, occurred_on: 2026-03-02, id: a}
    - {kind: complaint.received, occurred_on: 2026-03-03, id: b}
    - {kind: complaint.answered, occurred_on: 2026-03-04, answers: b}
on: 2026-03-20
expect:
  - {obligation: answer, period: 2026-03-02, status: 逾期}
  - {obligation: answer, period: 2026-03-03, status: 已完成}
"""
    (mini / "mini/cases/all.yaml").write_text(text, encoding="utf-8")
    result = run_cases(load_all(mini, cache=tmp_path).pack("mini"), calendar)[0]
    assert result.ok, result.differences
    assert [row.done_on for row in result.rows] == [None, date(2026, 3, 4)]
