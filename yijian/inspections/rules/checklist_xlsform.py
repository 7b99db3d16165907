"""XLSForm（survey、choices 两张表）与检查表互换：只认够用的几种题。"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yijian.inspections.rules.checklist import Item, phrases_of
from yijian.kernel.errors import Refused

Row = Mapping[str, str]
YES, NO = ("合格", "yes", "pass", "是", "符合", "1"), ("不合格", "no", "fail", "否", "不符合", "0")
SETTINGS = ("begin_group", "begin group", "end_group", "end group", "note")
EXTRA = ("yj_method", "yj_weight", "yj_basis", "yj_mark", "yj_situation", "yj_phrases")
COLUMNS = ("type", "name", "label", "hint", "required", "relevant", *EXTRA)
CHOICE_COLUMNS = ("list_name", "name", "label")
RESULTS = (("result", "pass", "合格"), ("result", "fail", "不合格"), ("result", "na", "不适用"))
UNSOURCED = "导入的表没有写依据"


def table(rows: Iterable[Sequence[object]]) -> list[dict[str, str]]:
    """第一行是表头，其余各行变成字典；全空的行不要。"""
    given = [["" if c is None else str(c).strip() for c in row] for row in rows]
    if not given:
        return []
    head = [h.lower() for h in given[0]]
    found = [dict(zip(head, row, strict=False)) for row in given[1:]]
    return [row for row in found if any(row.values())]


def label_of(row: Row) -> str:
    """题目：label，或 label::中文 这样的列。"""
    if row.get("label"):
        return row["label"]
    named = [v for k, v in row.items() if k.startswith("label") and v]
    chinese = [v for k, v in row.items() if k.startswith("label") and v and ("中文" in k or "zh" in k)]
    return (chinese or named or [""])[0]


def items_of(survey: Sequence[Row], choices: Sequence[Row]) -> tuple[list[Item], list[str]]:
    """读成检查项：单选的是/否题是一项，说明和分组是部分，其后的拍照题表示不合格须拍照。

    返回（检查项，提醒）；认不得的题型报 Refused，列出是哪几行。
    """
    lists = yes_no_lists(choices)
    items: list[Item] = []
    warnings: list[str] = []
    wrong: list[str] = []
    section = ""
    for number, row in enumerate(survey, 2):
        kind, _, name = row.get("type", "").partition(" ")
        if row.get("relevant") and kind != "image":
            warnings.append(f"第 {number} 行的 relevant（显示条件）不执行，检查时都会列出。")
        if row.get("type", "") in SETTINGS or kind in ("begin", "end"):
            section = label_of(row) if "end" not in row["type"] else ""
        elif kind == "select_one" and name in lists:
            items.append(item_of(row, section))
        elif kind == "image":
            take_image(row, items, warnings, number)
        elif kind == "text":
            warnings.append(f"第 {number} 行的文字题“{label_of(row)}”并入该项的备注，不另列。")
        elif kind in ("start", "end", "today", "deviceid"):
            continue
        else:
            wrong.append(f"第 {number} 行 {row.get('type') or '（空）'}")
    if wrong:
        raise Refused(
            "有不认识的题型："
            + "、".join(wrong[:10])
            + "。只认是/否（合格/不合格）单选、note、text、image 和分组。"
        )
    return items, warnings


def yes_no_lists(choices: Sequence[Row]) -> set[str]:
    """选项里有“合格”也有“不合格”的选项表。"""
    found: dict[str, set[str]] = {}
    for row in choices:
        key = row.get("list_name") or row.get("list name", "")
        found.setdefault(key, set()).update({row.get("name", "").lower(), label_of(row).lower()})
    return {key for key, words in found.items() if words & set(YES) and words & set(NO)}


def take_image(row: Row, items: list[Item], warnings: list[str], number: int) -> None:
    if not items:
        warnings.append(f"第 {number} 行的拍照题前面没有检查项，略去。")
        return
    items[-1]["photo_on_fail"] = True


def item_of(row: Row, section: str) -> Item:
    hint = row.get("hint", "")
    basis = row.get("yj_basis") or hint.removeprefix("依据：")
    return {
        "id": row.get("name", ""),
        "section": section,
        "text": label_of(row),
        "method": row.get("yj_method", ""),
        "weight": row.get("yj_weight") or ("K" if truth(row.get("required", "")) else "G"),
        "basis": basis or UNSOURCED,
        "mark": row.get("yj_mark", "") if basis else "M",
        "photo_on_fail": False,
        "phrases": phrases_of(row.get("yj_phrases", "")),
        "situation": row.get("yj_situation", ""),
    }


def truth(text: str) -> bool:
    return text.strip().lower() in ("yes", "true", "true()", "1", "是")


def survey_of(items: Sequence[Item]) -> list[list[Any]]:
    """写成 survey 表的各行（不含表头）。"""
    rows: list[list[Any]] = []
    section = None
    for item in items:
        if item["section"] != section:
            section = item["section"]
            rows.append(["note", f"note_{len(rows) + 1}", section or "检查内容", *[""] * 9])
        extra = [
            item["method"], item["weight"], item["basis"], item["mark"], item["situation"],
            "；".join(item["phrases"]),
        ]  # fmt: skip
        hint = f"依据：{item['basis']}"
        rows.append(["select_one result", item["id"], item["text"], hint, "yes", "", *extra])
        if item["photo_on_fail"]:
            name, when = f"{item['id']}_photo", f"${{{item['id']}}} = 'fail'"
            rows.append(["image", name, "不合格照片", "", "yes", when, *[""] * 6])
    return rows
