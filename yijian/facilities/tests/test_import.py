"""导入：编码、全角、合并表头、真实的毛病、全有或全无、重复提交、更新、错误文件。"""

import io
import json
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from yijian.audit.models import Entry
from yijian.facilities import queries
from yijian.facilities.command import import_file
from yijian.facilities.models import Facility, ImportNote
from yijian.facilities.rules.coordinates import wgs84_of_gcj02
from yijian.facilities.services import (
    commit_facilities,
    import_facilities,
    remap_facilities,
    stage_facilities,
)
from yijian.facilities.services.export import export_facilities
from yijian.facilities.tests.samples import FAULTY_JSON, code, csv_bytes, listed, make
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.models import Region, Unit
from yijian.people.viewer import SYSTEM, Viewer
from yijian.sheets import queries as sheets
from yijian.sheets.models import ImportBatch
from yijian.sheets.reading import read_table

pytestmark = pytest.mark.django_db
As = Callable[[str], Viewer]
HERE = {"region": "990102"}
ANJI = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "anji-facilities.json"


def load(content: bytes, name: str = "机构.csv", *, by: Viewer = SYSTEM, **options: str) -> Any:
    return import_facilities(content=content, filename=name, options={**HERE, **options}, by=by)


def counts() -> tuple[int, ...]:
    models: tuple[Any, ...] = (Facility, Facility.history.model, Unit, ImportBatch, ImportNote, Entry, Region)
    return tuple(model.objects.count() for model in models)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_are_written_with_units_history_and_one_audit_entry(cast: Any, encoding: str) -> None:
    before = counts()
    report = load(csv_bytes(listed(30), encoding))
    assert (report.sheets.state, report.sheets.written) == ("committed", {"新增": 30, "更新": 0, "提醒": 0})
    assert counts()[:4] == (before[0] + 30, before[1] + 30, before[2] + 30, before[3] + 1)
    row = Facility.objects.get(uscc=code(4))
    assert (row.name, row.region_id, row.beds, row.residents) == ("颐4号养老院（演示）", "990102001", 34, 14)
    assert (row.filed_on, row.filing_status, row.nature) == (date(2021, 11, 23), "filed", "non_profit")
    assert (row.lon, row.lat) == pytest.approx(wgs84_of_gcj02(117.108, 39.13), abs=1e-6)
    assert row.unit is not None
    assert (row.unit.name, row.unit.uscc, row.region_path) == (row.name, row.uscc, cast.street.path)
    assert row.tags == []
    assert "y4hyly" in row.search_text
    assert queries.timeline(SYSTEM, row.pk)[0].why == "导入"
    assert queries.as_of(SYSTEM, row.pk, clock.today()).name == row.name
    assert Entry.objects.filter(action="facility.imported").count() == 1


def test_history_copied_in_sets_equals_the_rows(cast: Any) -> None:
    load(csv_bytes(listed(3)))
    history: Any = Facility.history.model
    for past in history.objects.all():
        row = Facility.objects.get(pk=past.id)
        for field in history.tracked_fields:
            assert getattr(past, field.attname) == getattr(row, field.attname), field.attname
        assert past.history_date == row.updated_at


def test_bulk_rows_equal_rows_opened_one_by_one(cast: Any) -> None:
    load(csv_bytes(listed(1)))
    bulk = Facility.objects.get()
    single = make(
        cast, "颐0号养老院（演示）", uscc=None, beds=30, residents=10, filed_on=date(2021, 11, 23),
        lon=bulk.lon, lat=bulk.lat, source=bulk.source,
    )  # fmt: skip
    ignored = {
        "id",
        "unit_id",
        "uscc",
        "nature",
        "search_text",
        "created_at",
        "updated_at",
        "_state",
        "region_id",
    }
    fresh = Facility.objects.get(pk=single.pk)
    same = {n: v for n, v in vars(fresh).items() if n not in ignored}
    assert same == {n: v for n, v in vars(bulk).items() if n in same}


