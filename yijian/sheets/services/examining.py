"""核对一份文件：读表、对应列、逐行检查；不写库、不占写锁。"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.kernel.errors import Refused
from yijian.sheets import queries
from yijian.sheets.columns import Guess, Table, check_places, guess, insist
from yijian.sheets.importing import ImportKind, Options, Problem, Rows, parse_rows, spec_of
from yijian.sheets.models import new_id
from yijian.sheets.reading import read_table


@dataclass(frozen=True)
class Upload:
    """读好并核对过的一份文件，还没有碰数据库的导入表。"""

    spec: ImportKind
    content: bytes
    filename: str
    table: Table
    places: dict[str, int]
    rows: Rows
    problems: list[Problem]
    notes: tuple[str, ...]
    options: dict[str, str]
    key: str


class _Undo(Exception):  # noqa: N818
    """排练结束，撤销写入。"""


def examine(
    *,
    kind: str,
    content: bytes,
    filename: str,
    mapping: Mapping[str, int] | None = None,
    options: Options | None = None,
    sheet: str | None = None,
    again: bool = False,
    by: Viewer,
) -> Upload:
    """核对：读表、对应列、逐行检查；不写库、不占写锁。读不了、列对不上报 Refused。"""
    spec = spec_of(kind)
    require(by, spec.capability)
    table = read_table(content, filename, columns=spec.columns, sheet=sheet)
    found = _places(spec, table, mapping)
    rows, problems = parse_rows(spec, table, found.places)
    options = dict(options or {})
    if not problems:
        problems = _check_all(spec, rows, options, by)
    notes = table.notes
    if found.unused:
        notes += (f"没有用到的列：{'、'.join(found.unused[:20])}。",)
    key = _key(kind, content, found.places, options, table.sheet, str(new_id()) if again else "")
    return Upload(spec, content, _short(filename), table, found.places, rows, problems, notes, options, key)


def _short(filename: str) -> str:
    """文件名只留最后一段，去掉控制符，至多 200 字。"""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[-200:] or "未命名"


def _places(spec: ImportKind, table: Table, mapping: Mapping[str, int] | None) -> Guess:
    if mapping is not None:
        return insist(check_places(spec.columns, table.headers, mapping))
    kept = queries.remembered(spec.kind, table.signature)
    if kept:
        found = check_places(spec.columns, table.headers, kept)
        if not found.faults:
            return found
    return insist(guess(spec.columns, table.headers))


def _check_all(spec: ImportKind, rows: Rows, options: Options, by: Viewer) -> list[Problem]:
    if spec.check_all is not None:
        return sorted(spec.check_all(rows=rows, options=options, by=by), key=lambda problem: problem.row)
    if not spec.rehearse:
        return []
    try:
        with transaction.atomic():
            spec.write(rows=rows, options=options, by=by)
            raise _Undo
    except _Undo:
        return []
    except Refused as error:
        return problems_of(error)


def problems_of(error: Refused) -> list[Problem]:
    """写入时报的错误：带 errors（row、field、message）的逐条列出，否则算一条整表错误（行号 0）。"""
    errors: Iterable[Any] = getattr(error, "errors", ())
    found = [Problem(item.row, item.field or "", item.message) for item in errors]
    return found or [Problem(0, error.field or "", error.message)]


def _key(
    kind: str, content: bytes, places: Mapping[str, int], options: Options, sheet: str, salt: str
) -> str:
    shape = json.dumps(
        [kind, sorted(places.items()), sorted(options.items()), sheet, salt], ensure_ascii=False
    )
    return hashlib.sha256(hashlib.sha256(content).digest() + shape.encode()).hexdigest()
