"""工作日与调休：逐日与独立来源对照。"""

from bisect import bisect_right
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.kernel.errors import Refused
from yijian.kernel.workdays import Calendar, CalendarError, Due, load_calendar

FOLDER = Path(__file__).resolve().parents[3] / "packs" / "holidays"
CALENDAR = load_calendar(FOLDER)
FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
ORACLE = holidays.country_holidays("CN", years=range(2019, 2028))
ALL_DAYS = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
WORKING = [day for day in ALL_DAYS if ORACLE.is_working_day(day)]


def test_every_day_of_the_published_years_agrees_with_the_independent_source() -> None:
    assert [day for day in ALL_DAYS if CALENDAR.is_workday(day)] == WORKING
    assert len(ALL_DAYS) == 2557


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 10, 15, 20, 30, 60])
def test_all_start_dates_count_to_the_same_deadline(n: int) -> None:
    wrong = []
    for start in ALL_DAYS:
        at = bisect_right(WORKING, start) + n - 1
        if at < len(WORKING) and CALENDAR.add_workdays(start, n) != Due(WORKING[at], False):
            wrong.append(start)
    assert wrong == []


def test_five_workdays_over_national_day_include_the_make_up_saturday() -> None:
    # 9月30日、10月8日、9日、10日（周六上班）、12日
    assert CALENDAR.add_workdays(date(2026, 9, 29), 5) == Due(date(2026, 10, 12), False)
    assert CALENDAR.is_workday(date(2026, 10, 10))
    assert not CALENDAR.is_workday(date(2026, 10, 11))


def test_counting_into_2027_is_provisional_and_never_an_exception() -> None:
    assert CALENDAR.add_workdays(date(2026, 12, 30), 5) == Due(date(2027, 1, 7), True)
    assert CALENDAR.add_workdays(date(2026, 12, 28), 3) == Due(date(2026, 12, 31), False)
    assert not CALENDAR.is_published(2027)
    assert not CALENDAR.is_workday(date(2027, 5, 1))


def test_a_deadline_changes_from_provisional_to_final_when_its_table_arrives(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = load_calendar(tmp_path).add_workdays(date(2026, 12, 30), 5)
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nsource: 演示用表\n"
        "holidays:\n  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}\nworkdays: [2027-01-09]\n",
        encoding="utf-8",
    )
    assert before == Due(date(2027, 1, 7), True)
    after = load_calendar(tmp_path)
    assert after.add_workdays(date(2026, 12, 30), 5) == Due(date(2027, 1, 7), False)
    assert after.add_workdays(date(2026, 12, 30), 7) == Due(date(2027, 1, 9), False)


@given(day=st.dates(), n=st.integers(-40, 40))
def test_any_day_of_the_calendar_has_an_answer(day: date, n: int) -> None:
    try:
        due = CALENDAR.add_workdays(day, n)
    except Refused:
        assert day.year < 3 or day.year > 9996
        return
    assert n == 0 or CALENDAR.is_workday(due.day)
    assert CALENDAR.workdays_between(day, due.day) == n or n <= 0
    if not CALENDAR.is_published(due.day.year):
        assert due.provisional


@given(a=st.dates(FIRST, LAST), b=st.dates(FIRST, LAST))
def test_between_counts_what_add_walks(a: date, b: date) -> None:
    n = CALENDAR.workdays_between(a, b)
    assert n == -CALENDAR.workdays_between(b, a)
    if n > 0:
        assert CALENDAR.add_workdays(a, n).day <= b
        assert bisect_right(WORKING, b) - bisect_right(WORKING, a) == n


def test_counting_backwards_mirrors_counting_forwards() -> None:
    assert CALENDAR.add_workdays(date(2026, 10, 12), -5).day == date(2026, 9, 29)
    assert CALENDAR.add_workdays(date(2026, 10, 3), 0) == Due(date(2026, 10, 3), False)


def test_a_last_day_on_a_rest_day_moves_to_the_next_workday() -> None:
    assert CALENDAR.on_or_after(date(2021, 12, 25)) == Due(date(2021, 12, 27), False)
    assert CALENDAR.on_or_after(date(2026, 10, 10)) == Due(date(2026, 10, 10), False)
    assert CALENDAR.on_or_after(date(2027, 10, 2)).provisional


def test_an_empty_folder_answers_provisionally(tmp_path: Path) -> None:
    nothing = load_calendar(tmp_path)
    assert nothing == Calendar({}, frozenset(), frozenset())
    assert nothing.add_workdays(date(2024, 9, 13), 1) == Due(date(2024, 9, 14), True)


def test_names_of_holidays_can_be_told() -> None:
    assert CALENDAR.name_of(date(2026, 2, 18)) == "春节"
    assert CALENDAR.name_of(date(2026, 3, 18)) == ""
    assert CALENDAR.name_of(date(2027, 10, 1)) == "国庆节"


GOOD = (
    "year: 2030\nsource: x\nholidays: [{name: a, from: 2030-01-01, to: 2030-01-02}]\nworkdays: [2030-01-05]\n"
)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("year: 2030", "year: 2031", "文件名"),
        ("source: x\n", "", "恰有这几项"),
        ("source: x", "source: x\nmore: 1", "恰有这几项"),
        ("to: 2030-01-02", "to: 2029-12-02", "起止日期"),
        ("to: 2030-01-02", "to: tomorrow", "应是日期"),
        ("from: 2030-01-01", "start: 2030-01-01", "name、from、to"),
        ("2030-01-05", "2030-01-07", "周末"),
        ("[2030-01-05]", "[2030-01-05, 2030-01-05]", "从早到晚"),
        ("[2030-01-05]", "[2034-01-07]", "年份"),
        ("[2030-01-05]", "5", "列表"),
        ("holidays: [", "holidays: [[", "YAML"),
        ("to: 2030-01-02", "to: 2030-01-05", "既列为放假又列为上班"),
    ],
)
def test_a_faulty_table_is_refused_with_file_and_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    (tmp_path / "2030.yaml").write_text(GOOD, encoding="utf-8")
    assert load_calendar(tmp_path).is_published(2030)
    (tmp_path / "2030.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CalendarError, match=reason):
        load_calendar(tmp_path)