def test_merged_titles_full_width_digits_and_a_foot_are_read(cast: Any) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.merge_range(0, 0, 0, 4, "颐和区养老机构基本情况统计表（演示数据）")
    sheet.merge_range(1, 0, 2, 0, "机构名称")
    sheet.merge_range(1, 1, 2, 1, "所属街道")
    sheet.merge_range(1, 2, 1, 3, "规模")
    sheet.write_row(2, 2, ["床位", "入住人数"])
    sheet.merge_range(1, 4, 2, 4, "备案时间")
    sheet.write_row(3, 0, ["柏龄敬老院（演示）", "柏龄街道", "１２０", 80, "2021年11月23日"])
    sheet.write_row(4, 0, ["松鹤颐养院（演示）", "松鹤", "60", "５０", "2021/1/2"])
    sheet.write_row(7, 0, ["填表人：甲", "", "", "", ""])
    book.close()
    report = load(out.getvalue(), "台账.xlsx")
    assert report.sheets.written["新增"] == 2
    rows = list(
        Facility.objects.order_by("name").values_list("beds", "residents", "filed_on", "region__name")
    )
    assert rows == [(60, 50, date(2021, 1, 2), "松鹤街道"), (120, 80, date(2021, 11, 23), "柏龄街道")]
    assert any("按“松鹤街道”对应" in w.message for w in report.warnings)


def test_the_faults_of_a_real_list_are_reported_not_hidden(cast: Any) -> None:
    content = json.dumps(FAULTY_JSON, ensure_ascii=False).encode()
    before = counts()
    report = load(content, "名单.json")
    assert [(p.row, p.column) for p in report.sheets.problems] == [(2, "town"), (3, "town")]
    assert counts() == before
    report = load(content, "名单.json", create_towns="1")
    assert report.sheets.written["新增"] == 4
    said = "\n".join(w.message for w in report.warnings)
    for words in ("没有统一社会信用代码", "定为敬老院", "坐标完全相同", "云栖镇", "多于床位", "按 GCJ-02"):
        assert words in said, words
    town = Region.objects.get(name="云栖镇")
    assert (town.code, town.custom, town.parent_id) == ("990102Z01", True, "990102")
    row = Facility.objects.get(source_key="9002")
    assert (row.beds, row.region_id, row.tags) == (70, "990102Z01", ["代码待补", "种类待核"])
    assert Facility.objects.filter(uscc=None).count() == 4
    assert queries.page(SYSTEM, queries.Filters(tag="坐标待核")).total == 3


