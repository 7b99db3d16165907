"""拿着数据库管理员权限做坏事：拆掉触发器，直接改表。"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.db import connection

from yijian.audit.models import Entry
from yijian.kernel.merkle import Frontier

EMPTY_FRONTIER = Frontier().to_json()
_guards = import_module("yijian.audit.migrations.0002_append_only")
COLUMNS = (
    "seq, at, action, actor_id, actor, unit, region_path, "
    "subject_kind, subject_id, subject, data, reason, leaf"
)


@contextmanager
def without_triggers() -> Iterator[Any]:
    """拆掉触发器，改完装回去，不留痕迹。"""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in _guards.SQLITE_UNDO if sqlite else _guards.POSTGRESQL_UNDO:
            cursor.execute(statement)
        if sqlite:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            yield cursor
        finally:
            if sqlite:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
            for statement in _guards.SQLITE if sqlite else _guards.POSTGRESQL:
                cursor.execute(statement)


def execute(sql: str, params: list[Any] | None = None) -> int:
    """绕过触发器执行一句，返回动了几行。"""
    with without_triggers() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def copy_row(source: int, target: int) -> None:
    """把 source 号的一行原样插到 target 号。"""
    rest = COLUMNS.removeprefix("seq, ")
    execute(
        f"INSERT INTO audit_entry ({COLUMNS}) SELECT %s, {rest} FROM audit_entry WHERE seq = %s",
        [target, source],
    )


def renumber(after: int, by: int) -> None:
    """after 号之后整体挪 by 位（先挪到远处，免得撞号）。"""
    execute("UPDATE audit_entry SET seq = seq + 1000000 WHERE seq > %s", [after])
    execute("UPDATE audit_entry SET seq = seq - 1000000 + %s WHERE seq > 1000000", [by])


def recompute() -> None:
    """像知道算法的内部人那样，把每一行的叶和树状态全部重算。"""
    frontier = Frontier()
    with without_triggers() as cursor:
        for entry in Entry.objects.order_by("seq"):
            leaf = entry.content().leaf()
            frontier.append(leaf)
            cursor.execute("UPDATE audit_entry SET leaf = %s WHERE seq = %s", [leaf.hex(), entry.seq])
        cursor.execute(
            "UPDATE audit_treestate SET size = %s, frontier = %s", [frontier.size, frontier.to_json()]
        )
