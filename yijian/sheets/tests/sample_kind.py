"""测试用的一种导入：写进列对应表（本层自己的表），名称不许重复。"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from yijian.access.viewer import Viewer
from yijian.kernel.errors import Refused
from yijian.sheets import cells, importing
from yijian.sheets.columns import Column
from yijian.sheets.importing import ImportKind, Options, Problem, Rows
from yijian.sheets.models import ColumnMapping

COLUMNS = (
    Column("name", "机构名称", True, aliases=("名称",)),
    Column("code", "信用代码", parse=cells.code, code=True),
    Column("beds", "床位数", parse=cells.count, aliases=("床位",)),
    Column("residents", "在住人数", parse=cells.count),
)


def check_row(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if row["beds"] is not None and row["residents"] is not None and row["residents"] > row["beds"]:
        yield "residents", f"在住 {row['residents']} 人，多于床位 {row['beds']} 张。"


def check_all(*, rows: Rows, options: Options, by: Viewer) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for number, name in zip(rows.numbers, rows.column("name"), strict=True):
        if name in seen:
            yield Problem(number, "name", f"与第 {seen[name]} 行重名。")
        seen.setdefault(name, number)


def write(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    if any(name == "炸" for name in rows.column("name")):
        ColumnMapping.objects.create(kind="sample", signature="half")
        raise Refused("写到一半出了错。")
    made = [ColumnMapping(kind="sample", signature=name, places={"beds": beds})
            for name, beds in zip(rows.column("name"), rows.column("beds"), strict=True)]  # fmt: skip
    ColumnMapping.objects.bulk_create(made, batch_size=500)
    return {"新增": len(made)}


SAMPLE = ImportKind("sample", "样例", "sheets.import", COLUMNS, write, check_row, check_all)


class RowFault:
    """别处导入报错的样子（row、field、message）。"""

    def __init__(self, row: int, field: str, message: str) -> None:
        self.row, self.field, self.message = row, field, message


class Faulty(Refused):
    def __init__(self) -> None:
        super().__init__("共 1 处错误")
        self.errors = [RowFault(3, "name", "已有同名的。")]


def write_faulty(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    write(rows=rows, options=options, by=by)
    if len(rows) > 1:
        raise Faulty
    return {"新增": len(rows)}


REHEARSED = ImportKind("rehearsed", "排练", "sheets.import", COLUMNS, write_faulty, rehearse=True)
importing.register(SAMPLE)
importing.register(REHEARSED)
