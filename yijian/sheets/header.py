"""找表头：跳过标题行，认出单行或合并的多行表头，去掉空行、重复的表头和表尾的合计、填表人。"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from yijian.kernel.errors import Refused
from yijian.sheets.cells import Cell
from yijian.sheets.columns import Table, bare_key, column_letter, key_of

MAX_ROWS = 500_000
MAX_COLUMNS = 256
LOOK = 30
_TOTALS = frozenset(("合计", "总计", "小计", "共计"))
_FOOT = (
    "制表",
    "填表",
    "填报",
    "审核人",
    "负责人",
    "联系电话",
    "单位负责人",
    "注:",
    "备注:",
    "说明:",
    "注1",
    "注：",
)

Merge = tuple[tuple[int, int], tuple[int, int]]
Row = Sequence[Cell]


def settle(
    rows: Iterable[Row],
    *,
    known: Collection[str] = (),
    merged: Sequence[Merge] = (),
    sheet: str = "",
    notes: Sequence[str] = (),
) -> Table:
    """从一张表的全部行得到 Table；没有表头、没有数据、超出行列上限报 Refused。"""
    source = iter(rows)
    head = [row for _, row in zip(range(LOOK), source, strict=False)]
    start, depth, labels, _ = find(head, known, merged)
    headers, kept_notes = _trimmed(labels, head[start + depth :])
    if len(headers) > MAX_COLUMNS:
        raise Refused(f"表格有 {len(headers)} 列，最多 {MAX_COLUMNS} 列，请删掉多余的列。")
    said = [*notes, *kept_notes]
    if start:
        said.append(f"跳过了表头前的 {start} 行标题。")
    body, numbers = _body(chain(head[start + depth :], source), start + depth, headers, said)
    _drop_tail(body, numbers, said)
    if not body:
        raise Refused("表头下面没有数据，请检查是不是选错了文件或工作表。")
    return Table(headers, body, _compact(numbers), sheet, tuple(said))


def find(
    head: Sequence[Row], known: Collection[str], merged: Sequence[Merge]
) -> tuple[int, int, list[str], int]:
    """（表头首行, 占几行, 各列表头, 认出几列）；一行内容也没有报 Refused。"""
    best: tuple[int, int, list[str], int] | None = None
    for index in range(len(head)):
        depth = _depth(index, merged)
        labels = _labels(head[index : index + depth], index, merged)
        score = len({key for label in labels if (key := _known(label, known))})
        if score and (best is None or score > best[3]):
            best = (index, depth, labels, score)
    filled = max((sum(_filled(cell) for cell in row) for row in head), default=0)
    if best is not None and (best[3] > 1 or filled <= 2):
        return best
    for index, row in enumerate(head):
        texts = [cell for cell in row if _filled(cell)]
        if len(texts) >= max(1, min(2, filled), filled // 2) and all(isinstance(cell, str) for cell in texts):
            depth = _depth(index, merged)
            return index, depth, _labels(head[index : index + depth], index, merged), 0
    if not filled:
        raise Refused("这张表是空的，请检查是不是选错了文件或工作表。")
    raise Refused("找不到表头：请保留模板的表头那一行，数据从它下面开始填。")


def _known(label: str, known: Collection[str]) -> str:
    key = key_of(label)
    return next((k for k in (key, bare_key(key), key.rpartition("-")[2]) if k in known), "")


def _filled(cell: Cell) -> bool:
    return cell is not None and cell != "" and not (isinstance(cell, str) and not cell.strip())


def _depth(index: int, merged: Sequence[Merge]) -> int:
    """表头占几行：从这一行开始向下合并的单元格最多跨几行（不超过三行）。"""
    return max(
        (down - top + 1 for (top, _), (down, _) in merged if top == index and down - top < 3), default=1
    )


def _labels(rows: Sequence[Row], first: int, merged: Sequence[Merge]) -> list[str]:
    width = max(map(len, rows), default=0)
    grid = [[_label(row[i]) if i < len(row) else "" for i in range(width)] for row in rows]
    if len(rows) > 1:
        for (top, left), (down, right) in merged:
            for r in range(max(top, first), min(down, first + len(rows) - 1) + 1):
                for c in range(left, min(right, width - 1) + 1):
                    grid[r - first][c] = grid[max(top, first) - first][left]
    return ["-".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*grid, strict=True)]


def _label(cell: Cell) -> str:
    return " ".join(str(cell).split()) if _filled(cell) else ""


def _trimmed(labels: list[str], below: Sequence[Row]) -> tuple[tuple[str, ...], list[str]]:
    """去掉右边没有表头的列；若其中有数据，要说出来。"""
    width = max((i + 1 for i, label in enumerate(labels) if label), default=0)
    nameless = [i for i in range(max(map(len, below), default=0)) if i >= width or not labels[i]]
    stray = [i for i in nameless if any(i < len(row) and _filled(row[i]) for row in below)]
    notes = [f"{'、'.join(column_letter(i) for i in stray[:10])} 列没有表头，没有读取。"] if stray else []
    return tuple(labels[:width]), notes


def _body(
    rows: Iterable[Row], skipped: int, headers: tuple[str, ...], said: list[str]
) -> tuple[list[tuple[Cell, ...]], list[int]]:
    width, repeated = len(headers), 0
    body: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    first = next((i for i, label in enumerate(headers) if label), 0)
    for number, row in enumerate(rows, skipped + 1):
        cells = row if len(row) == width and isinstance(row, tuple) else _fitted(row, width)
        cell = cells[first]
        if (not cell or cell.__class__ is str) and not _filled(cell) and not any(map(_filled, cells)):
            continue
        if cell == headers[first] and [_label(cell) for cell in cells] == list(headers):
            repeated += 1
            continue
        body.append(cells)
        numbers.append(number)
        if len(body) > MAX_ROWS:
            raise Refused(f"超过 {MAX_ROWS // 10_000} 万行，请拆成几个文件分别导入。")
    if repeated:
        said.append(f"跳过了 {repeated} 行重复的表头。")
    return body, numbers


def _fitted(row: Row, width: int) -> tuple[Cell, ...]:
    return tuple(row[:width]) if len(row) >= width else (*row, *("",) * (width - len(row)))


def _drop_tail(body: list[tuple[Cell, ...]], numbers: list[int], said: list[str]) -> None:
    dropped: list[int] = []
    while body and len(dropped) < 10 and _is_foot(body[-1]):
        body.pop()
        dropped.append(numbers.pop())
    if dropped:
        said.append(f"跳过了表尾第 {'、'.join(map(str, reversed(dropped)))} 行的合计或填表说明。")


def _is_foot(row: tuple[Cell, ...]) -> bool:
    texts = [cell for cell in row if _filled(cell)]
    opening = "".join(str(texts[0]).split())
    if opening in _TOTALS:
        return True
    return (
        len(texts) <= 4 and opening.replace("：", ":").startswith(_FOOT) and not isinstance(texts[0], float)
    )


def _compact(numbers: list[int]) -> Sequence[int]:
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return range(numbers[0], numbers[-1] + 1)
    return numbers
