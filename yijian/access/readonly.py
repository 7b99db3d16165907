"""只读守卫：读请求执行期间，任何改动数据的语句都被拒绝（会话和缓存表除外）。"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.S)
_READS = frozenset(
    "SELECT EXPLAIN SHOW VALUES BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE FETCH CLOSE DECLARE".split()
)
_WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\b", re.I)
_EXEMPT = re.compile(
    r'^(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(django_session|access_cache|usersessions_usersession)"?\s',
    re.I,
)


class ReadRequestWroteError(RuntimeError):
    """读请求试图写库：编程错误，语句没有执行。"""


def is_write(sql: str) -> bool:
    """一条语句是否改动数据。认不出的语句按改动处理。"""
    text = _COMMENT.sub(" ", sql).lstrip(" \t\r\n(")
    first = text.split(None, 1)[0].upper().rstrip("(;") if text else ""
    if first in _READS:
        return False
    if first == "WITH":
        return bool(_WRITES.search(text))
    if first == "PRAGMA":
        return "=" in text
    return not _EXEMPT.match(text)


def _refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if is_write(sql):
        raise ReadRequestWroteError(f"读请求不得写库：{sql[:120]}")
    return execute(sql, params, many, context)


@contextmanager
def read_only() -> Iterator[None]:
    """在此期间各数据库连接只许读。"""
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(_refuse))
        yield
