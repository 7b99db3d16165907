"""写审计：同进退、只追加、封存。"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from yijian.audit import queries
from yijian.audit.kinds import UnknownActionError
from yijian.audit.models import Entry, TreeState
from yijian.audit.rules.heads import HeadError
from yijian.audit.services import (
    SYSTEM,
    Item,
    examine,
    one_head,
    record,
    record_many,
    seal,
    verify,
    watch,
    written_in_this_context,
)
from yijian.audit.tests.conftest import CLERK
from yijian.kernel import clock
from yijian.kernel.merkle import root

Write = Callable[[int], list[Entry]]


def heads(log: Path) -> list[dict[str, Any]]:
    path = log / "heads.log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_an_entry_keeps_who_what_and_when_as_text(log: Path) -> None:
    with clock.travel(datetime(2026, 3, 1, 2, 3, 4, 567890, tzinfo=UTC)), transaction.atomic():
        record("demo.visited", by=CLERK, subject=("facility", 3, "甲院"), data={"count": 2}, reason="例行")
    entry = Entry.objects.get()
    assert (entry.seq, entry.actor_id, entry.actor, entry.unit) == (1, 7, "张三（演示）", "甲街道（演示）")
    assert (entry.subject_kind, entry.subject_id, entry.subject) == ("facility", "3", "甲院")
    assert (entry.data, entry.reason, entry.region_path) == ({"count": 2}, "例行", "/120000/120104/")
    assert entry.at == datetime(2026, 3, 1, 2, 3, 4, 567890, tzinfo=UTC)
    assert verify() == []


def test_values_of_every_kind_survive_the_database_and_the_check(log: Path) -> None:
    data = {
        "日": date(2026, 3, 1), "刻": clock.now(), "钱": Decimal("1.10"), "数": 1.0, "小": 1.5e-7, "大": 1e22,
        "空": None, "是": True, "列": (1, "二", 3.25), "集": {"b", "a"}, "坏": "a\x00b\ud800", "😀": "𠮷",
        "层": {"x": [{"y": -0.0}]}, "长": 2**70,
    }  # fmt: skip
    with transaction.atomic():
        record("demo.visited", by=SYSTEM, data=data, reason="a\x00", subject=("k" * 60, "9" * 100, "\ud800"))
    assert verify() == []
    stored = Entry.objects.get().data
    assert (stored["钱"], stored["数"], stored["集"], stored["坏"]) == ("1.10", 1, ["a", "b"], "a\ufffdb?")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object(), b"x"])
def test_values_that_cannot_be_written_down_are_refused(log: Path, bad: object) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        record("demo.visited", by=SYSTEM, data={"x": bad})
    assert Entry.objects.count() == 0


def test_an_unknown_action_or_no_transaction_is_refused_and_nothing_changes(log: Path) -> None:
    with pytest.raises(UnknownActionError, match=r"demo\.unheard"), transaction.atomic():
        record("demo.unheard", by=CLERK)
    with pytest.raises(RuntimeError, match="事务"):
        record("demo.visited", by=CLERK)
    assert (Entry.objects.count(), TreeState.objects.get().size, heads(log)) == (0, 0, [])


def test_an_undone_business_change_takes_its_entry_with_it(write: Write, log: Path) -> None:
    write(2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("demo.visited", by=CLERK)
        raise ZeroDivisionError
    assert (Entry.objects.count(), len(heads(log)), verify()) == (2, 2, [])
    write(1)
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]


def test_an_undone_savepoint_leaves_no_gap_and_one_head_seals_the_rest(log: Path) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record("demo.visited", by=CLERK, data={"count": 1})
            raise ZeroDivisionError
        with transaction.atomic():
            record("demo.visited", by=CLERK, data={"count": 2})
        for _ in range(5):
            record("demo.visited", by=CLERK, data={"count": 3})
    assert [head["size"] for head in heads(log)] == [6]
    assert verify() == []


def test_each_commit_writes_one_signed_head_outside_the_database(write: Write, log: Path) -> None:
    entries = write(3)
    found = heads(log)
    assert [head["size"] for head in found] == [1, 2, 3]
    assert found[-1]["root"] == root([bytes.fromhex(entry.leaf) for entry in entries]).hex()
    assert (log / "head.key").stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex((log / "head.pub").read_text())) == 32
    last = queries.head()
    assert last is not None
    assert (last.size, last.root) == (3, found[-1]["root"])


def test_bulk_work_can_be_sealed_once(write: Write, log: Path) -> None:
    with one_head():
        with one_head():
            write(4)
        assert heads(log) == []
        assert queries.unsealed() == 4
        assert verify() == []
    assert [head["size"] for head in heads(log)] == [4]
    assert (queries.unsealed(), seal()) == (0, None)


def test_nothing_is_sealed_before_the_commit(log: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with one_head():
            record("demo.visited", by=CLERK)
        with pytest.raises(RuntimeError, match="提交之后"):
            seal()
        raise ZeroDivisionError
    assert heads(log) == []
    with transaction.atomic(), one_head():
        record("demo.visited", by=CLERK)
    assert [head["size"] for head in heads(log)] == [1]
    assert verify() == []


def test_a_lost_key_does_not_undo_the_work_but_shows(
    write: Write, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(2)
    key = (log / "head.key").read_text()
    (log / "head.key").unlink()
    write(1)
    assert "head.key" in caplog.text
    assert (Entry.objects.count(), queries.unsealed(), verify()) == (3, 1, [])
    with pytest.raises(HeadError, match="不见了"):
        seal()
    (log / "head.key").write_text("zz")
    with pytest.raises(HeadError, match="已损坏"):
        seal()
    (log / "head.key").write_text(key)
    write(1)
    assert (queries.unsealed(), verify()) == (0, [])


def test_record_many_counts_and_chains(log: Path) -> None:
    with watch() as seen, transaction.atomic():
        assert record_many([], by=CLERK) == []
        made = record_many([Item("demo.closed", ("facility", i, f"院{i}")) for i in range(1200)], by=CLERK)
    assert (seen.count, made[-1].seq, verify()) == (1200, 1200, [])
    before = written_in_this_context()
    with transaction.atomic():
        record("demo.closed", by=CLERK)
    assert written_in_this_context() - before == 1


def test_the_database_refuses_to_change_the_past(write: Write) -> None:
    write(3)
    columns = (
        "seq, at, action, actor, unit, region_path, subject_kind, subject_id, subject, data, reason, leaf"
    )
    attempts = [
        "UPDATE audit_entry SET reason = 'x' WHERE seq = 2",
        "UPDATE audit_entry SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry",
        "UPDATE audit_treestate SET size = 1",
        "UPDATE audit_treestate SET frontier = 'x'",
        "DELETE FROM audit_treestate",
        f"INSERT INTO audit_entry ({columns}) SELECT 0, at, action, actor, unit, region_path, subject_kind, "
        "subject_id, subject, data, reason, leaf FROM audit_entry WHERE seq = 2",
    ]
    if connection.vendor == "sqlite":
        attempts.append("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2")
    else:
        attempts += ["TRUNCATE audit_entry", "TRUNCATE audit_treestate"]
    before = list(Entry.objects.order_by("seq").values())
    for sql in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(seq=2).delete()
    assert list(Entry.objects.order_by("seq").values()) == before
    assert verify() == []


def test_overwriting_by_way_of_an_insert_is_refused(write: Write) -> None:
    write(2)
    attempts = ["INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2 "
                "ON CONFLICT (seq) DO UPDATE SET reason = 'x'"]  # fmt: skip
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers = OFF")
            attempts.append("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2")
        for sql in attempts:
            with pytest.raises(DatabaseError, match="只能追加"):
                cursor.execute(sql.replace("WHERE seq = 2 ON", "WHERE seq = 2 AND true ON"))
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert verify() == []


def test_flushing_the_database_leaves_the_log_alone(write: Write) -> None:
    write(2)
    call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.count() == 2
    assert examine().findings == []


@pytest.mark.slow
def test_many_writers_get_one_unbroken_sequence(log: Path) -> None:
    if connection.vendor == "sqlite":
        return _many_processes(log.parent)
    return _many_threads()


def _many_threads() -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for i in range(20):
                with transaction.atomic():
                    record("demo.visited", by=CLERK, data={"count": i})
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    alarms = [verify() for _ in range(10)]
    for thread in threads:
        thread.join()
    assert failures == []
    assert alarms == [[]] * 10
    report = examine()
    assert (report.size, report.sealed, report.findings) == (120, 120, [])


def _many_processes(folder: Path) -> None:
    """两个进程同写，另一个写到一半被 kill -9；号不断、不重，核验通过，下一次写入补上封存。"""
    folder.mkdir(exist_ok=True)
    assert _finish(_writer(folder, 0))[0] == 0
    running = [_writer(folder, 10) for _ in range(2)]
    victim = _writer(folder, 100_000)
    assert [_finish(process)[0] for process in running] == [0, 0]
    victim.kill()
    _finish(victim)
    code, out = _finish(_writer(folder, 1))
    report = json.loads(out)
    assert code == 0, report
    assert report["size"] == report["sealed"] >= 21


def _writer(folder: Path, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "yijian.audit.tests.writer", str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])


def _finish(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    out = process.communicate()[0]
    return process.returncode, out
