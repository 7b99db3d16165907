"""条款、矩阵、对照、日历、制度包、试算：用随软件发布的真文件。"""

import io
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from python_calamine import CalamineWorkbook

from yijian.kernel import clock
from yijian.ledger.models import Jurisdiction, Place
from yijian.ledger.queries.law import cut
from yijian.ledger.queries.packs import library
from yijian.ledger.services.load import load_place, open_ledger
from yijian.ledger.tests.scene import DAY
from yijian.ledger.tests.world import DISTRICT, SYSTEM, make_facility
from yijian.people.models import Region
from yijian.regimes.source import find_source

pytestmark = pytest.mark.django_db
NANKAI, DRAFT = "cn-120104-nankai-2021", "cn-120104-nankai-2021-draft"
QUJING, ZEZHOU, YOUYANG = "cn-530300-qujing-2021", "cn-140525-zezhou-2022", "cn-500242-youyang-2023"


@pytest.fixture
def nankai(cast):
    """演示小区县借用南开方案：同一摞规则，落到自己的两家机构。"""
    with clock.travel(DAY):
        real = Place.objects.create(region_id="120104", packs=["cn", NANKAI], keep_from=date(2026, 1, 1))
        load_place(library(), real)
        place = Place.objects.create(region_id=DISTRICT, packs=["cn", NANKAI], keep_from=date(2026, 1, 1))
        real.rules.update(place=place)
        inside = Region.objects.filter(path__under=place.region.path)
        Jurisdiction.objects.bulk_create([Jurisdiction(region=r, place=place) for r in inside])
        for key, town in (("home_a", "990102001"), ("home_b", "990102002")):
            make_facility(cast.units[key].name, town, unit=cast.units[key])
        open_ledger(by=SYSTEM)
        yield place


def test_the_document_reads_clause_by_clause_with_lights(nankai, client_as):
    response = client_as("civil_chief").get(f"/ledger/clauses/{NANKAI}/")
    paper = response.context["paper"]
    assert paper.totals == {"条款": 15, "职责分工": 17, "任务清单": 40}
    assert sum(len(part.lines) for part in paper.parts) == 72
    line = next(x for part in paper.parts for x in part.lines if x.clause.ref == "任务31")
    assert line.line.counts["逾期"] >= 2, "上半年两家都没有联合检查"
    assert client_as("civil_chief").get("/ledger/clauses/").status_code == 200


def test_a_clause_without_a_duty_says_why(nankai, client_as):
    body = client_as("civil_chief").get(f"/ledger/clauses/{NANKAI}/").content.decode()
    for clause in library().pack(NANKAI).clauses:
        if clause.status != "modelled":
            assert clause.why in body


def test_the_source_sentence_is_highlighted_when_the_text_is_at_hand(nankai, client_as):
    if find_source(library().pack(NANKAI)) is None:
        pytest.skip("手头没有原文")
    body = client_as("civil_chief").get(f"/ledger/clauses/{NANKAI}/任务31/").content.decode()
    assert "<mark>每半年对养老机构服务安全和质量</mark>" in body


def test_marks_may_overlap_and_lose_no_text():
    pieces = cut("甲乙丙丁戊己", 0, 6, [(1, 3), (2, 4), (5, 6)])
    assert "".join(p.text for p in pieces) == "甲乙丙丁戊己"
    assert [p.text for p in pieces if p.marked] == ["乙丙", "丁", "己"]


