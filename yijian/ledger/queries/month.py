"""日历：一个月的格子，星期一在前；每天标休、班和到期的义务。"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.queries.packs import calendar
from yijian.ledger.queries.todo import calendar_days

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Due:
    """某日到期的一项：规则、条数、已办条数。"""

    rule_id: int
    title: str
    total: int
    done: int
    only: int

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class Day:
    date: date
    inside: bool
    today: bool
    past: bool
    workday: bool
    mark: str
    name: str
    dues: list[Due]

    @property
    def total(self) -> int:
        return sum(d.total for d in self.dues)

    @property
    def left(self) -> int:
        return sum(d.left for d in self.dues)

    @property
    def shown(self) -> list[Due]:
        return self.dues[:4]

    @property
    def more(self) -> int:
        return max(0, len(self.dues) - 4)


@dataclass(frozen=True)
class Month:
    first: date
    days: list[Day]
    published: bool

    @property
    def before(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        return f"{self.first + timedelta(days=32):%Y-%m}"

    @property
    def busy(self) -> list[Day]:
        """手机上的清单：有到期的日子。"""
        return [d for d in self.days if d.inside and d.dues]

    @property
    def total(self) -> int:
        return sum(d.total for d in self.days if d.inside)

    @property
    def left(self) -> int:
        return sum(d.left for d in self.days if d.inside)


def first_of(text: str) -> date:
    """网址里的月份 2026-06；空为本月，写错了拒绝。"""
    if not text:
        return clock.today().replace(day=1)
    found = re.fullmatch(r"([0-9]{4})-(0?[1-9]|1[0-2])", text)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise Refused(f"月份应写作 2026-06 的样子，且在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间。")
    return date(int(found[1]), int(found[2]), 1)


def month(viewer: Viewer, first: date, *, only_mine: bool) -> Month:
    """某月的格子：补足首尾两周。"""
    next_first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    end = next_first + timedelta(days=-next_first.weekday() % 7) - timedelta(days=1)
    dues = calendar_days(viewer, first, next_first - timedelta(days=1), only_mine=only_mine)
    span = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    days = [one_day(d, d.month == first.month, [to_due(i) for i in dues.get(d, [])]) for d in span]
    return Month(first, days, calendar().is_published(first.year))


def one_day(day: date, inside: bool, dues: list[Due]) -> Day:
    works = calendar().is_workday(day)
    mark = "休" if not works and calendar().name_of(day) else "班" if works and day.weekday() >= 5 else ""
    today = clock.today()
    return Day(day, inside, day == today, day < today, works, mark, calendar().name_of(day), dues)


def to_due(item: dict[str, object]) -> Due:
    total, done = int(str(item["total"])), int(str(item["done"]))
    return Due(int(str(item["rule_id"])), str(item["rule__title"]), total, done, int(str(item["last"])))
