"""检查表由 Excel 导入：一行一项，一张表一个标识；有变化的各发布一个新版。"""

from collections.abc import Iterable, Mapping
from typing import Any

from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.inspections import kinds
from yijian.inspections.models import Checklist
from yijian.inspections.rules.checklist import METHODS, WEIGHTS, Item, clean_items, digest, phrases_of
from yijian.inspections.services.checklists import write
from yijian.kernel.errors import Refused
from yijian.sheets import cells
from yijian.sheets.columns import Column
from yijian.sheets.importing import ImportKind, Options, Rows, register

KIND = "checklists"
_ASPECTS = {label: word for word, label in kinds.ASPECTS.items()}
_WEIGHTS = {label: word for word, label in WEIGHTS.items()} | {w: w for w in WEIGHTS}
COLUMNS = (
    Column(
        "code", "检查表标识", required=True, code=True, parse=cells.limited(40, cells.code), example="fire"
    ),
    Column("title", "检查表名称", required=True, parse=cells.limited(80), example="消防安全", width=20),
    Column(
        "aspect", "方面", required=True, parse=cells.choice(_ASPECTS), choices=tuple(_ASPECTS), example="消防"
    ),
    Column("id", "编号", required=True, code=True, parse=cells.limited(20, cells.code), example="F05"),
    Column("section", "部分", parse=cells.limited(40), example="消防"),
    Column(
        "text", "检查内容", required=True, parse=cells.limited(300), width=50, example="每日防火巡查并有记录"
    ),
    Column(
        "method",
        "方法",
        parse=cells.limited(40),
        example="看资料、抽查",
        note="看资料、看现场、询问、抽查，可写几种",
    ),
    Column("weight", "轻重", parse=cells.choice(_WEIGHTS), choices=tuple(WEIGHTS.values()), example="底线"),
    Column("basis", "依据", required=True, parse=cells.limited(300), width=30, example="消防法第17条"),
    Column("mark", "待核", parse=cells.yes_no, example="否", note="依据还没有对过原文的写“是”"),
    Column("photo_on_fail", "不合格须拍照", parse=cells.yes_no, example="是"),
    Column(
        "phrases",
        "常用语",
        parse=cells.limited(600),
        width=40,
        example="巡查记录缺失；巡查记录代签",
        note="用分号隔开",
    ),
    Column("situation", "重大隐患情形", code=True, parse=cells.limited(10, cells.code), example="4.3"),
)


def row_of(checklist: Checklist, item: Item) -> list[object]:
    """导出的一行。"""
    return [
        checklist.code,
        checklist.title,
        kinds.ASPECTS[checklist.aspect],
        item["id"],
        item["section"],
        item["text"],
        "、".join(METHODS[c] for c in item["method"]),
        WEIGHTS[item["weight"]],
        item["basis"],
        bool(item["mark"]),
        item["photo_on_fail"],
        "；".join(item["phrases"]),
        item["situation"],
    ]


def check_row(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    code = str(values["code"] or "")
    if not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        yield "code", "标识用小写英文、数字和连字符。"
    if values["method"] and not methods_of(str(values["method"])):
        yield "method", "方法请写看资料、看现场、询问、抽查。"


def methods_of(text: str) -> str:
    return "".join(c for c, label in METHODS.items() if label in text or c in text.upper())


def item_of(values: Mapping[str, Any]) -> Item:
    return {
        **{name: values[name] or "" for name in ("id", "section", "text", "basis", "situation")},
        "method": methods_of(str(values["method"] or "")),
        "weight": values["weight"] or "G",
        "mark": "M" if values["mark"] else "",
        "photo_on_fail": bool(values["photo_on_fail"]),
        "phrases": phrases_of(str(values["phrases"] or "")),
    }


def write_rows(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    """写入：同一标识的各行合成一张；与现在一版相同的不重复发布。"""
    groups: dict[str, list[dict[str, Any]]] = {}
    for values in rows.dicts():
        groups.setdefault(str(values["code"]).lower(), []).append(values)
    made = published = same = 0
    for code, given in groups.items():
        heads = {(v["title"], v["aspect"]) for v in given}
        if len(heads) > 1:
            raise Refused(f"检查表“{code}”的名称或方面前后写得不一样，请统一。")
        title, aspect = heads.pop()
        items = clean_items([item_of(v) for v in given])
        row, fresh = Checklist.objects.get_or_create(code=code, defaults={"title": title, "aspect": aspect})
        last = row.versions.order_by("-number").first()
        if last is not None and last.sha256 == digest(items):
            same += 1
            continue
        write(row, items, "由表格导入", by)
        made, published = made + fresh, published + (not fresh)
    audit("inspections.checklists_imported", by=by, data={"count": made + published})
    return {"新建": made, "发布新版": published, "没有变化": same}


SPEC = ImportKind(
    kind=KIND,
    title="检查表",
    capability="inspections.manage",
    columns=COLUMNS,
    write=write_rows,
    check_row=check_row,
    rehearse=True,
    notes=("一行一项；同一标识的各行合成一张检查表。已有的发布新版，旧记录仍认旧版。",),
)


def register_import() -> None:
    register(SPEC)
