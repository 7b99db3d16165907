"""隐患判级（酉阳 4.1、重点任务八；曲靖 十四）：一般还是重大，由数据里的情形决定，连同依据。"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from yijian.kernel.errors import Refused, YijianError
from yijian.rectification.kinds import ASPECTS, GRADES

DATA = Path(__file__).resolve().parents[1] / "data" / "severity.yaml"
MARKS = {"F": "", "M": "待核"}
_KEYS = {"code", "title", "aspect", "grade", "basis", "mark"}


class SeverityError(YijianError):
    """判级表有误：说明是哪一条、什么原因。"""


@dataclass(frozen=True)
class Situation:
    """一种情形；mark 为“待核”的还没有对照原文。"""

    code: str
    title: str
    aspect: str
    grade: str
    basis: str
    mark: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """判级的结果：等级、依据、对应情形（没有为空）、待核标记。"""

    grade: str
    basis: str = ""
    situation: str = ""
    mark: str = ""
    aspect: str = ""


def parse(text: str, where: str = "severity.yaml") -> dict[str, Situation]:
    """读判级表；有误报 SeverityError，指出第几条。"""
    try:
        table = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise SeverityError(f"{where}：不是有效的 YAML（{error}）") from error
    if not isinstance(table, dict) or set(table) != {"standard", "situations"}:
        raise SeverityError(f"{where}：应当恰有 standard、situations 两项")
    if not isinstance(table["situations"], list) or not table["situations"]:
        raise SeverityError(f"{where}：situations 应是列表，至少一条")
    found: dict[str, Situation] = {}
    taken: dict[str, str] = {}
    for number, row in enumerate(table["situations"], 1):
        one = _situation(row, f"{where} 第 {number} 条")
        if one.code in found:
            raise SeverityError(f"{where} 第 {number} 条：情形 {one.code} 写了两遍")
        for item in one.items:
            if taken.setdefault(item, one.code) != one.code:
                raise SeverityError(f"{where} 第 {number} 条：检查项 {item} 已归入情形 {taken[item]}")
        found[one.code] = one
    return found


def _situation(row: object, where: str) -> Situation:
    if not isinstance(row, dict):
        raise SeverityError(f"{where}：应写成 {{code: …, title: …}}")
    missing, unknown = _KEYS - set(row), set(row) - _KEYS - {"items"}
    if missing or unknown:
        words = [f"缺 {'、'.join(sorted(missing))}"] if missing else []
        words += [f"不认识 {'、'.join(sorted(map(str, unknown)))}"] if unknown else []
        raise SeverityError(f"{where}：{'；'.join(words)}")
    if any(not isinstance(row[key], str) or not row[key].strip() for key in _KEYS):
        raise SeverityError(f"{where}：{'、'.join(sorted(_KEYS))} 都应是文字，不能空")
    for key, known in (("aspect", ASPECTS), ("grade", GRADES), ("mark", MARKS)):
        if row[key] not in known:
            raise SeverityError(f"{where}：{key} 只能是 {'、'.join(known)}，现在是 {row[key]}")
    items = row.get("items", [])
    if not isinstance(items, list) or any(not isinstance(item, str) for item in items):
        raise SeverityError(f"{where}：items 应是检查项编号的列表")
    return Situation(
        row["code"], row["title"], row["aspect"], row["grade"], row["basis"], MARKS[row["mark"]], tuple(items)
    )


@cache
def situations() -> Mapping[str, Situation]:
    """随软件发布的判级表。"""
    return parse(DATA.read_text(encoding="utf-8"))


def grade_of(situation: str, item_code: str, table: Mapping[str, Situation] | None = None) -> Graded:
    """判级：选了情形的照情形，没选的看检查项归入哪种情形，都没有的是一般隐患。未知的情形报 Refused。"""
    known = situations() if table is None else table
    if situation and situation not in known:
        raise Refused("没有这种情形，请从列出的里选。", field="situation")
    found = known.get(situation) or next(
        (s for s in known.values() if item_code and item_code in s.items), None
    )
    if found is None:
        return Graded("general")
    return Graded(found.grade, f"{found.basis}：{found.title}", found.code, found.mark, found.aspect)
