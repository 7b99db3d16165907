"""审计测试的共用件：各测试用自己的数据目录与清空的审计表。"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from yijian.audit import kinds
from yijian.audit.models import Entry
from yijian.audit.services import PlainActor, record
from yijian.audit.tests.tamper import EMPTY_FRONTIER, without_triggers

kinds.register({
    "demo.visited": "{actor}走访{subject}，发现问题 {count} 处",
    "demo.closed": "{actor}关闭{subject}",
})  # fmt: skip
CLERK = PlainActor(7, "张三（演示）", "甲街道（演示）", "/120000/120104/")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """本测试的 DATA_DIR/audit。"""
    settings.DATA_DIR = tmp_path
    return tmp_path / "audit"


@pytest.fixture
def log(transactional_db: None, folder: Path) -> Iterator[Path]:
    """真正提交的空审计日志，用完清空。"""
    _empty()
    yield folder
    _empty()


@pytest.fixture
def write(log: Path) -> Callable[[int], list[Entry]]:
    """写 n 条，一条一个事务。"""

    def run(n: int) -> list[Entry]:
        made = []
        for i in range(n):
            with transaction.atomic():
                made.append(
                    record("demo.visited", by=CLERK, subject=("facility", i, f"机构{i}"), data={"count": i})
                )
        return made

    return run


def _empty() -> None:
    with without_triggers() as cursor:
        cursor.execute("DELETE FROM audit_entry")
        cursor.execute("UPDATE audit_treestate SET size = 0, frontier = %s", [EMPTY_FRONTIER])
        cursor.execute("SELECT count(*) FROM audit_treestate")
        if not cursor.fetchone()[0]:
            cursor.execute("INSERT INTO audit_treestate VALUES (1, 0, %s)", [EMPTY_FRONTIER])
    assert not connection.in_atomic_block
