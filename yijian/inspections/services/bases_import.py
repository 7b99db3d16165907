"""名录与清单由 Excel 导入：执法检查人员（名单在省里，定期导入）、抽查事项。"""

from collections.abc import Iterable, Mapping
from typing import Any

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.kinds import KINDS
from yijian.inspections import kinds
from yijian.inspections.models import Inspector, SpotItem
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region, Unit
from yijian.people.rules import is_under
from yijian.sheets import cells
from yijian.sheets.columns import Column
from yijian.sheets.importing import ImportKind, Options, Problem, Rows, register

MANAGE = "inspections.manage"
_ASPECTS = {label: word for word, label in kinds.ASPECTS.items()}
_METHODS = {label: word for word, label in kinds.METHODS.items()}
INSPECTORS = (
    Column("name", "姓名", required=True, parse=cells.limited(40), example="张三（示例）"),
    Column(
        "unit",
        "单位",
        required=True,
        aliases=("工作单位", "单位名称", "执法主体"),
        width=30,
        example="示例区消防救援大队",
    ),
    Column(
        "certificate_no",
        "执法证号",
        required=True,
        code=True,
        parse=cells.limited(40, cells.code),
        aliases=("执法证编号", "行政执法证号", "证件号码"),
        width=22,
        example="示01000001",
    ),
    Column("valid_from", "有效期起", parse=cells.day, aliases=("发证日期",), example="2024-01-01"),
    Column(
        "valid_to",
        "有效期止",
        required=True,
        parse=cells.day,
        aliases=("有效期至", "有效期", "到期日期"),
        example="2028-12-31",
    ),
    Column(
        "expertise", "专长", aliases=("专业", "检查类别"), width=24, example="消防、应急", note="用顿号隔开"
    ),
    Column("is_expert", "专家", parse=cells.yes_no, example="否", note="没有执法权、随队的写“是”"),
    Column("active", "在岗", parse=cells.yes_no, example="是"),
)
SPOT_ITEMS = (
    Column(
        "region", "适用地方（区划代码）", required=True, code=True, aliases=("区划代码",), example="120104"
    ),
    Column("code", "编号", required=True, code=True, parse=cells.limited(20, cells.code), example="NK01"),
    Column(
        "aspect", "类别", required=True, parse=cells.choice(_ASPECTS), choices=tuple(_ASPECTS), example="消防"
    ),
    Column(
        "title",
        "抽查事项",
        required=True,
        parse=cells.limited(120),
        aliases=("事项",),
        width=34,
        example="消防安全",
    ),
    Column(
        "object_kinds",
        "检查对象",
        required=True,
        width=34,
        example="养老机构、日间照料中心",
        note="机构种类，顿号隔开",
    ),
    Column("method", "检查方式", parse=cells.choice(_METHODS), choices=tuple(_METHODS), example="现场检查"),
    Column(
        "functions", "检查主体", required=True, width=34, example="民政、消防救援", note="单位职能，顿号隔开"
    ),
    Column("basis", "检查依据", required=True, parse=cells.limited(200), width=40, example="消防法第17条"),
    Column("active", "在用", parse=cells.yes_no, example="是"),
)


def split(text: object) -> list[str]:
    value = str(text or "")
    for sign in "，,；;/ ":
        value = value.replace(sign, "、")
    return [w for w in value.split("、") if w]


