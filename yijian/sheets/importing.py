"""导入一种表的做法：列、逐行检查、整表检查、写入。上层应用登记 ImportKind，其余由本层包办。

register(ImportKind(
    kind="facilities", title="机构档案", capability="facilities.import", columns=COLUMNS,
    check_row=..., check_all=..., write=import_facilities,
))
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from yijian.access.viewer import Viewer
from yijian.kernel.errors import NotFound, Refused
from yijian.sheets.columns import Column, Table

Options = Mapping[str, str]


class Problem(NamedTuple):
    """一处错误：row 是文件里的行号，column 是列名（空表示整行），message 是说明。"""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Rows:
    """解析好的各行：tuples 按 names 的次序；批量写入用 tuples，逐行处理用 dicts。"""

    names: tuple[str, ...]
    numbers: Sequence[int]
    tuples: list[tuple[Any, ...]]

    def __len__(self) -> int:
        return len(self.tuples)

    def dicts(self) -> Iterator[dict[str, Any]]:
        """每行一个字典，另有 row（文件里的行号）。"""
        for number, values in zip(self.numbers, self.tuples, strict=True):
            found = dict(zip(self.names, values, strict=True))
            found["row"] = number
            yield found

    def column(self, name: str) -> list[Any]:
        """一整列的值。"""
        index = self.names.index(name)
        return [values[index] for values in self.tuples]


class Write(Protocol):
    """写入各行；返回各类计数，如 {"新增": 3, "更新": 1}。在导入的事务里运行，报错则全部不写。"""

    def __call__(self, *, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]: ...


class CheckAll(Protocol):
    """整表检查（文件内重复、与库里冲突），用成批查询；返回错误。"""

    def __call__(self, *, rows: Rows, options: Options, by: Viewer) -> Iterable[Problem]: ...


CheckRow = Callable[[dict[str, Any]], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class ImportKind:
    """一种可导入的表。rehearse 为真时，预览用“写入后回滚”代替 check_all（适合行数不多的表）。"""

    kind: str
    title: str
    capability: str
    columns: tuple[Column, ...]
    write: Write
    check_row: CheckRow | None = None
    check_all: CheckAll | None = None
    rehearse: bool = False
    notes: tuple[str, ...] = field(default=())


_KINDS: dict[str, ImportKind] = {}


def register(spec: ImportKind) -> None:
    """登记一种导入；同名登记两种是编程错误。"""
    if _KINDS.setdefault(spec.kind, spec) is not spec:
        raise ValueError(f"导入种类 {spec.kind} 登记了两次")


def spec_of(kind: str) -> ImportKind:
    """某一种导入；没有报 NotFound。"""
    found = _KINDS.get(kind)
    if found is None:
        raise NotFound(f"没有“{kind}”这种导入，可选：{'、'.join(sorted(_KINDS))}。")
    return found


def kinds_for(viewer: Viewer) -> list[ImportKind]:
    """看的人可以用的导入种类。"""
    return [spec for spec in _KINDS.values() if viewer.can(spec.capability)]


def parse_rows(spec: ImportKind, table: Table, places: Mapping[str, int]) -> tuple[Rows, list[Problem]]:
    """按对应关系逐列解析；错误按行号排好。没有对应的可选列一律为 None。"""
    problems: list[Problem] = []
    parsed: list[Sequence[Any]] = []
    for column in spec.columns:
        index = places.get(column.name)
        if index is None:
            parsed.append((None,) * len(table.rows))
        else:
            parsed.append(_parse_column(column, index, table, problems))
    rows = Rows(tuple(c.name for c in spec.columns), table.numbers, list(zip(*parsed, strict=True)))
    if spec.check_row is not None:
        problems += _check_rows(spec.check_row, rows, {problem.row for problem in problems})
    problems.sort(key=lambda problem: problem.row)
    return rows, problems


def _parse_column(column: Column, index: int, table: Table, problems: list[Problem]) -> list[Any]:
    parse, values = column.parse, []
    for position, row in enumerate(table.rows):
        try:
            values.append(parse(row[index]))
        except Refused as error:
            values.append(None)
            problems.append(Problem(table.numbers[position], column.name, error.message))
    if column.required:
        wrong = {problem.row for problem in problems if problem.column == column.name}
        for number, value in zip(table.numbers, values, strict=True):
            if value is None and number not in wrong:
                problems.append(Problem(number, column.name, f"“{column.label}”必须填写。"))
    return values


def _check_rows(check: CheckRow, rows: Rows, wrong: set[int]) -> list[Problem]:
    """跨列检查只对各格都看懂的行做，免得一个错误说两遍。"""
    return [
        Problem(values["row"], column, message)
        for values in rows.dicts()
        if values["row"] not in wrong
        for column, message in check(values)
    ]
