"""读表：编码、表头、空行、重复列、炸弹。"""

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from yijian.kernel.errors import Refused
from yijian.sheets import cells, workbook
from yijian.sheets.columns import Column, check_places, guess, insist
from yijian.sheets.reading import read_table

COLUMNS = (
    Column("name", "机构名称", True, aliases=("名称", "养老机构名称", "name")),
    Column("uscc", "统一社会信用代码", parse=cells.code, aliases=("信用代码",), code=True),
    Column("beds", "床位数", parse=cells.count, aliases=("床位", "床位-总数", "beds")),
    Column("opened", "开业日期", parse=cells.day),
)
RARE = "㐂𬎆䶮𠮷养老院"
CSV = f"机构名称,统一社会信用代码,床位数,开业日期\r\n{RARE},0123,12,2021年11月23日\r\n颐和（演示）,,3,\r\n"


def book(
    *rows: list[Any], merges: tuple[tuple[Any, ...], ...] = (), name: str = "Sheet1", **more: Any
) -> bytes:
    out = io.BytesIO()
    file = xlsxwriter.Workbook(out)
    for title, content in {name: rows, **more}.items():
        sheet = file.add_worksheet(title)
        for number, row in enumerate(content):
            sheet.write_row(number, 0, row)
    for merge in merges:
        file.worksheets()[0].merge_range(*merge)
    file.close()
    return out.getvalue()


@pytest.mark.parametrize(
    "content", [CSV.encode(), CSV.encode("utf-8-sig"), CSV.encode("gb18030")], ids=["utf8", "bom", "gb18030"]
)
def test_csv_in_the_three_encodings_reads_the_same(content: bytes) -> None:
    table = read_table(content, "机构.csv", columns=COLUMNS)
    assert table.headers == ("机构名称", "统一社会信用代码", "床位数", "开业日期")
    assert list(table.rows) == [(RARE, "0123", "12", "2021年11月23日"), ("颐和（演示）", "", "3", "")]
    assert list(table.numbers) == [2, 3]


def test_gb18030_characters_that_used_to_be_private_become_standard() -> None:
    content = "机构名称,床位数\n".encode("gb18030") + b"\xfe\x59\xa6\xd9,1\n"
    assert read_table(content, "a.csv", columns=COLUMNS).rows[0][0] == "\u9fb4\ufe10"


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-16"),
        CSV.encode()[:-40] + b"\xff\xfe\xff",
        b"\xef\xbb\xbf" + CSV.encode("gb18030"),
        "name,beds\né,ü\n".encode("latin-1"),
        "name,beds\né,1\n".encode(),
        "机构名称,床位数\n".encode("gb18030") + b"\xaa\xa1,1\n",
        "機構名稱,床位數\n長者,1\n".encode("big5"),
        b"a,b\n\x00,1\n",
    ],
    ids=["utf16", "cut", "lying-bom", "latin1", "accents", "private-use", "big5", "nul"],
)
def test_an_uncertain_encoding_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(Refused) as error:
        table = read_table(content, "a.csv", columns=COLUMNS)
        insist(guess(COLUMNS, table.headers))
    assert "请" in error.value.message


def test_titles_above_blank_tails_below_and_repeated_headers_are_skipped() -> None:
    head = ["机构名称", "床位数", "", "开业日期"]
    content = book(
        ["某区养老机构一览表"], ["制表单位：演示民政局"], [], head, ["甲院", 10, "", "2021/1/2"], [], head,
        ["乙院", 20], [" ", ""], ["合计", 30], ["填表人：某某", "", "审核人：某某"], [], [],
        merges=((0, 0, 0, 3, "某区养老机构一览表"),),
    )  # fmt: skip
    table = read_table(content, "a.xlsx", columns=COLUMNS)
    assert [row[:2] for row in table.rows] == [("甲院", 10.0), ("乙院", 20.0)]
    assert list(table.numbers) == [5, 8]
    assert any("3 行标题" in note for note in table.notes)
    assert any("第 10、11 行" in note for note in table.notes)


