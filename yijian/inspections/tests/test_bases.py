"""三库：检查人员、事项清单、关系；派人时的核对。"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from yijian.inspections.models import Inspector, SpotItem, Visit
from yijian.inspections.queries import tasks
from yijian.inspections.queries.bases import InspectorFilter, inspectors, usable
from yijian.inspections.services.bases import (
    declare_relation,
    end_relation,
    export_inspectors,
    load_spot_items,
    save_spot_item,
)
from yijian.inspections.services.visits_open import Order, assign, assign_many, open_case, open_visit
from yijian.inspections.tests import world
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Obligation
from yijian.ledger.services.record import Act, record_fact
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM, Viewer
from yijian.sheets.services import commit, stage

Seen = Callable[[str], Viewer]


def order(**more: object) -> Order:
    today = clock.today()
    values = {
        "kind": "daily", "basis": "66号令38条", "window_from": today, "window_to": today + timedelta(days=5),
        "functions": ("civil_affairs",), "reason": "群众反映夜间无人值守",
    } | more  # fmt: skip
    return Order(**values)  # type: ignore[arg-type]


def imported(content: str, viewer: Viewer, kind: str = "inspectors") -> dict[str, int]:
    batch = stage(kind=kind, content=content.encode(), filename=f"{kind}.csv", by=viewer)
    return commit(batch_id=batch.pk, by=viewer).written


def test_spot_items_of_the_four_places_load_once(cast: Cast) -> None:
    assert load_spot_items(by=SYSTEM) >= 45
    assert load_spot_items(by=SYSTEM) == 0
    assert set(SpotItem.objects.values_list("region_id", flat=True)) == {
        "120104",
        "500242",
        "140525",
        "530300",
    }
    assert not SpotItem.objects.filter(basis="").exists()


def test_a_spot_item_needs_its_basis_and_its_place(cast: Cast, viewer: Seen) -> None:
    given = {
        "code": "YH01", "aspect": "fire", "title": "疏散通道", "object_kinds": ["nursing_home"],
        "method": "onsite", "functions": ["fire"],
    }  # fmt: skip
    with pytest.raises(Refused, match="依据"):
        save_spot_item(region=cast.district, **given, basis="", by=viewer("civil_officer"))
    with pytest.raises(NotFound):
        save_spot_item(region=cast.other_district, **given, basis="消防法", by=viewer("civil_officer"))
    save_spot_item(region=cast.district, **given, basis="消防法第16条", by=viewer("civil_officer"))
    with pytest.raises(Refused, match="用过"):
        save_spot_item(region=cast.district, **given, basis="消防法第16条", by=viewer("civil_officer"))
    assert SpotItem.objects.count() == 1


def test_spot_items_come_in_from_a_sheet(cast: Cast, viewer: Seen) -> None:
    head = "适用地方（区划代码）,编号,类别,抽查事项,检查对象,检查方式,检查主体,检查依据\n"
    row = "990102,YH02,消防,疏散通道,养老机构、敬老院,现场检查,消防救援、民政,消防法第16条\n"
    assert imported(head + row, viewer("civil_officer"), "spot_items") == {"新增": 1, "更新": 0}
    one = SpotItem.objects.get()
    assert (one.object_kinds, one.functions) == (["nursing_home", "township_home"], ["fire", "civil_affairs"])


HEAD = "姓名,单位,执法证编号,有效期起,有效期至,专长\n"


def test_inspectors_come_in_from_the_provincial_list(cast: Cast, viewer: Seen) -> None:
    by = viewer("civil_officer")
    rows = "雷振声,颐和区消防救援大队,示0001,2024-01-01,2030-01-01,消防、应急\n"
    assert imported(HEAD + rows, by) == {"新增": 1, "更新": 0}
    again = rows.replace("2030-01-01", "2031-06-30")
    assert imported(HEAD + again, by) == {"新增": 0, "更新": 1}
    one = Inspector.objects.get()
    assert (one.valid_to, one.expertise, one.certificate_no) == (
        date(2031, 6, 30),
        ["fire", "emergency"],
        "示0001",
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲,没有这个单位,示1,,2030-01-01,消防", "没有这个单位"),
        ("甲,康宁区民政局,示1,,2030-01-01,消防", "没有这个单位"),
        ("甲,颐和区民政局,示1,2031-01-01,2030-01-01,消防", "早于"),
        ("甲,颐和区民政局,示1,,2030-01-01,魔法", "不认识的专长"),
        ("甲,颐和区民政局,示1,,2030-02-31,消防", "2030-02-31"),
        ("甲,颐和区民政局,示1,,2030-01-01,\n乙,颐和区民政局,示1,,2030-01-01,", "证号相同"),
    ],
)
def test_a_wrong_row_is_named_and_nobody_is_written(cast: Cast, viewer: Seen, row: str, said: str) -> None:
    by = viewer("civil_officer")
    batch = stage(kind="inspectors", content=(HEAD + row + "\n").encode(), filename="名录.csv", by=by)
    assert batch.faults
    with pytest.raises(Refused):
        commit(batch_id=batch.pk, by=by)
    from yijian.sheets.queries import preview

    assert any(said in p.message for p in preview(by, batch.pk).problems)
    assert not Inspector.objects.exists()


def test_expired_certificates_stay_listed_but_are_not_usable(cast: Cast, viewer: Seen) -> None:
    old = world.inspector(cast, "旧证", valid_to=clock.today() - timedelta(days=1))
    good = world.inspector(cast, "新证")
    by = viewer("civil_officer")
    assert set(inspectors(by)) == {old, good}
    assert list(inspectors(by, InspectorFilter(validity="expired"))) == [old]
    assert list(usable(by, cast.street.path, clock.today())) == [good]
    assert not list(inspectors(viewer("other_district_officer")))
    assert export_inspectors(where=InspectorFilter(), by=by)


# ── 派任务、派人 ──────────────────────────────────────────────────────


def test_an_unplanned_visit_gives_its_reason(cast: Cast, viewer: Seen) -> None:
    home, by = world.homes(cast)[0], viewer("civil_officer")
    with pytest.raises(Refused, match="理由"):
        open_visit(facility=home, order=order(reason=" "), by=by)
    with pytest.raises(Refused, match="最晚"):
        open_visit(facility=home, order=order(window_to=clock.today() - timedelta(days=1)), by=by)
    with pytest.raises(NotFound):
        open_visit(facility=home, order=order(), by=viewer("other_district_officer"))
    with pytest.raises(Forbidden):
        open_visit(facility=home, order=order(), by=viewer("director"))
    assert not Visit.objects.exists()
    visit = open_visit(facility=home, order=order(), by=by)
    assert visit.lead_unit == cast.units["civil"]
    assert visit.entry_code != visit.uid


def test_two_valid_inspectors_without_ties_are_sent(cast: Cast, viewer: Seen) -> None:
    by = viewer("civil_officer")
    visit = open_visit(facility=world.homes(cast)[0], order=order(), by=by)
    a, b = world.inspector(cast, "甲"), world.inspector(cast, "乙", "fire")
    expert = world.inspector(cast, "专家", is_expert=True)
    expired = world.inspector(cast, "旧", valid_to=clock.today())
    far = world.inspector(cast, "邻区", "other_civil")
    kin = world.inspector(cast, "亲属")
    declare_relation(inspector=kin, facility=visit.facility, kind="kinship", by=by)
    for ids, said in (
        ([a.pk], "至少"),
        ([a.pk, expert.pk], "至少"),
        ([a.pk, expired.pk], "盖不住"),
        ([a.pk, far.pk], "管不到"),
        ([a.pk, kin.pk], "回避"),
        ([a.pk, 10**9], "名录"),
    ):
        with pytest.raises(Refused, match=said):
            assign(visit=visit, inspectors=ids, by=by)
        assert not visit.inspectors.exists()
    assign(visit=visit, inspectors=[a.pk, b.pk, expert.pk], leader=b.pk, by=by)
    assert visit.inspectors.get(leader=True).inspector == b
    assert visit.inspectors.count() == 3


def test_bulk_assignment_checks_each_as_the_single_one_does(cast: Cast, viewer: Seen) -> None:
    by, homes = viewer("civil_officer"), world.homes(cast, 50)
    visits = [open_visit(facility=h, order=order(), by=by) for h in homes]
    a, b = world.inspector(cast, "甲"), world.inspector(cast, "乙")
    tie = declare_relation(inspector=a, facility=homes[7], kind="former_employer", by=by)
    outcome = assign_many(visit_ids=[v.pk for v in visits], inspectors=[a.pk, b.pk], by=by)
    assert len(outcome.done) == 49
    assert tasks.counts(by)["assigned"] == 50
    ((refused, why),) = outcome.refused
    assert refused.facility == homes[7]
    assert "回避" in why
    assert not refused.inspectors.exists()
    end_relation(relation=tie, by=by)
    again = assign_many(visit_ids=[refused.pk], inspectors=[a.pk, b.pk], by=by)
    assert len(again.done) == 1


def test_only_oneself_or_the_keeper_of_the_list_declares(cast: Cast, viewer: Seen) -> None:
    home = world.homes(cast)[0]
    mine = world.inspector(cast, "雷振声", "fire", account=cast.fire_officer)
    other = world.inspector(cast, "别人", "fire")
    declare_relation(inspector=mine, facility=home, kind="investment", by=viewer("fire_officer"))
    with pytest.raises(Refused, match="申报过"):
        declare_relation(inspector=mine, facility=home, kind="investment", by=viewer("fire_officer"))
    with pytest.raises(Forbidden):
        declare_relation(inspector=other, facility=home, kind="kinship", by=viewer("fire_officer"))
    with pytest.raises(Refused, match="什么关系"):
        declare_relation(inspector=other, facility=home, kind="other", by=viewer("civil_officer"))


def test_a_clue_in_the_ledger_becomes_one_case_visit(cast: Cast, viewer: Seen) -> None:
    world.rules()
    home, by = world.homes(cast)[0], viewer("civil_officer")
    act = Act(
        kind="inspection.case_opened", occurred=clock.today(), facility_id=home.pk,
        payload={"number": "转〔2026〕3号"},
    )  # fmt: skip
    clue = record_fact(act=act, by=SYSTEM)
    (case,) = tasks.cases(by)
    assert case.visit is None
    visit = open_case(obligation_id=case.duty.pk, by=by)
    assert (visit.kind, visit.case_key) == ("case", clue.case_key)
    with pytest.raises(Refused, match="已经派出"):
        open_case(obligation_id=case.duty.pk, by=by)
    (case,) = tasks.cases(by)
    assert case.visit == visit
    assert not tasks.cases(viewer("other_district_officer"))
    with pytest.raises(NotFound):
        open_case(obligation_id=10**9, by=by)
    done = Act(
        kind="inspection.case_done", occurred=clock.today(), facility_id=home.pk, case_key=visit.case_key,
        payload={"number": "查〔2026〕3号"},
    )  # fmt: skip
    record_fact(act=done, by=SYSTEM)
    assert Obligation.objects.get(pk=case.duty.pk).done_at is not None
    assert not tasks.cases(by)


def test_workload_counts_tasks_by_month(cast: Cast, viewer: Seen) -> None:
    by, home = viewer("civil_officer"), world.homes(cast)[0]
    a, b = world.inspector(cast, "甲"), world.inspector(cast, "乙")
    day = date(2026, 3, 2)
    with clock.travel(day):
        visit = open_visit(facility=home, order=order(), inspectors=[a.pk, b.pk], by=by)
    counted = {w.inspector.name: w.months for w in tasks.workload(by, 2026)}
    assert counted["甲"][2] == 1
    assert sum(counted["乙"]) == 1
    assert list(tasks.visits(by, tasks.TaskFilter(month="2026-03"))) == [visit]
    assert not list(tasks.visits(by, tasks.TaskFilter(month="2026-04")))
    assert list(tasks.visits(by, tasks.TaskFilter(function="civil_affairs"))) == [visit]
    assert not list(tasks.visits(by, tasks.TaskFilter(function="fire")))
