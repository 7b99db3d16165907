"""检查表：版本、比较、表格与 XLSForm 进出。"""

import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from yijian.inspections.models import Checklist, ChecklistVersion
from yijian.inspections.queries.bases import changes, checklist_rows, version
from yijian.inspections.rules.checklist import clean_items, digest
from yijian.inspections.services.checklists import (
    export_checklist,
    export_xlsform,
    load_checklists,
    make_checklist,
    publish_version,
    read_xlsform,
)
from yijian.inspections.services.visits_open import open_visit
from yijian.inspections.tests import world
from yijian.inspections.tests.test_bases import order
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM, Viewer
from yijian.sheets.services import commit, stage

Seen = Callable[[str], Viewer]
ITEM = {"id": "Z1", "section": "门", "text": "门禁有效", "method": "S", "weight": "K", "basis": "GB38600 6"}


@pytest.fixture
def shipped(cast: Cast) -> None:
    load_checklists(by=SYSTEM)


def book(**sheets: list[list[str]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_the_shipped_lists_hold_every_item_with_its_basis_once(shipped: None) -> None:
    assert load_checklists(by=SYSTEM) == 0
    rows = checklist_rows()
    assert len(rows) == 14
    items = [i for r in rows for i in r.version.items]
    assert all(len(r.version.items) == len({i["id"] for i in r.version.items}) for r in rows)
    assert len({i["id"] for i in items}) == 120
    assert all(i["basis"] and 2 <= len(i["phrases"]) <= 5 for i in items)
    assert all(i["photo_on_fail"] for i in items if i["weight"] == "R")
    assert len({i["id"] for i in items if i["mark"] == "M"}) == 54
    assert sum(i["mark"] == "M" for i in items) == sum(r.unverified for r in rows)


def test_a_new_version_leaves_old_visits_with_the_old_one(shipped: None, cast: Cast, viewer: Seen) -> None:
    by, row = viewer("civil_officer"), Checklist.objects.get(code="video")
    first = version(row)
    visit = open_visit(facility=world.homes(cast)[0], order=order(checklists=(first.pk,)), by=by)
    items = [dict(i) for i in first.items]
    items[0]["text"] = "重点区域视频没有盲区"
    second = publish_version(checklist=row, items=[*items, ITEM], note="按新通知补充", by=by)
    assert second.number == 2
    assert list(visit.checklists.all()) == [first]
    first.refresh_from_db()
    assert digest(first.items) == first.sha256
    found = {c.id: c.kind for c in changes(row, 1, 2)}
    assert found == {first.items[0]["id"]: "修改", "Z1": "新增"}
    assert [c.kind for c in changes(row, 2, 1)] == ["修改", "删去"]
    assert load_checklists(by=SYSTEM) == 0


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "一项内容也没有"),
        ([ITEM, ITEM], "用了两次"),
        ([ITEM | {"basis": " "}], "没有写依据"),
        ([ITEM | {"text": ""}], "没有写检查内容"),
        ([ITEM | {"weight": "X"}], "轻重"),
        ([ITEM | {"text": "长" * 301}], "300 字"),
    ],
)
def test_a_faulty_list_is_refused_and_nothing_is_published(
    shipped: None, viewer: Seen, items: list[dict[str, object]], said: str
) -> None:
    row = Checklist.objects.get(code="video")
    with pytest.raises(Refused, match=said):
        publish_version(checklist=row, items=items, note="改", by=viewer("civil_officer"))
    assert row.versions.count() == 1


def test_publishing_needs_a_note_a_change_and_the_right(shipped: None, viewer: Seen) -> None:
    row = Checklist.objects.get(code="video")
    with pytest.raises(Refused, match="修改说明"):
        publish_version(checklist=row, items=[ITEM], note=" ", by=viewer("civil_officer"))
    with pytest.raises(Refused, match="完全相同"):
        publish_version(checklist=row, items=version(row).items, note="改", by=viewer("civil_officer"))
    with pytest.raises(Forbidden):
        publish_version(checklist=row, items=[ITEM], note="改", by=viewer("fire_officer"))
    assert ChecklistVersion.objects.filter(checklist=row).count() == 1


