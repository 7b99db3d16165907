"""写表：号码是文字，什么内容都不会变成公式；模板和错误文件能再读回来。"""

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from yijian.sheets import cells, writing
from yijian.sheets.columns import Column, guess, insist
from yijian.sheets.importing import Problem
from yijian.sheets.reading import read_table

COLUMNS = (
    Column("uscc", "统一社会信用代码", parse=cells.code, code=True, width=22),
    Column("name", "名称", True, note="证照上的全称", example="颐和养老院（演示）"),
    Column("kind", "类别", choices=("养老机构", "敬老院")),
    Column("beds", "床位数", parse=cells.count),
    Column("opened", "开业日期", parse=cells.day),
)
PAYLOADS = [
    sign + tail
    for sign in ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", " =", "'=", "{=")
    for tail in ("1+1", "cmd|'/c calc'!A0", 'HYPERLINK("http://a.example","x")', "SUM(1)")
]


def loaded(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_no_payload_becomes_a_formula_or_a_link() -> None:
    rows = [(payload, payload, payload, None, None) for payload in PAYLOADS]
    for content in (
        writing.xlsx_bytes(title="=1+1", columns=COLUMNS, rows=rows, unit="=2", note="@3"),
        writing.template(
            "=1+1", tuple(Column(f"c{i}", p, choices=(p,)) for i, p in enumerate(PAYLOADS)), PAYLOADS
        ),
    ):
        for sheet in loaded(content):
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
            assert kinds <= {"s", "n"} and not sheet._hyperlinks


def test_values_keep_their_kind() -> None:
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    rows = [
        ("0091", "甲", True, 12, date(2021, 11, 23)),
        (530321194901011234, "乙", None, Decimal("1.5"), at),
        (12, "丙", float("nan"), 10**17, None),
    ]
    sheet = loaded(
        writing.xlsx_bytes(title="机构", columns=COLUMNS, rows=rows, unit="演示民政局", at=at)
    ).active
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert found[0] == ["0091", "甲", "是", 12, datetime.combine(date(2021, 11, 23), time())]
    assert found[1][0] == "530321194901011234" and found[1][3:] == [
        1.5,
        datetime.combine(date(2026, 11, 23), time(9)),
    ]
    assert found[2][:4] == ["12", "丙", "nan", "100000000000000000"]
    assert (
        sheet["A4"].number_format == "@" and sheet.freeze_panes == "A4" and sheet.auto_filter.ref == "A3:E6"
    )
    assert sheet["A1"].value == "机构" and "A1:E1" in map(str, sheet.merged_cells.ranges)
    assert sheet["A2"].value == "制表单位：演示民政局　　制表时间：2026年11月23日 09:00"


def test_bytes_xml_cannot_hold_do_not_break_the_file() -> None:
    rows = [("\x00\x07\ud800\uffff", "甲" * 40_000, "a\r\nb", None, None)]
    sheet = loaded(writing.xlsx_bytes(title="[机构]:*?/\\", columns=COLUMNS, rows=rows)).active
    assert sheet["A4"].value == "����" and len(sheet["B4"].value) < 32_767 and sheet["C4"].value == "a\nb"


def test_no_rows_still_make_a_file_and_too_many_make_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(writing.xlsx_bytes(title="空", columns=COLUMNS, rows=[])).active.max_row == 3
    monkeypatch.setattr(writing, "SHEET_ROWS", 2)
    for count, sheets in ((2, 1), (3, 2), (4, 2), (5, 3)):
        out = io.BytesIO()
        rows = ((str(i), "甲", "", i, None) for i in range(count))
        assert writing.write_xlsx(out, title="机构", columns=COLUMNS, rows=rows) == count
        assert len(loaded(out.getvalue()).sheetnames) == sheets


def test_our_own_export_reads_back() -> None:
    rows = [("0091", "㐂𬎆䶮𠮷", "敬老院", 12, date(2021, 11, 23))]
    content = writing.xlsx_bytes(title="机构", columns=COLUMNS, rows=rows, unit="演示民政局")
    table = read_table(content, "a.xlsx", columns=COLUMNS)
    assert list(table.rows) == [("0091", "㐂𬎆䶮𠮷", "敬老院", 12.0, date(2021, 11, 23))]


def test_the_template_has_text_columns_dropdowns_notes_and_reads_back() -> None:
    content = writing.template("机构档案", COLUMNS, ["删去不用的列即可"])
    workbook = loaded(content)
    sheet = workbook["机构档案"]
    assert [cell.value for cell in sheet[1]] == ["统一社会信用代码", "*名称", "类别", "床位数", "开业日期"]
    assert sheet.column_dimensions["A"].width > 20
    assert [v.formula1 for v in sheet.data_validations.dataValidation] == ["选项!$C$1:$C$2"]
    assert workbook["选项"].sheet_state == "hidden"
    assert workbook["填写说明"]["C3"].value == "证照上的全称"
    sheet.append(["0091", "甲院", "敬老院", 3, "2021-11-23"])
    out = io.BytesIO()
    workbook.save(out)
    table = read_table(out.getvalue(), "a.xlsx", columns=COLUMNS)
    assert insist(guess(COLUMNS, table.headers)).places == {c.name: i for i, c in enumerate(COLUMNS)}
    assert table.rows[0][1] == "甲院"


def test_the_error_file_marks_cells_says_why_and_can_be_imported_again() -> None:
    content = "名称,床位数\n甲,多\n乙,2\n,3\n=1+1,x\n".encode()
    table = read_table(content, "a.csv", columns=COLUMNS)
    places = insist(guess(COLUMNS, table.headers)).places
    problems = [
        Problem(2, "beds", "不是数字。"), Problem(4, "name", "必须填写。"), Problem(5, "beds", "不是数字。"),
        Problem(5, "", "与第 2 行重复。"),
    ]  # fmt: skip
    made = writing.error_file("机构", table, places, COLUMNS, problems)
    sheet = loaded(made).active
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        ["名称", "床位数", "原文件行号", "错误原因"],
        ["甲", "多", 2, "床位数：不是数字。"],
        [None, "3", 4, "名称：必须填写。"],
        ["=1+1", "x", 5, "床位数：不是数字。；与第 2 行重复。"],
    ]
    red = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"
    }
    assert red == {"B2", "A3", "B4"} and sheet["A4"].data_type == "s"
    again = read_table(made, "a.xlsx", columns=COLUMNS)
    assert insist(guess(COLUMNS, again.headers)).places == {"name": 0, "beds": 1}
