"""疑似重复：同一代码、名称相近、坐标相同或相距很近。只是线索，由人判断。"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import floor
from typing import NamedTuple

from yijian.facilities.rules.coordinates import metres_between
from yijian.facilities.rules.words import name_key

NEAR = 30.0  # 米；再远就是邻居，不是同一家
_CELL = 0.0005  # 度，约 50 米
_CROWD = 50  # 一处超过这么多家，只两两报前几家


class Known(NamedTuple):
    """用来比较的一家机构；key 是主键或文件行号。"""

    key: int
    name: str
    place: str
    uscc: str
    written: str
    lon: float | None
    lat: float | None


class Suspicion(NamedTuple):
    """一对疑似重复；reason 是一句中文，strength 越大越像。"""

    first: int
    second: int
    reason: str
    strength: int


def find(rows: Iterable[Known]) -> list[Suspicion]:
    """全部疑似重复，最像的在前；一对只报最强的一条理由。"""
    rows = list(rows)
    best: dict[tuple[int, int], Suspicion] = {}
    for found in (*_same_code(rows), *_same_name(rows), *_same_spot(rows)):
        pair = (found.first, found.second)
        if pair not in best or best[pair].strength < found.strength:
            best[pair] = found
    return sorted(best.values(), key=lambda s: (-s.strength, s.first, s.second))


def _pairs(group: list[Known]) -> Iterator[tuple[Known, Known]]:
    return combinations(sorted(group, key=lambda row: row.key)[:_CROWD], 2)


def _same_code(rows: list[Known]) -> Iterator[Suspicion]:
    groups: dict[str, list[Known]] = defaultdict(list)
    for row in rows:
        for code in {row.uscc, row.written} - {""}:
            groups[code].append(row)
    for code, group in groups.items():
        for a, b in _pairs(group):
            yield Suspicion(a.key, b.key, f"代码相同（{code}）", 3)


def _same_name(rows: list[Known]) -> Iterator[Suspicion]:
    groups: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for row in rows:
        groups[row.place, name_key(row.name)].append(row)
    for group in groups.values():
        for a, b in _pairs(group):
            yield Suspicion(a.key, b.key, "同一县区内名称相同（不计括注和公司后缀）", 2)


def _same_spot(rows: list[Known]) -> Iterator[Suspicion]:
    cells: dict[tuple[int, int], list[Known]] = defaultdict(list)
    for row in rows:
        if row.lon is not None and row.lat is not None:
            cells[floor(row.lon / _CELL), floor(row.lat / _CELL)].append(row)
    for (x, y), group in cells.items():
        for near in ((0, 0), (1, -1), (1, 0), (1, 1), (0, 1)):
            others = cells.get((x + near[0], y + near[1]), [])
            pairs = (
                _pairs(group) if near == (0, 0) else ((a, b) for a in group[:_CROWD] for b in others[:_CROWD])
            )
            for a, b in pairs:
                yield from _near(*sorted((a, b), key=lambda row: row.key))


def _near(a: Known, b: Known) -> Iterator[Suspicion]:
    assert a.lon is not None and a.lat is not None and b.lon is not None and b.lat is not None
    metres = metres_between((a.lon, a.lat), (b.lon, b.lat))
    if metres > NEAR:
        return
    one, other = name_key(a.name), name_key(b.name)
    if one in other or other in one:
        yield Suspicion(a.key, b.key, f"名称相近，坐标相距 {metres:.0f} 米", 2)
    elif metres < 1:
        yield Suspicion(a.key, b.key, "坐标完全相同，可能是同一家，也可能是坐标填错", 1)
