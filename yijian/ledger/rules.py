"""台账的算法（纯函数）：一项义务有哪些时段，每段约束谁、何时到期；一次事件何时到期。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from yijian.kernel import clock
from yijian.kernel.workdays import Calendar
from yijian.regimes import shapes
from yijian.regimes.whens import Ahead, AtLeast, AtMost, By, EveryYearBy, Promptly, Standing, Within

EARLIEST = date(1980, 1, 1)
FAR = date(9999, 12, 31)
HORIZON_DAYS = 100
ONE_DAY = timedelta(days=1)
InForce = tuple[date, date | None]


@dataclass(frozen=True)
class SlotPlan:
    """一个时段。bind_on：这一天在营的机构才负这一段的义务；窗口内发生的事实才计入。"""

    start: date
    end: date
    label: str
    due_on: date | None
    warn_on: date | None
    window_from: date
    window_to: date
    bind_on: date
    provisional: bool = False


@dataclass(frozen=True)
class EventDue:
    """事件义务的到期：day、at 为空表示文件没有数字。"""

    day: date | None
    at: datetime | None
    window_from: date
    provisional: bool = False


def plan(
    when: Mapping[str, Any],
    *,
    keep_from: date,
    in_force: InForce,
    retired_on: date | None,
    until: date,
    warn_days: int,
) -> list[SlotPlan]:
    """一项义务到 until 为止的全部时段；周期性的从台账启用日 keep_from 起，定日的不论先后都在。"""
    shape = shapes.parse_when(when)
    since, to = in_force
    first = max(keep_from, since)
    found = [drafted(shape, slot) for slot in shapes.slots(shape, first, until, since, to)]
    if isinstance(shape, By):
        found += [
            drafted(shape, s) for s in shapes.slots(shape, EARLIEST, until, since, to) if s.due_on == shape.by
        ]
    if isinstance(shape, Promptly) and shape.of is None:
        found = [yearly(year, shape.promptly) for year in range(first.year, until.year + 1)]
    kept = {slot.start: slot for slot in found if kept_in(slot, shape, keep_from, retired_on)}
    return [warned(slot, warn_days) for _, slot in sorted(kept.items())]


def kept_in(slot: SlotPlan, shape: object, keep_from: date, retired_on: date | None) -> bool:
    one_off = isinstance(shape, By) and slot.due_on == shape.by
    if not one_off and not isinstance(shape, Standing) and slot.end < keep_from:
        return False
    if isinstance(shape, AtLeast | AtMost | By) and not one_off and slot.start < keep_from:
        return False
    return retired_on is None or (slot.due_on is not None and slot.start < retired_on)


def drafted(shape: object, slot: shapes.Slot) -> SlotPlan:
    if isinstance(shape, Standing):
        return SlotPlan(slot.start, FAR, slot.label, None, None, EARLIEST, FAR, FAR)
    if isinstance(shape, By) and slot.due_on == shape.by:
        return SlotPlan(slot.start, shape.by, slot.label, shape.by, None, EARLIEST, FAR, shape.by)
    end = slot.end or slot.start
    if isinstance(shape, EveryYearBy):
        return SlotPlan(slot.start, end, slot.label, slot.due_on, None, slot.start, end, slot.due_on or end)
    return SlotPlan(slot.start, end, slot.label, slot.due_on, None, slot.start, end, middle(slot.start, end))


def yearly(year: int, word: str) -> SlotPlan:
    """文件只说定期而没有数字：按年度记一格，没有到期日，不造数字。"""
    start, end = date(year, 1, 1), date(year, 12, 31)
    return SlotPlan(start, end, f"{year}年（{word}）", None, None, start, end, middle(start, end))


def middle(start: date, end: date) -> date:
    """时段的中点：过了中点才开业、或不到中点就停业的，不负这一段。"""
    return start + (end - start) // 2


def warned(slot: SlotPlan, warn_days: int) -> SlotPlan:
    fields = {**slot.__dict__, "warn_on": warn_from(slot.due_on, warn_days, slot.start)}
    return SlotPlan(**fields)


def warn_from(due_on: date | None, warn_days: int, start: date) -> date | None:
    """哪天起算临期：到期前 warn_days 日，不早于起始日。"""
    return None if due_on is None else max(start, due_on - timedelta(days=warn_days))


def instant_after(day: date | None) -> datetime | None:
    """到期日二十四时：到了这一刻还没办成就是逾期。"""
    return None if day is None else clock.start_of(day + ONE_DAY)


def in_force(day: date, span: InForce, retired_on: date | None) -> bool:
    since, to = span
    return since <= day and (to is None or day <= to) and (retired_on is None or day < retired_on)


def event_due(
    when: Mapping[str, Any], *, occurred_at: datetime, about_on: date | None, calendar: Calendar
) -> EventDue:
    """一次事件的到期：within 自发生起算，before 自所涉日期往前数；及时而无数字的没有到期日。"""
    shape = shapes.parse_when(when)
    day = clock.local_date(occurred_at)
    if isinstance(shape, Within):
        due = shapes.due_for(shape, occurred_at if shape.unit == "hours" else day, calendar)
        return EventDue(due.on, due.at, day, due.provisional)
    if isinstance(shape, Ahead) and about_on is not None:
        due = shapes.due_for(shape, about_on, calendar)
        return EventDue(due.on, due.at, EARLIEST, due.provisional)
    return EventDue(None, None, EARLIEST if isinstance(shape, Ahead) else day)


def horizon(today: date) -> date:
    """台账展开到哪天：下一个季度看得见。"""
    return today + timedelta(days=HORIZON_DAYS)
