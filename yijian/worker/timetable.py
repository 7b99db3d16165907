"""时间表：定时的事全在 TIMETABLE 一张表里。上层应用在 jobs.py 用 @timed 登记，启动时导入。

    @timed("ledger.roll", title="推进台账", at="00:10")
    def roll() -> str: ...

定时的事必须可以重做：进程中断后会再跑一次；停机错过的只补最近一次。
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from yijian.kernel.clock import TZ

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Job = Callable[[], object]


@dataclass(frozen=True)
class Timed:
    """一件定时的事：every 为间隔，或 at 为每日北京时间的钟点，二者取一。"""

    name: str
    title: str
    run: Job
    every: timedelta | None = None
    at: time | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"{self.name}：every 与 at 须给一个且只给一个")
        if self.every is not None and self.every < timedelta(seconds=10):
            raise ValueError(f"{self.name}：间隔不能短于十秒")

    def slot(self, now: datetime) -> datetime:
        """不晚于 now 的最近一次应跑时刻。"""
        if self.every is not None:
            return _EPOCH + (now - _EPOCH) // self.every * self.every
        assert self.at is not None
        local = now.astimezone(TZ)
        today = datetime.combine(local.date(), self.at, tzinfo=TZ)
        found = (
            today
            if today <= local
            else datetime.combine(local.date() - timedelta(days=1), self.at, tzinfo=TZ)
        )
        return found.astimezone(UTC)

    def following(self, now: datetime) -> datetime:
        """下一次应跑时刻。"""
        return self.slot(now) + (self.every or timedelta(days=1))

    def says(self) -> str:
        """什么时候跑，中文。"""
        if self.at is not None:
            return f"每日 {self.at:%H:%M}"
        assert self.every is not None
        seconds = int(self.every.total_seconds())
        for size, word in ((86400, "天"), (3600, "小时"), (60, "分钟")):
            if seconds % size == 0:
                return f"每 {seconds // size} {word}"
        return f"每 {seconds} 秒"


TIMETABLE: list[Timed] = []


def timed(
    name: str, *, title: str, every: timedelta | None = None, at: str | None = None
) -> Callable[[Job], Job]:
    """登记一件定时的事；同名登记两件不同的事是编程错误。"""

    def register(run: Job) -> Job:
        entry = Timed(name, title, run, every, time.fromisoformat(at) if at else None)
        found = next((e for e in TIMETABLE if e.name == name), None)
        if found is not None and _path(found.run) != _path(run):
            raise ValueError(f"定时的事 {name} 登记了两次")
        if found is None:
            TIMETABLE.append(entry)
        return run

    return register


def entry_of(name: str) -> Timed | None:
    return next((entry for entry in TIMETABLE if entry.name == name), None)


def _path(run: Job) -> str:
    return f"{run.__module__}.{getattr(run, '__qualname__', '')}"
