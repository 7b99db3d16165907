"""周期：自然月、季度、半年、年；起止日都算在内。"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Literal, get_args

from yijian.kernel.errors import Refused

Per = Literal["month", "quarter", "half_year", "year"]
PERS: tuple[Per, ...] = get_args(Per)
LABELS: dict[Per, str] = {"month": "月", "quarter": "季度", "half_year": "半年", "year": "年"}
_MONTHS: dict[Per, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """一个周期；end 是周期内的最后一天。"""

    per: Per
    start: date
    end: date
    label: str

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def period_of(per: Per, day: date) -> Period:
    """某日所在的周期。"""
    months = _MONTHS[per]
    first = day.month - (day.month - 1) % months
    last = first + months - 1
    start = date(day.year, first, 1)
    end = date(day.year, last, monthrange(day.year, last)[1])
    return Period(per, start, end, _label(per, start))


def periods(per: Per, start: date, end: date) -> list[Period]:
    """与 [start, end] 有交集的全部周期，按先后；start 晚于 end 时为空。"""
    found: list[Period] = []
    day = start
    while day <= end:
        found.append(period_of(per, day))
        if found[-1].end >= end:
            break
        day = found[-1].end + timedelta(days=1)
    return found


def add_months(day: date, months: int) -> date:
    """加（减）若干个月；对应月没有这一天时取月末。超出公历范围报 Refused。"""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise Refused("日期超出可计算的范围，请检查月数。")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _label(per: Per, start: date) -> str:
    match per:
        case "month":
            return f"{start.year}年{start.month}月"
        case "quarter":
            return f"{start.year}年第{(start.month + 2) // 3}季度"
        case "half_year":
            return f"{start.year}年{'上' if start.month == 1 else '下'}半年"
        case "year":
            return f"{start.year}年"
