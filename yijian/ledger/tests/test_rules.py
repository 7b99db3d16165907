"""时段与到期的算法（纯函数）。"""

from datetime import date

from yijian.kernel import clock
from yijian.ledger.queries.packs import calendar
from yijian.ledger.rules import event_due, plan


def test_plans_keep_from_the_ledger_day_and_one_offs_stay():
    window = {
        "keep_from": date(2026, 3, 1),
        "in_force": (date(2021, 12, 22), None),
        "retired_on": None,
        "until": date(2026, 12, 31),
        "warn_days": 30,
    }
    assert [s.label for s in plan({"at_least": 1, "per": "quarter"}, **window)] == [
        "2026年第2季度", "2026年第3季度", "2026年第4季度",
    ]  # fmt: skip
    first, *later = plan({"by": "2021-12-25", "then": {"at_least": 1, "per": "year"}}, **window)
    assert first.due_on == date(2021, 12, 25)
    assert [s.start.year for s in later] == []
    assert [s.due_on for s in plan({"every_year_by": "06-30"}, **window)] == [date(2026, 6, 30)]


def test_event_due_without_a_number_has_no_date():
    at = clock.start_of(date(2026, 5, 1))
    due = event_due(
        {"promptly": "及时", "of": "clue.found"}, occurred_at=at, about_on=None, calendar=calendar()
    )
    assert due.day is None and due.at is None
