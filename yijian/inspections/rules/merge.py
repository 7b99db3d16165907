"""几个人在各自手机上的答案怎样合到一起：先后、重复都不影响结果；答得不同就并排摆着，等人定。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Given:
    """一次作答。uid 与手机无关；at 是按钟差校正后的时间，seq 是同一部手机上的次序。"""

    uid: str
    check: str
    author: int
    value: str
    at: datetime
    seq: int = 0
    note: str = ""


@dataclass(frozen=True)
class Chosen:
    """定下的一个：当时并排的是哪几个。"""

    uid: str
    among: frozenset[str]


@dataclass(frozen=True)
class Merged:
    """一项的结果：各人最后一次的答案；答得不同又没有定的，value 为空。"""

    check: str
    latest: tuple[Given, ...]
    value: str
    uid: str

    @property
    def open(self) -> bool:
        """各人答得不同，还没有定。"""
        return not self.value


def merge(given: Iterable[Given], chosen: Mapping[str, Chosen] | None = None) -> dict[str, Merged]:
    """逐项合并。与到达的次序、重复无关。定过之后又有人改了答案，就重新摆出来。"""
    last: dict[tuple[str, int], Given] = {}
    for one in given:
        key = (one.check, one.author)
        if key not in last or _later(one, last[key]):
            last[key] = one
    found: dict[str, list[Given]] = {}
    for (check, _), one in last.items():
        found.setdefault(check, []).append(one)
    chosen = chosen or {}
    return {check: _settle(check, found[check], chosen.get(check)) for check in sorted(found)}


def _later(one: Given, other: Given) -> bool:
    return (one.at, one.seq, one.uid) > (other.at, other.seq, other.uid)


def _settle(check: str, latest: list[Given], chosen: Chosen | None) -> Merged:
    latest.sort(key=lambda g: (g.at, g.uid))
    row = tuple(latest)
    if len({g.value for g in row}) == 1:
        return Merged(check, row, row[-1].value, row[-1].uid)
    if chosen and chosen.among == {g.uid for g in row}:
        for taken in row:
            if taken.uid == chosen.uid:
                return Merged(check, row, taken.value, taken.uid)
    return Merged(check, row, "", "")
