"""写 Excel：导出、模板、错误文件。号码一律是文本格的文字，任何内容都不会变成公式或链接。"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeGuard

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from yijian.kernel.clock import TZ
from yijian.sheets.columns import Column, Table

LONGEST = 32_000
SHEET_ROWS = 1_000_000
_EXACT = 10**15
# XML 1.0 不允许的字符；留着会写出打不开的文件
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "line": {"font_color": "#595959"},
    "head": {"bold": True, "bg_color": "#E6F0FA", "border": 1, "align": "center", "text_wrap": True},
    "must": {"bold": True, "bg_color": "#FDE9D9", "border": 1, "align": "center", "text_wrap": True},
    "text": {"num_format": "@", "border": 1},
    "number": {"border": 1},
    "day": {"num_format": "yyyy-mm-dd", "border": 1, "align": "left"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "border": 1, "align": "left"},
    "wrong": {"num_format": "@", "border": 1, "bg_color": "#FFC7CE", "font_color": "#9C0006"},
    "reason": {"num_format": "@", "border": 1, "font_color": "#9C0006", "text_wrap": True},
}


class Book:
    """一个正在写的工作簿；只按行往下写，内存不随行数增长。"""

    def __init__(self, out: IO[bytes] | Path) -> None:
        self.file = xlsxwriter.Workbook(str(out) if isinstance(out, Path) else out, _OPTIONS)
        self.looks: dict[str, Format] = {
            name: self.file.add_format(_FONT | look) for name, look in _LOOKS.items()
        }

    def sheet(self, name: str) -> Worksheet:
        return self.file.add_worksheet(_SHEET_NAME.sub(" ", name).strip()[:31] or "表")

    def put(self, sheet: Worksheet, row: int, column: int, value: object, look: str = "") -> None:
        """写一格：数写成数，日期写成日期，其余写成文字；look 指定时按指定的样子写成文字。"""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.looks[look or "text"])
        elif look:
            sheet.write_string(row, column, plain(value), self.looks[look])
        elif isinstance(value, datetime):
            local = value.astimezone(TZ).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, local, self.looks["moment"])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.looks["day"])
        elif _is_number(value):
            sheet.write_number(row, column, value, self.looks["number"])
        else:
            sheet.write_string(row, column, plain(value), self.looks["text"])


def plain(value: object) -> str:
    """写进格子的文字：是/否、去掉 XML 不允许的字符、过长截断。"""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    found = _ILLEGAL.sub("�", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    return found if len(found) <= LONGEST else found[:LONGEST] + "……（过长，已截断）"


def _is_number(value: object) -> TypeGuard[int | float | Decimal]:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    return bool(-_EXACT < value < _EXACT)  # 超过 15 位会失真，按文字写；nan 与任何数比较都为假


def write_xlsx(
    out: IO[bytes] | Path,
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    unit: str = "",
    at: datetime | None = None,
    note: str = "",
) -> int:
    """导出：标题行、制表单位和时间、冻结的表头、各行；返回行数。超过一百万行自动续表。

    rows 的每行与 columns 同序；code 列按文字写。unit 是制表单位，at 是制表时间。
    """
    book = Book(out)
    source = iter(rows)
    ahead = list(islice(source, 1))
    total = part = 0
    while ahead or not part:
        sheet = book.sheet(f"{title[:22]} 续{part}" if part else title)
        first = _heading(book, sheet, title, columns, unit, at, note)
        total += _body(book, sheet, first, columns, chain(ahead, islice(source, SHEET_ROWS - 1)))
        ahead = list(islice(source, 1))
        part += 1
    book.file.close()
    return total


def xlsx_bytes(**given: Any) -> bytes:
    """同 write_xlsx，直接得到文件内容。"""
    out = io.BytesIO()
    write_xlsx(out, **given)
    return out.getvalue()


def _heading(
    book: Book,
    sheet: Worksheet,
    title: str,
    columns: Sequence[Column],
    unit: str,
    at: datetime | None,
    note: str,
) -> int:
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, book.looks["text"] if column.code else None)
    last = max(len(columns) - 1, 0)
    sheet.set_row(0, 30)
    _merged(book, sheet, 0, last, title, "title")
    when = f"制表时间：{at.astimezone(TZ):%Y年%m月%d日 %H:%M}" if at else ""
    said = [f"制表单位：{unit}" if unit else "", when, note]
    _merged(book, sheet, 1, last, "　　".join(filter(None, said)), "line")
    for index, column in enumerate(columns):
        book.put(sheet, 2, index, column.label, "head")
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    return 3


def _merged(book: Book, sheet: Worksheet, row: int, last: int, value: str, look: str) -> None:
    if last:
        sheet.merge_range(row, 0, row, last, "", book.looks[look])
    book.put(sheet, row, 0, value, look)


def _body(
    book: Book, sheet: Worksheet, first: int, columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> int:
    looks = ["text" if column.code else "" for column in columns]
    written = 0
    for values in rows:
        for index, value in enumerate(values):
            book.put(sheet, first + written, index, value, looks[index])
        written += 1
    if written and columns:
        sheet.autofilter(first - 1, 0, first + written - 1, len(columns) - 1)
    return written


def template(title: str, columns: Sequence[Column], notes: Sequence[str] = ()) -> bytes:
    """模板：一张填写的表（必填列橙色、号码列为文本、选项下拉），一张填写说明。"""
    out = io.BytesIO()
    book = Book(out)
    sheet, guide, lists = book.sheet(title), book.sheet("填写说明"), book.sheet("选项")
    lists.hide()
    for index, column in enumerate(columns):
        label = f"*{column.label}" if column.required else column.label
        book.put(sheet, 0, index, label, "must" if column.required else "head")
        sheet.set_column(index, index, max(column.width, 10), book.looks["text"] if column.code else None)
        if column.choices:
            sheet.data_validation(1, index, 10_000, index, _dropdown(index, column))
    _lists(book, lists, columns)
    sheet.freeze_panes(1, 0)
    _guide(book, guide, columns, notes)
    sheet.activate()
    book.file.close()
    return out.getvalue()


def _dropdown(index: int, column: Column) -> dict[str, Any]:
    from xlsxwriter.utility import xl_col_to_name

    letter = xl_col_to_name(index)
    return {
        "validate": "list",
        "source": f"=选项!${letter}$1:${letter}${len(column.choices)}",
        "error_title": "不在可填的内容里",
        "error_message": f"“{column.label[:20]}”请从下拉列表中选择。",
        "error_type": "stop",
    }


def _lists(book: Book, sheet: Worksheet, columns: Sequence[Column]) -> None:
    for row in range(max((len(column.choices) for column in columns), default=0)):
        for index, column in enumerate(columns):
            if row < len(column.choices):
                book.put(sheet, row, index, column.choices[row])


def _guide(book: Book, sheet: Worksheet, columns: Sequence[Column], notes: Sequence[str]) -> None:
    for index, width in enumerate((18, 8, 50, 40, 24)):
        sheet.set_column(index, index, width)
    for index, label in enumerate(("列", "必填", "说明", "可填内容", "示例")):
        book.put(sheet, 0, index, label, "head")
    for row, column in enumerate(columns, 1):
        must = "必填" if column.required else ""
        told = (column.label, must, column.note, "、".join(column.choices), column.example)
        for index, value in enumerate(told):
            book.put(sheet, row, index, value)
    for row, note in enumerate(notes, len(columns) + 2):
        book.put(sheet, row, 0, note, "line")


def error_file(
    title: str, table: Table, places: Mapping[str, int], columns: Sequence[Column], problems: Iterable[Any]
) -> bytes:
    """错误文件：原来的各行（只留有错的），错的格子标红，最后一列写原因；改好可直接再导入。"""
    wrong: dict[int, set[int]] = defaultdict(set)
    reasons: dict[int, list[str]] = defaultdict(list)
    labels = {column.name: column.label for column in columns}
    for row, name, message in problems:
        reasons[row].append(f"{labels[name]}：{message}" if name in labels else message)
        if name in places:
            wrong[row].add(places[name])
    out = io.BytesIO()
    book = Book(out)
    sheet = book.sheet(title)
    last = len(table.headers)
    sheet.set_column(0, last - 1, 16)
    sheet.set_column(last, last + 1, 12)
    sheet.set_column(last + 1, last + 1, 60)
    for index, label in enumerate((*table.headers, ERROR_ROW, ERROR_REASON)):
        book.put(sheet, 0, index, label, "head")
    written = 0
    for number, values in table.numbered():
        if number in reasons:
            written += 1
            _error_row(book, sheet, written, values, wrong[number])
            book.put(sheet, written, last, number)
            book.put(sheet, written, last + 1, "；".join(reasons[number]), "reason")
    sheet.freeze_panes(1, 0)
    book.file.close()
    return out.getvalue()


ERROR_ROW, ERROR_REASON = "原文件行号", "错误原因"


def _error_row(book: Book, sheet: Worksheet, row: int, values: Sequence[object], wrong: set[int]) -> None:
    for index, value in enumerate(values):
        if index in wrong:
            book.put(sheet, row, index, _as_seen(value), "wrong")
        elif not isinstance(value, (int, float, date)):
            book.put(sheet, row, index, value, "text")
        else:
            book.put(sheet, row, index, value)


def _as_seen(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value
