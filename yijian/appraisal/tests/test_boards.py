"""活动页：三个阶段、三次报送、回看、筛选、导出、联络员名单。"""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from yijian.appraisal.queries.board import Board, board
from yijian.appraisal.queries.campaigns import campaign
from yijian.appraisal.queries.receipts import liaisons
from yijian.appraisal.rules.contact import Contact
from yijian.appraisal.services.submit import Given, submit
from yijian.appraisal.tests.world import CONTACT, PACK, Youyang, at, docx
from yijian.kernel import clock
from yijian.ledger.queries.status import AsOf

pytestmark = pytest.mark.django_db
URL = f"/campaigns/{PACK}/"


@pytest.fixture
def reported(county: Youyang) -> Youyang:
    """桃花源按期报了两样；钟多的联络员晚报两天；龙潭一样没报。"""
    for unit, ref, day in (
        ("peach", "contact", date(2023, 4, 21)), ("bell", "contact", date(2023, 4, 23)),
        ("peach", "assessment", date(2023, 4, 24)),
    ):  # fmt: skip
        who = Contact(**CONTACT) if ref == "contact" else None
        files = [] if who else [Given("评估表.docx", io.BytesIO(docx()))]
        with clock.travel(at(day)):
            submit(
                obligation_id=county.duty(unit, ref).pk, files=files, contact=who,
                by=county.viewer(f"{unit}_clerk"),
            )  # fmt: skip
    return county


def table(county: Youyang, who: str, as_of: AsOf, show: str = "") -> Board:
    viewer = county.viewer(who)
    return board(viewer, campaign(viewer, PACK), as_of, show)


def lights(found: Board) -> dict[str, list[str]]:
    return {line.region: [cell.status if cell else "" for cell in line.cells] for line in found.lines}


def test_three_stages_three_submissions_and_the_late_in_red(reported: Youyang) -> None:
    found = table(reported, "chief", AsOf(date(2023, 4, 24)))
    assert [(c.submission.id, c.submission.due_on) for c in found.columns] == [
        ("contact", date(2023, 4, 21)),
        ("assessment", date(2023, 4, 24)),
        ("rectification", date(2023, 7, 24)),
    ]
    assert lights(found) == {
        "桃花源街道": ["已完成", "已完成", "未到期"],
        "钟多街道": ["逾期完成", "逾期", "未到期"],
        "龙潭镇": ["逾期", "逾期", "未到期"],
    }
    assert (found.submitted, found.overdue, found.late, found.waiting, found.total) == (3, 3, 1, 3, 9)
    assert [c.overdue for c in found.columns] == [1, 2, 0]
    page = reported.client("chief").get(URL, {"as_of": "2023-04-24"}).content.decode()
    assert page.count("t-stage") == 3 and page.count('class="t-due"') == 3 and 'class="t-today"' in page
    assert page.count('class="light l-red"') == 3 and page.count("到期日未报") == 2 and "迟 2 天" in page


def test_the_day_before_the_date_nobody_is_late(reported: Youyang) -> None:
    found = table(reported, "chief", AsOf(date(2023, 4, 20)))
    assert found.overdue == 0 and found.submitted == 0 and found.total == 9


def test_true_then_and_known_then_differ_after_a_replacement(reported: Youyang) -> None:
    with clock.travel(at(date(2023, 4, 26))):
        submit(
            obligation_id=reported.duty("peach", "contact").pk,
            files=[],
            contact=Contact(**CONTACT | {"name": "接任员"}),
            reason="换人",
            by=reported.viewer("peach_clerk"),
        )
    day = date(2023, 4, 24)
    assert lights(table(reported, "chief", AsOf(day)))["桃花源街道"][0] == "逾期"
    assert lights(table(reported, "chief", AsOf(day, known=True)))["桃花源街道"][0] == "已完成"
    old = table(reported, "chief", AsOf(day, known=True)).lines[0].cells[0]
    new = table(reported, "chief", AsOf(clock.today())).lines[0].cells[0]
    assert old and new and old.receipt and new.receipt and old.receipt != new.receipt


@pytest.mark.parametrize(
    ("show", "left"),
    [
        ("overdue", ["钟多街道", "龙潭镇"]),
        ("late", ["钟多街道"]),
        ("waiting", ["桃花源街道", "钟多街道", "龙潭镇"]),
    ],
)
def test_only_the_late_are_shown_and_counts_stay_whole(reported: Youyang, show: str, left: list[str]) -> None:
    found = table(reported, "chief", AsOf(date(2023, 4, 24)), show)
    assert [line.region for line in found.lines] == left and found.everyone == 3 and found.overdue == 3


