"""综合查一次：一家机构最少要上几次门，每次哪些单位去，满足哪几条下限；次数的下界可以证明。"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, pairwise

from yijian.kernel.errors import Refused

Span = tuple[int, int, int]
MONTHS = tuple(range(1, 13))


@dataclass(frozen=True)
class Need:
    """一家机构的一条下限：number 是它在计划里的序号。"""

    number: int
    first: int
    last: int
    times: int
    functions: frozenset[str]


@dataclass(frozen=True)
class Pin:
    """人工定下的一次：月份不动，单位可以添。"""

    month: int
    functions: frozenset[str]


@dataclass
class Job:
    """一次上门：可以落在 first 到 last 之间的任何一个月。"""

    first: int
    last: int
    functions: set[str] = field(default_factory=set)
    meets: list[int] = field(default_factory=list)
    fixed: bool = False


def lower_bound(spans: Iterable[Span]) -> int:
    """次数的下界：互不重叠的时段各自的次数之和，取最大的一种取法。任何安排都不可能更少。"""
    best = [0] * 13
    given = list(spans)
    for month in MONTHS:
        best[month] = best[month - 1]
        for first, last, times in given:
            if last == month:
                best[month] = max(best[month], best[first - 1] + times)
    return best[12]


@lru_cache(maxsize=4096)
def least_months(spans: tuple[Span, ...], pinned: tuple[int, ...] = ()) -> tuple[int, ...]:
    """满足各时段次数的最少的月份，含人工定下的；同样少的取前后拉得最开的。每月至多一次。"""
    start = max(lower_bound(spans), len(set(pinned)))
    for size in range(start, 13):
        found = [s for s in combinations(MONTHS, size) if set(pinned) <= set(s) and satisfies(s, spans)]
        if found:
            return min(found, key=lambda s: (-apart(s), s))
    raise Refused("有的下限在一个时段里要求的次数比月份还多，一个月上门一次也排不下，请核对制度包。")


def satisfies(months: Sequence[int], spans: Iterable[Span]) -> bool:
    return all(sum(first <= m <= last for m in months) >= times for first, last, times in spans)


def apart(months: Sequence[int]) -> int:
    """相邻两次最近隔几个月，年末到来年年初也算。"""
    if len(months) < 2:
        return 12
    gaps = [b - a for a, b in pairwise(months)]
    return min(*gaps, 12 - months[-1] + months[0]) if gaps else 12


def jobs_of(needs: Sequence[Need], pins: Sequence[Pin] = ()) -> list[Job]:
    """一家机构的各次上门：次数最少，单位尽量并到一起，时段互不相交。"""
    if not needs and not pins:
        return []
    spans = tuple(sorted({(n.first, n.last, n.times) for n in needs}))
    pinned = tuple(sorted({p.month for p in pins}))
    months = least_months(spans, pinned)
    jobs = {m: Job(1, 12) for m in months}
    for pin in pins:
        jobs[pin.month].functions |= pin.functions
        jobs[pin.month].fixed = True
    for need in sorted(needs, key=lambda n: (n.last - n.first, -len(n.functions), n.number)):
        attach(need, jobs)
    part(jobs)
    return [jobs[m] for m in months]


def attach(need: Need, jobs: dict[int, Job]) -> None:
    """并到添单位最少的那几次上。"""
    inside = [m for m in jobs if need.first <= m <= need.last]
    inside.sort(key=lambda m: (len(need.functions - jobs[m].functions), m))
    for month in inside[: need.times]:
        job = jobs[month]
        job.functions |= need.functions
        job.meets.append(need.number)
        job.first, job.last = max(job.first, need.first), min(job.last, need.last)


def part(jobs: dict[int, Job]) -> None:
    """相邻两次的时段不重叠：后一次从它的起点起，前一次到那之前为止；人工定下的就是那个月。"""
    months = sorted(jobs)
    for a, b in pairwise(months):
        cut = b - 1
        jobs[a].last = min(jobs[a].last, cut)
        if jobs[b].first <= jobs[a].last:
            jobs[b].first = jobs[a].last + 1
    for month, job in jobs.items():
        if job.fixed:
            job.first = job.last = month


def alone(needs: Sequence[Need]) -> tuple[int, int]:
    """不合并时要上门几次：（各单位各查各的，同一组单位各办各的差事）。

    前一个数里，一个单位自己的几项差事已经并在一起查；后一个数里，一起去的单位只算上门一次。
    """
    units: dict[str, list[Span]] = {}
    groups: dict[frozenset[str], list[Span]] = {}
    for need in needs:
        span = (need.first, need.last, need.times)
        groups.setdefault(need.functions, []).append(span)
        for function in need.functions:
            units.setdefault(function, []).append(span)
    return (
        sum(lower_bound(spans) for spans in units.values()),
        sum(lower_bound(spans) for spans in groups.values()),
    )


def greedy(needs: Sequence[Need]) -> int:
    """对照：一条一条排，能并进已有的就并，并不进就另开一次（放在时段的头一个月）。"""
    months: list[int] = []
    for need in needs:
        short = need.times - sum(need.first <= m <= need.last for m in months)
        free = [m for m in range(need.first, need.last + 1) if m not in months]
        months += free[: max(0, short)]
    return len(months)


def taker(
    need: Need, among: Sequence[int], taken: Mapping[int, Sequence[Need]], loads: Mapping[int, int]
) -> int:
    """辖区的下限落到哪一家：不多上门、少添单位、没有接过的优先。"""

    def cost(facility: int) -> tuple[int, int, int, int]:
        own = list(taken.get(facility, ()))
        spans = tuple(sorted({(n.first, n.last, n.times) for n in own}))
        more = tuple(sorted({*spans, (need.first, need.last, need.times)}))
        extra = lower_bound(more) - lower_bound(spans)
        known: set[str] = set()
        for one in own:
            known |= one.functions
        return extra, len(need.functions - known), loads.get(facility, 0), facility

    return min(among, key=cost)
