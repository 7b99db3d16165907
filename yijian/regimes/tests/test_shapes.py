"""期限的形状：说法、宽严、到期日、周期。"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.kernel.clock import TZ
from yijian.kernel.errors import Refused
from yijian.kernel.workdays import Calendar
from yijian.regimes.kinds import FactKind
from yijian.regimes.shapes import (
    describe,
    due_for,
    dump_when,
    is_numbered,
    parse_when,
    shape_of,
    slots,
    strictness,
    warn_days,
)
from yijian.regimes.whens import Ahead, Within

PERS = st.sampled_from(["month", "quarter", "half_year", "year"])
UNITS = st.sampled_from(["workdays", "days", "hours", "months"])
FEW = st.integers(1, 24)
DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
LEAP_DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))
WHENS = st.one_of(
    st.fixed_dictionaries({"at_least": FEW, "per": PERS}),
    st.fixed_dictionaries({"at_most": FEW, "per": PERS}),
    st.fixed_dictionaries({"within": FEW, "unit": UNITS, "of": st.sampled_from(["a.b", "c.d"])}),
    st.fixed_dictionaries({"at_least": FEW, "unit": UNITS, "before": st.sampled_from(["a.b", "c.d"])}),
    st.fixed_dictionaries({"by": DAYS.map(date.isoformat)}),
    st.fixed_dictionaries(
        {"by": DAYS.map(date.isoformat), "then": st.fixed_dictionaries({"at_least": FEW, "per": PERS})}
    ),
    st.fixed_dictionaries({"every_year_by": LEAP_DAYS.map(lambda day: f"{day:%m-%d}")}),
    st.just({"standing": "有制度"}),
    st.just({"promptly": "及时"}),
    st.just({"promptly": "及时", "of": "a.b"}),
).map(parse_when)


@pytest.mark.parametrize(
    ("value", "said", "shape"),
    [
        ({"at_least": 1, "per": "half_year"}, "每半年不少于1次", "at_least"),
        ({"at_most": 2, "per": "year"}, "每年不超过2次", "at_most"),
        ({"within": 20, "unit": "workdays", "of": "x"}, "20个工作日内", "within"),
        ({"within": 2, "unit": "hours", "of": "x"}, "2小时内", "within"),
        ({"at_least": 30, "unit": "days", "before": "x"}, "至少提前30日", "before"),
        ({"by": "2022-06-30"}, "2022年6月30日前", "by"),
        (
            {"by": "2021-12-25", "then": {"at_least": 1, "per": "year"}},
            "2021年12月25日前，此后每年不少于1次",
            "by",
        ),
        ({"every_year_by": "06-30"}, "每年6月30日前", "every_year_by"),
        ({"standing": "有制度"}, "持续保持：有制度", "standing"),
        ({"promptly": "定期"}, "定期（文件未定数字）", "promptly"),
    ],
)
def test_shapes_are_said_in_chinese(value: dict[str, Any], said: str, shape: str) -> None:
    assert describe(parse_when(value)) == said
    assert shape_of(parse_when(value)) == shape


def test_the_trigger_is_named_when_the_catalogue_is_at_hand() -> None:
    facts = {"filing.completed": FactKind(label="完成备案", about="facility")}
    when = parse_when({"within": 20, "unit": "workdays", "of": "filing.completed"})
    assert describe(when, facts) == "完成备案后20个工作日内"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"often": 1},
        {"at_least": 1},
        {"at_least": 0, "per": "year"},
        {"by": "x"},
        {"by": "2026-01-01", "standing": "x"},
    ],
)
def test_an_unknown_shape_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="认不出期限的形状"):
        parse_when(value)


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ({"at_least": 1, "per": "half_year"}, {"at_least": 1, "per": "year"}, 1),
        ({"at_least": 2, "per": "year"}, {"at_least": 1, "per": "half_year"}, -1),
        ({"at_least": 1, "per": "year"}, {"at_least": 1, "per": "year"}, 0),
        ({"within": 5, "unit": "workdays", "of": "x"}, {"within": 20, "unit": "workdays", "of": "x"}, 1),
        ({"within": 1, "unit": "hours", "of": "x"}, {"within": 1, "unit": "days", "of": "x"}, 1),
        ({"within": 5, "unit": "workdays", "of": "x"}, {"within": 5, "unit": "workdays", "of": "y"}, None),
        ({"at_least": 30, "unit": "days", "before": "x"}, {"at_least": 3, "unit": "days", "before": "x"}, 1),
        ({"at_most": 1, "per": "year"}, {"at_most": 2, "per": "year"}, 1),
        ({"by": "2022-06-30"}, {"by": "2022-12-31"}, 1),
        ({"every_year_by": "05-31"}, {"every_year_by": "06-30"}, 1),
        ({"every_year_by": "06-30"}, {"at_least": 1, "per": "year"}, 1),
        ({"by": "2021-12-25", "then": {"at_least": 1, "per": "year"}}, {"at_least": 1, "per": "year"}, 1),
        ({"by": "2021-12-25"}, {"at_least": 1, "per": "year"}, None),
        ({"promptly": "定期"}, {"at_least": 1, "per": "year"}, -1),
        ({"standing": "有"}, {"promptly": "定期"}, -1),
    ],
)
def test_the_stricter_shape_is_known(a: dict[str, Any], b: dict[str, Any], verdict: int | None) -> None:
    assert strictness(parse_when(a), parse_when(b)) == verdict
    opposite = None if verdict is None else -verdict
    assert strictness(parse_when(b), parse_when(a)) == opposite


@given(WHENS, WHENS)
def test_strictness_is_antisymmetric_and_numbers_beat_words(a: Any, b: Any) -> None:
    there, back = strictness(a, b), strictness(b, a)
    assert there == (None if back is None else -back)
    assert strictness(a, a) == 0
    if is_numbered(a) and not is_numbered(b):
        assert there == 1


@given(WHENS)
def test_shapes_survive_json_and_always_say_something(when: Any) -> None:
    assert parse_when(dump_when(when)) == when
    assert describe(when) and 0 <= warn_days(when) <= 30
    assert warn_days(when, 7) == 7


# ── 到期日 ────────────────────────────────────────────────────────────


def within(number: int, unit: str) -> Within:
    when = parse_when({"within": number, "unit": unit, "of": "x"})
    assert isinstance(when, Within)
    return when


def ahead(number: int, unit: str) -> Ahead:
    when = parse_when({"at_least": number, "unit": unit, "before": "x"})
    assert isinstance(when, Ahead)
    return when


@pytest.mark.parametrize(
    ("number", "unit", "start", "due"),
    [
        (20, "workdays", date(2026, 2, 10), date(2026, 3, 16)),
        (5, "workdays", date(2026, 4, 30), date(2026, 5, 11)),
        (5, "workdays", date(2026, 3, 6), date(2026, 3, 13)),
        (30, "days", date(2026, 1, 31), date(2026, 3, 2)),
        (1, "months", date(2026, 1, 31), date(2026, 2, 28)),
    ],
)
def test_event_clocks_count_from_the_next_day(
    calendar: Calendar, number: int, unit: str, start: date, due: date
) -> None:
    found = due_for(within(number, unit), start, calendar)
    assert found.on == due and not found.provisional
    assert found.at == datetime.combine(due + timedelta(days=1), datetime.min.time(), TZ)


def test_hours_run_from_the_moment_and_a_bare_day_from_its_end(calendar: Calendar) -> None:
    start = datetime(2026, 3, 2, 23, 30, tzinfo=TZ)
    assert due_for(within(1, "hours"), start, calendar).at == datetime(2026, 3, 3, 0, 30, tzinfo=TZ)
    assert due_for(within(1, "hours"), start.replace(tzinfo=None), calendar).on == date(2026, 3, 3)
    assert due_for(within(2, "hours"), date(2026, 3, 2), calendar).at == datetime(2026, 3, 3, 2, tzinfo=TZ)


def test_a_clock_that_runs_into_an_unpublished_year_is_provisional(calendar: Calendar) -> None:
    last = max(calendar.years)
    assert due_for(within(20, "workdays"), date(last, 12, 20), calendar).provisional
    assert not due_for(within(5, "workdays"), date(last, 3, 2), calendar).provisional


@pytest.mark.parametrize(
    ("number", "unit", "event", "due"),
    [
        (30, "days", date(2026, 8, 31), date(2026, 8, 1)),
        (3, "workdays", date(2026, 3, 20), date(2026, 3, 17)),
        (3, "workdays", date(2026, 3, 21), date(2026, 3, 17)),
        (3, "workdays", date(2026, 3, 23), date(2026, 3, 18)),
        (1, "months", date(2026, 3, 31), date(2026, 2, 28)),
        (24, "hours", date(2026, 3, 20), date(2026, 3, 19)),
    ],
)
def test_notice_is_counted_back_from_the_planned_day(
    calendar: Calendar, number: int, unit: str, event: date, due: date
) -> None:
    assert due_for(ahead(number, unit), event, calendar).on == due


def test_absurd_dates_are_refused_not_crashed(calendar: Calendar) -> None:
    for unit in ("workdays", "days", "months"):
        with pytest.raises(Refused):
            due_for(within(999, unit), date(9999, 12, 30), calendar)
        with pytest.raises(Refused):
            due_for(ahead(999, unit), date(1, 1, 2), calendar)


# ── 周期 ──────────────────────────────────────────────────────────────

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("value", "keys", "dues"),
    [
        ({"at_least": 1, "per": "half_year"}, ["2026H1", "2026H2"], ["06-30", "12-31"]),
        (
            {"at_least": 1, "per": "quarter"},
            ["2026Q1", "2026Q2", "2026Q3", "2026Q4"],
            ["03-31", "06-30", "09-30", "12-31"],
        ),
        ({"at_least": 2, "per": "year"}, ["2026"], ["12-31"]),
        ({"every_year_by": "06-30"}, ["2026"], ["06-30"]),
        ({"every_year_by": "02-29"}, ["2026"], ["02-28"]),
        ({"by": "2026-06-30"}, ["by-2026-06-30"], ["06-30"]),
        ({"standing": "有制度"}, ["standing"], [None]),
        ({"promptly": "定期"}, ["promptly"], [None]),
        ({"promptly": "及时", "of": "x"}, [], []),
        ({"within": 5, "unit": "days", "of": "x"}, [], []),
    ],
)
def test_slots_of_a_year(value: dict[str, Any], keys: list[str], dues: list[str | None]) -> None:
    found = slots(parse_when(value), *YEAR)
    assert [slot.key for slot in found] == keys
    assert [slot.due_on and f"{slot.due_on:%m-%d}" for slot in found] == dues


def test_by_then_starts_with_the_period_after_the_date() -> None:
    when = parse_when({"by": "2021-12-25", "then": {"at_least": 1, "per": "year"}})
    found = slots(when, date(2021, 1, 1), date(2023, 6, 1), since=date(2021, 12, 22))
    assert [slot.key for slot in found] == ["by-2021-12-25", "2022", "2023"]
    assert found[0].start == date(2021, 12, 22) and found[0].end is None


def test_needed_and_cap_are_carried() -> None:
    assert [slot.needed for slot in slots(parse_when({"at_least": 2, "per": "year"}), *YEAR)] == [2]
    capped = slots(parse_when({"at_most": 2, "per": "year"}), *YEAR)
    assert [(slot.cap, slot.needed) for slot in capped] == [(2, 0)]


def test_a_rule_answers_only_for_dates_while_it_binds() -> None:
    when = parse_when({"at_least": 1, "per": "half_year"})
    found = slots(when, *YEAR, since=date(2026, 7, 1))
    assert [slot.key for slot in found] == ["2026H2"]
    assert [slot.key for slot in slots(when, *YEAR, until=date(2026, 11, 1))] == ["2026H1"]
    standing = slots(parse_when({"standing": "有"}), *YEAR, since=date(2025, 3, 1), until=date(2025, 9, 1))
    assert standing == []


@given(WHENS, DAYS, st.integers(0, 900), st.integers(0, 900))
def test_slots_do_not_depend_on_how_the_window_is_cut(
    when: Any, start: date, first: int, second: int
) -> None:
    """增量与重算一致：分两段取，合起来与一次取相同。"""
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = {slot.key: slot for slot in slots(when, start, end, since=start)}
    parts = {slot.key: slot for slot in slots(when, start, middle, since=start)}
    parts |= {slot.key: slot for slot in slots(when, middle, end, since=start)}
    assert parts == whole
    assert len(whole) == len(slots(when, start, end, since=start))