def test_each_sees_its_own_region(reported: Youyang) -> None:
    seen = {
        who: set(lights(table(reported, who, AsOf(clock.today()))))
        for who in ("chief", "auditor", "firefighter", "peach_clerk")
    }
    assert seen["chief"] == seen["auditor"] == seen["firefighter"] == {"桃花源街道", "钟多街道", "龙潭镇"}
    assert seen["peach_clerk"] == {"桃花源街道"}
    for page in (URL, f"{URL}export/", f"{URL}contacts/", f"{URL}contacts/export/"):
        assert reported.client("stranger").get(page).status_code == 404
        assert reported.client("peach_clerk").get(page).status_code == 200
    assert "效能提升年" not in reported.client("stranger").get("/campaigns/").content.decode()
    assert "效能提升年" in reported.client("peach_clerk").get("/campaigns/").content.decode()


def test_cells_open_what_the_viewer_may_open(reported: Youyang) -> None:
    line = table(reported, "bell_clerk", AsOf(clock.today())).lines[0]
    contact, assessment, _ = line.cells
    assert contact and assessment and contact.fact_id and assessment.may_submit and assessment.may_open
    page = reported.client("bell_clerk").get(URL).content.decode()
    duty = assessment.obligation_id
    for address in (
        f"/campaigns/receipts/{contact.fact_id}/",
        f"/campaigns/submit/{duty}/",
        f"/ledger/{duty}/",
    ):
        assert address in page
        assert reported.client("bell_clerk").get(address).status_code == 200
    # 消防看得到情况，打不开不归口的义务，也没有报送按钮
    page = reported.client("firefighter").get(URL).content.decode()
    assert "/campaigns/submit/" not in page and f"/ledger/{assessment.obligation_id}/" not in page


BAD = [
    ({"as_of": "昨天"}, "2026-06-30"), ({"as_of": "2999-01-01"}, "只能回看"), ({"show": "x"}, "没有这个选项"),
    ({"known": "?"}, "没有这个选项"), ({"as_of": "2023-02-30"}, "2026-06-30"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "said"), BAD)
def test_bad_parameters_get_a_chinese_422(county: Youyang, params: dict[str, str], said: str) -> None:
    for page in (URL, f"{URL}export/"):
        response = county.client("chief").get(page, params)
        assert response.status_code == 422 and said in response.content.decode()


@pytest.mark.parametrize("pack", ["没有", "cn", "cn-120104-nankai-2021", "%00", "x" * 3000])
def test_a_pack_without_a_campaign_here_is_not_found(county: Youyang, pack: str) -> None:
    assert county.client("chief").get(f"/campaigns/{pack}/").status_code == 404


def sheet(response: Any) -> list[tuple[Any, ...]]:
    content = b"".join(response.streaming_content)
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_the_board_exports_with_receipts(reported: Youyang) -> None:
    rows = sheet(reported.client("chief").get(f"{URL}export/", {"as_of": "2023-04-24", "show": "overdue"}))
    assert rows[0][0] == "“养老服务监管效能提升年”活动报送情况" and "截至 2023-04-24" in str(rows[1][0])
    assert rows[2][:4] == ("乡镇（街道）", "单位", "联络员信息表·状态", "联络员信息表·期限")
    assert [row[0] for row in rows[3:]] == ["钟多街道", "龙潭镇"]
    assert rows[3][2] == "逾期完成" and rows[3][5] == 2 and rows[3][6].startswith("报送回执〔2023〕")


def test_the_contact_table_exports_the_annex_columns(reported: Youyang) -> None:
    rows = sheet(reported.client("chief").get(f"{URL}contacts/export/"))
    assert rows[0][0] == "“养老服务监管效能提升年”联络员信息表"
    assert rows[2] == ("乡镇（街道）", "姓名", "职务", "联系方式（手机）")
    assert rows[3] == ("桃花源街道", "演示员", "民政办主任", "13800000001") and len(rows) == 5
    masked = sheet(reported.client("auditor").get(f"{URL}contacts/export/"))
    assert masked[3][3] != "13800000001" and "*" in str(masked[3][3])


def test_the_missing_are_on_the_contact_page(reported: Youyang) -> None:
    viewer = reported.viewer("chief")
    found = {row.town: (row.name, row.status) for row in liaisons(viewer, campaign(viewer, PACK))}
    assert found["龙潭镇"] == ("", "逾期") and found["钟多街道"] == ("演示员", "逾期完成")
    assert "已报 2 家，共 3 家" in reported.client("chief").get(f"{URL}contacts/").content.decode()


def test_a_page_reads_in_a_fixed_number_of_queries(
    reported: Youyang, django_assert_max_num_queries: Any
) -> None:
    viewer = reported.viewer("chief")
    with django_assert_max_num_queries(10):
        board(viewer, campaign(viewer, PACK), AsOf(clock.today()))
