"""期限的形状：解析、说成中文、比较宽严、算出到期日和周期。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from yijian.kernel.clock import TZ, local_date, start_of
from yijian.kernel.errors import Refused
from yijian.kernel.periods import LABELS, add_months, period_of, periods
from yijian.kernel.workdays import Calendar
from yijian.regimes.kinds import FactKind
from yijian.regimes.whens import Ahead, AtLeast, AtMost, By, EveryYearBy, Promptly, Standing, When, Within

UNITS = {"workdays": "个工作日", "days": "日", "hours": "小时", "months": "个月"}
PER_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
WARN_DAYS = {"month": 10, "quarter": 10, "half_year": 30, "year": 30}
EVENT_WARN_DAYS = 5
DATE_WARN_DAYS = 30
_HOURS = {"workdays": 33.6, "days": 24.0, "hours": 1.0, "months": 730.0}
_WHEN: TypeAdapter[When] = TypeAdapter(When)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DueAt:
    """到期日 on；at 是期限届满的时刻（日为单位的，是到期日次日零点）；provisional 为暂定。"""

    on: date
    at: datetime
    provisional: bool


@dataclass(frozen=True)
class Slot:
    """一格台账：在 [start, end] 内办 needed 次，到 due_on 为止；end 为空表示一直可补。

    key 稳定、同一义务内不重复；cap 不为空时是上限（每格不超过 cap 次）；due_on 为空表示文件没有日期。
    """

    key: str
    label: str
    start: date
    end: date | None
    due_on: date | None
    needed: int = 1
    cap: int | None = None


def parse_when(value: Mapping[str, Any]) -> When:
    """由字典得到形状；认不出报 Refused。"""
    try:
        return _WHEN.validate_python(dict(value))
    except ValidationError as error:
        raise Refused(f"认不出期限的形状：{dict(value)!r}（{error.errors()[0]['msg']}）") from None


def dump_when(when: When) -> dict[str, Any]:
    """形状变回字典（可入 JSON）；parse_when 的逆。"""
    value: dict[str, Any] = when.model_dump(mode="json", exclude_none=True)
    return value


def shape_of(when: When) -> str:
    """形状的名字：within、before、at_least、at_most、by、every_year_by、standing、promptly。"""
    match when:
        case Ahead():
            return "before"
        case AtLeast():
            return "at_least"
        case AtMost():
            return "at_most"
    return type(when).__name__.lower() if not isinstance(when, EveryYearBy) else "every_year_by"


def describe(when: When, facts: Mapping[str, FactKind] | None = None) -> str:
    """说成中文：每半年不少于1次、20个工作日内；给了事实目录就连起因一起说。"""
    match when:
        case Within():
            return f"{_event(when.of, facts, '后')}{when.within}{UNITS[when.unit]}内"
        case Ahead():
            return f"{_event(when.before, facts, '前')}至少提前{when.at_least}{UNITS[when.unit]}"
        case AtLeast():
            return f"每{LABELS[when.per]}不少于{when.at_least}次"
        case AtMost():
            return f"每{LABELS[when.per]}不超过{when.at_most}次"
        case By():
            after = f"，此后{describe(when.then)}" if when.then else ""
            return f"{_day(when.by)}前{after}"
        case EveryYearBy():
            month, day = when.every_year_by.split("-")
            return f"每年{int(month)}月{int(day)}日前"
        case Standing():
            return f"持续保持：{when.standing}"
        case Promptly():
            return f"{_event(when.of, facts, '后') if when.of else ''}{when.promptly}（文件未定数字）"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _event(fact: str, facts: Mapping[str, FactKind] | None, word: str) -> str:
    return f"{facts[fact].label}{word}" if facts and fact in facts else ""


def is_numbered(when: When) -> bool:
    """文件给了数字或日期；持续状态和及时、定期没有。"""
    return not isinstance(when, Standing | Promptly)


def warn_days(when: When, warn: int | None = None) -> int:
    """到期前多少天转为临期：包里写了就用包里的，否则按形状取默认。"""
    if warn is not None:
        return warn
    match when:
        case AtLeast(per=per) | AtMost(per=per):
            return WARN_DAYS[per]
        case By() | EveryYearBy():
            return DATE_WARN_DAYS
        case Within(unit="hours"):
            return 0
    return EVENT_WARN_DAYS


# ── 宽严 ──────────────────────────────────────────────────────────────


def strictness(a: When, b: When) -> int | None:
    """a 比 b 严为 1，一样为 0，宽为 -1；形状不同、无法相比为 None。

    取严规则：频次取大、期限取短、上限取小、提前取长、日期取早；
    有数字的严于没有数字的；都没有数字的，定期、及时严于持续状态。
    """
    if is_numbered(a) != is_numbered(b):
        return 1 if is_numbered(a) else -1
    if not is_numbered(a):
        return _sign(isinstance(a, Promptly) - isinstance(b, Promptly))
    verdicts = {_sign(x - y) for x, y in _measures(a, b)}
    if not verdicts:
        return None
    verdicts.discard(0)
    return verdicts.pop() if len(verdicts) == 1 else (None if verdicts else 0)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _measures(a: When, b: When) -> list[tuple[float, float]]:
    """可以相比的数，大的严；空列表是不能比。"""
    match a, b:
        case Within(), Within() if a.of == b.of:
            return [(-_hours(a.within, a.unit, b.unit), -_hours(b.within, b.unit, a.unit))]
        case Ahead(), Ahead() if a.before == b.before:
            return [(_hours(a.at_least, a.unit, b.unit), _hours(b.at_least, b.unit, a.unit))]
        case AtMost(), AtMost():
            return [(-a.at_most * PER_YEAR[a.per], -b.at_most * PER_YEAR[b.per])]
        case By(by=day, then=None), By(by=other, then=None):
            return [(-day.toordinal(), -other.toordinal())]
        case EveryYearBy(), EveryYearBy():
            return [(-_ordinal(a), -_ordinal(b))]
    mine, theirs = _frequency(a), _frequency(b)
    if not mine or not theirs:
        return []
    pairs: list[tuple[float, float]] = [(mine, theirs)]
    if isinstance(a, AtLeast) and isinstance(b, AtLeast) and mine == theirs:
        return [(PER_YEAR[a.per], PER_YEAR[b.per])]
    return [*pairs, (_fixed(a), _fixed(b))]


def _frequency(when: When) -> int:
    """每年几次；不是周期的为 0。"""
    match when:
        case AtLeast():
            return when.at_least * PER_YEAR[when.per]
        case By(then=AtLeast() as then):
            return then.at_least * PER_YEAR[then.per]
        case EveryYearBy():
            return 1
    return 0


def _fixed(when: When) -> int:
    """除频次外还定了哪一天：定了的更严。"""
    return 0 if isinstance(when, AtLeast) else 1


def _ordinal(when: EveryYearBy) -> int:
    return date.fromisoformat(f"2024-{when.every_year_by}").toordinal()


def _hours(number: int, unit: str, other: str) -> float:
    """同一单位直接比；单位不同按约数折成小时。"""
    return float(number) if unit == other else number * _HOURS[unit]


# ── 到期日 ────────────────────────────────────────────────────────────


def due_for(when: Within | Ahead, start: date | datetime, calendar: Calendar) -> DueAt:
    """由起因的日期（within）或所计划之事的日期（before）算到期。

    起始日不计入；days、months 不因到期日是休息日而顺延；hours 要给出时刻，只给日期的从次日零点起算。
    """
    day = local_date(moment(start)) if isinstance(start, datetime) else start
    if isinstance(when, Ahead):
        return _ahead(when, day, calendar)
    try:
        match when.unit:
            case "hours":
                begun = moment(start) if isinstance(start, datetime) else start_of(day + _ONE_DAY)
                at = begun + timedelta(hours=when.within)
                return DueAt(local_date(at), at, False)
            case "workdays":
                due = calendar.add_workdays(day, when.within)
                return _end_of(due.day, due.provisional)
            case "months":
                return _end_of(add_months(day, when.within))
        return _end_of(day + timedelta(days=when.within))
    except OverflowError:
        raise Refused("日期超出可计算的范围，请检查日期。") from None


def _ahead(when: Ahead, day: date, calendar: Calendar) -> DueAt:
    """最迟哪一天告知；工作日往前数，计划之日本身是休息日的，先退到它之前的工作日。"""
    provisional = False
    try:
        if when.unit == "workdays":
            if not calendar.is_workday(day):
                day = calendar.add_workdays(day, -1).day
            due = calendar.add_workdays(day, -when.at_least)
            return _end_of(due.day, due.provisional)
        if when.unit == "months":
            return _end_of(add_months(day, -when.at_least), provisional)
        if when.unit == "hours":
            at = start_of(day) - timedelta(hours=when.at_least)
            return DueAt(local_date(at), at, provisional)
        return _end_of(day - timedelta(days=when.at_least), provisional)
    except OverflowError:
        raise Refused("日期超出可计算的范围，请检查日期。") from None


def _end_of(day: date, provisional: bool = False) -> DueAt:
    return DueAt(day, start_of(day + _ONE_DAY), provisional)


def moment(at: date | datetime) -> datetime:
    """事实的时刻：没有时区的时间按北京时间，只有日期的取当日零点。"""
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=TZ)
    return start_of(at)


# ── 周期 ──────────────────────────────────────────────────────────────


def slots(
    when: When,
    window_from: date,
    window_to: date,
    since: date | None = None,
    until: date | None = None,
) -> list[Slot]:
    """窗口内的各格；since、until 是这条规则约束力的起止（含），到期日落在其外的格不归它管。

    没有日期的（持续状态、不带起因的及时定期）只有一格，自 since 起至 until 止。
    事件形状（within、before、带 of 的 promptly）由事实起格，这里为空。
    """
    found = [
        slot
        for slot in _slots(when, window_from, window_to, since or window_from, until)
        if _binds(slot, since, until)
    ]
    return [slot for slot in found if slot.start <= window_to and (slot.end or window_to) >= window_from]


def _binds(slot: Slot, since: date | None, until: date | None) -> bool:
    if slot.due_on is None:
        return True
    return (since is None or slot.due_on >= since) and (until is None or slot.due_on <= until)


def _slots(when: When, first: date, last: date, begun: date, until: date | None) -> list[Slot]:
    match when:
        case AtLeast() | AtMost():
            return _periodic(when, first, last)
        case By():
            slot = Slot(f"by-{when.by}", f"{_day(when.by)}前", min(begun, when.by), None, when.by)
            later = _periodic(when.then, _after(when), last) if when.then else []
            return [slot, *later]
        case EveryYearBy():
            return [_yearly(when, year) for year in range(first.year, last.year + 1)]
        case Standing():
            return [Slot("standing", when.standing, begun, until, None)]
        case Promptly(of=None):
            return [Slot("promptly", when.promptly, begun, until, None)]
    return []


def _after(when: By) -> date:
    """“此后”从哪天起：截止日所在周期的下一个周期。"""
    return period_of(when.then.per, when.by).end + _ONE_DAY if when.then else when.by


def _periodic(when: AtLeast | AtMost, first: date, last: date) -> list[Slot]:
    needed = when.at_least if isinstance(when, AtLeast) else 0
    cap = when.at_most if isinstance(when, AtMost) else None
    return [
        Slot(period_key(p.per, p.start), p.label, p.start, p.end, p.end, needed, cap)
        for p in periods(when.per, first, last)
    ]


def period_key(per: str, start: date) -> str:
    """周期的键：2026、2026H1、2026Q3、2026-05。"""
    match per:
        case "month":
            return f"{start.year}-{start.month:02d}"
        case "quarter":
            return f"{start.year}Q{(start.month + 2) // 3}"
        case "half_year":
            return f"{start.year}H{1 if start.month == 1 else 2}"
    return str(start.year)


def _yearly(when: EveryYearBy, year: int) -> Slot:
    month, day = (int(part) for part in when.every_year_by.split("-"))
    last = add_months(date(year, month, 1), 1) - _ONE_DAY
    due = last.replace(day=min(day, last.day))
    label = f"{year}年{due.month}月{due.day}日前"
    return Slot(str(year), label, date(year, 1, 1), date(year, 12, 31), due)
