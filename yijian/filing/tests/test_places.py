"""未登记场所：路由、期限、每一步、报告、拒绝。"""

import io
from datetime import date
from typing import Any

import docx
import pytest

from yijian.filing.models import PlaceStep, UnregisteredPlace
from yijian.filing.services.places import Seen, add_place, move_place
from yijian.filing.services.places_report import place_report
from yijian.filing.tests.samples import YOUYANG, youyang
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.models import Fact, Obligation


def seen(region: Any, **more: Any) -> Seen:
    values = {"name": "无名养老点", "source": "street", "address": "演示巷3号", "building": "residence",
              "claims": "business", "found_on": clock.today(), "residents": 7, "staff": 2, "price_low": 1500,
              "price_high": 2200, "risks": ("fire", "food")}  # fmt: skip
    return Seen(region=region, **(values | more))


def test_a_place_gets_the_competent_unit_and_its_facts(cast: Any, viewer: Any) -> None:
    place = add_place(seen=seen(cast.street), by=viewer("street_clerk"))
    assert (place.unit_function, place.state) == ("market", "found")
    assert place.unit_reason
    assert place.unit_clause
    found = set(Fact.objects.filter(case_key=place.case_key).values_list("kind", flat=True))
    assert found == {"unlicensed.found", "unlicensed.to_market", "filing.unfiled_found"}


def test_another_street_cannot_file_here_and_nothing_is_kept(cast: Any, viewer: Any) -> None:
    with pytest.raises(NotFound):
        add_place(seen=seen(cast.street), by=viewer("other_street_clerk"))
    assert not UnregisteredPlace.objects.exists()
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": " "},
        {"price_high": 100},
        {"claims": "别的"},
        {"risks": ("别的",)},
        {"found_on": date(2099, 1, 1)},
    ],
)
def test_bad_entries_are_refused_whole(cast: Any, viewer: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        add_place(seen=seen(cast.street, **wrong), by=viewer("street_clerk"))
    assert not UnregisteredPlace.objects.exists()


def test_the_same_address_is_not_opened_twice(cast: Any, viewer: Any) -> None:
    add_place(seen=seen(cast.street), by=viewer("street_clerk"))
    with pytest.raises(Refused):
        add_place(seen=seen(cast.street), by=viewer("civil_officer"))
    assert UnregisteredPlace.objects.count() == 1


def test_a_place_walks_to_watch_and_may_come_back(cast: Any, viewer: Any) -> None:
    by = viewer("street_clerk")
    place = add_place(seen=seen(cast.street), by=by)
    first = place.case_key
    with pytest.raises(Refused):
        move_place(place=place, step="settle", note="跳步", on=clock.today(), by=by)
    assert PlaceStep.objects.count() == 1
    for step in ("inspect", "report", "dispose", "act", "settle"):
        move_place(place=place, step=step, note=f"{step}办了", on=clock.today(), by=by)
    assert (place.state, place.plan, place.outcome) == ("watch", "dispose办了", "settle办了")
    closed = Fact.objects.get(kind="case.closed")
    assert closed.variant == "unlicensed_market"
    move_place(place=place, step="revive", note="又收人", on=clock.today(), by=by)
    assert place.state == "found"
    assert place.case_key != first


def test_the_report_is_a_word_paper_with_the_place_in_it(cast: Any, viewer: Any) -> None:
    place = add_place(seen=seen(cast.street), by=viewer("street_clerk"))
    paper = docx.Document(io.BytesIO(place_report(place, "松鹤街道办事处", "颐和区人民政府")))
    text = "\n".join(p.text for p in paper.paragraphs) + "".join(
        cell.text for table in paper.tables for line in table.rows for cell in line.cells
    )
    for word in ("颐和区人民政府", "演示巷3号", "7 人", "1500—2200 元/月", place.unit_clause):
        assert word in text


@pytest.mark.django_db
def test_youyang_finding_residents_opens_the_twenty_day_check_and_the_check_closes_it() -> None:
    world = youyang()
    with clock.travel(YOUYANG):
        place = add_place(seen=seen(world.town), by=world.clerk)
        duty = Obligation.objects.get(rule__key="y2-6-unfiled-check", case_key=place.case_key)
        assert str(duty.due_on) == str(place.check_due_on) == "2026-03-16"
        open_kinds = {"r4-report", "r4-dispose"}
        rows = Obligation.objects.filter(rule__key__in=open_kinds, case_key=place.case_key)
        assert {row.rule.key for row in rows} == open_kinds
    with clock.travel(date(2026, 3, 2)):
        move_place(
            place=place, step="inspect", note="到场检查，督促备案", on=date(2026, 3, 2), by=world.chief
        )
    duty.refresh_from_db()
    assert duty.done_at is not None
