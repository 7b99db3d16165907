"""年度计划：从台账读下限、求解、调整、印发。"""

from collections.abc import Callable

import pytest

from yijian.inspections.models import Plan, PlannedVisit
from yijian.inspections.queries.plan import facts_of, faults, left_out, loads, planned_of, proven
from yijian.inspections.services.plan import (
    add_visit,
    adopt_plan,
    change_settings,
    drop_visit,
    make_plan,
    move_visit,
    pin_visit,
    reopen_plan,
    solve_plan,
)
from yijian.inspections.services.plan_export import export_plan, export_proof
from yijian.inspections.services.visits_open import open_month
from yijian.inspections.tests import world
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Fact
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM, Viewer

Seen = Callable[[str], Viewer]


@pytest.fixture
def made(cast: Cast) -> Plan:
    world.rules()
    world.homes(cast)
    return world.plan(cast)


def test_the_plan_takes_every_floor_of_every_unit_from_the_ledger(made: Plan) -> None:
    assert len(made.floors) == 4 * (2 + 1 + 1)
    joint = [f for f in made.floors if f["title"] == "每半年联合现场检查"]
    assert {(f["first"], f["last"]) for f in joint} == {(1, 6), (7, 12)}
    assert set(joint[0]["functions"]) == {"civil_affairs", "housing", "market", "fire"}
    whys = {row.title: row.why for row in left_out(made)}
    assert "抽取" in whys["测试义务随机"]
    assert "线索" in whys["个案及时检查处置"]


def test_fewest_visits_are_found_and_every_floor_is_proven(made: Plan) -> None:
    assert made.result["before"] == 4 * (2 + 2 + 2 + 2)
    assert made.result["after"] == made.result["bound"] == 8
    assert made.result["gap"] == 0
    assert not faults(made)
    assert all(line.holds for line in proven(made))
    assert len(proven(made, broken=True)) == 0


def test_dropping_one_visit_names_the_broken_floor_and_stops_adoption(made: Plan) -> None:
    gone = made.visits.order_by("month", "pk").first()
    assert gone is not None
    after = drop_visit(planned=gone, by=SYSTEM)
    said = [f.message for f in faults(after)]
    assert any("每半年联合现场检查" in s and gone.facility.name in s for s in said)
    with pytest.raises(Refused, match="每半年联合现场检查"):
        adopt_plan(plan=after, number="民发〔2026〕1号", by=SYSTEM)
    after.refresh_from_db()
    assert after.state == "draft"
    assert not Fact.objects.filter(kind="plan.inspection_made").exists()


def test_moving_out_of_its_half_year_breaks_and_moving_back_mends(made: Plan) -> None:
    first = made.visits.filter(month__lte=6).order_by("pk").first()
    assert first is not None
    was = first.month
    assert faults(move_visit(planned=first, month=8 if was != 8 else 9, by=SYSTEM))
    first.refresh_from_db()
    assert first.fixed
    assert not faults(move_visit(planned=first, month=was, by=SYSTEM))


def test_pinned_and_added_visits_stay_when_solved_again(made: Plan, cast: Cast) -> None:
    one = made.visits.order_by("pk").first()
    assert one is not None
    assert one.facility is not None
    pin_visit(planned=one, fixed=True, by=SYSTEM)
    solve_plan(plan=made, seconds=0.3, by=SYSTEM)
    assert made.visits.filter(facility=one.facility, month=one.month, fixed=True).exists()
    taken = set(made.visits.filter(facility=one.facility).values_list("month", flat=True))
    free = next(m for m in range(1, 13) if m not in taken)
    add_visit(plan=made, facility=one.facility, month=free, functions=["fire"], by=SYSTEM)
    with pytest.raises(Refused, match="已经有一次"):
        add_visit(plan=made, facility=one.facility, month=free, functions=["fire"], by=SYSTEM)


def test_the_cap_counts_every_visit_of_a_facility(made: Plan) -> None:
    change_settings(plan=made, cap=1, standing=True, capacity={}, by=SYSTEM)
    said = [f.message for f in faults(made)]
    assert len(said) == 4
    assert all("超过上限 1 次" in s for s in said)


