import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.kernel.errors import Refused
from yijian.kernel.periods import PERS, Per, add_months, period_of, periods

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("per", "start", "end", "label"),
    [
        ("month", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31), "2024年第1季度"),
        ("half_year", date(2024, 1, 1), date(2024, 6, 30), "2024年上半年"),
        ("year", date(2024, 1, 1), date(2024, 12, 31), "2024年"),
    ],
)
def test_a_period_has_its_dates_and_its_name(per: Per, start: date, end: date, label: str) -> None:
    found = period_of(per, date(2024, 2, 29))
    assert (found.start, found.end, found.label) == (start, end, label)
    assert date(2024, 2, 29) in found
    assert end + timedelta(days=1) not in found


def test_second_half_and_last_quarter_are_named() -> None:
    assert period_of("half_year", date(2024, 7, 1)).label == "2024年下半年"
    assert period_of("quarter", date(2024, 12, 31)).label == "2024年第4季度"


@given(per=st.sampled_from(PERS), a=DAYS, span=st.integers(0, 2000))
def test_periods_tile_the_range_without_gap_or_overlap(per: Per, a: date, span: int) -> None:
    b = a + timedelta(days=span)
    found = periods(per, a, b)
    assert found[0].start <= a <= found[0].end
    assert found[-1].start <= b <= found[-1].end
    for one, other in itertools.pairwise(found):
        assert one.end + timedelta(days=1) == other.start
    assert len({p.label for p in found}) == len(found)


def test_an_empty_range_has_no_periods_and_the_last_year_does_not_overflow() -> None:
    assert periods("month", date(2024, 2, 2), date(2024, 2, 1)) == []
    assert len(periods("month", date(9999, 11, 1), date(9999, 12, 31))) == 2


def test_adding_months_keeps_to_the_end_of_the_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert add_months(date(2024, 3, 31), -13) == date(2023, 2, 28)
    assert add_months(date(2024, 11, 30), 2) == date(2025, 1, 30)
    with pytest.raises(Refused, match="日期"):
        add_months(date(9999, 12, 1), 1)


@given(day=DAYS, months=st.integers(-600, 600))
def test_adding_months_moves_by_exactly_that_many(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day
