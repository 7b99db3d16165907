"""冻结之前的核对：名单写得对不对、名额够不够、每一家都派得出人。种子还没有，谁也不知道会抽中哪一家。"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from yijian.kernel import draw
from yijian.kernel.errors import Refused

Frozen = Mapping[str, Any]


def check(frozen: Frozen) -> None:
    """核对一份待冻结（或已公布）的名单；不合格报 Refused，说明是哪一层、哪一家、哪个人。"""
    if frozen["format"] != draw.FORMAT:
        raise Refused(f"不认识的规则版本：{frozen['format']}。")
    check_ids("检查对象", frozen["objects"])
    check_ids("检查人员", frozen["inspectors"])
    check_strata(frozen)
    check_inspectors(frozen)
    check_slots(frozen)
    check_teams(frozen)


def check_ids(what: str, rows: Sequence[Mapping[str, Any]]) -> None:
    ids = [row["id"] for row in rows]
    if not ids:
        raise Refused(f"没有可以抽取的{what}，请先维护名录。")
    if sorted(set(ids), key=str.encode) != ids:
        raise Refused(f"{what}的编号有重复，或没有按编号排列。")
    if any(not one or not one.isascii() or not one.isprintable() for one in ids):
        raise Refused(f"{what}的编号须是可见的英文字符或数字。")


def check_strata(frozen: Frozen) -> None:
    """每层的名额不超过名录，合起来至少一家。"""
    counted = Counter(thing["stratum"] for thing in frozen["objects"])
    names = [stratum["name"] for stratum in frozen["strata"]]
    if len(set(names)) != len(names):
        raise Refused("有两层同名。")
    for name in counted:
        if name not in names:
            raise Refused(f"“{name}”层没有写名额；不抽的请写 0。", field="quotas")
    total = 0
    for stratum in frozen["strata"]:
        check_quota(stratum, counted[stratum["name"]])
        total += draw.quota_of(stratum)
    if not total:
        raise Refused("各层名额都是 0，没有要抽的。", field="quotas")


def check_quota(stratum: Mapping[str, Any], pool: int) -> None:
    name, value = stratum["name"], stratum["value"]
    if stratum["pool"] != pool:
        raise Refused(f"“{name}”层写的是 {stratum['pool']} 家，名录里是 {pool} 家。")
    if stratum["kind"] not in ("number", "rate") or stratum["rounding"] not in draw.ROUNDINGS:
        raise Refused(f"“{name}”层的名额写法不认识。")
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Refused(f"“{name}”层的名额应是不小于 0 的整数。", field="quotas")
    if stratum["kind"] == "rate" and value > draw.RATE_BASE:
        raise Refused(f"“{name}”层的比例超过百分之百。", field="quotas")
    if draw.quota_of(stratum) > pool:
        raise Refused(
            f"“{name}”层要抽 {draw.quota_of(stratum)} 家，名录里只有 {pool} 家；请改小名额，或先补全名录。",
            field="quotas",
        )


def check_inspectors(frozen: Frozen) -> None:
    """执法证（聘书）要管到检查期限的最后一天，过期的不能抽。"""
    window = frozen["window"]
    if window["from"] > window["to"]:
        raise Refused("检查期限的起日晚于止日。", field="window_to")
    for one in frozen["inspectors"]:
        if one["valid_to"] < window["to"] or (one["valid_from"] or "") > window["from"]:
            raise Refused(
                f"{one['name']}（{one['unit']}）的执法证有效期是 {one['valid_from'] or '……'} 至 "
                f"{one['valid_to']}，"
                f"管不到检查期限 {window['from']} 至 {window['to']}，不能参加抽取。"
            )


def check_slots(frozen: Frozen) -> None:
    """至少两名有证人员；各席的人选两两不相交，或前一席包含于后一席，这样先后派人不会误事。"""
    slots = frozen["slots"]
    if sum(not slot["expert"] for slot in slots) < 2:
        raise Refused("每家至少派两名持证的检查人员，专家不计在内。")
    sets = [set(pool) for pool in draw.pools(frozen)]
    for number, pool in enumerate(sets, 1):
        if not pool:
            raise Refused(f"{slot_words(frozen, number)}没有一个人可以抽，请先补充检查人员名录或改变要求。")
    for number, later in enumerate(sets):
        for earlier in sets[:number]:
            if earlier & later and not earlier <= later:
                raise Refused("各席的要求互相交叉，先派的可能占了后派的人；请把要求窄的席位放在前面。")


def check_teams(frozen: Frozen) -> None:
    """名录里随便哪一家被抽中，都派得出人。"""
    seats = Seats(frozen)
    failed: dict[str, list[str]] = {}
    first: tuple[Mapping[str, Any], int] | None = None
    drawn = {s["name"] for s in frozen["strata"] if draw.quota_of(s)}
    for thing in frozen["objects"]:
        number = seats.short(thing) if thing["stratum"] in drawn else 0
        if number:
            failed.setdefault(thing["stratum"], []).append(thing["name"])
            first = first or (thing, number)
    if first is None:
        return
    thing, number = first
    stratum = thing["stratum"]
    more = f"（这一层共有 {len(failed[stratum])} 家这样）" if len(failed[stratum]) > 1 else ""
    raise Refused(
        f"“{stratum}”层的“{thing['name']}”{more}派不出人：{slot_words(frozen, number)}"
        "在回避之后没有人选。请补充检查人员，或把这一家写明理由排除。"
    )


def slot_words(frozen: Frozen, number: int) -> str:
    slot = frozen["slots"][number - 1]
    return f"第 {number} 席（{slot['label']}）"


class Seats:
    """数人头：每一席在回避之后还剩几人，够不够坐到这一席为止的人。"""

    def __init__(self, frozen: Frozen) -> None:
        self.people = frozen["inspectors"]
        self.where = {one["id"]: i for i, one in enumerate(self.people)}
        self.sets = [set(pool) for pool in draw.pools(frozen)]
        self.needs = [sum(a <= b for a in self.sets[: n + 1]) for n, b in enumerate(self.sets)]
        self.streets = [Counter(self.people[i]["street"] for i in pool) for pool in self.sets]

    def short(self, thing: Mapping[str, Any]) -> int:
        """坐不满的第一席（从 1 数起）；都坐得满是 0。"""
        street = thing["street"]
        away = {self.where[one] for one in thing["avoid"] if one in self.where}
        for number, pool in enumerate(self.sets):
            left = len(pool) - (self.streets[number][street] if street else 0)
            left -= sum(i in pool and not (street and self.people[i]["street"] == street) for i in away)
            if left < self.needs[number]:
                return number + 1
        return 0
