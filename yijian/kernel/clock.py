"""时钟：全系统只有这里读取当前时间；期限是时刻（UTC），日期一律按北京时间。"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
_travelled: ContextVar[datetime | None] = ContextVar("yijian_clock", default=None)


def now() -> datetime:
    """当前时刻：带时区的 UTC 时间。"""
    return _travelled.get() or datetime.now(UTC)


def today() -> date:
    """今天：北京时间的日期。"""
    return local_date(now())


def local_date(moment: datetime) -> date:
    """某一时刻在北京时间里的日期；没有时区的时间报 ValueError。"""
    return _aware(moment).astimezone(TZ).date()


def start_of(day: date) -> datetime:
    """某日北京时间零点的时刻（UTC）；公历第一天没有更早的 UTC 时刻，取最早的时刻。"""
    try:
        return datetime.combine(day, time_of_day.min, tzinfo=TZ).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def monotonic() -> float:
    """单调秒表，秒；只用来量时长，不受 travel 影响。"""
    return time.monotonic()


@contextmanager
def travel(at: datetime | date) -> Iterator[datetime]:
    """把时钟停在某一时刻（测试与演示用）；只给日期时取当日上午九时。仅影响当前上下文。"""
    moment = _aware(at) if isinstance(at, datetime) else datetime.combine(at, time_of_day(9), tzinfo=TZ)
    token = _travelled.set(moment.astimezone(UTC))
    try:
        yield moment.astimezone(UTC)
    finally:
        _travelled.reset(token)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("时间必须带时区")
    return moment