def test_two_row_merged_headers_join() -> None:
    content = book(
        ["机构一览"], ["", "", "", ""], ["", "", "总数", "已用"], ["甲院", "0123", 10, 3],
        merges=((1, 0, 2, 0, "机构名称"), (1, 1, 2, 1, "信用代码"), (1, 2, 1, 3, "床位")),
    )  # fmt: skip
    table = read_table(content, "a.xlsx", columns=COLUMNS)
    assert table.headers == ("机构名称", "信用代码", "床位-总数", "床位-已用")
    assert insist(guess(COLUMNS, table.headers)).places == {"name": 0, "uscc": 1, "beds": 2}


def test_the_sheet_with_our_columns_is_chosen_and_hidden_sheets_are_not_read() -> None:
    content = book(["说明"], ["看第二张表"], 数据=[["名称", "床位"], ["甲院", 1]])
    table = read_table(content, "a.xlsx", columns=COLUMNS)
    assert (table.sheet, table.rows[0][0]) == ("数据", "甲院")
    with pytest.raises(Refused, match="没有叫“别的”"):
        read_table(content, "a.xlsx", columns=COLUMNS, sheet="别的")


def test_moved_and_renamed_columns_are_found_and_doubled_or_missing_ones_said() -> None:
    found = guess(COLUMNS, ("床位数（张）", "序号", "*养老机构名称", " 开业 日期："))
    assert found.places == {"beds": 0, "name": 2, "opened": 3}
    assert found.unused == ("序号",) and not found.faults
    with pytest.raises(Refused, match="出现了 2 次（A 列“名称”、C 列“name”）"):
        insist(guess(COLUMNS, ("名称", "床位", "name")))
    with pytest.raises(Refused, match="缺少必填的列：机构名称"):
        insist(guess(COLUMNS, ("床位", "备注")))
    assert guess(COLUMNS, ("机构名称", "名称")).places == {"name": 0}


def test_a_given_mapping_is_checked() -> None:
    headers = ("甲", "乙")
    assert check_places(COLUMNS, headers, {"name": 1}).places == {"name": 1}
    for wrong in (
        {"name": 5},
        {"name": -1},
        {"nobody": 0},
        {"name": 0, "beds": 0},
        {"beds": 0},
        {"name": True},
    ):
        assert check_places(COLUMNS, headers, wrong).faults


def test_columns_without_a_header_are_left_out_and_said() -> None:
    table = read_table(book(["机构名称", "床位数"], ["甲", 1, "多出来的"]), "a.xlsx", columns=COLUMNS)
    assert len(table.headers) == 2 and any("C 列没有表头" in note for note in table.notes)


def test_dates_come_out_of_workbooks_as_dates() -> None:
    out = io.BytesIO()
    file = xlsxwriter.Workbook(out)
    sheet = file.add_worksheet()
    sheet.write_row(0, 0, ["机构名称", "开业日期"])
    sheet.write(1, 0, "甲")
    sheet.write_datetime(1, 1, date(2021, 11, 23), file.add_format({"num_format": "yyyy年m月d日"}))
    file.close()
    assert read_table(out.getvalue(), "a.xlsx", columns=COLUMNS).rows[0][1] == date(2021, 11, 23)


def test_json_is_a_list_of_flat_objects() -> None:
    items = [{"name": "甲", "beds": "12"}, {"name": "乙", "lng": 119.7, "id": 1316568906946580480}]
    table = read_table(json.dumps(items).encode(), "a.json", columns=COLUMNS)
    assert table.headers == ("name", "beds", "lng", "id")
    assert list(table.rows) == [("甲", "12", None, None), ("乙", None, 119.7, 1316568906946580480)]


