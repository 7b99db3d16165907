from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread

import pytest

from yijian.kernel import clock
from yijian.kernel.ids import uuid7


def test_now_is_aware_and_today_is_the_date_in_beijing() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    with clock.travel(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.travel(datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)


def test_a_day_begins_at_local_midnight() -> None:
    start = clock.start_of(date(2026, 3, 2))
    assert start == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert start.tzinfo is UTC
    assert clock.local_date(start) == date(2026, 3, 2)
    assert clock.start_of(date.min) == datetime.min.replace(tzinfo=UTC)
    assert clock.start_of(date.max).year == 9999
    assert clock.local_date(start - timedelta(microseconds=1)) == date(2026, 3, 1)


def test_travel_nests_stays_still_and_returns() -> None:
    before = clock.now()
    with clock.travel(date(2024, 2, 29)) as moment:
        assert clock.now() == moment == clock.now()
        assert moment == datetime(2024, 2, 29, 1, tzinfo=UTC)
        with clock.travel(datetime(2030, 1, 1, tzinfo=timezone(timedelta(hours=8)))):
            assert clock.today() == date(2030, 1, 1)
            assert clock.now().tzinfo is UTC
        assert clock.today() == date(2024, 2, 29)
    assert before <= clock.now() < before + timedelta(minutes=5)


def test_travel_does_not_reach_other_threads() -> None:
    seen: list[date] = []
    with clock.travel(date(1999, 1, 1)):
        thread = Thread(target=lambda: seen.append(clock.today()))
        thread.start()
        thread.join()
    assert seen[0] > date(2020, 1, 1)


def test_a_time_without_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="时区"):
        clock.local_date(naive)
    with pytest.raises(ValueError, match="时区"), clock.travel(naive):
        pass


def test_monotonic_ignores_travel() -> None:
    first = clock.monotonic()
    with clock.travel(date(1999, 1, 1)):
        assert clock.monotonic() >= first


def test_identifiers_are_unique_and_sort_by_time() -> None:
    made = []
    for second in range(50):
        with clock.travel(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=second * 997)):
            made.append(uuid7())
    assert made == sorted(made)
    assert len({uuid7() for _ in range(2000)}) == 2000
    assert made[0][14] == "7"
    assert made[0][19] in "89ab"