@pytest.mark.skipif(not ANJI.exists(), reason="没有真实名单 ../shared/data/anji-facilities.json")
def test_the_real_list_of_a_county(cast: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from yijian.people.services import create_region

    create_region(code="330523", name="安吉县", level="county", parent=cast.regions["990100"], by=SYSTEM)
    assert import_file(ANJI, region="330523") == 1
    assert "没有“昌硕街道”" in capsys.readouterr().out
    assert not Facility.objects.exists()
    assert import_file(Namespace(file=str(ANJI), region="330523", check=False, json=False)) == 0
    said = capsys.readouterr().out
    assert "没有“昌硕街道”，已作为自设区划新增" in said
    for words in (
        "19 行",
        "新增 19",
        "第 1、11、17 行（3 家）坐标完全相同",
        "第 6、9 行（2 家）坐标完全相同",
    ):
        assert words in said, words
    assert Facility.objects.count() == 19
    assert sum(Facility.objects.values_list("beds", flat=True)) == 1801  # type: ignore[arg-type]
    assert import_file(Namespace(file=str(ANJI), region="330523", check=False, json=False)) == 0
    assert "以前已导入过" in capsys.readouterr().out
    assert Facility.objects.count() == 19


WRONG = [
    ({"统一社会信用代码": "52990102MA0000001X"}, "uscc", "校验码不对"),
    ({"街道/乡镇": "不存在街道"}, "town", "没有“不存在街道”"),
    ({"机构名称": ""}, "name", "必须填写"),
    ({"种类": "酒店"}, "kind", "不在可填的内容里"),
    ({"种类": "", "机构名称": "东方红大厦（演示）"}, "kind", "看不出来"),
    ({"床位": "很多"}, "beds", "不是数字"),
    ({"床位": "-3"}, "beds", "超出范围"),
    ({"备案日期": "2199-01-01"}, "filed_on", "晚于今天"),
    ({"备案日期": "2021-02-30"}, "filed_on", "不存在"),
    ({"经度": "39.1", "纬度": "117.1"}, "lon", "填反"),
    ({"经度": ""}, "lon", "都填"),
    ({"经度": "117.1", "纬度": "0"}, "lon", "境内"),
    ({"坐标系": "北京54"}, "datum", "不认识坐标系"),
]


@pytest.mark.parametrize(("change", "column", "words"), WRONG)
def test_one_wrong_cell_keeps_every_row_out(
    cast: Any, change: dict[str, str], column: str, words: str
) -> None:
    before = counts()
    rows = listed(3)
    rows[1] |= change
    report = load(csv_bytes(rows))
    assert [(p.row, p.column) for p in report.sheets.problems] == [(3, column)]
    assert words in report.sheets.problems[0].message
    assert counts() == before


def test_the_same_code_twice_in_a_file_is_an_error(cast: Any) -> None:
    rows = listed(3)
    rows[2]["统一社会信用代码"] = str(rows[0]["统一社会信用代码"]).lower()
    report = load(csv_bytes(rows))
    assert [(p.row, p.message) for p in report.sheets.problems] == [
        (4, f"统一社会信用代码“{code(0)}”与第 2 行相同，请删去重复的一行。")
    ]


def test_a_wrong_code_may_be_kept_as_written_for_checking(cast: Any) -> None:
    rows = listed(1)
    rows[0]["统一社会信用代码"] = "52990102MA0000001X"
    report = load(csv_bytes(rows), accept_codes="1")
    row = Facility.objects.get()
    assert (row.uscc, row.uscc_as_written, row.tags) == (None, "52990102MA0000001X", ["代码待补"])
    assert "照录待核" in report.warnings[0].message
    assert [h.facility_id for h in queries.search(SYSTEM, "ma0000001x")] == [row.pk]


def test_a_nature_that_contradicts_the_code_is_a_warning(cast: Any) -> None:
    report = load(csv_bytes(listed(1, 性质="营利性")))
    assert "一般是“民办非营利”" in report.warnings[0].message
    assert Facility.objects.get().nature == "for_profit"


def test_the_same_file_is_imported_once_and_tells_the_first_report(cast: Any) -> None:
    content = csv_bytes(listed(5, 统一社会信用代码=""))
    first = load(content)
    before = counts()
    second = load(content)
    assert second.sheets.already
    assert second.warnings == first.warnings != ()
    assert second.sheets.written == first.sheets.written
    assert counts() == before


def test_known_facilities_are_refused_or_updated_as_chosen(cast: Any, viewer: As) -> None:
    load(csv_bytes(listed(3)))
    fresh = listed(4)
    fresh[0] |= {"床位": 999, "机构名称": "颐0号新名（演示）", "入住人数": ""}
    report = load(csv_bytes(fresh), "新.csv")
    assert len(report.sheets.problems) == 3
    assert "系统里已有这家机构" in report.sheets.problems[0].message
    report = load(csv_bytes(fresh), "新.csv", existing="update")
    assert report.sheets.written["新增"] == 1
    assert report.sheets.written["更新"] == 1
    row = Facility.objects.get(uscc=code(0))
    assert (row.beds, row.residents, row.name) == (999, 10, "颐0号新名（演示）")
    assert row.unit is not None
    assert row.unit.name == "颐0号新名（演示）"
    assert "y0hxm" in row.search_text
    assert [c.why for c in queries.timeline(SYSTEM, row.pk)] == ["导入更新", "导入"]


def test_a_code_out_of_reach_is_refused_without_naming_it(cast: Any, viewer: As) -> None:
    make(cast, "康宁别院（演示）", region=cast.regions["990103001"], uscc=code(0))
    by = viewer("civil_officer")
    report = load(csv_bytes(listed(1)), by=by, existing="update")
    assert "不在您的管辖范围内" in report.sheets.problems[0].message
    assert "康宁" not in report.sheets.problems[0].message


def test_rights_and_reach_of_the_importer(cast: Any, viewer: As) -> None:
    content = csv_bytes(listed(1))
    with pytest.raises(Forbidden):
        load(content, by=viewer("street_clerk"))
    with pytest.raises(NotFound):
        load(content, by=viewer("other_district_officer"))
    with pytest.raises(Forbidden, match="新增区划"):
        load(content, by=viewer("civil_officer"), create_towns="1")
    with pytest.raises(Refused, match="没有代码为“123456”"):
        load(content, region="123456")
    with pytest.raises(Refused, match="--region"):
        import_facilities(content=content, filename="x.csv", options={}, by=SYSTEM)
    assert load(content, by=viewer("civil_officer"), region="").sheets.written["新增"] == 1


def test_stage_remap_commit_and_press_twice(cast: Any, viewer: As) -> None:
    by = viewer("civil_officer")
    rows = [
        {"哪一家" if key == "机构名称" else key: value for key, value in row.items()} for row in listed(4)
    ]
    with pytest.raises(Refused, match="缺少必填的列：机构名称"):
        stage_facilities(content=csv_bytes(rows), filename="x.csv", options=HERE, by=by)
    content = csv_bytes(listed(4, 统一社会信用代码=""))
    batch = stage_facilities(content=content, filename="x.csv", options=HERE, by=by)
    assert (batch.state, batch.faults, Facility.objects.count()) == ("staged", 0, 0)
    assert [w.column for w in queries.import_warnings(by, batch.pk)] == ["uscc"]
    with pytest.raises(NotFound):
        queries.import_warnings(viewer("other_district_officer"), batch.pk)
    places = {name: index for name, index in batch.places.items() if name != "residents"}
    fresh = remap_facilities(batch_id=batch.pk, mapping=places, by=by)
    done = commit_facilities(batch_id=fresh.pk, by=by)
    again = commit_facilities(batch_id=fresh.pk, by=by)
    assert (done.written, again.written) == ({"新增": 4, "更新": 0, "提醒": 1},) * 2
    assert set(Facility.objects.values_list("residents", flat=True)) == {None}
    assert [w.column for w in queries.import_warnings(by, fresh.pk)] == ["uscc"]


def test_a_code_taken_between_preview_and_commit_keeps_every_row_out(cast: Any, viewer: As) -> None:
    by = viewer("civil_officer")
    batch = stage_facilities(content=csv_bytes(listed(3)), filename="x.csv", options=HERE, by=by)
    make(cast, uscc=code(2))
    before = counts()
    with pytest.raises(Refused, match="一行也没有导入"):
        commit_facilities(batch_id=batch.pk, by=by)
    assert counts() == before
    assert ImportBatch.objects.get(pk=batch.pk).state == "staged"


def test_the_error_file_can_be_mended_and_imported(cast: Any, viewer: As) -> None:
    by = viewer("civil_officer")
    rows = listed(3)
    rows[1]["床位"] = "很多"
    batch = stage_facilities(content=csv_bytes(rows), filename="x.csv", options=HERE, by=by)
    table = read_table(sheets.error_workbook(by, batch.pk), "错误.xlsx")
    assert table.headers[-1] == "错误原因"
    assert len(table.rows) == 1
    assert "不是数字" in str(table.rows[0][-1])


def test_an_export_comes_back_as_it_went(cast: Any, viewer: As) -> None:
    load(csv_bytes(listed(3)))
    names = ("name", "kind", "uscc", "beds", "lon", "lat", "region_id", "filed_on", "phone")
    before = list(Facility.objects.order_by("name").values_list(*names))
    content = export_facilities(filters=queries.Filters(), by=viewer("civil_chief"))
    report = load(content, "机构档案.xlsx", existing="update")
    assert not report.sheets.problems
    assert report.sheets.written == {"新增": 0, "更新": 0, "提醒": 0}
    assert list(Facility.objects.order_by("name").values_list(*names)) == before


def test_the_command_checks_without_writing_and_speaks_json(
    cast: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "机构.csv"
    path.write_bytes(csv_bytes(listed(2)))
    before = counts()
    assert import_file(Namespace(file=path, region="990102", check=True, json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["rows"], found["warnings"]) == ("examined", 2, [])
    assert counts() == before
    rows = listed(2)
    rows[0]["床位"] = "x"
    path.write_bytes(csv_bytes(rows))
    assert import_file(path, region="990102") == 1
    said = capsys.readouterr().out
    assert "✗ 有 1 处错误，一行也没有导入" in said
    assert "-错误.xlsx" in said
    assert counts() == before
    with pytest.raises(Refused, match="读不了文件"):
        import_file(tmp_path / "没有.csv", region="990102")
