"""读表：xlsx、xls、csv、json 都得到同样的 Table；编码从不猜，认不准就用中文说明怎么办。"""

import codecs
import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from yijian.kernel.errors import Refused
from yijian.sheets import header, workbook
from yijian.sheets.cells import Cell, tidy
from yijian.sheets.columns import Column, Table, known_keys

MAX_BYTES = 64 << 20
FORMATS = (".xlsx", ".xls", ".csv", ".json")
_UNREADABLE = (
    "认不出这个文件的文字编码。请用 Excel 或 WPS 打开它，确认文字正常，"
    "另存为 .xlsx（或“CSV UTF-8”）后再上传。"
)
_HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
# GB 18030-2022 已给出正式编码、而旧码表仍落在私用区的 25 个字符
_STANDARD = dict(
    zip(
        map(
            ord,
            "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843"
            "\ue854\ue864\ue816\ue817\ue818\ue831\ue83b\ue855",
        ),
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9"
        "\u9fba\u9fbb\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
        strict=True,
    )
)


def read_table(
    content: bytes, filename: str, *, columns: Sequence[Column] = (), sheet: str | None = None
) -> Table:
    """读表；columns 给出要找的列，用来认表头和挑工作表。读不了一律报 Refused，说明原因和办法。"""
    if not content:
        raise Refused("文件是空的（0 字节），可能没有保存成功，请重新选择。")
    if len(content) > MAX_BYTES:
        raise Refused(f"文件有 {len(content) >> 20} MB，最多 {MAX_BYTES >> 20} MB，请拆成几个文件分别导入。")
    known = known_keys(columns)
    kind = _kind(content, filename)
    if kind == "workbook":
        return _from_workbook(content, known, sheet)
    if kind == "json":
        return _from_json(decode(content))
    return header.settle(_csv_rows(decode(content)), known=known)


def _kind(content: bytes, filename: str) -> str:
    """按内容认格式；扩展名只用来区分 csv 与 json。"""
    start, name = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower(), filename.lower()
    if content.startswith(b"PK\x03\x04") or content.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise Refused("这其实是网页格式的表格。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("这是 UTF-16 文本。请用 Excel 或 WPS 打开后另存为 .xlsx（或“CSV UTF-8”）再上传。")
    if name.endswith(".json") or start.startswith((b"[{", b"[\n{", b"[ {")):
        return "json"
    if name.endswith((".csv", ".txt")):
        return "csv"
    if name.endswith((".xlsx", ".xls", ".et")):
        raise Refused("文件内容不是 Excel 工作簿，可能已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
    raise Refused("只能导入 Excel（.xlsx、.xls）、CSV 和 JSON 文件。")


def decode(content: bytes) -> str:
    """文字：先严格按 UTF-8（可有 BOM），再严格按 GB18030；两者都不确定就报 Refused。"""
    if b"\x00" in content:
        raise Refused("文件里有空字符（NUL），不是正常的文本。" + _UNREADABLE)
    try:
        return content.decode("utf-8-sig") if content.startswith(codecs.BOM_UTF8) else _sure(content.decode())
    except UnicodeDecodeError:
        if content.startswith(codecs.BOM_UTF8):
            raise Refused("文件以 UTF-8 标记开头，内容却不是 UTF-8，可能被截断。" + _UNREADABLE) from None
    try:
        value = content.decode("gb18030").translate(_STANDARD)
    except UnicodeDecodeError:
        raise Refused(_UNREADABLE) from None
    found = _PRIVATE.search(value)
    if found:
        line = value.count("\n", 0, found.start()) + 1
        raise Refused(f"第 {line} 行有自造字或乱码（U+{ord(found[0]):04X}）。" + _UNREADABLE)
    return _sure(value)


def _sure(value: str) -> str:
    """非西文文件里一个汉字也没有，多半是编码认错了。"""
    if not value.isascii() and not _HAN.search(value):
        raise Refused(_UNREADABLE)
    return value


def _csv_rows(value: str) -> Iterator[list[Cell]]:
    first = value.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    if delimiter == "," and ";" in first and "," not in first:
        delimiter = ";"
    reader = csv.reader(io.StringIO(value, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise Refused(
            f"第 {reader.line_num} 行的引号或逗号不成对，读不下去。"
            "请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
        ) from error


def _from_workbook(content: bytes, known: Collection[str], wanted: str | None) -> Table:
    with workbook.opened(content) as book:
        if not book.names:
            raise Refused("工作簿里没有可见的工作表。")
        if wanted is not None and wanted not in book.names:
            raise Refused(f"工作簿里没有叫“{wanted}”的工作表，现有：{'、'.join(book.names[:20])}。")
        index, found = _choose(book, known, wanted)
        notes = [f"工作簿有 {len(book.names)} 张表，读取的是“{found.name}”。"] if len(book.names) > 1 else []
        return header.settle(
            book.rows(index), known=known, merged=found.merged, sheet=found.name, notes=notes
        )


def _choose(
    book: workbook.Workbook, known: Collection[str], wanted: str | None
) -> tuple[int, workbook.Sheet]:
    """选工作表：指定的；否则认出列最多的（至少两列）；再否则第一张有内容的。"""
    if wanted is not None:
        return book.names.index(wanted), book.look(book.names.index(wanted))
    best: tuple[int, int, workbook.Sheet] | None = None
    for index in range(min(len(book.names), 30)):
        found = book.look(index)
        try:
            score = header.find(found.head, known, found.merged)[3]
        except Refused:
            continue
        if best is None or score > best[0]:
            best = (score, index, found)
    if best is None:
        raise Refused("工作簿里没有找到带表头的数据。请下载模板，把数据填在表头下面。")
    return best[1], best[2]


def _from_json(value: str) -> Table:
    items = _json_items(value)
    names: dict[str, None] = {}
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise Refused(f'第 {number} 项不是对象。JSON 应当是对象的列表，如 [{{"名称": "…"}}]。')
        names.update(dict.fromkeys(item))
    headers = tuple(tidy(name) for name in names)
    if len(headers) > header.MAX_COLUMNS:
        raise Refused(f"JSON 里有 {len(headers)} 种字段，最多 {header.MAX_COLUMNS} 种。")
    rows = [tuple(_json_cell(item.get(name), name, n) for name in names) for n, item in enumerate(items, 1)]
    return Table(headers, rows, range(1, len(rows) + 1), "", ())


def _json_items(value: str) -> list[Any]:
    try:
        items = json.loads(value, parse_constant=_no_constant, object_pairs_hook=_no_twice)
    except json.JSONDecodeError as error:
        raise Refused(f"JSON 第 {error.lineno} 行第 {error.colno} 个字符处写法不对。") from error
    except (RecursionError, ValueError) as error:
        raise Refused("JSON 里有嵌套过深的内容或过长的数，读不了。") from error
    if not isinstance(items, list) or not items:
        raise Refused('JSON 应当是对象的列表，如 [{"名称": "…"}]，而且不能为空。')
    if len(items) > header.MAX_ROWS:
        raise Refused(f"超过 {header.MAX_ROWS // 10_000} 万行，请拆成几个文件分别导入。")
    return items


def _no_constant(name: str) -> None:
    raise Refused(f"JSON 里有 {name}，不是有效的数。")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise Refused(f"JSON 里同一个对象有两个“{twice[:30]}”，不知道该用哪一个。")
    return found


def _json_cell(cell: Any, name: str, number: int) -> Cell:
    if cell is None or isinstance(cell, (str, int, float, bool)):
        return cell
    raise Refused(f"第 {number} 项的“{name[:30]}”不是文字或数，这里不能嵌套。")
