"""单元格：把表格里的一格变成文字、代码、整数、金额、日期；不认识的用中文说明，从不猜。

每个函数接受一格的原值，空格给 None；看不懂报 Refused。
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from yijian.kernel.codes import check_id_card, check_uscc
from yijian.kernel.errors import Refused

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Parse = Callable[[Cell], object]

LONGEST = 10_000
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL_MIN, _SERIAL_MAX = 10_000, 80_000  # 1927-05-18 至 2119-01-10
_EXACT = 10**15
_DROPPED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES = {ord(sign): " " for sign in "\u00a0\u2002\u2003\u2009\u202f\u3000\t"}
_TIDY = {**_DROPPED, **_SPACES}
# C0、C1 控制符（换行除外）、双向书写控制符、孤立的代理项
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PLAIN = re.compile(r"[!-~\u3400-\u4dbf\u4e00-\u9fff（）、，。·—]*")
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?",
    re.ASCII,
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{1,64}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_TRUE = frozenset(("是", "有", "真", "√", "✓", "y", "yes", "true", "1"))
_FALSE = frozenset(("否", "无", "假", "×", "✗", "n", "no", "false", "0"))


def tidy(value: str) -> str:
    """清理文字：NFC、去零宽字符、各种空格变半角、去首尾空白；控制符和双向符报 Refused。"""
    if _PLAIN.fullmatch(value):
        return value
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    value = value.translate(_TIDY).strip()
    found = _FORBIDDEN.search(value)
    if found:
        raise Refused(f"含有看不见的控制字符（U+{ord(found[0]):04X}），请删掉这一格重新输入。")
    return value


def text(cell: Cell) -> str | None:
    """文字；数字和日期按看到的样子写出，空格为 None。"""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        value = tidy(cell)
        if len(value) > LONGEST:
            raise Refused(f"文字太长（{len(value)} 字），最多 {LONGEST} 字。")
        return value or None
    return _shown(cell)


def _shown(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return _shown_number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
    return str(cell)


def _shown_number(value: float) -> str:
    if value.is_integer():
        if abs(value) >= _EXACT:
            raise Refused("数字超过 15 位，Excel 已丢失末尾几位，请把这一列设为文本格式后重新填写。")
        return str(int(value))
    return repr(value)


def half_width(value: str) -> str:
    """全角数字、字母、标点变半角（只用于号码和数）。"""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def code(cell: Cell) -> str | None:
    """号码：按文字保留前导零，全角变半角，去掉中间空格，字母大写。"""
    if isinstance(cell, str):
        if _CODE.fullmatch(cell):
            return cell
        cell = cell.removeprefix("'")
    value = text(cell)
    if value is None:
        return None
    return "".join(half_width(value).split()).upper() or None


def uscc(cell: Cell) -> str | None:
    """统一社会信用代码（GB 32100）；校验不过报 Refused。"""
    value = code(cell)
    if value is None:
        return None
    checked = check_uscc(value)
    if not checked.ok:
        raise Refused(checked.reason)
    return checked.normal


def id_card(cell: Cell) -> str | None:
    """公民身份号码（GB 11643）；校验不过报 Refused。"""
    value = code(cell)
    if value is None:
        return None
    checked = check_id_card(value)
    if not checked.ok:
        raise Refused(checked.reason)
    return checked.normal


def phone(cell: Cell) -> str | None:
    """电话号码：去掉空格和横线以外的写法差别；不足 5 位或含字母报 Refused。"""
    value = code(cell)
    if value is None:
        return None
    value = value.replace("—", "-").replace("－", "-")
    if not re.fullmatch(r"\+?\d[\d\-()]{4,19}(?:[/,、;]\+?\d[\d\-()]{4,19})?", value, re.ASCII):
        raise Refused(f"“{value}”不像电话号码。")
    return value


def number(cell: Cell) -> Decimal | None:
    """数：可带千分位，可用全角；看不懂报 Refused。"""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool) or isinstance(cell, (date, time, timedelta)):
        raise Refused(f"“{_shown(cell)}”不是数字。")
    if isinstance(cell, (int, float)):
        return _finite(cell)
    value = half_width(tidy(cell)).replace(" ", "")
    if not value:
        return None
    if not _NUMBER.fullmatch(value) or len(value) > 30:
        raise Refused(f"“{value[:30]}”不是数字，请只填数字，不要带单位。")
    return Decimal(value.replace(",", ""))


def _finite(value: float) -> Decimal:
    try:
        exact = Decimal(repr(value))
    except InvalidOperation as error:  # pragma: no cover - repr 总能转换
        raise Refused("不是数字。") from error
    if not exact.is_finite():
        raise Refused("不是有限的数。")
    return exact


def integer(cell: Cell, low: int = -(10**12), high: int = 10**12) -> int | None:
    """整数，low 与 high 之间（含）；有小数或超出范围报 Refused。"""
    if isinstance(cell, float) and cell.is_integer():
        value = int(cell)
    elif isinstance(cell, str) and len(cell) < 13 and cell.isascii() and cell.isdigit():
        value = int(cell)
    else:
        exact = number(cell)
        if exact is None:
            return None
        if exact != exact.to_integral_value():
            raise Refused(f"“{exact}”不是整数。")
        value = int(exact)
    if not low <= value <= high:
        raise Refused(f"{value} 超出范围，应在 {low} 到 {high} 之间。")
    return value


def count(cell: Cell) -> int | None:
    """个数：0 到一百万之间的整数（床位、人数）。"""
    return integer(cell, 0, 1_000_000)


def money(cell: Cell) -> Decimal | None:
    """金额，元：不超过两位小数；看不懂报 Refused。"""
    exact = number(cell)
    if exact is None:
        return None
    cents = exact.quantize(Decimal("0.01")) if abs(exact) < 10**15 else None
    if cents is None or cents != exact:
        raise Refused(f"“{exact}”不是金额，最多两位小数。")
    return cents


def day(cell: Cell) -> date | None:
    """日期：2021-11-23、2021/11/23、2021.11.23、2021年11月23日、20211123、Excel 日期序号都认。"""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or isinstance(cell, (time, timedelta)):
        raise Refused(f"“{_shown(cell)}”不是日期。")
    if isinstance(cell, (int, float)):
        return _day_of_number(cell)
    return _day_of_text(cell)


@lru_cache(maxsize=8192)
def _day_of_text(cell: str) -> date | None:
    value = half_width(tidy(cell))
    if not value:
        return None
    found = _DAY.fullmatch(value) or _PACKED.fullmatch(value)
    if found:
        return _real_day(int(found[1]), int(found[2]), int(found[3]), value)
    if re.fullmatch(r"\d{5}", value, re.ASCII):
        return _day_of_number(int(value))
    raise Refused(f"“{value[:30]}”不是日期，请写成 2021-11-23 的样子。")


def _day_of_number(value: float) -> date:
    if not math.isfinite(value):
        raise Refused("不是日期。")
    whole = int(value)
    if _SERIAL_MIN <= whole <= _SERIAL_MAX:
        return _SERIAL_ZERO + timedelta(days=whole)
    found = _PACKED.fullmatch(str(whole)) if value == whole else None
    if found:
        return _real_day(int(found[1]), int(found[2]), int(found[3]), str(whole))
    raise Refused(f"“{_shown(value)}”不是日期，请写成 2021-11-23 的样子。")


def _real_day(year: int, month: int, number_: int, shown: str) -> date:
    if not 1850 <= year <= 2200:
        raise Refused(f"“{shown}”的年份不对。")
    try:
        return date(year, month, number_)
    except ValueError as error:
        raise Refused(f"“{shown}”这一天不存在，请核对。") from error


def yes_no(cell: Cell) -> bool | None:
    """是否：是/否、有/无、√/×、true/false；其他报 Refused。"""
    if isinstance(cell, bool):
        return cell
    value = text(cell)
    if value is None:
        return None
    key = half_width(value).casefold()
    if key in _TRUE:
        return True
    if key in _FALSE:
        return False
    raise Refused(f"“{value[:30]}”看不出是还是否，请填“是”或“否”。")


def choice(options: Mapping[str, str]) -> Parse:
    """选项：options 是 {填写的文字: 存入的值}；不在其中报 Refused，并列出可填的。"""
    wanted = {half_width(label).casefold(): value for label, value in options.items()}
    shown = "、".join(list(options)[:12]) + ("……" if len(options) > 12 else "")

    seen: dict[str, str] = {}

    def pick(cell: Cell) -> str | None:
        if isinstance(cell, str) and cell in seen:
            return seen[cell]
        value = text(cell)
        if value is None:
            return None
        found = wanted.get(half_width(value).casefold())
        if found is None:
            raise Refused(f"“{value[:30]}”不在可填的内容里，可填：{shown}。")
        if isinstance(cell, str) and len(seen) < 1000:
            seen[cell] = found
        return found

    return pick


def limited(longest: int, parse: Parse = text) -> Parse:
    """限长文字：最多 longest 个字，超过报 Refused。"""

    def pick(cell: Cell) -> object:
        value = parse(cell)
        if isinstance(value, str) and len(value) > longest:
            raise Refused(f"太长了（{len(value)} 字），最多 {longest} 字。")
        return value

    return pick
