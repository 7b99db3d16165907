"""状态：由日期算出；哪件事实使义务办成。"""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.kernel.clock import TZ
from yijian.regimes.kinds import Evidence
from yijian.regimes.shapes import Slot
from yijian.regimes.status import STATUSES, Happened, in_slot, settle, status

DUE, WARN = date(2026, 6, 30), date(2026, 5, 31)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("today", "done_on", "in_time", "expected"),
    [
        (date(2026, 5, 30), None, False, "未到期"),
        (date(2026, 5, 31), None, False, "临期"),
        (date(2026, 6, 30), None, False, "临期"),
        (date(2026, 7, 1), None, False, "逾期"),
        (date(2026, 7, 1), date(2026, 6, 30), True, "已完成"),
        (date(2026, 7, 9), date(2026, 7, 9), False, "逾期完成"),
        (date(2026, 7, 8), date(2026, 7, 9), False, "逾期"),
    ],
)
def test_the_light_turns_with_the_calendar(
    today: date, done_on: date | None, in_time: bool, expected: str
) -> None:
    assert status(DUE, WARN, done_on, in_time, False, False, today) == expected


def test_not_applicable_and_provisional_and_undated() -> None:
    assert status(DUE, WARN, DUE, True, True, False, DUE) == "不适用"
    assert status(DUE, WARN, None, False, False, True, WARN) == "暂定"
    assert status(DUE, WARN, None, False, False, True, DUE + timedelta(days=1)) == "逾期"
    assert status(None, None, None, False, False, False, DUE) == "未到期"
    assert status(None, None, WARN, True, False, False, DUE) == "已完成"


@given(st.none() | DAYS, st.none() | DAYS, st.booleans(), st.booleans(), DAYS, st.integers(0, 60))
def test_every_combination_has_exactly_one_status(
    due: date | None, done: date | None, na: bool, provisional: bool, today: date, warn: int
) -> None:
    warn_on = due - timedelta(days=warn) if due else None
    timely = done is not None and (due is None or done <= due)
    found = status(due, warn_on, done, timely, na, provisional, today)
    assert found in STATUSES
    assert (found == "不适用") == na
    assert not (found == "逾期" and (due is None or today <= due))


def facts(*days: int, kind: str = "drill.held", variant: str | None = None) -> list[Happened]:
    return [Happened(kind, date(2026, 1, day), variant) for day in days]


def test_any_listed_evidence_settles_and_the_needed_number_counts() -> None:
    either = [Evidence(fact="drill.held"), Evidence(fact="selfcheck.done")]
    found = facts(9, 3) + facts(5, kind="selfcheck.done")
    first, third = settle(found, either, False), settle(found, either, False, 3)
    assert first and first.on == date(2026, 1, 3)
    assert third and third.on == date(2026, 1, 9)
    assert settle(found, either, False, 4) is None
    assert settle(found, [], False) is None


def test_all_of_waits_for_the_last_kind() -> None:
    kinds = [Evidence(fact="plan.adopted", variant=v) for v in ("natural", "accident", "health")]
    found = facts(2, kind="plan.adopted", variant="natural") + facts(
        4, kind="plan.adopted", variant="accident"
    )
    assert settle(found, kinds, True) is None
    done = settle(found + facts(8, kind="plan.adopted", variant="health"), kinds, True)
    assert done and done.on == date(2026, 1, 8)


def test_a_fact_counts_in_the_period_it_speaks_of() -> None:
    slot = Slot("2026H1", "2026年上半年", date(2026, 1, 1), DUE, DUE)
    late = Happened("drill.held", datetime(2026, 7, 1, 0, 30, tzinfo=TZ))
    assert not in_slot(late, slot) and late.on == date(2026, 7, 1)
    assert in_slot(Happened("drill.held", date(2026, 7, 9), about_on=date(2026, 6, 30)), slot)
    assert in_slot(late, Slot("by", "", date(2026, 1, 1), None, DUE))
