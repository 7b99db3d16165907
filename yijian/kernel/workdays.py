"""工作日：法定节假日与调休。每年一张经核对的表；没有表的年份给出暂定答案，从不报错。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from yijian.kernel.errors import Refused, YijianError

ONE_DAY = timedelta(days=1)
_KEYS = {"year", "source", "holidays", "workdays"}
_HOLIDAY_KEYS = {"name", "from", "to"}


class CalendarError(YijianError):
    """节假日表有误：说明是哪个文件、什么原因。"""


@dataclass(frozen=True)
class Due:
    """期限日；provisional 为真表示经过了尚未公布节假日安排的年份，属暂定。"""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """工作日历：days_off 休息日名称，make_up 调休上班日，years 已公布的年份。"""

    days_off: Mapping[date, str] = field(hash=False)
    make_up: frozenset[date]
    years: frozenset[int]

    def is_published(self, year: int) -> bool:
        """该年的节假日安排是否已录入。"""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """是否工作日；未公布的年份按周末加法定节假日暂定。"""
        if day in self.make_up:
            return True
        if day.weekday() >= 5 or day in self.days_off:
            return day.year not in self.years and day in _expected(day.year).make_up
        return day.year in self.years or day not in _expected(day.year).days_off

    def name_of(self, day: date) -> str:
        """当日的节假日名称；不是节假日则为空。"""
        if day in self.days_off or day.year in self.years:
            return self.days_off.get(day, "")
        return _expected(day.year).days_off.get(day, "")

    def add_workdays(self, day: date, n: int) -> Due:
        """从某日起第 n 个工作日，起始日不计入；n 为负则往前数，n 为 0 即当日。

        超出公历范围报 Refused。
        """
        step = ONE_DAY if n >= 0 else -ONE_DAY
        left, at, provisional = abs(n), day, day.year not in self.years and n == 0
        try:
            while left:
                at += step
                left -= self.is_workday(at)
                provisional = provisional or at.year not in self.years
        except OverflowError:
            raise Refused("日期超出可计算的范围，请检查天数。") from None
        return Due(at, provisional)

    def on_or_after(self, day: date) -> Due:
        """期限最后一日遇休息日顺延：当日或其后的第一个工作日（民法典第二百零三条）。"""
        if self.is_workday(day):
            return Due(day, day.year not in self.years)
        due = self.add_workdays(day, 1)
        return Due(due.day, due.provisional or day.year not in self.years)

    def workdays_between(self, a: date, b: date) -> int:
        """a 之后至 b（含）的工作日数；b 早于 a 时为 b 之后至 a 的工作日数的相反数。"""
        if b < a:
            return -self.workdays_between(b, a)
        return sum(self.is_workday(a + timedelta(days=i + 1)) for i in range((b - a).days))


@dataclass(frozen=True)
class _Expected:
    days_off: Mapping[date, str]
    make_up: frozenset[date]


@cache
def _expected(year: int) -> _Expected:
    """没有公布表的年份：由 holidays 库推算法定节假日；库也答不了就只看周末。"""
    import holidays

    try:
        china = holidays.country_holidays("CN", years=year, language="zh_CN")
        off = {day: name for day, name in china.items() if day.year == year}
        made_up = frozenset(day for day in china.weekend_workdays if day.year == year)
    except Exception:  # 第三方推算失败不得影响期限计算
        return _Expected({}, frozenset())
    return _Expected(off, made_up)


def load_calendar(folder: Path) -> Calendar:
    """读取 folder 下的 YYYY.yaml；表有误报 CalendarError，目录为空则全部年份暂定。"""
    days_off: dict[date, str] = {}
    make_up: set[date] = set()
    years: set[int] = set()
    for path in sorted(folder.glob("*.yaml")):
        year, off, worked = _read(path)
        years.add(year)
        days_off.update(off)
        make_up |= worked
    both = make_up & days_off.keys()
    if both:
        raise CalendarError(f"{folder}：{min(both)} 既列为放假又列为上班，请核对国务院办公厅通知。")
    return Calendar(days_off, frozenset(make_up), frozenset(years))


def _read(path: Path) -> tuple[int, dict[date, str], set[date]]:
    def must(ok: object, why: str) -> None:
        if not ok:
            raise CalendarError(f"{path.name}：{why}")

    try:
        table = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise CalendarError(f"{path.name}：不是有效的 YAML（{error}）") from error
    must(isinstance(table, dict) and set(table) == _KEYS, f"应当恰有这几项：{'、'.join(sorted(_KEYS))}")
    year, rows, worked = table["year"], table["holidays"], table["workdays"]
    must(type(year) is int and path.stem == str(year), "year 应与文件名一致")
    must(isinstance(rows, list) and isinstance(worked, list), "holidays 与 workdays 应是列表")
    days_off: dict[date, str] = {}
    for row in rows:
        must(isinstance(row, dict) and set(row) == _HOLIDAY_KEYS, f"节假日应写 name、from、to：{row!r}")
        first, last = row["from"], row["to"]
        must(type(first) is date and type(last) is date, f"from、to 应是日期：{row!r}")
        must(first <= last and (last - first).days < 30, f"起止日期不合理：{row!r}")
        days_off |= dict.fromkeys(_days(first, last), str(row["name"]))
    for day in worked:
        must(type(day) is date and day.weekday() >= 5, f"调休上班日应是周末：{day!r}")
    must(all(abs(day.year - year) <= 1 for day in [*days_off, *worked]), "日期与年份不符")
    must(all(a < b for a, b in pairwise(worked)), "调休上班日应从早到晚、不重复")
    return year, days_off, set(worked)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=i) for i in range((last - first).days + 1))