def test_a_list_goes_out_as_a_sheet_and_comes_back_changed(shipped: None, viewer: Seen) -> None:
    by, row = viewer("civil_officer"), Checklist.objects.get(code="fire")
    content = export_checklist(version=version(row), by=by)
    batch = stage(kind="checklists", content=content, filename="消防.xlsx", by=by)
    assert not batch.faults
    assert commit(batch_id=batch.pk, by=by).written == {"新建": 0, "发布新版": 0, "没有变化": 1}
    head = "检查表标识,检查表名称,方面,编号,检查内容,方法,轻重,依据,常用语\n"
    lines = "self-built,自建房,建筑,S1,房屋没有擅自加层,看现场,底线,酉阳方案 重点任务八,加层；改承重墙\n"
    batch = stage(kind="checklists", content=(head + lines).encode(), filename="自建房.csv", by=by)
    assert commit(batch_id=batch.pk, by=by).written["新建"] == 1
    (item,) = version(Checklist.objects.get(code="self-built")).items
    assert (item["method"], item["weight"], item["photo_on_fail"]) == ("S", "R", True)
    assert item["phrases"] == ["加层", "改承重墙"]


def test_xlsform_round_trip_changes_nothing(shipped: None, viewer: Seen) -> None:
    for row in checklist_rows():
        items, warnings = read_xlsform(export_xlsform(version=row.version, by=viewer("civil_officer")))
        assert items == row.version.items
        assert not warnings


CHOICES = [["list_name", "name", "label"], ["yn", "yes", "是"], ["yn", "no", "否"], ["c", "red", "红"]]


def test_a_plain_xlsform_is_read_with_warnings() -> None:
    survey = [
        ["type", "name", "label::中文", "hint", "required", "relevant"],
        ["begin_group", "g", "厨房", "", "", ""],
        ["select_one yn", "k1", "生熟分开", "依据：食品安全法", "yes", ""],
        ["image", "k1p", "照片", "", "", "${k1}='no'"],
        ["select_one yn", "k2", "留样", "", "", "${k1}='yes'"],
        ["text", "k3", "说明", "", "", ""],
        ["end_group", "", "", "", "", ""],
    ]
    items, warnings = read_xlsform(book(survey=survey, choices=CHOICES))
    assert [(i["id"], i["section"], i["weight"], i["photo_on_fail"]) for i in items] == [
        ("k1", "厨房", "K", True), ("k2", "厨房", "G", False),
    ]  # fmt: skip
    assert items[1]["mark"] == "M"
    assert len(warnings) == 2
    assert "relevant" in warnings[0]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"表1": [["甲"]]}, "survey"),
        (
            {"survey": [["type", "name", "label"], ["select_multiple c", "x", "颜色"]], "choices": CHOICES},
            "第 2 行",
        ),
        (
            {"survey": [["type", "name", "label"], ["select_one c", "x", "颜色"]], "choices": CHOICES},
            "select_one c",
        ),
        ({"survey": [["type", "name", "label"]], "choices": CHOICES}, "一项内容也没有"),
    ],
)
def test_a_form_we_do_not_understand_is_refused(sheets: dict[str, list[list[str]]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_xlsform(book(**sheets))


def test_a_broken_file_is_refused() -> None:
    with pytest.raises(Refused):
        read_xlsform(b"PK\x03\x04 not a workbook")


def test_codes_of_lists_are_plain_and_used_once(shipped: None, viewer: Seen) -> None:
    by = viewer("civil_officer")
    for code, said in (("消防", "标识"), ("fire", "已经有"), ("", "标识")):
        with pytest.raises(Refused, match=said):
            make_checklist(code=code, title="又一张", aspect="fire", items=[ITEM], by=by)
    assert make_checklist(code="Door-1", title="门禁", aspect="safety", items=[ITEM], by=by).code == "door-1"
    assert clean_items([ITEM])[0]["phrases"] == []
