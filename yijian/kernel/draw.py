"""抽取：全系统只有这里掷骰子。由冻结的名单和公开产生的种子，用 SHA-256 算出对象与检查人员。

纯函数，不读时钟、不用随机数：同样的名单和种子永远得到同样的结果。规则的文字在 docs/draw.md。
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any

from yijian.kernel.errors import Refused

FORMAT = "yijian-draw-1"
FILE_FORMAT = "yijian-draw-file-1"
BITS = 128
FACES = 50  # 六面骰一次 2.58 位，五十次 129 位
SECRET_DIGITS = 32  # 十六进制一位 4 位，三十二位 128 位
RATE_BASE = 10_000
HIGHEST = b"\xff" * 33  # 高于一切票
ROUNDINGS: dict[str, str] = {"up": "有余数进一", "half_up": "四舍五入", "down": "余数舍去"}

Frozen = Mapping[str, Any]

_HEX = re.compile(r"[0-9a-f]+")


# ---- 字节 ------------------------------------------------------------------------------------------


def canonical(value: object) -> str:
    """规范写法：JSON，键按字母排序，没有空白，汉字不转义。有小数、孤立代理项报 ValueError。"""
    _no_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    text.encode("utf-8")
    return text


def _no_floats(value: object) -> None:
    if isinstance(value, float):
        raise ValueError("规范写法里没有小数")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("键须是文字")
            _no_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _no_floats(item)


def digest(text: str) -> str:
    """文字（UTF-8）的 SHA-256，小写十六进制。"""
    return sha256(text.encode("utf-8")).hexdigest()


# ---- 种子 ------------------------------------------------------------------------------------------


def dice_seed(frozen_sha256: str, faces: str) -> str:
    """由当众掷出的骰子点数得到种子；点数是 1 到 6 的一串，至少五十个（128 位）。"""
    if not re.fullmatch("[1-6]*", faces):
        raise Refused("骰子点数只能是 1 到 6，请照掷出的先后一个一个写。", field="faces")
    if len(faces) < FACES:
        raise Refused(
            f"种子太短：只有 {len(faces)} 个点数，掷满 {FACES} 个才够 {BITS} 位，"
            f"还差 {FACES - len(faces)} 个。",
            field="faces",
        )
    if len(set(faces)) < 4:
        raise Refused("五十多个点数里不到四种，不像是掷出来的，请核对后重新录入。", field="faces")
    return digest(f"{FORMAT}|dice|{frozen_sha256}|{faces}")


def commitment(frozen_sha256: str, unit: str, secret: str) -> str:
    """承诺：某部门就这份名单对暗数的承诺。带上部门名称，谁也抄不了别家的。

    暗数是至少三十二位的小写十六进制数（128 位）；太短或写法不对报 Refused。
    """
    _check_secret(secret)
    return digest(f"{FORMAT}|commit|{frozen_sha256}|{unit}|{secret}")


def revealed_seed(frozen_sha256: str, secrets: Sequence[str]) -> str:
    """由两家部门按次序揭示的暗数得到种子。"""
    if len(secrets) < 2:
        raise Refused("至少要有两家部门揭示暗数，才能得到种子。")
    for secret in secrets:
        _check_secret(secret)
    return digest("|".join((FORMAT, "reveal", frozen_sha256, *secrets)))


def _check_secret(secret: str) -> None:
    if not _HEX.fullmatch(secret):
        raise Refused("暗数只能由 0–9 和小写 a–f 组成。", field="secret")
    if len(secret) < SECRET_DIGITS:
        raise Refused(
            f"种子太短：暗数只有 {len(secret)} 位，至少要 {SECRET_DIGITS} 位十六进制（{BITS} 位二进制）。",
            field="secret",
        )
    if len(set(secret)) < 8:
        raise Refused("暗数里不同的字符太少，不像是随机产生的，请用页面上的“产生暗数”。", field="secret")


# ---- 名额 ------------------------------------------------------------------------------------------


def quota(pool: int, kind: str, value: int, rounding: str) -> int:
    """一层抽几家：number 按家数，rate 按万分比；rounding 是零头的处理（见 ROUNDINGS）。"""
    if kind == "number":
        return value
    product = pool * value
    if rounding == "up":
        return -(-product // RATE_BASE)
    if rounding == "half_up":
        return (2 * product + RATE_BASE) // (2 * RATE_BASE)
    if rounding == "down":
        return product // RATE_BASE
    raise Refused(f"不认识的取整办法：{rounding}")


def quota_of(stratum: Mapping[str, Any]) -> int:
    """名单里写明的一层的名额。"""
    return quota(stratum["pool"], stratum["kind"], stratum["value"], stratum["rounding"])


# ---- 席位 ------------------------------------------------------------------------------------------


def fits(inspector: Mapping[str, Any], slot: Mapping[str, Any]) -> bool:
    """检查人员坐不坐得了这一席：专家席只坐专家；职能、专长有要求的要符合。"""
    if inspector["expert"] != slot["expert"]:
        return False
    if slot["functions"] and inspector["function"] not in slot["functions"]:
        return False
    return not slot["expertise"] or slot["expertise"] in inspector["expertise"]


def pools(frozen: Frozen) -> list[list[int]]:
    """每一席可以坐的检查人员（在名单里的序号）。"""
    people = frozen["inspectors"]
    return [[i for i, one in enumerate(people) if fits(one, slot)] for slot in frozen["slots"]]


def recused(inspector: Mapping[str, Any], thing: Mapping[str, Any]) -> bool:
    """要不要回避：同一街道（乡镇），或名单里写明这一家要他回避。"""
    street = inspector["street"]
    return (street != "" and street == thing["street"]) or inspector["id"] in thing["avoid"]


# ---- 抽取 ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picked:
    """抽中的一家：票、在名单里的序号、派去的人（在名单里的序号，照席位次序）。"""

    ticket: bytes
    index: int
    team: tuple[int, ...]


def draw(frozen: Frozen, seed: str) -> list[Picked]:
    """抽取对象与检查人员；按票从小到大排列。种子不足 128 位报 Refused；名单须先经核对。"""
    if not _HEX.fullmatch(seed) or len(seed) % 2 or len(seed) * 4 < BITS:
        raise Refused(f"种子太短或写法不对：要至少 {BITS // 4} 位小写十六进制（{BITS} 位二进制）。")
    key = bytes.fromhex(seed)
    chosen = select(frozen, key)
    teams = Rota(frozen, key)
    things = frozen["objects"]
    return [Picked(ticket, index, teams.send(things[index])) for ticket, index in chosen]


def select(frozen: Frozen, key: bytes) -> list[tuple[bytes, int]]:
    """每层取票最小的若干家；各层合在一起按票排列。"""
    quotas = {stratum["name"]: quota_of(stratum) for stratum in frozen["strata"]}
    bounds = {s["name"]: _bound(quotas[s["name"]], s["pool"]) for s in frozen["strata"]}
    near = _below(frozen["objects"], key, bounds)
    short = {name for name, wanted in quotas.items() if len(near[name]) < wanted}
    if short:  # 界线偏小，这几层不设界线再算一遍
        bounds = {name: HIGHEST if name in short else b"" for name in quotas}
        near |= _below(frozen["objects"], key, bounds, short)
    chosen: list[tuple[bytes, int]] = []
    for name, wanted in quotas.items():
        if len(near[name]) < wanted:
            raise Refused(f"“{name}”层的名额 {wanted} 家多于名录里的 {len(near[name])} 家。")
        near[name].sort()
        chosen += near[name][:wanted]
    chosen.sort()
    return chosen


def _bound(wanted: int, pool: int) -> bytes:
    """票的大概界线：票最小的 wanted 家几乎总在界线之下，免得记下、排列全部的票。"""
    if not wanted:
        return b""
    share = (wanted + 8 * wanted**0.5 + 16) / max(pool, 1)
    return int(share * 2**64).to_bytes(8, "big") if share < 0.5 else HIGHEST


def _below(
    things: Sequence[Mapping[str, Any]], key: bytes, bounds: Mapping[str, bytes], only: Iterable[str] = ()
) -> dict[str, list[tuple[bytes, int]]]:
    """各层票在界线之下的。"""
    prefix = key + b"o"
    found: dict[str, list[tuple[bytes, int]]] = {name: [] for name in only or bounds}
    for index, thing in enumerate(things):
        ticket = sha256(prefix + thing["id"].encode()).digest()
        if ticket < bounds[thing["stratum"]]:
            found[thing["stratum"]].append((ticket, index))
    return found


class Rota:
    """派人：每一席总是取已派次数最少的，次数相同取签最小的；派一次，换一支签。

    每人一张牌：次数（4 字节）、签（32 字节）、在名单里的序号（4 字节），按字节比大小。
    """

    def __init__(self, frozen: Frozen, key: bytes) -> None:
        self.people = frozen["inspectors"]
        self.prefix = key + b"i"
        self.loads = [0] * len(self.people)
        start = self.prefix + b"0:"
        self.cards = [
            b"\0\0\0\0" + sha256(start + one["id"].encode()).digest() + i.to_bytes(4, "big")
            for i, one in enumerate(self.people)
        ]
        heaps: dict[tuple[int, ...], list[bytes]] = {}
        self.slots = []
        for pool in pools(frozen):
            same = tuple(pool)
            if same not in heaps:
                heaps[same] = [self.cards[i] for i in pool]
                heapify(heaps[same])
            self.slots.append(heaps[same])

    def send(self, thing: Mapping[str, Any]) -> tuple[int, ...]:
        """给一家派一队。"""
        team: list[int] = []
        for number, heap in enumerate(self.slots, 1):
            team.append(self._seat(heap, thing, team, number))
        return tuple(team)

    def _seat(self, heap: list[bytes], thing: Mapping[str, Any], team: list[int], number: int) -> int:
        aside = []
        while heap:
            card = heap[0]
            i = int.from_bytes(card[36:], "big")
            if card is not self.cards[i]:  # 在别的席位上派过了，牌是旧的
                heapreplace(heap, self.cards[i])
            elif i in team or recused(self.people[i], thing):
                aside.append(heappop(heap))
            else:
                heapreplace(heap, self._took(i))
                for left in aside:
                    heappush(heap, left)
                return i
        raise Refused(f"“{thing['stratum']}”层的“{thing['name']}”派不出第 {number} 名检查人员。")

    def _took(self, i: int) -> bytes:
        """派了一次：次数加一，换一支签。"""
        self.loads[i] = load = self.loads[i] + 1
        lot = sha256(self.prefix + b"%d:" % load + self.people[i]["id"].encode()).digest()
        self.cards[i] = card = load.to_bytes(4, "big") + lot + i.to_bytes(4, "big")
        return card


def outcome(frozen: Frozen, frozen_sha256: str, seed: str) -> dict[str, Any]:
    """抽取结果，写成可以公布的样子。"""
    things, people = frozen["objects"], frozen["inspectors"]
    drawn = [
        {
            "id": things[one.index]["id"],
            "name": things[one.index]["name"],
            "stratum": things[one.index]["stratum"],
            "ticket": one.ticket.hex(),
            "team": [{"id": people[i]["id"], "name": people[i]["name"]} for i in one.team],
        }
        for one in draw(frozen, seed)
    ]
    return {"drawn": drawn, "format": FORMAT, "frozen_sha256": frozen_sha256, "seed": seed}
