"""把名录写成待冻结的名单：分层、席位、回避、排除，都写在里面，抽取时只看它。"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from yijian.inspections import kinds
from yijian.kernel import draw
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS, group_of

# 规模按床位数；界线取建筑设计规范里大中小型的划分
SCALES: tuple[tuple[int, str], ...] = (
    (500, "特大型（500 床以上）"),
    (300, "大型（301–500 床）"),
    (150, "中型（151–300 床）"),
    (0, "小型（150 床及以下）"),
)
UNRATED = "未评"
EVERYTHING = "全部"
MOST_SEATS = 9


@dataclass(frozen=True)
class Requirements:
    """一次抽取的要求：依据、检查期限、怎样分层、名额怎样算、一队几人、谁和谁一起、排除哪些。

    by 是分层的依据（kinds.STRATA）；kind 为 rate 时名额是万分比；joint 表示至少一名民政、一名其他单位；
    exclusions 是机构主键 → 排除的理由。
    """

    basis: str
    window_from: date
    window_to: date
    by: str = "risk_level"
    kind: str = "number"
    rounding: str = "up"
    size: int = 2
    joint: bool = True
    experts: int = 0
    expertise: str = ""
    facility_kinds: tuple[str, ...] = ("nursing_home", "township_home")
    exclusions: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Thing:
    """一家可抽的机构。"""

    id: str
    name: str
    street: str
    stratum: str


@dataclass(frozen=True)
class Person:
    """一名可抽的检查人员或专家。"""

    id: str
    name: str
    unit: str
    function: str
    street: str
    expert: bool
    expertise: tuple[str, ...]
    valid_from: date | None
    valid_to: date


@dataclass(frozen=True)
class Left:
    """不在名单里的一家或一人，和缘由。"""

    id: str
    name: str
    reason: str


@dataclass(frozen=True)
class Recusal:
    """一对回避；缘由不公布。"""

    object: str
    inspector: str
    why: str


@dataclass(frozen=True)
class Pool:
    """名录在这一刻的样子。"""

    things: Sequence[Thing]
    people: Sequence[Person]
    excluded: Sequence[Left]
    undrawable: Sequence[Left]
    recusals: Sequence[Recusal]

    @property
    def strata(self) -> dict[str, int]:
        """每层几家；照评级的次序，未评的在后。"""
        counted = Counter(thing.stratum for thing in self.things)
        return {name: counted[name] for name in sorted(counted, key=lambda n: (n.startswith(UNRATED), n))}


@dataclass(frozen=True)
class Heading:
    """名单的抬头。"""

    uid: str
    title: str
    region_code: str
    region_name: str
    organiser: str
    frozen_at: datetime


def stratum_of(by: str, *, risk_level: str, credit_level: str, beds: int | None) -> str:
    """一家机构归哪一层。"""
    if by == "risk_level":
        return risk_level or f"{UNRATED}风险等级"
    if by == "credit_level":
        return credit_level or f"{UNRATED}信用等级"
    if by == "scale":
        if beds is None:
            return f"{UNRATED}规模（床位数未填）"
        return next(name for floor, name in SCALES if beds > floor or not floor)
    return EVERYTHING


def slots_of(wanted: Requirements) -> list[dict[str, Any]]:
    """一队的席位：要求窄的在前。"""
    if not 2 <= wanted.size <= MOST_SEATS or not 0 <= wanted.experts <= MOST_SEATS:
        raise Refused(f"每家派 2 到 {MOST_SEATS} 名检查人员，专家至多 {MOST_SEATS} 名。", field="size")
    slots = []
    if wanted.joint:
        others = sorted(f for f in FUNCTIONS if group_of(f) in ("department", "subdistrict"))
        slots = [slot("民政部门", ["civil_affairs"]), slot("其他部门或街道", others)]
    slots += [slot("持证检查人员", []) for _ in range(wanted.size - len(slots))]
    return slots + [slot("专家", [], expert=True, expertise=wanted.expertise) for _ in range(wanted.experts)]


def slot(label: str, functions: list[str], *, expert: bool = False, expertise: str = "") -> dict[str, Any]:
    return {"expert": expert, "expertise": expertise, "functions": functions, "label": label}


def strata_of(pool: Pool, quotas: Mapping[str, int], wanted: Requirements) -> list[dict[str, Any]]:
    """各层的名额；名额里写了名录没有的层，也照写，核对时指出。"""
    counted = pool.strata
    return [
        {
            "kind": wanted.kind,
            "name": name,
            "pool": counted.get(name, 0),
            "rounding": wanted.rounding,
            "value": quotas.get(name, 0),
        }
        for name in dict.fromkeys([*counted, *quotas])
    ]


def compose(head: Heading, pool: Pool, quotas: Mapping[str, int], wanted: Requirements) -> dict[str, Any]:
    """待冻结的名单。"""
    avoid: dict[str, set[str]] = {}
    for one in pool.recusals:
        avoid.setdefault(one.object, set()).add(one.inspector)
    return {
        "basis": wanted.basis,
        "excluded": [left(one) for one in by_id(pool.excluded)],
        "format": draw.FORMAT,
        "frozen_at": instant(head.frozen_at),
        "inspectors": [person(one) for one in by_id(pool.people)],
        "objects": [thing(one, avoid.get(one.id, set())) for one in by_id(pool.things)],
        "organiser": head.organiser,
        "region": {"code": head.region_code, "name": head.region_name},
        "slots": slots_of(wanted),
        "strata": strata_of(pool, quotas, wanted),
        "stratified_by": kinds.STRATA[wanted.by],
        "title": head.title,
        "uid": head.uid,
        "undrawable": [left(one) for one in by_id(pool.undrawable)],
        "window": {"from": wanted.window_from.isoformat(), "to": wanted.window_to.isoformat()},
    }


def instant(moment: datetime) -> str:
    """时刻的写法：世界时，到秒。"""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_id(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.id.encode())


def left(one: Left) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "reason": one.reason}


def thing(one: Thing, avoid: set[str]) -> dict[str, Any]:
    return {
        "avoid": sorted(avoid, key=str.encode),
        "id": one.id,
        "name": one.name,
        "stratum": one.stratum,
        "street": one.street,
    }


def person(one: Person) -> dict[str, Any]:
    return {
        "expert": one.expert,
        "expertise": sorted(one.expertise),
        "function": one.function,
        "id": one.id,
        "name": one.name,
        "street": one.street,
        "unit": one.unit,
        "valid_from": one.valid_from.isoformat() if one.valid_from else "",
        "valid_to": one.valid_to.isoformat(),
    }
