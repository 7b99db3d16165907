"""登记主体比对：两千个主体，种入别名、旧码、繁体、换词序；印出查准、查全与速度，同一遍里与“只按代码相等”相比。

python benchmarks/matching.py
"""

import time
from collections.abc import Callable

from yijian.filing.rules.matching import Index, Party, place_words
from yijian.kernel.codes import uscc_check_sign

SIGNS = "安康福寿松鹤颐乐瑞和慈泰永嘉祥怡晚晴仁爱德润华龙长宁兰桂金银春秋明月青山江河"
KINDS = ("养老院", "老年公寓", "养护院", "敬老院", "养老服务中心")
TRADITIONAL = str.maketrans("养寿颐乐龙鹤长爱宁华兰银", "養壽頤樂龍鶴長愛寧華蘭銀")
TOTAL = 2_000


def code(number: int) -> str:
    body = f"52990102MA{number:07d}"
    return body + uscc_check_sign(body)


def homes(count: int) -> list[Party]:
    """在册机构：字号两字不重样，街道与法定代表人轮着来。"""
    names = [a + b for a in SIGNS for b in SIGNS if a != b]
    return [
        Party(
            n,
            f"颐和区{names[n]}{KINDS[n % 5]}",
            code(n) if n % 4 else "",
            "",
            f"99010200{n % 9}",
            f"演示{n % 50}",
        )
        for n in range(count)
    ]


def same_code(home: Party) -> Party:
    return Party(0, "更名以后的服务有限公司", home.code, "", "", "")


def old_code(home: Party) -> Party:
    return Party(0, home.name.removeprefix("颐和区"), "", home.code[8:17], "", "")


def traditional(home: Party) -> Party:
    return Party(0, home.name.translate(TRADITIONAL), "", "", home.street, "")


def swapped(home: Party) -> Party:
    core = home.name.removeprefix("颐和区")
    return Party(0, f"{core[2:]}{core[:2]}", "", "", home.street, "")


def alias(home: Party) -> Party:
    core = home.name.removeprefix("颐和区")
    return Party(0, f"{core[:2]}养老（演示）有限公司", "", "", home.street, home.legal_person)


VARIANTS: tuple[Callable[[Party], Party], ...] = (same_code, old_code, traditional, swapped, alias)


def planted(known: list[Party]) -> list[tuple[Party, int | None, str]]:
    """（主体，应当对上的机构，种法）；四成是新面孔。"""
    rows: list[tuple[Party, int | None, str]] = []
    fresh = [a + b + c for a in SIGNS for b in "盛鼎宸睿" for c in "源昌荣茂"]
    for n in range(TOTAL):
        if n % 5 < 2:
            rows.append(
                (
                    Party(0, f"{fresh[n % len(fresh)]}{KINDS[n % 5]}", code(900_000 + n), "", "", ""),
                    None,
                    "新面孔",
                )
            )
            continue
        home = known[n % len(known)]
        make = VARIANTS[(n // 5) % len(VARIANTS)]
        make = swapped if make in (same_code, old_code) and not home.code else make
        rows.append((make(home), home.key, make.__name__))
    return rows


def main() -> None:
    known = homes(600)
    rows = planted(known)
    started = time.perf_counter()
    index = Index(known, place_words(["颐和区"]))
    verdicts = [index.match(party) for party, _, _ in rows]
    took = time.perf_counter() - started
    started = time.perf_counter()
    by_code = {p.code: p.key for p in known if p.code}
    floor = [by_code.get(party.code) for party, _, _ in rows]
    floor_took = time.perf_counter() - started
    truth = [want for _, want, _ in rows]
    sure = [v.candidates[0].key if v.outcome == "certain" else None for v in verdicts]
    offered = [{c.key for c in v.candidates} for v in verdicts]
    report("只按代码相等（下限）", floor, truth, len(rows) / max(floor_took, 1e-9))
    report("对上（不用人）", sure, truth, len(rows) / took)
    hit = sum(want in found for want, found in zip(truth, offered, strict=True) if want is not None)
    asked = [v for v in verdicts if v.outcome == "doubtful"]
    real = sum(want is not None for want in truth)
    idle = sum(bool(f) for w, f in zip(truth, offered, strict=True) if w is None)
    print(f"对上加存疑：查全 {hit / real:.4f}；交人认定 {len(asked)} 个；新面孔里被误列存疑或对上 {idle} 个")
    for name in sorted({kind for _, _, kind in rows}):
        pairs = [(t, o) for (_, t, k), o in zip(rows, offered, strict=True) if k == name and t is not None]
        if pairs:
            print(f"  {name}: {len(pairs)} 个，查全 {sum(t in o for t, o in pairs) / len(pairs):.4f}")


def report(name: str, found: list[int | None], truth: list[int | None], speed: float) -> None:
    right = sum(f == t for f, t in zip(found, truth, strict=True) if f is not None)
    claimed, real = sum(f is not None for f in found), sum(t is not None for t in truth)
    precision = right / claimed if claimed else 1.0
    print(f"{name}：查准 {precision:.4f}，查全 {right / real:.4f}，每秒 {speed:,.0f} 行（{len(truth)} 行）")


if __name__ == "__main__":
    main()
