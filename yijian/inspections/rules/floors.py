"""检查下限：一条义务在一年里要求谁、在哪几个月之间、至少到场几次。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from yijian.kernel.periods import Per, periods

ROUNDS = frozenset({"inspection.round_done"})
JOINT = "inspection.joint_round_done"
PREFIX = "inspection."


@dataclass(frozen=True)
class Floor:
    """一条下限：这家机构（或这个辖区）在 first 到 last 月之间，functions 各单位一同到场至少 times 次。

    facility 为 0 时是辖区的下限：region（区划路径）内任一家都算。standing 表示条文没有写次数，
    按计划口径每年到场一次。facts 是办完之后要记的事实（种类，分类）。
    """

    rule: str
    pack: str
    title: str
    clause: str
    phrase: str
    functions: tuple[str, ...]
    facility: int
    region: str
    first: int
    last: int
    times: int
    label: str
    facts: tuple[tuple[str, str], ...]
    standing: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def covers(self, month: int) -> bool:
        return self.first <= month <= self.last

    @property
    def span(self) -> str:
        return f"{self.first}月" if self.first == self.last else f"{self.first}—{self.last}月"


def floor_of(data: Mapping[str, Any]) -> Floor:
    """由计划里照录的一条还原。"""
    facts = tuple((str(kind), str(variant)) for kind, variant in data["facts"])
    return Floor(**{**data, "functions": tuple(data["functions"]), "facts": facts})


@dataclass(frozen=True)
class Window:
    """一年里的一个时段；bind 这一天在营的机构才负这一段。"""

    first: int
    last: int
    times: int
    label: str
    bind: date
    standing: bool = False


def windows(shape: str, when: Mapping[str, Any], year: int, since: date) -> list[Window]:
    """一条规则在这一年的各个时段：每半年一次就是两段；持续保持按全年一次；其余没有。"""
    if shape == "standing":
        bind = date(year, 12, 31)
        return [Window(1, 12, 1, f"{year}年", bind, standing=True)] if since <= bind else []
    if shape != "at_least":
        return []
    per: Per = when["per"]
    found = []
    for period in periods(per, date(year, 1, 1), date(year, 12, 31)):
        bind = period.start + timedelta(days=(period.end - period.start).days // 2)
        if since <= bind:
            found.append(
                Window(period.start.month, period.end.month, int(when["at_least"]), period.label, bind)
            )
    return found


def goers(who: Mapping[str, Sequence[str]], facts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """谁必须到场：牵头与责任单位；乡镇督导是属地自己去；只写了属地的是属地。"""
    variants = {variant for _, variant in facts}
    local = tuple(who.get("local", ()))
    if variants == {"town"} and local:
        return local
    named = tuple(dict.fromkeys([*who.get("lead", ()), *who.get("responsible", ())]))
    return named or local


def proofs(evidence: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """证据里靠上门检查得来的那些；双随机整轮完成不是一次上门。"""
    return tuple((k, v) for k, v in evidence if k.startswith(PREFIX) and k not in ROUNDS)
