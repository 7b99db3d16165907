"""检查表的动词：装入随软件发布的、新建、发布新版、由 XLSForm 导入、导出。"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.inspections import kinds
from yijian.inspections.models import Checklist, ChecklistVersion
from yijian.inspections.rules import checklist_xlsform as xlsform
from yijian.inspections.rules.checklist import Item, clean_items, digest
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.sheets import workbook
from yijian.sheets.services import export
from yijian.sheets.writing import Book

DATA = Path(__file__).resolve().parent.parent / "data" / "checklists"
MANAGE = "inspections.manage"


@verb(MANAGE)
def load_checklists(*, by: Viewer) -> int:
    """装入随软件发布的检查表；可重复执行：没有的新建，单位自己改过的不动。返回新装的张数。"""
    made = 0
    for path in sorted(DATA.glob("*.yaml")):
        with path.open(encoding="utf-8") as source:
            data = YAML(typ="safe", pure=True).load(source)
        if not Checklist.objects.filter(code=data["code"]).exists():
            row = Checklist.objects.create(code=data["code"], title=data["title"], aspect=data["aspect"])
            write(row, clean_items(data["items"]), "随软件发布", by)
            made += 1
    audit("inspections.checklists_loaded", by=by, data={"count": made})
    return made


def write(row: Checklist, items: list[Item], note: str, by: Viewer) -> ChecklistVersion:
    """写下一版。"""
    last = row.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return ChecklistVersion.objects.create(
        checklist=row,
        number=last + 1,
        items=items,
        sha256=digest(items),
        published_at=clock.now(),
        published_by=by.name,
        note=note[:200],
    )


@verb(MANAGE)
def make_checklist(
    *, code: str, title: str, aspect: str, items: Sequence[Mapping[str, Any]], by: Viewer
) -> Checklist:
    """新建一张检查表，并发布第一版。"""
    code = code.strip().lower()
    if (
        not code
        or not code.replace("-", "").replace("_", "").isalnum()
        or not code.isascii()
        or len(code) > 40
    ):
        raise Refused("标识用小写英文、数字和连字符，不超过 40 个字符，如 self-built。", field="code")
    if not title.strip():
        raise Refused("请写名称。", field="title")
    if aspect not in kinds.ASPECTS:
        raise Refused("方面请从列出的里选。", field="aspect")
    if Checklist.objects.filter(code=code).exists():
        raise Refused(f"标识“{code}”已经有一张检查表，请换一个，或到那张表里改。", field="code")
    cleaned = clean_items(items)
    row = Checklist.objects.create(code=code, title=title.strip()[:80], aspect=aspect)
    write(row, cleaned, "新建", by)
    audit("inspections.checklist_made", by=by, subject=("checklist", row.pk, row.title), data={"code": code})
    return row


@verb(MANAGE)
def publish_version(
    *, checklist: Checklist, items: Sequence[Mapping[str, Any]], note: str, by: Viewer
) -> ChecklistVersion:
    """发布检查表的新版：旧版一字不动，已经派出的任务仍用旧版。写明改了什么。"""
    if not note.strip():
        raise Refused("请写修改说明：改了什么、为什么。", field="note")
    row = Checklist.objects.select_for_update().get(pk=checklist.pk)
    cleaned = clean_items(items)
    last = row.versions.order_by("-number").first()
    if last is not None and last.sha256 == digest(cleaned):
        raise Refused("内容与现在的一版完全相同，没有什么要发布的。", field="items")
    made = write(row, cleaned, note.strip(), by)
    audit(
        "inspections.checklist_published",
        by=by,
        subject=("checklist", row.pk, row.title),
        data={"number": made.number, "items": len(cleaned), "note": note.strip()[:200]},
    )
    return made


def read_xlsform(content: bytes) -> tuple[list[Item], list[str]]:
    """读一份 XLSForm；返回（检查项，提醒）。工作簿在受限的子进程里打开。"""
    with workbook.opened(content) as book:
        names = [n.strip().lower() for n in book.names]
        if "survey" not in names:
            raise Refused("这不是 XLSForm：里面没有名为 survey 的工作表。", field="file")
        survey = xlsform.table(book.rows(names.index("survey")))
    choices = []
    if "choices" in names:  # 一个打开的工作簿只取得出一张表
        with workbook.opened(content) as book:
            choices = xlsform.table(book.rows(names.index("choices")))
    items, warnings = xlsform.items_of(survey, choices)
    return clean_items(items), warnings


def export_xlsform(*, version: ChecklistVersion, by: Viewer) -> bytes:
    """导出成 XLSForm，可以放进别的采集工具，也可以再导回来。"""
    require(by, "inspections.view")
    out = io.BytesIO()
    book = Book(out)
    title = version.checklist.title
    for name, head, rows in (
        ("survey", xlsform.COLUMNS, xlsform.survey_of(version.items)),
        ("choices", xlsform.CHOICE_COLUMNS, [list(r) for r in xlsform.RESULTS]),
        ("settings", ("form_title", "form_id", "version"),
         [[title, version.checklist.code, str(version.number)]]),
    ):  # fmt: skip
        sheet = book.sheet(name)
        for number, row in enumerate([list(head), *rows]):
            for column, value in enumerate(row):
                book.put(sheet, number, column, value, "head" if number == 0 else "text")
    book.file.close()
    return out.getvalue()


def export_checklist(*, version: ChecklistVersion, by: Viewer) -> bytes:
    """导出成本系统的表格：列与导入相同，改好可再导回。"""
    from yijian.inspections.services.checklists_import import COLUMNS, row_of

    require(by, "inspections.view")
    rows = [row_of(version.checklist, item) for item in version.items]
    note = f"第 {version.number} 版，{version.published_at:%Y-%m-%d} 发布；改好后可再导入，导入即发布新版。"
    return export(title=f"{version.checklist.title}检查表", columns=COLUMNS, rows=rows, note=note, by=by)
