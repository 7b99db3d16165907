"""时间轴（酉阳 三、时间安排）：各阶段、各报送日、看的那一天，换成千分位置。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yijian.regimes.kinds import Campaign, Stage

SPAN = 1000
PAST, NOW, AHEAD = "已结束", "进行中", "未开始"


@dataclass(frozen=True)
class StageBar:
    """一个阶段：起点、宽度（千分），进行到哪。"""

    stage: Stage
    x: int
    width: int
    state: str
    days_left: int


@dataclass(frozen=True)
class Mark:
    """轴上的一个日子。"""

    day: date
    x: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class TimeBar:
    stages: list[StageBar]
    marks: list[Mark]
    today: int | None
    said: str

    @property
    def percent(self) -> int:
        return (self.today or 0) // (SPAN // 100)


def time_bar(campaign: Campaign, day: date) -> TimeBar:
    """某一天看的时间轴；那天在活动之外时没有今天线，用话说。"""
    start, end = campaign.starts_on, campaign.ends_on + timedelta(days=1)
    total = max((end - start).days, 1)

    def at(when: date) -> int:
        return max(0, min(SPAN, (when - start).days * SPAN // total))

    stages = [
        StageBar(s, at(s.starts_on), max(1, at(s.ends_on + timedelta(days=1)) - at(s.starts_on)),
                 state_of(s.starts_on, s.ends_on, day), (s.ends_on - day).days)
        for s in campaign.stages
    ]  # fmt: skip
    dues: dict[date, list[str]] = {}
    for item in campaign.submissions:
        if item.due_on:
            dues.setdefault(item.due_on, []).append(item.title)
    marks = [Mark(due, at(due), tuple(words)) for due, words in sorted(dues.items())]
    inside = start <= day <= campaign.ends_on
    return TimeBar(stages, marks, at(day) if inside else None, said(campaign, stages, day))


def state_of(start: date, end: date, day: date) -> str:
    return AHEAD if day < start else PAST if day > end else NOW


def said(campaign: Campaign, stages: Sequence[StageBar], day: date) -> str:
    """一句话：现在到哪个阶段。"""
    if day < campaign.starts_on:
        return f"{day}，活动还有 {(campaign.starts_on - day).days} 天开始"
    if day > campaign.ends_on:
        return f"{day}，活动已于 {campaign.ends_on} 结束"
    current = next((s for s in stages if s.state == NOW), None)
    if current is None:
        return f"{day}，在两个阶段之间"
    left = "今天是最后一天" if current.days_left == 0 else f"还有 {current.days_left} 天"
    return f"{day}，{current.stage.title}，{left}"
