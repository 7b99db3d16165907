"""检查表的内容：核对、摘要、两版比较。"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yijian.kernel.errors import Refused

Item = dict[str, Any]
METHODS = {"D": "看资料", "S": "看现场", "Q": "询问", "T": "抽查"}
WEIGHTS = {"R": "底线", "K": "重要", "G": "一般"}
FIELDS = {
    "section": "部分",
    "text": "检查内容",
    "method": "方法",
    "weight": "轻重",
    "basis": "依据",
    "mark": "核验标记",
    "photo_on_fail": "不合格须拍照",
    "phrases": "常用语",
    "situation": "重大隐患情形",
}
LONGEST, MOST = 300, 300


def clean_items(given: Sequence[Mapping[str, Any]]) -> list[Item]:
    """整理成一份：空行去掉，编号不重复，每项有内容有依据；毛病一次说完。"""
    items, faults, seen = [], [], set()
    for number, row in enumerate(given, 1):
        text = word(row, "text")
        if not text and not word(row, "id"):
            continue
        item, wrong = clean_item(row, number)
        if item["id"] in seen:
            wrong.append(f"编号“{item['id']}”用了两次")
        seen.add(item["id"])
        items.append(item)
        faults += [f"第 {number} 项（{item['id']}）：{fault}。" for fault in wrong]
    if not items:
        raise Refused("检查表一项内容也没有，请至少写一项。", field="items")
    if len(items) > MOST:
        raise Refused(f"一张检查表最多 {MOST} 项，请拆成几张。", field="items")
    if faults:
        more = f"另有 {len(faults) - 8} 处。" if len(faults) > 8 else ""
        raise Refused("".join(faults[:8]) + more, field="items")
    return items


def clean_item(row: Mapping[str, Any], number: int) -> tuple[Item, list[str]]:
    """整理一项；返回这一项与毛病。"""
    method = "".join(c for c in "DSQT" if c in word(row, "method").upper()) or "S"
    weight = word(row, "weight").upper() or "G"
    phrases = row.get("phrases") or []
    item: Item = {
        "id": word(row, "id")[:20] or f"X{number:02d}",
        "section": word(row, "section")[:40],
        "text": word(row, "text"),
        "method": method,
        "weight": weight,
        "basis": word(row, "basis"),
        "mark": "M" if word(row, "mark") else "",
        "photo_on_fail": bool(row.get("photo_on_fail")) or weight == "R",
        "phrases": [str(p).strip()[:60] for p in phrases if str(p).strip()][:8],
        "situation": word(row, "situation")[:10],
    }
    wrong = []
    if not item["text"]:
        wrong.append("没有写检查内容")
    if not item["basis"]:
        wrong.append("没有写依据")
    if weight not in WEIGHTS:
        wrong.append("轻重只能是 R 底线、K 重要、G 一般")
    if max(len(item["text"]), len(item["basis"])) > LONGEST:
        wrong.append(f"内容和依据各不超过 {LONGEST} 字")
    return item, wrong


def word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def digest(items: Sequence[Item]) -> str:
    """内容摘要：键排好序的 JSON 的 SHA-256。"""
    body = json.dumps(list(items), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """两版之间一项的变化：新增、删去、修改（列出改了哪几处）。"""

    kind: str
    id: str
    text: str
    parts: tuple[tuple[str, str, str], ...] = ()


def diff(old: Sequence[Item], new: Sequence[Item]) -> list[Change]:
    """逐项比较，按编号对上。"""
    before, after = {i["id"]: i for i in old}, {i["id"]: i for i in new}
    changes = [Change("新增", i["id"], i["text"]) for i in new if i["id"] not in before]
    changes += [Change("删去", i["id"], i["text"]) for i in old if i["id"] not in after]
    for item in new:
        was = before.get(item["id"])
        if was is not None and was != item:
            parts = tuple(
                (label, shown(name, was.get(name)), shown(name, item.get(name)))
                for name, label in FIELDS.items()
                if was.get(name) != item.get(name)
            )
            changes.append(Change("修改", item["id"], item["text"], parts))
    return sorted(changes, key=lambda c: c.id)


def shown(name: str, value: Any) -> str:
    """一处内容的中文。"""
    if name == "method":
        return "、".join(METHODS[c] for c in str(value or "") if c in METHODS)
    if name == "weight":
        return WEIGHTS.get(str(value), str(value))
    if name == "mark":
        return "待核" if value else "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "；".join(value) or "—"
    return str(value or "—")


def phrases_of(text: str) -> list[str]:
    """用分号隔开的常用语。"""
    return [p.strip() for p in text.replace(";", "；").split("；") if p.strip()]