def test_without_standing_floors_only_numbers_written_in_the_law_bind(made: Plan) -> None:
    change_settings(plan=made, cap=None, standing=False, capacity={"fire": 2}, by=SYSTEM)
    solve_plan(plan=made, seconds=0.3, by=SYSTEM)
    assert not [f for f in made.floors if f["title"] == "消防监督检查"]
    assert next(row for row in loads(made) if row.function == "fire").total == 8


def test_random_share_waits_for_the_draw(made: Plan) -> None:
    change_settings(plan=made, cap=None, standing=True, capacity={}, rate=50, stratify="kind", by=SYSTEM)
    solve_plan(plan=made, seconds=0.3, by=SYSTEM)
    waiting = made.visits.filter(random=True)
    assert waiting.count() == 2
    assert {v.stratum for v in waiting} == {"养老机构"}
    assert all(v.facility is None for v in waiting)
    assert len(planned_of(made)) == 8


def test_adoption_records_the_fact_and_locks_until_reopened(made: Plan) -> None:
    adopt_plan(plan=made, number="民发〔2026〕1号", by=SYSTEM)
    assert made.state == "adopted"
    assert Fact.objects.get(kind="plan.inspection_made").payload["number"] == "民发〔2026〕1号"
    one = made.visits.first()
    assert one is not None
    with pytest.raises(Refused, match="已印发"):
        move_visit(planned=one, month=3, by=SYSTEM)
    with pytest.raises(Refused, match="为什么"):
        reopen_plan(plan=made, reason=" ", by=SYSTEM)
    reopen_plan(plan=made, reason="新增两家机构", by=SYSTEM)
    assert made.state == "draft"


def test_solving_again_keeps_what_was_already_sent_out(made: Plan) -> None:
    adopt_plan(plan=made, number="民发〔2026〕1号", by=SYSTEM)
    month = made.visits.order_by("month").values_list("month", flat=True)[0]
    sent = open_month(plan=made, month=month, by=SYSTEM)
    reopen_plan(plan=made, reason="补充", by=SYSTEM)
    solve_plan(plan=made, seconds=0.3, by=SYSTEM)
    for visit in sent:
        visit.refresh_from_db()
        assert visit.planned is not None
        assert visit.planned.month == month
    assert made.result["after"] == 8
    with pytest.raises(Refused, match="派出"):
        drop_visit(planned=PlannedVisit.objects.get(pk=sent[0].planned_id), by=SYSTEM)


def test_a_planned_visit_tells_which_facts_it_will_record(made: Plan) -> None:
    found = {fact for visit in made.visits.select_related("plan") for fact in facts_of(visit)}
    assert ("inspection.joint_done", "") in found
    assert ("inspection.fire_done", "") in found


def test_one_plan_a_year_and_only_in_ones_own_place(made: Plan, cast: Cast, viewer: Seen) -> None:
    with pytest.raises(Refused, match="已经有一份"):
        make_plan(region=cast.district, year=world.YEAR, by=viewer("civil_officer"))
    with pytest.raises(NotFound):
        make_plan(region=cast.district, year=2027, by=viewer("other_district_officer"))
    with pytest.raises(Forbidden):
        make_plan(region=cast.district, year=2027, by=viewer("fire_officer"))
    with pytest.raises(NotFound):
        solve_plan(plan=made, by=viewer("other_district_officer"))
    assert Plan.objects.count() == 1


def test_a_place_without_packs_cannot_plan(cast: Cast, viewer: Seen) -> None:
    with pytest.raises(Refused, match="制度包"):
        make_plan(region=cast.district, year=2026, by=viewer("civil_officer"))


def test_exports_hold_every_row(made: Plan, viewer: Seen) -> None:
    by = viewer("fire_officer")
    from yijian.sheets.reading import read_table

    assert len(read_table(export_plan(plan=made, by=by), "计划.xlsx").rows) == 8
    rows = read_table(export_proof(plan=made, by=by), "证明.xlsx").rows
    assert len(rows) == len(made.floors)
    assert clock.today()