def picked(text: object, words: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """（认得的，不认得的）；中文名或标识都行。"""
    back = {label: word for word, label in words.items()} | {w: w for w in words}
    given = split(text)
    return [back[w] for w in given if w in back], [w for w in given if w not in back]


def inspector_row(row: Inspector) -> list[object]:
    expertise = "、".join(kinds.ASPECTS[e] for e in row.expertise)
    return [
        row.name, row.unit.name, row.certificate_no, row.valid_from, row.valid_to, expertise, row.is_expert,
        row.active,
    ]  # fmt: skip


def spot_row(row: SpotItem) -> list[object]:
    objects, functions = words_of(row.object_kinds, KINDS), words_of(row.functions, FUNCTIONS)
    aspect, method = kinds.ASPECTS[row.aspect], kinds.METHODS[row.method]
    return [row.region_id, row.code, aspect, row.title, objects, method, functions, row.basis, row.active]


def words_of(names: Iterable[str], words: Mapping[str, str]) -> str:
    return "、".join(words.get(n, n) for n in names)


# ── 执法检查人员 ──────────────────────────────────────────────────────


def check_inspector(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if values["valid_from"] and values["valid_to"] < values["valid_from"]:
        yield "valid_to", "有效期止早于有效期起。"
    _, unknown = picked(values["expertise"], kinds.ASPECTS)
    if unknown:
        yield "expertise", f"不认识的专长：{'、'.join(unknown)}。可填：{'、'.join(kinds.ASPECTS.values())}。"


def units_named(by: Viewer, names: Iterable[object]) -> dict[str, Unit]:
    wanted = {str(n).strip() for n in names if n}
    rows = scoped(by, Unit.objects.filter(active=True), capability=MANAGE)
    found = {u.short_name: u for u in rows.filter(short_name__in=wanted)}
    return found | {u.name: u for u in rows.filter(name__in=wanted)}


def check_inspectors(*, rows: Rows, options: Options, by: Viewer) -> Iterable[Problem]:
    """单位要在辖区里；证号在文件里不重复，也没有登记给别处的人。"""
    units = units_named(by, rows.column("unit"))
    numbers = [str(n) for n in rows.column("certificate_no")]
    known = {i.certificate_no: i for i in Inspector.objects.filter(certificate_no__in=numbers)}
    own = set(scoped(by, Inspector.objects.all(), capability=MANAGE).values_list("pk", flat=True))
    seen: dict[str, int] = {}
    for values in rows.dicts():
        row, number = int(values["row"]), str(values["certificate_no"])
        if str(values["unit"] or "").strip() not in units:
            yield Problem(row, "unit", "没有这个单位，或不在您的辖区；请与“组织单位”里的名称写得一样。")
        if number in seen:
            yield Problem(row, "certificate_no", f"与第 {seen[number]} 行的证号相同。")
        seen[number] = row
        if number in known and known[number].pk not in own:
            yield Problem(row, "certificate_no", "这个证号已登记给辖区以外的人。")


def write_inspectors(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    """按证号新增或更新；没有写在岗的算在岗。"""
    units = units_named(by, rows.column("unit"))
    numbers = [str(n) for n in rows.column("certificate_no")]
    known = {i.certificate_no: i for i in Inspector.objects.filter(certificate_no__in=numbers)}
    added = changed = 0
    for values in rows.dicts():
        number = str(values["certificate_no"])
        row = known.get(number) or Inspector(certificate_no=number)
        added, changed = added + (row.pk is None), changed + (row.pk is not None)
        unit = units[str(values["unit"]).strip()]
        row.name, row.unit, row.region_path = str(values["name"]), unit, unit.region_path
        row.valid_from, row.valid_to = values["valid_from"], values["valid_to"]
        row.expertise = picked(values["expertise"], kinds.ASPECTS)[0]
        row.is_expert, row.active = bool(values["is_expert"]), values["active"] is not False
        row.updated_at = clock.now()
        row.save()
    audit("inspections.inspectors_imported", by=by, data={"added": added, "changed": changed})
    return {"新增": added, "更新": changed}


# ── 抽查事项 ──────────────────────────────────────────────────────────


def check_spot(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, words in (("object_kinds", KINDS), ("functions", FUNCTIONS)):
        found, unknown = picked(values[name], words)
        if unknown or not found:
            yield (
                name,
                f"不认识：{'、'.join(unknown) or '空'}。可填：{'、'.join(list(words.values())[:14])}等。",
            )


def write_spot(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    """按地方与编号新增或更新。"""
    codes = {str(c) for c in rows.column("region")}
    regions = {r.pk: r for r in Region.objects.filter(pk__in=codes)}
    added = changed = 0
    for values in rows.dicts():
        region = regions.get(str(values["region"]))
        mine = [p.region_path for p in by.posts_with(MANAGE)]
        if region is None or not (by.everything or any(is_under(region.path, p) for p in mine)):
            raise Refused(f"第 {values['row']} 行：区划“{values['region']}”不在您的管辖范围内。")
        row = SpotItem.objects.filter(region=region, code=values["code"]).first()
        added, changed = added + (row is None), changed + (row is not None)
        row = row or SpotItem(region=region, code=str(values["code"]))
        row.aspect, row.title, row.basis = values["aspect"], values["title"], values["basis"]
        row.method, row.active = values["method"] or "onsite", values["active"] is not False
        row.object_kinds = picked(values["object_kinds"], KINDS)[0]
        row.functions = picked(values["functions"], FUNCTIONS)[0]
        row.updated_at = clock.now()
        row.save()
    audit("inspections.spot_items_imported", by=by, data={"added": added, "changed": changed})
    return {"新增": added, "更新": changed}


INSPECTOR_KIND = ImportKind(
    kind="inspectors",
    title="执法检查人员",
    capability=MANAGE,
    columns=INSPECTORS,
    write=write_inspectors,
    check_row=check_inspector,
    check_all=check_inspectors,
    notes=("名单由省级系统导出的，表头认得出就能直接导入；按证号新增或更新，不会删人。",),
)
SPOT_KIND = ImportKind(
    kind="spot_items",
    title="抽查事项清单",
    capability=MANAGE,
    columns=SPOT_ITEMS,
    write=write_spot,
    check_row=check_spot,
    rehearse=True,
    notes=("按地方与编号新增或更新。检查对象写机构种类，检查主体写单位职能。",),
)


def register_imports() -> None:
    register(INSPECTOR_KIND)
    register(SPOT_KIND)
