"""文书：制发、文号、样式、不可改、作废、敌意内容。"""

import dataclasses
import io
import shutil
import subprocess
import threading
import zipfile
from pathlib import Path

import docx as word
import pytest
from django.db import DatabaseError, connection, connections, transaction

from yijian.access.viewer import build_viewer
from yijian.documents import drafts, printing
from yijian.documents.models import Blob, NumberCounter, Paper
from yijian.documents.paper_kinds import OFFICES, number_word, paper_kind, paper_kinds
from yijian.documents.queries import store
from yijian.documents.queries_papers import paper, papers, verified
from yijian.documents.services import About, issue_paper, upload_template, void_paper
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.cast import Cast, small_district
from yijian.people.kinds import FUNCTIONS
from yijian.people.services import create_unit
from yijian.people.viewer import SYSTEM

HOSTILE = '#eval("1") ] } "引号" \\ {{ 7*7 }} <w:p/> 䶮喆赟'
VALUES = {
    "addressee": "松鹤长者养老院（演示）",
    "reason": "年度检查",
    "time": "2026年11月25日",
    "items": "消防安全\n食品安全",
    "inspectors": "张某、李某",
}


def issue(by: object, **more: object) -> Paper:
    return issue_paper(kind="inspection_notice", about=About(), values=VALUES | more, by=by)  # type: ignore[arg-type]


def text_of(content: bytes) -> str:
    made = word.Document(io.BytesIO(content))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in made.paragraphs), *cells])


def edited(*lines: str) -> bytes:
    made = word.Document()
    for line in lines:
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


GOOD = ("{{ issuer }}{{ number }}{{ date }}", "本局样式{{ addressee }}{{ reason }}{{ time }}{{ inspectors }}",
        "{% for item in items %}{{ item }}{% endfor %}")  # fmt: skip


@pytest.mark.django_db
def test_an_issued_paper_has_two_files_and_a_number(cast: Cast) -> None:
    by = build_viewer(cast.civil_officer)
    made = issue(by)
    year = clock.today().year
    assert made.number == f"颐和民检〔{year}〕1号"
    docx = store().path(made.docx_id).read_bytes()
    assert "松鹤长者养老院（演示）：" in text_of(docx) and "食品安全" in text_of(docx)
    assert "{{" not in text_of(docx) and "{%" not in text_of(docx)
    assert store().path(made.pdf_id).read_bytes().startswith(b"%PDF-")
    assert issue(by).number == f"颐和民检〔{year}〕2号"
    assert verified(made.verify_code) == made


@pytest.mark.django_db
def test_missing_values_are_named_and_no_number_is_used(cast: Cast) -> None:
    by = build_viewer(cast.civil_officer)
    with pytest.raises(Refused, match="检查事由、检查内容"):
        issue(by, reason=" ", items="")
    with pytest.raises(Refused, match="没有这些项：别的"):
        issue(by, 别的="1")
    assert not NumberCounter.objects.exists() and not Paper.objects.exists()


@pytest.mark.django_db
def test_who_may_issue_and_who_may_see(cast: Cast) -> None:
    made = issue(build_viewer(cast.civil_officer))
    with pytest.raises(Forbidden):
        issue(build_viewer(cast.director))
    other = build_viewer(cast.other_district_officer)
    assert made not in papers(other)
    with pytest.raises(NotFound):
        paper(other, made.pk)
    with pytest.raises(NotFound):
        void_paper(paper=made, reason="看不到", by=other)
    with pytest.raises(Forbidden):
        upload_template(kind="order", content=b"", filename="a.docx", by=build_viewer(cast.street_clerk))


