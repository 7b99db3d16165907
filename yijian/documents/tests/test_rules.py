"""文件名、网址、文号。"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.documents.rules import clean_label, clean_link, clean_name, clean_number, type_of
from yijian.kernel.errors import Refused


@pytest.mark.parametrize(
    ("given_", "clean"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\用户\\整改.docx", "整改.docx"),
        ("整改\u202egpj.exe", "整改gpj.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ('方案<1>:"2"|?*.pdf', "方案_1___2____.pdf"),
        ("CON.txt", "_CON.txt"),
        (" . .pdf", "pdf"),
        ("", "未命名"),
        ("...", "未命名"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
        ("㐂𬎆䶮𠮷.png", "㐂𬎆䶮𠮷.png"),
    ],
)
def test_file_names_are_cleaned(given_: str, clean: str) -> None:
    assert clean_name(given_) == clean


@given(st.text())
def test_any_file_name_becomes_a_safe_one(given_: str) -> None:
    name = clean_name(given_)
    assert 1 <= len(name) <= 120 and not set(name) & set('<>:"|?*/\\')
    assert name.strip(". ") == name
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in name)
    assert clean_name(name) == name


def test_types_we_do_not_take_say_what_to_do() -> None:
    for name, said in (
        ("a.svg", "PNG"),
        ("a.zip", "解压"),
        ("a.heic", "JPG"),
        ("a.exe", "不收 .exe"),
        ("a", "扩展名"),
    ):
        with pytest.raises(Refused, match=said):
            type_of(name)


def test_links() -> None:
    assert clean_link(" https://a.example/b?c=1 ") == "https://a.example/b?c=1"
    for wrong in (
        "", "a.example", "javascript:alert(1)", "ftp://a/b", "http://", "http://u:p@a.example", "http://a b",
        "http://[::1", "//a.example", "https://a.example/" + "x" * 500, "http://a.example/\u202e",
        "data:text/html,1",
    ):  # fmt: skip
        with pytest.raises(Refused):
            clean_link(wrong)


def test_numbers_of_papers() -> None:
    for written in ("演民发[2026]12号", "演民发（2026）12号", "演民发 〔2026〕 12 号", "演民发【2026】12号"):
        assert clean_number(written) == "演民发〔2026〕12号"
    for wrong in ("", "x", "号" * 81):
        with pytest.raises(Refused):
            clean_number(wrong)


def test_labels_are_one_tidy_line() -> None:
    assert clean_label(" 现场\n照片\u202e ", "x") == "现场 照片"
    assert clean_label("\u200b", "a.jpg") == "a.jpg"
    assert len(clean_label("长" * 300, "x")) == 200