def test_the_matrix_counts_what_the_annex_says(nankai, client_as):
    response = client_as("civil_chief").get(f"/ledger/matrix/{NANKAI}/")
    totals = {function: n for function, _, n in response.context["totals"]}
    assert len(response.context["matrix"].lines) == 40
    assert (totals["subdistrict"], totals["civil_affairs"], totals["market"], totals["health"]) == (
        32,
        26,
        15,
        14,
    )
    only = client_as("civil_chief").get(f"/ledger/matrix/{NANKAI}/", {"function": "market"})
    assert len(only.context["matrix"].lines) == 15
    assert client_as("civil_chief").get(f"/ledger/matrix/{NANKAI}/", {"function": "无"}).status_code == 422
    book = client_as("civil_chief").get(f"/ledger/matrix/{NANKAI}/", {"export": "xlsx"}).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[-1][0] == "合计"
    assert 32 in rows[-1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ledger/clauses/没有这份/", 404),
        (f"/ledger/clauses/{QUJING}/", 404),
        (f"/ledger/clauses/{NANKAI}/任务99/", 404),
        (f"/ledger/clauses/{NANKAI}/?place=530300", 404),
        (f"/ledger/clauses/{NANKAI}/?as_of=x", 422),
        ("/ledger/matrix/没有这份/", 404),
        ("/ledger/compare/?a=1", 422),
        ("/ledger/compare/?only=x", 422),
        ("/ledger/diff/甲/乙/", 404),
        ("/ledger/packs/没有这份/", 404),
        ("/ledger/packs/没有这份/cases/", 404),
        ("/ledger/packs/没有这份/export/", 404),
        ("/ledger/packs/没有这份/load-test/", 404),
        (f"/ledger/packs/{QUJING}/load-test/?year=x", 422),
        ("/ledger/calendar/?month=2026-13", 422),
        ("/ledger/calendar/?month=9999-99", 422),
        ("/ledger/calendar/?month=%00", 422),
        ("/ledger/orders/?state=x", 422),
        ("/ledger/orders/?page=x", 422),
    ],
)
def test_a_wrong_address_is_answered_with_a_4xx_in_chinese(nankai, client_as, path, status):
    response = client_as("civil_chief").get(path)
    assert response.status_code == status
    assert any("一" <= sign <= "鿿" for sign in response.content.decode())


def test_two_places_are_compared_and_the_stricter_is_marked(cast, client_as):
    rows = client_as("civil_chief").get("/ledger/compare/", {"a": "140525", "b": "530300"}).context["rows"]
    drill = next(row for row in rows if row["duty"] == "emergency.drill")
    assert "每半年不少于1次" in {item["when_text"] for item in drill["b"]}
    assert drill["stricter"] == "b"
    only = client_as("civil_chief").get("/ledger/compare/", {"a": "140525", "b": "530300", "only": "b"})
    assert {row["stricter"] for row in only.context["rows"]} == {"b"}


def test_the_notice_differs_from_its_draft_by_the_leading_group(cast, client_as):
    if find_source(library().pack(DRAFT)) is None:
        pytest.skip("手头没有原文")
    response = client_as("civil_chief").get(f"/ledger/diff/{DRAFT}/{NANKAI}/")
    changed = {clause["ref"]: clause for clause in response.context["result"]["clauses"]}
    assert "领导小组" in "".join(changed["十三"]["added"])
    assert '<p class="ins">' in response.content.decode()
    two = client_as("civil_chief").get(f"/ledger/diff/{ZEZHOU}/{QUJING}/")
    assert two.context["result"]["kind"] == "duties"


def test_the_calendar_marks_rest_days_make_up_days_and_dues(nankai, client_as):
    month = (
        client_as("civil_chief").get("/ledger/calendar/", {"month": "2026-09", "all": "1"}).context["month"]
    )
    days = {day.date: day for day in month.days}
    assert month.days[0].date.weekday() == 0
    assert len(month.days) % 7 == 0
    assert (days[date(2026, 9, 20)].mark, days[date(2026, 9, 25)].mark) == ("班", "休")
    assert days[date(2026, 9, 25)].name == "中秋节"
    asked = {"month": "2026-06", "all": "1"}
    june = client_as("civil_chief").get("/ledger/calendar/", asked).context["month"]
    assert next(day for day in june.days if day.date == date(2026, 6, 30)).total > 0
    home = client_as("director").get("/ledger/calendar/", {"month": "2026-12"}).context["month"]
    assert 0 < home.total
    assert not client_as("director").get("/ledger/calendar/", {"month": "2030-01"}).context["month"].published


