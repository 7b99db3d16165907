"""独立核对：不看怎么排出来的，只拿各次上门去对每一条下限；少了哪条、超了谁，一一说出来。"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yijian.inspections.rules.floors import Floor
from yijian.people.kinds import FUNCTIONS


@dataclass(frozen=True)
class Planned:
    """一次上门：哪家、在哪、几月、哪些单位。"""

    number: int
    facility: int
    region: str
    month: int
    functions: frozenset[str]


@dataclass(frozen=True)
class Fault:
    """一处不成立：floor 是下限的序号，-1 是超了上限。"""

    floor: int
    facility: int
    message: str


def proof(floors: Sequence[Floor], visits: Sequence[Planned]) -> list[list[int]]:
    """证明表：每条下限由哪几次上门满足（visits 的 number）。"""
    by_facility: dict[int, list[Planned]] = defaultdict(list)
    for visit in visits:
        by_facility[visit.facility].append(visit)
    return [[v.number for v in meeting(floor, by_facility, visits)] for floor in floors]


def meeting(
    floor: Floor, by_facility: Mapping[int, Sequence[Planned]], visits: Sequence[Planned]
) -> list[Planned]:
    """满足一条下限的各次上门：时段之内，该去的单位都去。"""
    among = by_facility.get(floor.facility, ()) if floor.facility else visits
    wanted = set(floor.functions)
    return [
        v
        for v in among
        if floor.covers(v.month) and wanted <= v.functions and v.region.startswith(floor.region)
    ]


def check(
    floors: Sequence[Floor], visits: Sequence[Planned], *, cap: int | None, names: Mapping[int, str]
) -> list[Fault]:
    """逐条核对下限与上限；没有毛病时为空。"""
    faults = []
    for number, (floor, met) in enumerate(zip(floors, proof(floors, visits), strict=True)):
        if len(met) < floor.times:
            faults.append(Fault(number, floor.facility, broken(floor, len(met), names)))
    if cap is not None:
        counts: dict[int, int] = defaultdict(int)
        for visit in visits:
            counts[visit.facility] += 1
        faults += [
            Fault(-1, f, f"“{names.get(f, '')}”全年上门 {n} 次，超过上限 {cap} 次。")
            for f, n in sorted(counts.items())
            if n > cap
        ]
    return faults


def broken(floor: Floor, met: int, names: Mapping[int, str]) -> str:
    who = "、".join(FUNCTIONS.get(f, f) for f in floor.functions)
    where = names.get(floor.facility, "本辖区") if floor.facility else "辖区内"
    return (
        f"“{floor.title}”（{floor.clause}）不成立：{where}{floor.label}须由{who}"
        f"{'一同' if len(floor.functions) > 1 else ''}到场 {floor.times} 次，计划里只有 {met} 次。"
    )