@pytest.mark.django_db
def test_a_voided_paper_stays_with_its_reason(cast: Cast) -> None:
    by = build_viewer(cast.civil_officer)
    made = issue(by)
    with pytest.raises(Refused, match="作废原因"):
        void_paper(paper=made, reason=" ", by=by)
    assert void_paper(paper=made, reason="对象写错", by=by).state == "voided"
    with pytest.raises(Refused, match="办结"):
        void_paper(paper=made, reason="再来", by=by)
    assert issue(by).number.endswith("2号")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE documents_paper SET title = 'x'",
        "UPDATE documents_paper SET state = 'voided', void_reason = 'x', number = 'y'",
        "UPDATE documents_paper SET void_reason = 'x'",
        "DELETE FROM documents_paper",
    ],
)
def test_the_database_refuses_to_change_an_issued_paper(cast: Cast, sql: str) -> None:
    made = issue(build_viewer(cast.civil_officer))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Paper.objects.get(pk=made.pk).number == made.number


@pytest.mark.django_db
def test_hostile_values_are_printed_as_they_are(cast: Cast) -> None:
    made = issue(build_viewer(cast.civil_officer), reason=HOSTILE, items=[HOSTILE, "]"])
    docx = text_of(store().path(made.docx_id).read_bytes())
    assert docx.count(HOSTILE) == 2
    pdf = store().path(made.pdf_id)
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
        flat = "".join(said.split())
        assert '#eval("1")' in flat and "䶮喆赟" in flat and "{{7*7}}" in flat


