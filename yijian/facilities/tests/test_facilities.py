"""动词：建档、变更、终止、证照；时间机器；检索；数据范围。"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from yijian.audit.models import Entry
from yijian.facilities import queries
from yijian.facilities.models import Facility, Licence
from yijian.facilities.services import (
    add_licence,
    change_facility,
    change_licence,
    close_facility,
    create_facility,
    remove_licence,
    reopen_facility,
)
from yijian.facilities.tests.samples import code, make
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.models import Unit
from yijian.people.viewer import SYSTEM, Viewer
from yijian.worker import topics

pytestmark = pytest.mark.django_db
As = Callable[[str], Viewer]


def test_opening_a_file_opens_its_unit_its_history_and_its_search_words(cast: Any, viewer: As) -> None:
    row = make(cast, by=viewer("civil_officer"), uscc=code(1), phone="0990-1234567")
    row.refresh_from_db()
    assert row.unit is not None
    assert (row.unit.function, row.unit.uscc, row.unit.region_path) == ("facility", code(1), cast.street.path)
    assert row.region_path == cast.street.path
    assert row.nature == "non_profit"
    assert "shynyly" in row.search_text
    assert [h.history_change_reason for h in Facility.history.all()] == ["建档"]
    assert Entry.objects.filter(action="facility.created", subject_id=str(row.pk)).count() == 1


def test_a_given_unit_is_used_once(cast: Any) -> None:
    values: Any = {"name": "松鹤长者养老院（演示）", "kind": "nursing_home", "region": cast.street}
    row = create_facility(values=values, unit=cast.units["home_a"], by=SYSTEM)
    assert row.unit_id == cast.units["home_a"].pk
    with pytest.raises(Refused, match="已有档案"):
        create_facility(values=values, unit=cast.units["home_a"], by=SYSTEM)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"uscc": "52990102MA0000001X"}, "uscc", "校验码不对"),
        ({"uscc": "123"}, "uscc", "18 位"),
        ({"name": "  "}, "name", "请填写机构名称"),
        ({"kind": "hotel"}, "kind", "没有“hotel”"),
        ({"beds": -1}, "beds", "应在 0 到"),
        ({"lon": 117.1}, "lat", "都填"),
        ({"lon": 39.1, "lat": 117.1}, "lon", "填反"),
        ({"lon": 2.35, "lat": 48.85}, "lon", "境内"),
        ({"filed_on": date(2999, 1, 1)}, "filed_on", "晚于今天"),
        ({"name": "甲\u202e乙养老院"}, "name", "控制字符"),
        ({"name": "长" * 121}, "name", "太长"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_nothing_is_written(
    cast: Any, values: dict[str, Any], field: str, words: str
) -> None:
    before = (Facility.objects.count(), Unit.objects.count(), Entry.objects.count())
    with pytest.raises(Refused, match=words) as caught:
        make(cast, **values)
    assert caught.value.field == field
    assert (Facility.objects.count(), Unit.objects.count(), Entry.objects.count()) == before


def test_a_code_belongs_to_one_live_facility(cast: Any) -> None:
    make(cast, uscc=code(1))
    with pytest.raises(Refused, match="另一家"):
        make(cast, "另一家养老院（演示）", uscc=code(1).lower())
    assert Facility.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Facility.objects.create(name="绕过（演示）", kind="canteen", region=cast.street, uscc=code(1))


def test_rights_and_scope(cast: Any, viewer: As) -> None:
    row = make(cast)
    for who in ("fire_officer", "street_clerk", "director", "auditor"):
        with pytest.raises(Forbidden):
            change_facility(facility=row, values={"beds": 1}, by=viewer(who))
    with pytest.raises(NotFound):
        change_facility(facility=row, values={"beds": 1}, by=viewer("other_district_officer"))
    with pytest.raises(NotFound):
        make(cast, by=viewer("other_district_officer"))
    for who, seen in (("fire_officer", True), ("street_clerk", True), ("other_street_clerk", False),
                      ("director", False), ("other_district_officer", False)):  # fmt: skip
        assert bool(queries.search(viewer(who), "松鹤")) is seen, who
        assert (queries.page(viewer(who), queries.Filters()).total == 1) is seen
    with pytest.raises(NotFound):
        queries.facility(viewer("other_street_clerk"), row.pk)
    with pytest.raises(NotFound):
        queries.as_of(viewer("other_street_clerk"), row.pk, clock.today())
    assert Facility.objects.get().beds is None


def test_a_facility_cannot_be_moved_out_of_reach(cast: Any, viewer: As) -> None:
    row = make(cast)
    with pytest.raises(NotFound):
        change_facility(facility=row, values={"region": cast.other_district}, by=viewer("civil_chief"))
    change_facility(facility=row, values={"region": cast.regions["990102002"]}, by=viewer("civil_chief"))
    row.refresh_from_db()
    assert row.unit is not None
    assert row.region_path == row.unit.region_path == cast.regions["990102002"].path


def test_the_second_of_two_editors_is_refused(cast: Any, viewer: As) -> None:
    row = make(cast, beds=10)
    seen = row.updated_at
    change_facility(facility=row, values={"beds": 20}, seen_at=seen, by=viewer("civil_officer"))
    with pytest.raises(Refused, match="已被别人修改"):
        change_facility(facility=row, values={"beds": 30}, seen_at=seen, by=viewer("civil_chief"))
    assert Facility.objects.get().beds == 20
    with pytest.raises(Refused, match="没有任何改动"):
        change_facility(facility=row, values={"beds": 20}, by=SYSTEM)


def test_the_time_of_change_always_moves_on(cast: Any) -> None:
    with clock.travel(date(2026, 3, 2)):
        row = make(cast)
        first = row.updated_at
        change_facility(facility=row, values={"beds": 1}, by=SYSTEM)
    row.refresh_from_db()
    assert row.updated_at > first


def test_as_it_was_on_a_day(cast: Any) -> None:
    with clock.travel(date(2026, 3, 2)):
        row = make(cast, beds=10)
        licence = add_licence(facility=row, kind="food", number="甲一", valid_to=date(2026, 6, 1), by=SYSTEM)
    with clock.travel(date(2026, 4, 2)):
        change_facility(facility=row, values={"beds": 20, "name": "松鹤新院（演示）"}, by=SYSTEM)
        change_licence(licence=licence, number="甲二", valid_to=date(2029, 6, 1), by=SYSTEM)
    with clock.travel(date(2026, 5, 2)):
        remove_licence(licence=licence, reason="登记错了", by=SYSTEM)
        with pytest.raises(NotFound, match="还没有这家机构的档案"):
            queries.as_of(SYSTEM, row.pk, date(2026, 3, 1))
        march = queries.as_of(SYSTEM, row.pk, date(2026, 4, 1))
        april = queries.as_of(SYSTEM, row.pk, date(2026, 4, 2))
        may = queries.as_of(SYSTEM, row.pk, date(2026, 5, 2))
        with pytest.raises(Refused, match="还没有到"):
            queries.as_of(SYSTEM, row.pk, date(2026, 5, 3))
    assert (march.name, dict(march.values)["床位数"]) == ("松鹤颐年养老院（演示）", "10")
    assert (april.name, dict(april.values)["床位数"]) == ("松鹤新院（演示）", "20")
    assert [s.licences[0][1] for s in (march, april)] == ["甲一", "甲二"]
    assert may.licences == []
    story = queries.timeline(SYSTEM, row.pk)
    assert [c.why for c in story] == ["变更", "建档"]
    assert ("床位数", "10", "20") in story[0].changes


def test_closing_and_reopening(cast: Any, viewer: As) -> None:
    row = make(cast, opened_on=date(2020, 1, 1))
    by = viewer("civil_officer")
    for day, words in ((date(2019, 1, 1), "早于"), (clock.today() + timedelta(days=9), "晚于今天")):
        with pytest.raises(Refused, match=words):
            close_facility(facility=row, closed_on=day, reason="注销", by=by)
    with pytest.raises(Refused, match="理由"):
        close_facility(facility=row, closed_on=date(2024, 1, 1), reason=" ", by=by)
    close_facility(facility=row, closed_on=date(2024, 1, 1), reason="注销", by=by)
    assert queries.page(by, queries.Filters()).total == 0
    assert queries.page(by, queries.Filters(standing="closed")).total == 1
    with pytest.raises(Refused, match="已登记"):
        close_facility(facility=row, closed_on=date(2024, 1, 1), reason="注销", by=by)
    reopen_facility(facility=row, reason="登记有误", by=by)
    assert Facility.objects.get().closed_on is None


def test_licences(cast: Any, viewer: As) -> None:
    row = make(cast)
    by = viewer("civil_officer")
    today = clock.today()
    add_licence(facility=row, kind="food", number="一", valid_to=today - timedelta(days=1), by=by)
    add_licence(facility=row, kind="fire", number="二", valid_to=today + timedelta(days=20), by=by)
    add_licence(facility=row, kind="medical", number="三", by=by)
    assert [colour for _, colour in queries.licences(by, row.pk)] == ["red", "amber", ""]
    with pytest.raises(Refused, match="已登记过"):
        add_licence(facility=row, kind="food", number="一", by=by)
    with pytest.raises(Refused, match="早于"):
        add_licence(facility=row, kind="food", valid_from=today, valid_to=today - timedelta(days=1), by=by)
    with pytest.raises(NotFound):
        remove_licence(licence=Licence.objects.first(), reason="x", by=viewer("other_district_officer"))  # type: ignore[arg-type]
    assert Licence.objects.count() == 3
    for days, total in (("0", 1), ("30", 1), ("90", 1)):
        assert queries.page(by, queries.Filters(expiring=days)).total == total
    found = queries.page(by, queries.Filters()).rows[0]
    assert (found.expires, found.colour) == (today - timedelta(days=1), "red")


def test_filters(cast: Any) -> None:
    make(cast, uscc=code(1), tags=["种类待核"], beds=5, filing_status="filed")
    make(cast, "柏龄食堂（演示）", kind="canteen", region=cast.regions["990102002"], tags=["核"], beds=9)
    for filters, total in (
        (queries.Filters(kind="canteen"), 1),
        (queries.Filters(region="990102"), 2),
        (queries.Filters(region="990102002"), 1),
        (queries.Filters(tag="种类待核"), 1),
        (queries.Filters(tag="核"), 1),
        (queries.Filters(standing="unfiled"), 1),
        (queries.Filters(text="blst"), 1),
        (queries.Filters(text="松鹤 养老院"), 1),
        (queries.Filters(text="%"), 0),
    ):
        assert queries.page(SYSTEM, filters).total == total, filters
    assert [r.facility.beds for r in queries.page(SYSTEM, queries.Filters(sort="beds")).rows] == [9, 5]
    assert queries.page(SYSTEM, queries.Filters(), 99).number == 1
    with pytest.raises(Refused, match="不认识"):
        queries.Filters.of({"kind": "hotel"})
    with pytest.raises(NotFound):
        queries.page(SYSTEM, queries.Filters(region="nowhere"))


@pytest.mark.parametrize(
    "text", ["松鹤颐年", "songhe", "shyn", "SHYN", "０９９０-１２３", code(1)[:9], "颐年 shyn"]
)
def test_one_box_finds_by_name_pinyin_initials_code_and_phone(cast: Any, text: str) -> None:
    row = make(cast, uscc=code(1), phone="0990-1234567")
    make(cast, "柏龄食堂（演示）", kind="canteen")
    assert [hit.facility_id for hit in queries.search(SYSTEM, text)] == [row.pk]


def test_a_change_is_announced_once_after_commit(
    cast: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "_listeners", {})
    topics.subscribe("registry.changed", f"{__name__}.hear")
    HEARD.clear()
    with django_capture_on_commit_callbacks(execute=True):
        make(cast)
        make(cast, "又一家（演示）")
    assert HEARD == [2]
    with pytest.raises(Refused), django_capture_on_commit_callbacks(execute=True):
        make(cast, uscc="坏")
    assert HEARD == [2]


HEARD: list[int] = []


def hear() -> None:
    HEARD.append(Facility.objects.count())
