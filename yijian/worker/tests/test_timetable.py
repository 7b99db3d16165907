"""时间表：应跑时刻、只跑一次、错过只补一次。"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from yijian.kernel import clock
from yijian.worker import queries, services, timetable
from yijian.worker.models import TimedRun
from yijian.worker.timetable import TIMETABLE, Timed, timed

NOON = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)  # 北京时间 12:00:30


def nothing() -> None: ...


@pytest.fixture
def runs() -> Iterator[list[datetime]]:
    """只有一件事、每五分钟一次的时间表；跑一次记一次。"""
    kept, done = TIMETABLE[:], []
    TIMETABLE.clear()

    @timed("test.often", title="常跑", every=timedelta(minutes=5))
    def often() -> str:
        done.append(clock.now())
        return f"第 {len(done)} 次"

    yield done
    TIMETABLE[:] = kept


def test_slots_of_intervals_and_of_clock_times() -> None:
    often = Timed("a", "甲", nothing, every=timedelta(minutes=5))
    assert often.slot(NOON) == NOON.replace(second=0)
    assert often.slot(NOON + timedelta(minutes=4)) == NOON.replace(second=0)
    nightly = Timed("b", "乙", nothing, at=datetime(2026, 1, 1, 2, 30, tzinfo=UTC).time())
    assert nightly.slot(NOON) == datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert nightly.slot(datetime(2026, 11, 22, 18, 29, tzinfo=UTC)) == datetime(
        2026, 11, 21, 18, 30, tzinfo=UTC
    )
    assert nightly.following(NOON) == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert (often.says(), nightly.says()) == ("每 5 分钟", "每日 02:30")
    for wrong in ({}, {"every": timedelta(seconds=1)}, {"every": timedelta(days=1), "at": NOON.time()}):
        with pytest.raises(ValueError):
            Timed("c", "丙", nothing, **wrong)


def test_two_different_things_cannot_share_a_name(runs: list[datetime]) -> None:
    with pytest.raises(ValueError):
        timed("test.often", title="另一件", every=timedelta(hours=1))(nothing)


def test_every_app_with_timed_work_is_in_the_timetable() -> None:
    names = {entry.name for entry in TIMETABLE}
    assert {"worker.forget", "sheets.prune", "documents.scrub", "documents.sweep", "notices.mail"} <= names


@pytest.mark.django_db
def test_a_slot_runs_once_however_often_it_is_ticked(runs: list[datetime]) -> None:
    assert services.tick(NOON) == ["test.often"]
    assert services.tick(NOON) == services.tick(NOON + timedelta(minutes=3)) == []
    assert services.tick(NOON + timedelta(minutes=5)) == ["test.often"]
    assert services.tick(NOON + timedelta(days=3)) == ["test.often"]
    assert services.tick(NOON) == []
    assert len(runs) == 3
    row = TimedRun.objects.get(pk="test.often")
    assert row.result == "第 3 次" and row.finished_at and not row.error


@pytest.mark.django_db
def test_a_failure_is_kept_for_the_page_and_the_next_slot_runs(runs: list[datetime]) -> None:
    def broken() -> None:
        raise DatabaseError("坏了")

    TIMETABLE[0] = Timed("test.often", "常跑", broken, every=timedelta(minutes=5))
    services.tick(NOON)
    assert TimedRun.objects.get(pk="test.often").error == "DatabaseError：坏了"
    TIMETABLE[0] = Timed("test.often", "常跑", lambda: "好了", every=timedelta(minutes=5))
    services.tick(NOON + timedelta(minutes=5))
    row = TimedRun.objects.get(pk="test.often")
    assert (row.error, row.result) == ("", "好了")


@pytest.mark.django_db
def test_the_timetable_prints(runs: list[datetime]) -> None:
    assert "尚未跑过" in queries.timetable()
    services.tick()
    lines = queries.timetable().splitlines()
    assert (
        len(lines) == 1
        and lines[0].startswith("test.often")
        and "每 5 分钟" in lines[0]
        and "完成 第 1 次" in lines[0]
    )
    assert timetable.entry_of("没有") is None and services.run_timed.func("没有") == "已不在时间表里"