@pytest.mark.django_db
def test_an_uploaded_template_is_used_from_then_on(cast: Cast) -> None:
    by = build_viewer(cast.civil_officer)
    old = issue(by)
    first = upload_template(kind="inspection_notice", content=edited(*GOOD), filename="样式.docx", by=by)
    second = upload_template(
        kind="inspection_notice", content=edited(*GOOD, "第二版"), filename="样式.docx", by=by
    )
    first.refresh_from_db()
    assert (first.version, first.active, second.version, second.active) == (1, False, 2, True)
    assert "第二版" in text_of(store().path(issue(by).docx_id).read_bytes())
    other = issue(build_viewer(cast.other_district_officer))
    assert "第二版" not in text_of(store().path(other.docx_id).read_bytes())
    assert "第二版" not in text_of(store().path(Paper.objects.get(pk=old.pk).docx_id).read_bytes())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((*GOOD, "{{ nobody }}"), "不认识的占位：nobody"),
        (GOOD[:1], r"缺少必有的占位：addressee（被检查单位）、reason（检查事由）"),
        ((*GOOD, "{{ addressee | }}"), r"写错了：\{\{ addressee \| \}\}"),
        ((*GOOD, "{% for item in items %}"), r"写错了：.*for item in items"),
        ((*GOOD, "{{ addressee.__class__ }}"), r"不行：.*__class__"),
        ((*GOOD, "{{ 'a' * 9999999999 }}"), "不行"),
        ((*GOOD, "{{r contact }}"), r"不能带前缀：\{\{r contact \}\}"),
        ((*GOOD, "{{p contact }}"), r"不能带前缀：\{\{p contact \}\}"),
        ((*GOOD, "{% for a in items %}" * 3 + "{{ a }}" + "{% endfor %}" * 3), "最多套 2 层"),
    ],
)
def test_a_wrong_template_is_refused_by_name(lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(Refused, match=said):
        drafts.check_template(paper_kind("inspection_notice"), edited(*lines))


def test_a_pair_of_marks_across_a_table_edge_is_refused() -> None:
    made = word.Document(io.BytesIO(edited(*GOOD)))
    made.add_table(rows=1, cols=1).cell(0, 0).text = "{% if contact %}{{ contact }}"
    made.add_paragraph("{% endif %}")
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(Refused, match="同一个单元格"):
        drafts.check_template(paper_kind("inspection_notice"), out.getvalue())


def test_a_cell_left_without_a_paragraph_is_refused() -> None:
    made = word.Document(io.BytesIO(edited(*GOOD)))
    cell = made.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "{%p if contact %}"
    for line in ("{{ contact }}", "{%p endif %}"):
        cell.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(Refused, match="结构不完整"):
        drafts.check_template(paper_kind("inspection_notice"), out.getvalue())


@pytest.mark.parametrize("said", ["{{ number }}", "{% if", "{{ 7 +"])
def test_marks_in_the_file_properties_are_refused(said: str) -> None:
    made = word.Document(io.BytesIO(edited(*GOOD)))
    made.core_properties.title = said
    out = io.BytesIO()
    made.save(out)
    kind = paper_kind("inspection_notice")
    with pytest.raises(Refused, match="只有正文、页眉、页脚"):
        drafts.check_template(kind, out.getvalue())
    drafts.render(out.getvalue(), drafts.sample(kind))


def test_no_two_functions_share_a_number_word() -> None:
    assert set(OFFICES) == set(FUNCTIONS)
    words = [number_word("颐和区", name, kind) for name in FUNCTIONS for kind in paper_kinds().values()]
    assert len(set(words)) == len(words)


@pytest.mark.django_db
def test_each_unit_counts_its_own_numbers(cast: Cast) -> None:
    civil = build_viewer(cast.civil_officer)
    twin = create_unit(name="颐和区民政局二局", function="civil_affairs", region=cast.district, by=SYSTEM)
    post = dataclasses.replace(civil.posts[0], unit_id=twin.pk)
    assert issue(civil).number.endswith("〕1号")
    assert issue(dataclasses.replace(civil, posts=(post,))).number.endswith("〕1号")
    assert NumberCounter.objects.count() == 2


@pytest.mark.django_db
def test_a_paper_about_another_place_is_not_issued(cast: Cast) -> None:
    by = build_viewer(cast.civil_officer)
    outside = [
        About(region_path=cast.other_district.path),
        About(unit_id=cast.units["other_civil"].pk),
        About(unit_id=cast.units["other_civil"].pk, region_path=cast.street.path),
        About(unit_id=by.posts[0].unit_id, region_path=cast.other_district.path),
        About(facility_unit_id=cast.units["other_street"].pk),
    ]
    for about in outside:
        with pytest.raises(NotFound):
            issue_paper(kind="inspection_notice", about=about, values=VALUES, by=by)
    assert not NumberCounter.objects.exists()
    inside = About(region_path=cast.street.path)
    assert issue_paper(kind="inspection_notice", about=inside, values=VALUES, by=by).pk


@pytest.mark.parametrize("name", list(paper_kinds()))
def test_every_default_template_is_a_valid_template_and_prints(name: str) -> None:
    kind = paper_kind(name)
    drafts.check_template(kind, drafts.default_template(kind))
    made = drafts.render(drafts.default_template(kind), drafts.sample(kind))
    assert all(field.label in text_of(made) for field in kind.fields)
    pdf = printing.print_pdf(kind, drafts.sample(kind), "https://example.invalid/p/1/")
    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("region", "function", "word"),
    [
        ("南开区", "civil_affairs", "南开民检"),
        ("松鹤街道", "subdistrict", "松鹤检"),
        ("蓟县", "fire", "蓟县消检"),
    ],
)
def test_the_word_of_a_number(region: str, function: str, word: str) -> None:
    assert number_word(region, function, paper_kind("inspection_notice")) == word


@pytest.mark.skipif(shutil.which("soffice") is None, reason="没有装 LibreOffice")
def test_office_software_opens_the_document(tmp_path: Path) -> None:
    kind = paper_kind("inspection_record")
    (tmp_path / "a.docx").write_bytes(drafts.render(drafts.default_template(kind), drafts.sample(kind)))
    assert zipfile.ZipFile(tmp_path / "a.docx").testzip() is None
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         str(tmp_path / "a.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="两个连接同时写，只在 PostgreSQL 上测")
def test_two_people_at_once_leave_no_gap() -> None:
    by = build_viewer(small_district().civil_officer)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(4):
                issue(by)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    numbers = sorted(
        int(n.partition("〕")[2].removesuffix("号"))
        for n in Paper.objects.values_list("number", flat=True).order_by("pk")
    )
    assert numbers == list(range(1, 9))
    assert Blob.objects.filter(state="ok").exists()