@pytest.mark.parametrize(
    "content",
    [
        b"{}", b"[]", b"[1]", b'[{"a": [1]}]', b'[{"a": NaN}]', b'[{"a": 1, "a": 2}]', b"[{", b"[" * 100_000,
        b'[{"a": ' + b"9" * 5000 + b"}]", b'[{"\\ud800": 1}]', b'[{"a": {"b": 1}}]',
    ],
)  # fmt: skip
def test_other_json_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_table(content, "a.json")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "空的"),
        (b"<html><table></table></html>", "a.xls", "网页"),
        (b"PK\x03\x04" + b"0" * 100, "a.xlsx", "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 2000, "a.xls", "打不开"),
        (b"hello", "a.docx", "只能导入"),
        (b"hello", "a.xlsx", "不是 Excel"),
        ('机构名称,床位数\n"甲,1\n'.encode(), "a.csv", "不成对"),
        ("机构名称,床位数\n".encode(), "a.csv", "没有数据"),
        (b"\n\n ,\n", "a.csv", "空的"),
    ],
)
def test_unreadable_files_get_one_clear_sentence(content: bytes, name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_table(content, name, columns=COLUMNS)


def test_a_sparse_corner_bomb_dies_in_the_child_only() -> None:
    out = io.BytesIO()
    file = xlsxwriter.Workbook(out)
    sheet = file.add_worksheet()
    sheet.write(0, 0, "机构名称")
    sheet.write(1_048_575, 16_383, "乙")
    file.close()
    assert len(out.getvalue()) < 10_000
    with pytest.raises(Refused, match="展开后太大"):
        read_table(out.getvalue(), "a.xlsx", columns=COLUMNS)


def test_a_zip_bomb_dies_in_the_child_only() -> None:
    inner = book(["机构名称"], ["甲"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(inner)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sharedStrings.xml"):
                filler = b"<si><t>" + b"A" * 1_000_000 + b"</t></si>"
                content = content.replace(b"</sst>", filler * 1500 + b"</sst>")
            new.writestr(name, content)
    assert len(out.getvalue()) < 4_000_000
    with pytest.raises(Refused, match=r"展开后太大|打不开"):
        read_table(out.getvalue(), "a.xlsx", columns=COLUMNS)


def test_too_many_bytes_rows_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    from yijian.sheets import header, reading

    monkeypatch.setattr(reading, "MAX_BYTES", 50)
    with pytest.raises(Refused, match="拆成几个文件"):
        read_table(CSV.encode(), "a.csv")
    monkeypatch.undo()
    monkeypatch.setattr(header, "MAX_ROWS", 1)
    with pytest.raises(Refused, match="拆成几个文件"):
        read_table(CSV.encode(), "a.csv")
    monkeypatch.undo()
    with pytest.raises(Refused, match="最多 256 列"):
        read_table(",".join(f"列{i}" for i in range(300)).encode() + b"\n" + b"1," * 300, "a.csv")


def test_the_child_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    real = workbook.subprocess.Popen

    def spy(*given_: Any, **more: Any) -> Any:
        started.append(real(*given_, **more))
        return started[-1]

    monkeypatch.setattr(workbook.subprocess, "Popen", spy)
    read_table(book(["机构名称", "床位数"], ["甲", 1]), "a.xlsx", columns=COLUMNS)
    assert [child.poll() is not None for child in started] == [True]


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "a.xlsx", "a"]))
def test_no_bytes_ever_break_the_reader(content: bytes, name: str) -> None:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return
    try:
        read_table(content, name, columns=COLUMNS)
    except Refused as error:
        assert error.message


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")
TEXT = st.text(st.characters(codec="gb18030", exclude_categories=_UNSEEN), min_size=1, max_size=12)


@settings(max_examples=60)
@given(st.lists(TEXT, min_size=1, max_size=5), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_names_come_back_as_they_were_written(names: list[str], encoding: str) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["机构名称", "床位数"])
    writer.writerows([name, "1"] for name in names)
    table = read_table(out.getvalue().encode(encoding), "a.csv", columns=COLUMNS)
    assert [row[0] for row in table.rows] == names
