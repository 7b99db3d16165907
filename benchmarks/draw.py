"""抽取测速：全市两万家、两千人，全国四十万家、十万人；名额、回避、均衡、两人一队都算在内。

同一次运行里比两样：地板是每家一次 SHA-256；同类做法是逐家一张票、票是十进制长串、放进堆里逐张取出
（公开审计抽样的通行写法），只抽对象不派人。用法：./yj bench draw [--times 5]。
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable
from hashlib import sha256
from heapq import heapify, heappop
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import peak_mb, report

from yijian.inspections.rules.draw_check import check
from yijian.kernel import draw

SEED = sha256("测速".encode()).hexdigest()
SCALES = (("全市", 20_000, 2_000, 100, 4), ("全国", 400_000, 100_000, 3_000, 34))
FUNCTIONS = ("civil_affairs", "fire", "market", "health")
LEVELS = ("高", "中", "低")


def book(homes: int, people: int, streets: int, areas: int) -> dict[str, Any]:
    """一份名单：按地区和风险分层，每层百分之四；一成机构有一两名要回避的人，四分之一的人在街道。"""
    things = [
        {
            "avoid": [f"p{n * 7 % people:06d}", f"p{n * 13 % people:06d}"][: n % 3] if n % 10 == 0 else [],
            "id": f"{n:06d}",
            "name": f"第{n}号养老院",
            "stratum": f"{n % streets % areas:02d}区·{LEVELS[n % 3]}",
            "street": f"s{n % streets:04d}",
        }
        for n in range(homes)
    ]
    staff = [
        {
            "expert": False, "expertise": [], "function": FUNCTIONS[n % 4], "id": f"p{n:06d}",
            "name": f"第{n}名",
            "street": f"s{n % streets:04d}" if n % 4 == 1 else "", "unit": f"单位{n % 500}",
            "valid_from": "", "valid_to": "2027-12-31",
        }
        for n in range(people)
    ]  # fmt: skip
    counted: dict[str, int] = {}
    for thing in things:
        counted[thing["stratum"]] = counted.get(thing["stratum"], 0) + 1
    strata = [
        {"kind": "rate", "name": name, "pool": n, "rounding": "up", "value": 426}
        for name, n in counted.items()
    ]
    slots = [
        {"expert": False, "expertise": "", "functions": ["civil_affairs"], "label": "民政部门"},
        {"expert": False, "expertise": "", "functions": list(FUNCTIONS[1:]), "label": "其他部门或街道"},
    ]
    window = {"from": "2026-09-07", "to": "2026-10-31"}
    return {"format": draw.FORMAT, "inspectors": staff, "objects": things, "slots": slots, "strata": strata,
            "frozen_at": "2026-09-01T01:00:00Z", "window": window}  # fmt: skip


class Ticket(NamedTuple):
    """同类做法的一张票。"""

    number: str
    id: str
    generation: int


def tickets_alone(frozen: dict[str, Any]) -> int:
    """同类做法：票写成十进制小数的长串，逐层入堆、逐张取出；不派人。"""
    layers: dict[str, list[Ticket]] = {}
    for thing in frozen["objects"]:
        value = int(sha256(f"{SEED},{thing['id']},1".encode()).hexdigest(), 16)
        number = "0." + str(value).zfill(78).rstrip("0")
        layers.setdefault(thing["stratum"], []).append(Ticket(number, thing["id"], 1))
    drawn = 0
    for stratum in frozen["strata"]:
        heap = layers[stratum["name"]]
        heapify(heap)
        drawn += len([heappop(heap) for _ in range(draw.quota_of(stratum))])
    return drawn


def floor(frozen: dict[str, Any]) -> None:
    """地板：每家一次 SHA-256，什么也不留。"""
    prefix = bytes.fromhex(SEED) + b"o"
    for thing in frozen["objects"]:
        sha256(prefix + thing["id"].encode()).digest()


def alternated(works: list[Callable[[], object]], times: int) -> list[float]:
    """几样轮流各做几遍，取中位数；头一遍热身不算。"""
    seen: list[list[float]] = [[] for _ in works]
    for turn in range(times + 1):
        for n, work in enumerate(works):
            gc.collect()
            start = perf_counter()
            work()
            if turn:
                seen[n].append(perf_counter() - start)
    return [median(one) for one in seen]


def measure(name: str, frozen: dict[str, Any], times: int) -> None:
    size, people = len(frozen["objects"]), len(frozen["inspectors"])
    drawn = draw.draw(frozen, SEED)
    assert len(drawn) == tickets_alone(frozen) and all(len(set(one.team)) == 2 for one in drawn)
    ours, peer, bare = alternated(
        [lambda: draw.draw(frozen, SEED), lambda: tickets_alone(frozen), lambda: floor(frozen)], times
    )
    words = "每家一次 SHA-256"
    report(f"{name}抽取（{people:,} 人，抽 {len(drawn):,} 家，每家两人）", size, ours, bare, words)
    report(f"{name}同类做法（只抽对象，不派人）", size, peer, bare, words)
    text = draw.canonical(frozen)
    whole, checked = alternated(
        [
            lambda: draw.canonical(draw.outcome(json.loads(text), draw.digest(text), SEED)),
            lambda: check(frozen),
        ],
        1,
    )
    report(f"{name}从名单文字重算到结果文字（{len(text) >> 20} MB）", size, whole, bare, words)
    report(f"{name}冻结前核对（家家派得出人）", size, checked, bare, words)


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--times", type=int, default=5)
    times = wanted.parse_args().times
    for name, homes, people, streets, areas in SCALES:
        before = peak_mb()
        frozen = book(homes, people, streets, areas)
        loaded = peak_mb()
        draw.draw(frozen, SEED)
        print(f"{name}：名单占 {loaded - before:.0f} MB，抽取另用 {peak_mb() - loaded:.0f} MB", flush=True)
        measure(name, frozen, times)


if __name__ == "__main__":
    main()