def test_a_pack_page_states_what_the_check_found(cast, client_as):
    body = client_as("civil_chief").get(f"/ledger/packs/{NANKAI}/").content.decode()
    assert "税务有任务" in body
    assert "网信有任务" in body
    assert "政务服务（行政审批）有职责" in body
    listed = client_as("civil_chief").get("/ledger/packs/").context["lines"]
    assert {line.pack.id for line in listed} == set(library().packs)


def test_the_cases_of_every_pack_run_green_in_the_browser(cast, client_as):
    client = client_as("fire_officer")
    for pack in library().packs.values():
        response = client.get(f"/ledger/packs/{pack.id}/cases/")
        assert response.context["failed"] == 0
        assert len(response.context["results"]) == len(pack.cases)
    part = client.get(f"/ledger/packs/{QUJING}/cases/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "档案期限是星期六" in part


def test_the_export_answers_the_agreed_format(cast, client_as):
    found = json.loads(client_as("auditor").get(f"/ledger/packs/{YOUYANG}/export/").content)
    assert found["id"] == YOUYANG
    assert len(found["indicators"]) == 50
    assert len(found["campaign"]["submissions"]) == 3


def trial(client, pack: str, **more):
    return client.post(
        f"/ledger/packs/{pack}/load-test/",
        {"year": "2021", "streets": "5", "counties": "9", "nursing_home": "40"} | more,
    )


def test_a_load_test_shows_the_impossible_saturday(cast, client_as):
    response = trial(client_as("civil_chief"), QUJING)
    assert response.status_code == 200
    body = response.content.decode()
    assert "2021-12-25（星期六）" in body
    assert "几乎不可能办到" in body
    assert response.context["trial"].load.total > 0
    assert trial(client_as("civil_chief"), QUJING, year="1").status_code == 422
    start = client_as("civil_chief").get(f"/ledger/packs/{QUJING}/load-test/").context["form"]
    assert int(start["streets"].value()) > 100, "街道数取自登记的区划"


def zipped(folder: Path, **changes: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(folder.rglob("*.yaml")):
            name = f"draft/{path.relative_to(folder)}"
            archive.writestr(name, changes.get(path.name, path.read_text("utf-8")))
    return out.getvalue()


def upload(client, content: bytes, name: str = "草案.zip"):
    stream = io.BytesIO(content)
    stream.name = name
    return trial(client, QUJING, file=stream)


def test_an_uploaded_draft_is_tried_without_being_adopted(cast, client_as, tmp_path):
    folder = tmp_path / "draft"
    shutil.copytree(settings.PACKS_DIR / ZEZHOU, folder)
    before = set(library().packs)
    response = upload(client_as("civil_chief"), zipped(folder))
    assert response.status_code == 200
    assert "泽州县养老服务综合监管办法" in response.content.decode()
    assert response.context["uploaded"] == "草案.zip"
    assert set(library().packs) == before


def test_a_bad_draft_is_refused_with_file_line_and_reason(cast, client_as, tmp_path):
    folder = settings.PACKS_DIR / ZEZHOU
    client = client_as("civil_chief")
    broken = (folder / "pack.yaml").read_text("utf-8") + "不认识的键: 1\n"
    bad = upload(client, zipped(folder, **{"pack.yaml": broken}))
    assert bad.status_code == 422
    assert "pack.yaml" in bad.content.decode()
    assert "行" in bad.content.decode()
    for content in (b"not a zip", b"PK\x03\x04" + b"\x00" * 40, zipped(tmp_path)):
        assert upload(client, content).status_code == 422


def test_a_draft_that_climbs_out_of_its_folder_or_swells_is_refused(cast, client_as):
    client = client_as("civil_chief")
    for name, body in (("../../evil.yaml", "a: 1"), ("big.yaml", "甲" * 300_000)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, body)
        response = upload(client, out.getvalue())
        assert response.status_code == 422
