"""直接对数据库与封存文件动手，每一种都要被发现并定位；没动过的不得误报。"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from yijian.audit.models import Entry, TreeState
from yijian.audit.services import Item, examine, one_head, record_many, seal, verify
from yijian.audit.tests import tamper
from yijian.audit.tests.conftest import CLERK
from yijian.kernel.merkle import Frontier

Write = Callable[[int], list[Entry]]


def found() -> list[tuple[str, int, int]]:
    return [(f.kind, f.seq, f.until) for f in verify()]


def test_an_untouched_log_raises_no_alarm_at_any_length(write: Write) -> None:
    for n in range(1, 30):
        write(1)
        report = examine()
        assert report.findings == []
        assert (report.size, report.sealed, report.heads, report.unsealed) == (n, n, n, 0)


EDITS: list[tuple[str, Any]] = [
    ("at", "2026-01-01 00:00:00"),
    ("action", "demo.closed"),
    ("actor_id", 8),
    ("actor_id", None),
    ("actor", "李四"),
    ("unit", "乙街道"),
    ("region_path", "/"),
    ("subject_kind", "unit"),
    ("subject_id", "x"),
    ("subject", "机构 3"),
    ("data", '{"count": 4}'),
    ("data", "{}"),
    ("reason", "无"),
    ("leaf", "0" * 64),
]


@pytest.mark.parametrize(
    ("column", "value", "recomputed"),
    [(*edit, False) for edit in EDITS] + [(*edit, True) for edit in EDITS if edit[0] != "leaf"],
)
def test_an_edit_of_any_column_is_located(write: Write, column: str, value: Any, recomputed: bool) -> None:
    write(9)
    assert tamper.execute(f"UPDATE audit_entry SET {column} = %s WHERE seq = 4", [value]) == 1
    if recomputed:
        tamper.recompute()
    assert found()[0] == ("edit", 4, 4)
    assert [kind for kind, *_ in found()[1:]] == (["recomputation"] if recomputed else [])


@pytest.mark.parametrize(
    "garbage", [("at", "infinity"), ("at", "soon"), ("at", "9999-99-99"), ("data", "{"), ("actor_id", "x")]
)
def test_unreadable_values_do_not_stop_the_check(write: Write, garbage: tuple[str, str]) -> None:
    write(5)
    try:
        tamper.execute(f"UPDATE audit_entry SET {garbage[0]} = %s WHERE seq = 2", [garbage[1]])
    except DatabaseError:
        assert connection.vendor == "postgresql"
        assert found() == []
    else:
        assert found() == [("edit", 2, 2)]


@pytest.mark.parametrize("seq", [1, 2, 5, 8])
@pytest.mark.parametrize("recomputed", [False, True])
def test_a_deletion_is_located(write: Write, seq: int, recomputed: bool) -> None:
    write(9)
    tamper.execute("DELETE FROM audit_entry WHERE seq = %s", [seq])
    if recomputed:
        tamper.renumber(seq, -1)
        tamper.recompute()
    kinds = found()
    assert kinds[0][:2] == ("deletion", seq)
    assert recomputed or kinds == [("deletion", seq, seq)]
    if recomputed:
        assert ("truncation", 9, 9) in kinds
        assert ("recomputation", seq, 8) in kinds


@pytest.mark.parametrize("cut", [1, 4, 9])
@pytest.mark.parametrize("recomputed", [False, True])
def test_a_cut_tail_is_located(write: Write, cut: int, recomputed: bool) -> None:
    write(9)
    tamper.execute("DELETE FROM audit_entry WHERE seq > %s", [9 - cut])
    if recomputed:
        tamper.recompute()
    assert found() == [("truncation", 10 - cut, 9)]


@pytest.mark.parametrize("recomputed", [False, True])
def test_an_insertion_in_the_middle_is_located(write: Write, recomputed: bool) -> None:
    write(9)
    tamper.renumber(3, 1)
    tamper.copy_row(2, 4)
    if recomputed:
        tamper.recompute()
    kinds = found()
    assert kinds[0][:2] == ("insertion", 4)
    assert recomputed == (kinds[-1][0] == "recomputation")


def test_rows_added_behind_the_tail_or_before_the_head_are_located(write: Write) -> None:
    write(5)
    tamper.copy_row(2, 6)
    assert found()[0][:2] == ("edit", 6)
    tamper.execute("DELETE FROM audit_entry WHERE seq = 6")
    tamper.copy_row(2, 10**15)
    assert found() == [("insertion", 10**15, 10**15)]
    tamper.execute("DELETE FROM audit_entry WHERE seq > 5")
    assert found() == []
    if connection.vendor == "sqlite":
        tamper.copy_row(2, 0)
        assert ("insertion", 0, 0) in found()


def test_a_well_formed_row_behind_the_tail_is_an_insertion(write: Write) -> None:
    write(5)
    tamper.copy_row(5, 6)
    leaf = Entry.objects.get(seq=6).content().leaf().hex()
    tamper.execute("UPDATE audit_entry SET leaf = %s WHERE seq = 6", [leaf])
    assert found() == [("insertion", 6, 6)]


def test_two_swapped_rows_are_located(write: Write) -> None:
    write(6)
    for source, target in [(2, 77), (3, 2), (77, 3)]:
        tamper.execute("UPDATE audit_entry SET seq = %s WHERE seq = %s", [target, source])
    assert found()[0][1] == 2
    tamper.recompute()
    assert found()[0][1] == 2


def test_a_full_recomputation_is_located_even_inside_one_big_batch(log: Path) -> None:
    items = [Item("demo.visited", ("facility", i, f"机构{i}"), {"count": i}) for i in range(2500)]
    with transaction.atomic():
        record_many(items, by=CLERK)
    assert (examine().heads, examine().sealed, found()) == (1, 2500, [])
    tamper.execute("UPDATE audit_entry SET actor = '李四' WHERE seq IN (1234, 2100)")
    tamper.recompute()
    assert found() == [("edit", 1234, 1234), ("edit", 2100, 2100), ("recomputation", 1234, 2500)]


def test_a_recomputation_stays_visible_after_later_honest_entries(write: Write) -> None:
    write(6)
    tamper.execute("UPDATE audit_entry SET reason = '补' WHERE seq = 3")
    tamper.recompute()
    write(4)
    report = examine()
    assert report.size == 10
    kinds = [(f.kind, f.seq) for f in report.findings]
    assert ("edit", 3) in kinds
    assert ("recomputation", 3) in kinds


def test_a_cut_tail_stays_visible_after_new_entries_took_its_place(write: Write) -> None:
    write(6)
    tamper.execute("DELETE FROM audit_entry WHERE seq > 4")
    tamper.recompute()
    write(5)
    assert ("edit", 5) in [(kind, seq) for kind, seq, _ in found()]


def test_the_tree_state_alone_is_watched(write: Write) -> None:
    write(4)
    other = Frontier()
    other.append(b"\1" * 32)
    tamper.execute("UPDATE audit_treestate SET size = 1, frontier = %s", [other.to_json()])
    assert found() == [("state", 2, 4)]
    tamper.execute("UPDATE audit_treestate SET frontier = 'x'")
    assert found() == [("state", 4, 4)]
    tamper.execute("DELETE FROM audit_treestate")
    assert found() == [("state", 4, 4)]
    with pytest.raises(RuntimeError, match="停止写入"):
        write(1)
    assert Entry.objects.count() == 4


def test_a_state_that_promises_more_is_a_cut_tail(write: Write) -> None:
    write(4)
    state = Frontier.from_json(TreeState.objects.get().frontier)
    state.append(b"\1" * 32)
    tamper.execute("UPDATE audit_treestate SET size = 5, frontier = %s", [state.to_json()])
    assert found()[0] == ("truncation", 5, 5)


def test_entries_after_the_last_head_are_unsealed_and_still_checked(write: Write, log: Path) -> None:
    write(3)
    heads = (log / "heads.log").read_bytes().splitlines(keepends=True)
    (log / "heads.log").write_bytes(heads[0])
    report = examine()
    assert (report.findings, report.unsealed, report.sealed) == ([], 2, 1)
    tamper.execute("UPDATE audit_entry SET reason = '补' WHERE seq = 3")
    assert found() == [("edit", 3, 3)]
    tamper.execute("UPDATE audit_entry SET reason = '' WHERE seq = 3")
    tamper.execute("DELETE FROM audit_entry WHERE seq = 2")
    assert found()[0] == ("deletion", 2, 2)


def test_damaged_sealed_files_are_reported_and_the_rest_still_judges(write: Write, log: Path) -> None:
    write(6)
    leaves = (log / "leaves.bin").read_bytes()
    (log / "leaves.bin").write_bytes(leaves[:64] + b"\0" * 32 + leaves[96:])
    assert found() == [("leaves", 3, 6)]
    tamper.execute("UPDATE audit_entry SET reason = '补' WHERE seq = 5")
    tamper.recompute()
    assert ("recomputation", 3, 6) in found() or ("recomputation", 5, 6) in found()
    (log / "leaves.bin").unlink()
    assert [kind for kind, *_ in found()] == ["leaves", "recomputation"]


def test_forged_heads_are_reported(write: Write, log: Path) -> None:
    write(3)
    path = log / "heads.log"
    good = path.read_bytes()
    lines = good.splitlines(keepends=True)
    row = json.loads(lines[1])
    for change in ({"size": 3}, {"root": "0" * 64}, {"time": "x"}, {"sig": "0" * 128}, {"sig": "zz"}):
        path.write_bytes(lines[0] + json.dumps({**row, **change}).encode() + b"\n" + lines[2])
        assert [(f.kind, "第 2 行" in f.text) for f in verify()] == [("head", True)]
    for junk in (b"\n", b"{}\n", b"[1]\n", b"\xff\n", b'{"size": -1}\n'):
        path.write_bytes(lines[0] + junk + lines[2])
        assert [f.kind for f in verify()] == ["head"]
    path.write_bytes(lines[1] + lines[0] + lines[2])
    assert "head" in [f.kind for f in verify()]
    path.write_bytes(good)
    assert verify() == []


def test_a_torn_last_line_is_not_an_alarm_and_heals(write: Write, log: Path) -> None:
    write(3)
    with (log / "heads.log").open("ab") as file:
        file.write(b'{"size": 4, "ro')
    with (log / "leaves.bin").open("ab") as file:
        file.write(b"half a leaf")
    assert found() == []
    write(1)
    assert (examine().heads, found()) == (4, [])
    assert (log / "leaves.bin").stat().st_size == 4 * 32


def test_an_anchor_kept_elsewhere_finds_what_the_files_no_longer_can(write: Write, log: Path) -> None:
    write(5)
    anchor = (5, examine().root[:16])
    assert verify([anchor]) == []
    tamper.execute("UPDATE audit_entry SET reason = '补' WHERE seq = 2")
    tamper.recompute()
    for name in ("heads.log", "leaves.bin", "head.key", "head.pub"):
        (log / name).unlink()
    seal()
    assert verify() == []
    assert [(f.kind, f.seq) for f in verify([anchor])] == [("anchor", 5)]


def test_missing_triggers_are_reported(write: Write) -> None:
    write(1)
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON audit_treestate"
        cursor.execute(f"DROP TRIGGER audit_treestate_only_grows{on}")
    assert [f.kind for f in verify()] == ["trigger"]


def test_random_tampering_is_always_found(write: Write) -> None:
    rng = random.Random(20260301)
    with one_head():
        write(20)
    for _ in range(60):
        victim, other = rng.sample(range(1, 21), 2)
        backup = list(Entry.objects.order_by("seq").values())
        action = rng.choice(["edit", "delete", "cut", "copy", "swap"])
        if action == "edit":
            tamper.execute("UPDATE audit_entry SET subject = subject || '。' WHERE seq = %s", [victim])
        elif action == "delete":
            tamper.execute("DELETE FROM audit_entry WHERE seq = %s", [victim])
        elif action == "cut":
            tamper.execute("DELETE FROM audit_entry WHERE seq >= %s", [victim])
        elif action == "copy":
            tamper.renumber(victim - 1, 1)
            tamper.copy_row(other + (other >= victim), victim)
        else:
            for source, target in [(victim, 77), (other, victim), (77, other)]:
                tamper.execute("UPDATE audit_entry SET seq = %s WHERE seq = %s", [target, source])
            victim = min(victim, other)
        if rng.random() < 0.5 and action != "delete":
            tamper.recompute()
        assert found()[0][1] == victim, action
        tamper.execute("DELETE FROM audit_entry")
        Entry.objects.bulk_create([Entry(**row) for row in backup])
        tamper.recompute()
        assert found() == []
