"""计划测速：100、300、1000 家 × 6 个单位，上门次数前后、下界、差距、用时；同场比贪心，再独立核对。

用法：./yj bench planner [--sizes 100,300,1000] [--seconds 5]
"""

import argparse
from collections.abc import Sequence

from harness import peak_mb, took

from yijian.inspections.rules.floors import Floor
from yijian.inspections.rules.planner_check import Planned, check
from yijian.inspections.services.planner import Answer, Home, greedy_all, solve

JOINT = ("civil_affairs", "housing", "market", "fire")
# 职能、起月、止月、次数、每几家有一家
KINDS = (
    (JOINT, 1, 6, 1, 1),
    (JOINT, 7, 12, 1, 1),
    (("civil_affairs",), 1, 12, 1, 1),
    (("civil_affairs", "housing"), 1, 12, 1, 2),
    (("civil_affairs", "market"), 1, 12, 1, 2),
    (("fire",), 1, 12, 1, 1),
    (("subdistrict",), 1, 12, 2, 1),
    (("health",), 1, 12, 1, 5),
    (("market",), 4, 6, 1, 9),
    (("market",), 10, 12, 1, 9),
)
STREET = 12


def floor(who: Sequence[str], first: int, last: int, times: int, facility: int) -> Floor:
    label = f"{first}—{last}月"
    facts = (("inspection.civil_done", ""),)
    return Floor(
        rule="测/测", pack="测", title="检查", clause="一", phrase="", functions=tuple(who),
        facility=facility, region="", first=first, last=last, times=times, label=label, facts=facts,
    )  # fmt: skip


def world(count: int) -> tuple[list[Floor], list[Home], dict[int, str]]:
    """一个区县：每街约十二家，下限的花样照四地文件。"""
    streets = max(1, count // STREET)
    homes = [Home(n, f"s{n % streets}", "d") for n in range(1, count + 1)]
    paths = {h.facility: f"/d/{h.street}/" for h in homes}
    floors = [
        floor(who, first, last, times, h.facility)
        for h in homes
        for who, first, last, times, every in KINDS
        if h.facility % every == 0
    ]
    return floors, homes, paths


def measure(count: int, seconds: float) -> None:
    floors, homes, paths = world(count)
    found: list[Answer] = []
    ours = took(lambda: found.append(solve(floors, homes, regions=paths, seconds=seconds)))
    answer = found[0]
    plain: list[int] = []
    base = took(lambda: plain.append(greedy_all(floors)))
    visits = [
        Planned(n, v.facility, paths[v.facility], v.month, frozenset(v.functions))
        for n, v in enumerate(answer.visits)
    ]
    faults: list[object] = []
    checked = took(lambda: faults.extend(check(floors, visits, cap=None, names={})))
    said = answer.summary()
    print(
        f"{count:,} 家 × {len({f for x in floors for f in x.functions})} 个单位｜下限 {len(floors):,} 条｜"
        f"各查各的 {said['before']:,} 次｜综合查 {said['after']:,} 次｜下界 {said['bound']:,}｜"
        f"差距 {said['gap']}%｜贪心 {plain[0]:,} 次（{base:.3f} 秒）｜{ours:.2f} 秒｜"
        f"街道—月份 {said['pairs']:,} 趟（至少 {said['pairs_bound']:,}"
        f"{'，已证最少' if said['proven'] else '，限时未证'}）｜超出能力 {said['over']} 次｜"
        f"独立核对 {checked:.2f} 秒，不成立 {len(faults)} 条｜峰值 {peak_mb():.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="100,300,1000")
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    for size in given.sizes.split(","):
        measure(int(size), given.seconds)


if __name__ == "__main__":
    main()
