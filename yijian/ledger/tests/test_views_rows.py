"""台账列表：筛选、回看、导出、保存筛选；写错的参数得到中文的 4xx。"""

import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from yijian.ledger.models import Obligation, SavedFilter
from yijian.ledger.queries.rows import PAGE, Filter, by_ids, ordered, select, some_ids
from yijian.people.viewer import SYSTEM

pytestmark = pytest.mark.django_db
LIST = "/ledger/"


def titles(response) -> list[str]:
    return [row.title for row in response.context["page"].rows]


def test_the_list_shows_only_what_each_role_may_see(scene, client_as):
    everything = client_as("civil_chief").get(LIST).context["total"]
    fire = client_as("fire_officer").get(LIST)
    home = client_as("director").get(LIST)
    street = client_as("street_clerk").get(LIST)
    assert set(titles(fire)) == {"测试义务年度消防检查"}
    assert {row.subject for row in home.context["page"].rows} == {scene.a.name}
    assert {row.subject for row in street.context["page"].rows} == {scene.a.name}
    assert everything == home.context["total"] * 2
    assert client_as("other_district_officer").get(LIST).context["total"] == 0


def test_a_status_tile_filters_and_its_count_is_the_number_of_rows(scene, client_as):
    client = client_as("civil_chief")
    tiles = {status: n for status, _, n in client.get(LIST).context["tiles"]}
    assert tiles["逾期"] == 6
    late = client.get(LIST, {"status": "逾期"})
    assert late.context["page"].total == 6
    assert "逾" in late.content.decode()


def test_rows_without_a_deadline_come_after_the_dated_ones_in_either_direction(scene, client_as):
    for sort in ("due", "-due"):
        rows = client_as("civil_chief").get(LIST, {"sort": sort}).context["page"].rows
        dated = [row.due_on is not None for row in rows]
        assert dated == sorted(dated, reverse=True)
        days = [row.due_on for row in rows if row.due_on]
        assert days == sorted(days, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["todo", "due", "-due"])
def test_pages_run_through_every_part_without_loss_or_repetition(scene, sort):
    scene.fact("drill.held", scene.a, date(2026, 5, 1))
    parts = ordered(select(SYSTEM, Filter()), Filter(sort=sort))
    total = sum(part.count() for part in parts)
    ids = [i for start in range(0, total + PAGE, PAGE) for i in some_ids(parts, start)]
    assert len(ids) == len(set(ids)) == total == Obligation.objects.count()


def test_what_is_still_to_do_comes_first_and_the_latest_done_next(scene):
    scene.fact("drill.held", scene.a, date(2026, 5, 1))
    where = Filter()
    found = by_ids(some_ids(ordered(select(SYSTEM, where), where), 0), where.moment)
    over = [row.status in ("已完成", "逾期完成", "不适用") for row in found]
    assert any(over) and over == sorted(over)


def test_an_as_of_day_shows_the_ledger_of_that_day(scene, client_as):
    scene.fact("drill.held", scene.a, date(2026, 5, 1))
    client = client_as("civil_chief")
    where = {"rule": scene.rules["drill"].pk, "facility": scene.a.pk}
    then = client.get(LIST, where | {"as_of": "2026-05-02"})
    known = client.get(LIST, where | {"as_of": "2026-05-02", "known": "on"})
    assert [row.status for row in then.context["page"].rows] == ["已完成"]
    assert "当时实情" in then.content.decode()
    assert known.context["page"].total == 0, "当时还没有录入，也还没有这本台账"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"as_of": "2026-02-30"}, "日期应写作"),
        ({"as_of": "2027-01-01"}, "只能回看"),
        ({"as_of": "0001-01-01"}, "只能回看"),
        ({"pack": "没有这份"}, "没有这个选项"),
        ({"place": "1"}, "没有这个选项"),
        ({"status": "好"}, "没有这个选项"),
        ({"region": "x\x00"}, "没有这个选项"),
        ({"q": "\x00"}, "查找"),
        ({"page": "0"}, "页码"),
        ({"page": "9" * 30}, "页码"),
        ({"facility": "9" * 30}, "机构"),
        ({"rule": "-1"}, "义务"),
        ({"sort": "pk;drop"}, "排序"),
        ({"due_from": "2026-06-02", "due_to": "2026-06-01"}, "止日早于起日"),
        ({"clause": "长" * 41}, "不能超过 40 字"),
    ],
)
def test_a_wrong_parameter_is_answered_in_chinese_with_a_4xx(scene, client_as, query, said):
    for name in ("ledger:list", "ledger:rows", "ledger:export"):
        response = client_as("civil_chief").get(reverse(name), query)
        assert response.status_code == 422
        assert said in response.content.decode()


def test_the_export_holds_every_filtered_row_with_unit_and_time(scene, client_as):
    response = client_as("civil_chief").get("/ledger/export/", {"status": "逾期"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "义务台账"
    assert "制表单位：颐和区民政局" in rows[1][0]
    assert "2026年11月23日" in rows[1][0]
    assert "状态：逾期" in rows[1][0]
    assert rows[2][:3] == ["状态", "义务", "对象"]
    assert len(rows) == 3 + 6
    assert isinstance(rows[3][-1], str), "编号按文字写"


def test_a_filter_is_saved_once_under_a_name_and_deleted_by_its_owner_only(scene, client_as):
    client = client_as("civil_chief")
    kept = {"name": "逾期的", "query": "status=逾期&page=3"}
    assert client.post("/ledger/filters/save/", kept).status_code == 302
    saved = SavedFilter.objects.get()
    assert saved.query == "status=%E9%80%BE%E6%9C%9F"
    again = client.post("/ledger/filters/save/", kept)
    assert again.status_code == 422
    assert "换个名字" in again.content.decode()
    assert client.post("/ledger/filters/save/", {"name": "空", "query": "page=2"}).status_code == 422
    assert SavedFilter.objects.count() == 1
    gone = f"/ledger/filters/{saved.pk}/delete/"
    assert client_as("civil_officer").post(gone).status_code == 404
    assert SavedFilter.objects.count() == 1
    assert "逾期的" in client.get(LIST).content.decode()
    assert client.post(gone).status_code == 302
    assert not SavedFilter.objects.exists()


def test_the_rows_of_a_light_name_their_proof(scene, client_as):
    fact = scene.fact("drill.held", scene.a)
    page = client_as("civil_chief").get(
        "/ledger/rows/", {"rule": scene.rules["drill"].pk, "status": "已完成"}
    )
    body = page.content.decode()
    assert reverse("ledger:fact", args=[fact.pk]) in body
    assert "演〔2026〕1号" in body
    assert "<html" not in body
