"""纯函数：联络员的写法、时间轴、压缩包、Word 表。"""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from yijian.appraisal.rules import archive, contact
from yijian.appraisal.rules.timebar import time_bar
from yijian.appraisal.rules.word import table_document
from yijian.appraisal.tests.world import PACK, zipped
from yijian.documents import packages
from yijian.kernel.errors import Refused
from yijian.ledger.queries.packs import library


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13800000001", "13800000001"),
        ("１３８ ００００ ０００１", "13800000001"),
        ("+86-138-0000-0001", "13800000001"),
    ],
)
def test_a_mobile_number_is_kept_as_eleven_digits(given: str, kept: str) -> None:
    assert contact.clean_mobile(given) == kept


@pytest.mark.parametrize(
    "given",
    ["", "1380000000", "138000000011", "12800000001", "023-75550000", "１３８０００００００Ａ", "=1+1"],
)
def test_what_is_no_mobile_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="手机号应为 11 位"):
        contact.clean_mobile(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("冉 演示", "冉演示"),
        ("阿卜杜拉•演示", "阿卜杜拉·演示"),
        ("𠮷演示", "𠮷演示"),
        ("Ana Demo", "Ana Demo"),
    ],
)
def test_names_of_every_people_are_taken(given: str, kept: str) -> None:
    assert contact.clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "冉", "冉演示13800000001", "<b>冉</b>", "主任，冉演示"])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="姓名应为"):
        contact.clean_name(given)


def test_the_time_bar_has_three_stages_and_three_dates() -> None:
    plan = library().pack(PACK).campaign
    assert plan is not None
    bar = time_bar(plan, date(2023, 4, 24))
    assert [(s.stage.starts_on, s.stage.ends_on, s.state) for s in bar.stages] == [
        (date(2023, 4, 20), date(2023, 5, 10), "进行中"),
        (date(2023, 5, 11), date(2023, 7, 31), "未开始"),
        (date(2023, 8, 1), date(2023, 12, 30), "未开始"),
    ]
    assert [m.day for m in bar.marks] == [date(2023, 4, 21), date(2023, 4, 24), date(2023, 7, 24)]
    assert bar.stages[0].x == 0 and bar.stages[-1].x + bar.stages[-1].width == 1000
    assert bar.today == 15 and "还有 16 天" in bar.said
    assert time_bar(plan, date(2024, 1, 1)).today is None
    assert "还有 1 天开始" in time_bar(plan, date(2023, 4, 19)).said


def test_an_archive_is_taken_apart_in_order_with_old_chinese_names(tmp_path: Path) -> None:
    files = {
        "1.10 台账/表.txt": b"b",
        "1.2 制度/文件.txt": b"a",
        "__MACOSX/._x": b"",
        "Thumbs.db": b"junk",
    }
    for gbk in (False, True):
        found = archive.unpack(io.BytesIO(zipped(files, gbk=gbk)), tmp_path)
        assert [(m.label, m.name, m.path.read_bytes()) for m in found] == [
            ("1.2 制度/文件.txt", "文件.txt", b"a"), ("1.10 台账/表.txt", "表.txt", b"b"),
        ]  # fmt: skip


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", b"0" * (archive.MEMBER + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({}), "是空的"), (b"PK\x03\x04 no zip", "打不开"), (zipped({"../a.txt": b""}), "路径不正常"),
        (zipped({"/etc/a.txt": b"x"}), "路径不正常"), (zipped({"里.zip": b"x"}), "里还有压缩包"),
        (zipped({f"{n}.txt": b"x" for n in range(301)}), "最多 300 个"), (bomb(), "展开后太大"),
        (zipped({"a.txt": b"x" * 50})[:60], "打不开"),
    ],
    ids=["empty", "not-zip", "parent", "root", "nested", "many", "bomb", "cut"],
)  # fmt: skip
def test_a_bad_archive_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=said):
        archive.unpack(io.BytesIO(content), tmp_path)


def test_the_word_form_has_the_columns_of_the_annex_and_nothing_active(tmp_path: Path) -> None:
    plan = library().pack(PACK).campaign
    assert plan is not None and plan.contacts is not None
    content = table_document(
        "表 <&>", plan.contacts.fields, [["桃花源街道", "演示员", "主任", "13800000001"]]
    )
    path = tmp_path / "form.docx"
    path.write_bytes(content)
    packages.check("docx", path)
    with zipfile.ZipFile(path) as package:
        text = package.read("word/document.xml").decode()
    assert [text.index(f">{h}<") for h in plan.contacts.fields] == sorted(
        text.index(f">{h}<") for h in plan.contacts.fields
    )
    assert "表 &lt;&amp;&gt;" in text
    assert content == table_document(
        "表 <&>", plan.contacts.fields, [["桃花源街道", "演示员", "主任", "13800000001"]]
    )
