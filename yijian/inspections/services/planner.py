"""最少打扰的排法：先按机构定下最少的次数，再用 CP-SAT 把各次分到月份。

目标依次是：上门次数最少；各单位各月不超出能力；同一街道的放在同一个月，少跑几趟。
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from yijian.inspections.rules.floors import Floor
from yijian.inspections.rules.planner import Job, Need, Pin, alone, greedy, jobs_of, lower_bound, taker

Group = tuple[str, str, tuple[str, ...], int, int]
CANDIDATES = 60
BUSY_MONTHS = 10


@dataclass(frozen=True)
class Home:
    """一家机构在哪条街、归哪个县区。"""

    facility: int
    street: str
    desk: str


@dataclass(frozen=True)
class Out:
    """排好的一次上门。"""

    facility: int
    month: int
    functions: tuple[str, ...]
    meets: tuple[int, ...]
    fixed: bool


@dataclass
class Answer:
    """求解结果：各次上门、前后次数、下界、差距、用时。"""

    visits: list[Out] = field(default_factory=list)
    before: int = 0
    before_by_duty: int = 0
    greedy: int = 0
    bound: int = 0
    over: int = 0
    pairs: int = 0
    pairs_bound: int = 0
    proven: bool = True
    seconds: float = 0.0
    unmet: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """存进计划、显示在页面上的数。"""
        after = len(self.visits)
        return {
            "before": self.before, "before_by_duty": self.before_by_duty, "greedy": self.greedy,
            "after": after, "bound": self.bound,
            "gap": round((after - self.bound) * 100 / after, 2) if after else 0.0,
            "over": self.over, "pairs": self.pairs, "pairs_bound": self.pairs_bound,
            "proven": self.proven, "seconds": round(self.seconds, 2), "unmet": self.unmet,
        }  # fmt: skip


def solve(
    floors: Sequence[Floor],
    homes: Sequence[Home],
    *,
    regions: Mapping[int, str],
    capacity: Mapping[str, int] | None = None,
    pins: Mapping[int, Sequence[Pin]] | None = None,
    seconds: float = 5.0,
) -> Answer:
    """排出一年的上门。regions 是机构所在的区划路径；capacity 是各职能每月每个县区能出几次，没写的平均摊。"""
    began = perf_counter()
    needs, answer = needs_of(floors), Answer()
    count_before(floors, needs, answer)
    give_region_floors(floors, needs, regions, answer)
    jobs = {h.facility: jobs_of(needs.get(h.facility, []), (pins or {}).get(h.facility, ())) for h in homes}
    months = Months(homes, jobs, capacity or {})
    months.run(seconds, answer)
    answer.visits = months.deal()
    answer.seconds = perf_counter() - began
    return answer


def needs_of(floors: Sequence[Floor]) -> dict[int, list[Need]]:
    """各家自己的下限。"""
    found: dict[int, list[Need]] = defaultdict(list)
    for number, floor in enumerate(floors):
        if floor.facility:
            found[floor.facility].append(need_of(number, floor))
    return found


def greedy_all(floors: Sequence[Floor]) -> int:
    """对照：全部机构一条一条往上加的次数。"""
    return sum(greedy(own) for own in needs_of(floors).values())


def need_of(number: int, floor: Floor) -> Need:
    return Need(number, floor.first, floor.last, floor.times, frozenset(floor.functions))


def count_before(floors: Sequence[Floor], needs: Mapping[int, Sequence[Need]], answer: Answer) -> None:
    """不合并时的次数、贪心对照、下界：都在分配辖区下限之前数。"""
    for own in needs.values():
        units, duties = alone(own)
        answer.before += units
        answer.before_by_duty += duties
        answer.greedy += greedy(own)
        answer.bound += lower_bound({(n.first, n.last, n.times) for n in own})
    for floor in floors:
        if not floor.facility:
            answer.before += floor.times * len(floor.functions)
            answer.before_by_duty += floor.times
            answer.greedy += floor.times


def give_region_floors(
    floors: Sequence[Floor], needs: dict[int, list[Need]], regions: Mapping[int, str], answer: Answer
) -> None:
    """辖区的下限落到辖区里的一家，尽量并进它本来就有的一次。"""
    loads: Counter[int] = Counter()
    for number, floor in enumerate(floors):
        if floor.facility:
            continue
        inside = sorted(f for f, path in regions.items() if path.startswith(floor.region))
        if not inside:
            answer.unmet.append(number)
            continue
        need = need_of(number, floor)
        some = sorted(inside, key=lambda f: (loads[f], -len(needs.get(f, ())), f))[:CANDIDATES]
        chosen = taker(need, some, needs, loads)
        needs.setdefault(chosen, []).append(need)
        loads[chosen] += 1


class Months:
    """把各次上门分到月份；同街道、同单位、同时段的几家可以互换，合成一组只数个数。"""

    def __init__(self, homes: Sequence[Home], jobs: Mapping[int, list[Job]], given: Mapping[str, int]):
        self.groups: dict[Group, list[tuple[int, Job]]] = defaultdict(list)
        for home in sorted(homes, key=lambda h: h.facility):
            for job in jobs[home.facility]:
                key = (home.street, home.desk, tuple(sorted(job.functions)), job.first, job.last)
                self.groups[key].append((home.facility, job))
        self.capacity = self.abilities(given)
        self.chosen: dict[tuple[Group, int], int] = {}

    def abilities(self, given: Mapping[str, int]) -> dict[tuple[str, str], int]:
        """各县区各单位每月能出几次；没有填的，按全年任务平均到十个月，另留一次的余地。"""
        total: Counter[tuple[str, str]] = Counter()
        for (street, desk, functions, _, _), members in self.groups.items():
            for function in functions:
                total[desk_of(street, desk, function), function] += len(members)
        return {
            (desk, function): given.get(function) or 1 + -(-count // BUSY_MONTHS)
            for (desk, function), count in total.items()
        }

    def run(self, seconds: float, answer: Answer) -> None:
        """先排一个像样的，再请 CP-SAT 依次压超出与趟数；到时为止，差多少照实说。"""
        self.chosen, answer.over = by_hand(self.groups, self.capacity)
        answer.pairs, answer.pairs_bound = self.trips(), self.least_trips()
        proven = True
        if answer.over:
            proven = self.improve(seconds / 2, answer, first=True)
        if answer.pairs > answer.pairs_bound:
            proven = self.improve(seconds, answer, first=False) and proven
        answer.proven = proven

    def trips(self) -> int:
        """街道与月份的对数：去了几趟。"""
        return len({(group[0], month) for (group, month), count in self.chosen.items() if count})

    def least_trips(self) -> int:
        """趟数的下界：一条街上互不重叠的时段有几个，至少就要去几趟。"""
        streets: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
        for street, _, _, first, last in self.groups:
            streets[street].add((first, last, 1))
        return sum(lower_bound(spans) for spans in streets.values())

    def improve(self, seconds: float, answer: Answer, *, first: bool) -> bool:
        """求解一步：first 压超出的次数，否则在不增加超出的前提下压趟数。求到最优（或证明没有更好的）为真。"""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        counts, streets = self.variables(model)
        overs = self.loads(model, counts)
        for key, variable in counts.items():
            model.add_hint(variable, self.chosen.get(key, 0))
        if first:
            model.minimize(sum(overs))
        else:
            model.add(sum(overs) <= answer.over)
            model.minimize(sum(streets.values()))
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = seconds / 4
        solver.parameters.max_time_in_seconds = seconds * 3
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        self.chosen = {key: solver.value(v) for key, v in counts.items()}
        answer.over, answer.pairs = sum(solver.value(v) for v in overs), self.trips()
        if not first:
            answer.pairs_bound = max(answer.pairs_bound, round(solver.best_objective_bound))
        return bool(status == cp_model.OPTIMAL)

    def variables(self, model: Any) -> tuple[dict[tuple[Group, int], Any], dict[tuple[str, int], Any]]:
        """每组每月几次；某街道某月有没有人去。"""
        counts: dict[tuple[Group, int], Any] = {}
        streets: dict[tuple[str, int], Any] = {}
        for group, members in self.groups.items():
            street, _, _, first, last = group
            span = range(first, last + 1)
            for month in span:
                counts[group, month] = model.new_int_var(0, len(members), "")
                if (street, month) not in streets:
                    streets[street, month] = model.new_bool_var("")
                model.add(counts[group, month] <= len(members) * streets[street, month])
            model.add(sum(counts[group, m] for m in span) == len(members))
        return counts, streets

    def loads(self, model: Any, counts: Mapping[tuple[Group, int], Any]) -> list[Any]:
        """各单位各月的次数不超过能力，超出的记下来。"""
        terms: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
        for (group, month), count in counts.items():
            street, desk, functions, _, _ = group
            for function in functions:
                terms[desk_of(street, desk, function), function, month].append(count)
        overs = []
        for (desk, function, _), found in terms.items():
            over = model.new_int_var(0, 100_000, "")
            model.add(sum(found) <= self.capacity[desk, function] + over)
            overs.append(over)
        return overs

    def deal(self) -> list[Out]:
        """按编号依次分到各月。"""
        made = []
        for group, members in self.groups.items():
            months = [m for m in range(group[3], group[4] + 1) for _ in range(self.chosen.get((group, m), 0))]
            for month, (facility, job) in zip(months, members, strict=True):
                made.append(Out(facility, month, group[2], tuple(sorted(job.meets)), job.fixed))
        return sorted(made, key=lambda v: (v.month, v.facility))


def by_hand(
    groups: Mapping[Group, Sequence[object]], capacity: Mapping[tuple[str, str], int]
) -> tuple[dict[tuple[Group, int], int], int]:
    """一条街一条街地排：尽量整组放进这条街已经要去、又装得下的那个月。返回各组各月的个数与超出的次数。"""
    chosen: dict[tuple[Group, int], int] = Counter()
    loads: Counter[tuple[str, str, int]] = Counter()
    visited: set[tuple[str, int]] = set()
    totals: Counter[int] = Counter()
    for group in sorted(groups, key=lambda g: (g[0], g[4] - g[3], -len(g[2]), g)):
        street, desk, functions, first, last = group
        desks = [(desk_of(street, desk, f), f) for f in functions]
        left = len(groups[group])
        while left:
            room = {
                m: min((capacity[d] - loads[(*d, m)] for d in desks), default=left)
                for m in range(first, last + 1)
            }
            month = min(
                room,
                key=lambda m: (
                    -min(left, max(0, room[m])), (street, m) not in visited, -room[m], totals[m], m,
                ),
            )  # fmt: skip
            count = min(left, room[month]) if room[month] > 0 else left
            chosen[group, month] += count
            visited.add((street, month))
            totals[month] += count
            for d in desks:
                loads[(*d, month)] += count
            left -= count
    over = sum(max(0, n - capacity[desk, function]) for (desk, function, _), n in loads.items())
    return dict(chosen), over


def desk_of(street: str, desk: str, function: str) -> str:
    """哪一家单位出人：街道的事归街道，其余归县区的单位。"""
    return street if function == "subdistrict" else desk
