"""台账引擎：各种时限形状由事实点亮，回到过去任何一天都一样。"""

from datetime import date, datetime

import pytest

from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Fact, Obligation
from yijian.ledger.queries.rows import Filter, page, select, tally
from yijian.ledger.queries.status import AsOf, having, with_status
from yijian.ledger.services.follow import follow_registry
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import (
    Act,
    mark_not_applicable,
    record_fact,
    record_facts,
    record_for,
    retract_fact,
    review_fact,
)
from yijian.ledger.services.replay import check
from yijian.ledger.tests.world import SYSTEM, make_facility, make_place, make_rule
from yijian.regimes.status import STATUSES, status

pytestmark = pytest.mark.django_db
PROOF = {"number": "演〔2026〕1号"}


@pytest.fixture
def place(cast):
    return make_place()


def opened(day: date) -> None:
    with clock.travel(day):
        open_ledger(by=SYSTEM)


def status_on(duty: Obligation, day: date, known: bool = False) -> str:
    with clock.travel(day):
        row = with_status(Obligation.objects.filter(pk=duty.pk), AsOf(day, known)).first()
        return row.status if row else "不存在"


def recorded(day: date, kind: str, facility, **extra) -> Fact:
    with clock.travel(day):
        act = Act(
            kind=kind, occurred=extra.pop("occurred", day), facility_id=facility.pk, payload=PROOF, **extra
        )
        return record_fact(act=act, by=SYSTEM)


def agree() -> None:
    assert check() == {"missing": [], "extra": [], "proofs": []}


def test_half_yearly_drill_turns_from_not_due_to_soon_to_overdue_and_is_done_late(place):
    home = make_facility("半年演练院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    assert (duty.due_on, duty.facility) == (date(2026, 6, 30), home)
    assert status_on(duty, date(2026, 3, 1)) == "未到期"
    assert status_on(duty, date(2026, 6, 10)) == "临期"
    assert status_on(duty, date(2026, 6, 30)) == "临期"
    assert status_on(duty, date(2026, 7, 1)) == "逾期"
    with clock.travel(date(2026, 7, 8)):
        act = Act(kind="drill.held", occurred=date(2026, 7, 3), payload=PROOF)
        record_for(obligation_id=duty.pk, act=act, by=SYSTEM)
    assert status_on(duty, date(2026, 7, 8)) == "逾期完成"
    opened(date(2026, 7, 9))
    later = Obligation.objects.get(slot_start=date(2026, 7, 1))
    assert later.done_on is None, "补做上半年的不顶下半年的"
    agree()


def test_a_drill_in_time_completes_only_its_own_period(place):
    home = make_facility("按时演练院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 5, 5))
    recorded(date(2026, 5, 20), "drill.held", home)
    first, second = Obligation.objects.filter(slot_start__year=2026).order_by("slot_start")
    assert status_on(first, date(2026, 7, 1)) == "已完成"
    assert second.done_on is None
    agree()


def test_twice_a_year_needs_the_second_visit(place):
    home = make_facility("督导两次院")
    make_rule(
        place, "twice", {"at_least": 2, "per": "year"}, evidence=[("inspection.supervision_done", "town")]
    )
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    recorded(date(2026, 2, 3), "inspection.supervision_done", home, variant="town")
    assert status_on(duty, date(2026, 3, 1)) == "未到期"
    recorded(date(2026, 8, 9), "inspection.supervision_done", home, variant="county")
    assert status_on(duty, date(2026, 9, 1)) == "未到期", "县级督导不顶乡镇督导"
    recorded(date(2026, 10, 9), "inspection.supervision_done", home, variant="town")
    assert status_on(duty, date(2026, 10, 9)) == "已完成"
    with clock.travel(date(2026, 10, 9)):
        then = with_status(Obligation.objects.filter(pk=duty.pk), AsOf(date(2026, 8, 10))).get()
    assert then.status == "未到期", "回看八月还差一次"
    agree()


def test_three_kinds_of_plans_are_all_needed(place):
    home = make_facility("三类预案院")
    kinds = [("plan.adopted", v) for v in ("natural", "accident", "health")]
    make_rule(place, "plans", {"by": date(2026, 3, 31).isoformat()}, evidence=kinds, all_of=True)
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get()
    recorded(date(2026, 2, 1), "plan.adopted", home, variant="natural")
    recorded(date(2026, 2, 2), "plan.adopted", home, variant="natural")
    recorded(date(2026, 2, 3), "plan.adopted", home, variant="accident")
    assert status_on(duty, date(2026, 3, 1)) == "临期"
    recorded(date(2026, 4, 2), "plan.adopted", home, variant="health")
    assert status_on(duty, date(2026, 4, 3)) == "逾期完成"
    agree()


def test_complaint_on_the_eve_of_national_day_counts_working_days_with_make_up_days(place):
    home = make_facility("投诉院")
    make_rule(
        place,
        "answer",
        {"within": 5, "unit": "workdays", "of": "complaint.received"},
        each="fact",
        subjects=["complaint.received"],
        evidence=[("complaint.answered", "")],
    )
    opened(date(2026, 9, 1))
    recorded(date(2026, 9, 29), "complaint.received", home)
    duty = Obligation.objects.get()
    assert duty.due_on == date(2026, 10, 12), "十月十日周六调休上班"
    assert status_on(duty, date(2026, 10, 12)) == "临期"
    assert status_on(duty, date(2026, 10, 13)) == "逾期"
    fact = recorded(date(2026, 10, 12), "complaint.answered", home)
    assert fact.case_key == duty.case_key, "机构只有一件未了的投诉，自动对上"
    assert status_on(duty, date(2026, 10, 13)) == "已完成"
    agree()


def test_two_open_complaints_are_not_guessed_apart(place):
    home = make_facility("两件投诉院")
    make_rule(
        place,
        "answer",
        {"within": 5, "unit": "workdays", "of": "complaint.received"},
        each="fact",
        subjects=["complaint.received"],
        evidence=[("complaint.answered", "")],
    )
    opened(date(2026, 9, 1))
    recorded(date(2026, 9, 2), "complaint.received", home)
    second = recorded(date(2026, 9, 3), "complaint.received", home)
    recorded(date(2026, 9, 4), "complaint.answered", home)
    assert not Obligation.objects.filter(done_on__isnull=False).exists()
    recorded(date(2026, 9, 4), "complaint.answered", home, case_key=second.case_key)
    assert Obligation.objects.get(done_on__isnull=False).trigger == second
    agree()


def test_an_hourly_clock_needs_the_moment(place):
    home = make_facility("突发事件院")
    make_rule(
        place,
        "report",
        {"within": 1, "unit": "hours", "of": "incident.happened"},
        each="fact",
        subjects=["incident.happened"],
        evidence=[("incident.reported", "")],
    )
    opened(date(2026, 9, 1))
    with pytest.raises(Refused, match="时刻"):
        recorded(date(2026, 9, 2), "incident.happened", home)
    at = datetime(2026, 9, 2, 8, 0, tzinfo=clock.TZ)
    recorded(date(2026, 9, 2), "incident.happened", home, occurred=at)
    assert Obligation.objects.get().due_at == datetime(2026, 9, 2, 9, 0, tzinfo=clock.TZ)
    late = datetime(2026, 9, 2, 9, 30, tzinfo=clock.TZ)
    recorded(date(2026, 9, 3), "incident.reported", home, occurred=late)
    assert status_on(Obligation.objects.get(), date(2026, 9, 3)) == "逾期完成"
    agree()


def test_thirty_days_notice_counts_back_from_the_planned_day(place):
    home = make_facility("计划停业院")
    make_rule(
        place,
        "notice",
        {"at_least": 30, "unit": "days", "before": "service.end_planned"},
        each="fact",
        subjects=["service.end_planned"],
        evidence=[("service.end_noticed", "")],
    )
    opened(date(2026, 3, 1))
    recorded(date(2026, 3, 2), "service.end_planned", home, about_on=date(2026, 5, 1))
    duty = Obligation.objects.get()
    assert duty.due_on == date(2026, 4, 1)
    recorded(date(2026, 4, 5), "service.end_noticed", home)
    assert status_on(duty, date(2026, 4, 6)) == "逾期完成"
    agree()


def test_a_deadline_beyond_the_published_calendar_is_provisional(place):
    home = make_facility("跨年院")
    make_rule(
        place,
        "answer",
        {"within": 20, "unit": "workdays", "of": "filing.completed"},
        each="fact",
        subjects=["filing.completed"],
        evidence=[("filing.first_check_done", "")],
        warn_days=1,
    )
    opened(date(2026, 12, 1))
    recorded(date(2026, 12, 20), "filing.completed", home)
    duty = Obligation.objects.get()
    assert duty.provisional and duty.due_on.year == 2027
    assert status_on(duty, date(2026, 12, 21)) == "暂定"


def test_a_cap_is_breached_by_one_visit_too_many(place):
    home = make_facility("上限院")
    make_rule(place, "cap", {"at_most": 2, "per": "year"}, evidence=[("inspection.joint_done", "")])
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    for month in (2, 4):
        recorded(date(2026, month, 1), "inspection.joint_done", home)
    assert status_on(duty, date(2026, 5, 1)) == "未到期"
    recorded(date(2026, 6, 1), "inspection.joint_done", home)
    assert status_on(duty, date(2026, 6, 1)) == "逾期"
    assert Obligation.objects.get(pk=duty.pk).breached_on == date(2026, 6, 1)
    agree()


def test_a_word_without_a_number_never_falls_overdue(place):
    home = make_facility("定期院")
    make_rule(place, "regular", {"promptly": "定期"}, evidence=[("selfcheck.done", "")])
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    assert duty.due_on is None
    assert status_on(duty, date(2026, 12, 31)) == "未到期"
    recorded(date(2026, 4, 1), "selfcheck.done", home)
    assert status_on(duty, date(2026, 4, 1)) == "已完成"
    agree()


def test_retracting_restores_the_light_and_keeps_the_record(place):
    with clock.travel(date(2026, 1, 2)):
        home = make_facility("撤回院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    fact = recorded(date(2026, 5, 1), "drill.held", home)
    with clock.travel(date(2026, 7, 2)):
        with pytest.raises(Refused, match="理由"):
            retract_fact(fact_id=fact.pk, reason=" ", by=SYSTEM)
        assert Fact.objects.count() == 1
        retract_fact(fact_id=fact.pk, reason="记错了机构", by=SYSTEM)
        with pytest.raises(Refused, match="已经撤回"):
            retract_fact(fact_id=fact.pk, reason="再撤一次", by=SYSTEM)
    assert status_on(duty, date(2026, 7, 2)) == "逾期"
    assert Fact.objects.count() == 2
    with clock.travel(date(2026, 8, 1)):
        rows = Obligation.objects.filter(pk=duty.pk)
        assert with_status(rows, AsOf(date(2026, 6, 1), known=True)).get().status == "已完成", "当时所知"
        assert with_status(rows, AsOf(date(2026, 6, 1))).get().status == "临期", "当时实情"
    agree()


def test_what_was_known_then_differs_from_what_was_true_then(place):
    with clock.travel(date(2026, 1, 2)):
        home = make_facility("补录院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    with clock.travel(date(2026, 9, 1)):
        act = Act(kind="drill.held", occurred=date(2026, 5, 1), facility_id=home.pk, payload=PROOF)
        record_fact(act=act, by=SYSTEM)
        rows = Obligation.objects.filter(pk=duty.pk)
        assert with_status(rows, AsOf(date(2026, 7, 15))).get().status == "已完成"
        assert with_status(rows, AsOf(date(2026, 7, 15), known=True)).get().status == "逾期"


def test_a_record_waits_for_review_where_the_pack_says_so(place):
    home = make_facility("审核院")
    make_rule(place, "checked", {"at_least": 1, "per": "year"}, review=True)
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    fact = recorded(date(2026, 5, 1), "drill.held", home)
    assert status_on(duty, date(2026, 5, 2)) == "未到期"
    with clock.travel(date(2026, 5, 20)):
        with pytest.raises(Refused, match="理由"):
            review_fact(fact_id=fact.pk, accepted=False, by=SYSTEM)
        review_fact(fact_id=fact.pk, accepted=True, by=SYSTEM)
        with pytest.raises(Refused, match="已由"):
            review_fact(fact_id=fact.pk, accepted=True, by=SYSTEM)
    assert status_on(duty, date(2026, 5, 20)) == "已完成"
    agree()


def test_not_applicable_is_a_fact_with_a_reason(place):
    home = make_facility("不适用院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    duty = Obligation.objects.get(slot_start=date(2026, 1, 1))
    with clock.travel(date(2026, 2, 1)):
        fact = mark_not_applicable(obligation_id=duty.pk, reason="停业装修", by=SYSTEM)
    assert status_on(duty, date(2026, 8, 1)) == "不适用"
    agree()
    with clock.travel(date(2026, 8, 2)):
        retract_fact(fact_id=fact.pk, reason="已恢复营业", by=SYSTEM)
    assert status_on(duty, date(2026, 8, 2)) == "逾期"
    agree()
    assert home.closed_on is None


def test_closing_merging_and_opening_facilities_moves_only_their_rows(place):
    old, new = make_facility("关停院"), make_facility("新开院", opened_on=date(2026, 8, 1))
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 8, 15))
    slots = set(Obligation.objects.filter(facility=new).values_list("slot_start", flat=True))
    assert slots == {date(2026, 7, 1)}, "上半年还没开业"
    with clock.travel(date(2026, 8, 20)):
        old.closed_on, old.updated_at = date(2026, 8, 1), clock.now()
        old.save()
        follow_registry(by=SYSTEM)
    live = set(Obligation.objects.filter(facility=old, void_at=None).values_list("slot_start", flat=True))
    assert date(2026, 7, 1) not in live and date(2026, 1, 1) in live
    agree()


def test_facts_of_a_merged_facility_count_for_the_kept_one(place):
    kept, dropped = make_facility("保留院"), make_facility("重复院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    recorded(date(2026, 2, 1), "drill.held", dropped)
    with clock.travel(date(2026, 3, 1)):
        dropped.merged_into, dropped.updated_at = kept, clock.now()
        dropped.save()
        follow_registry(by=SYSTEM)
    assert Obligation.objects.get(facility=kept, slot_start=date(2026, 1, 1)).done_on == date(2026, 2, 1)
    assert not Obligation.objects.filter(facility=dropped, void_at=None).exists()
    agree()


def test_units_and_jurisdictions_owe_their_own_acts(place, cast):
    make_rule(
        place,
        "street",
        {"at_least": 1, "per": "year"},
        each="unit",
        subjects=["subdistrict"],
        evidence=[("meeting.held", "")],
    )
    make_rule(
        place,
        "plan",
        {"every_year_by": "06-30"},
        each="jurisdiction",
        subjects=["990102"],
        evidence=[("policy_list.published", "")],
    )
    opened(date(2026, 1, 5))
    assert Obligation.objects.filter(rule__key="street", slot_start=date(2026, 1, 1)).count() == 2
    with clock.travel(date(2026, 6, 1)):
        act = Act(kind="policy_list.published", occurred=date(2026, 6, 1), region_id="990102", payload=PROOF)
        record_fact(act=act, by=SYSTEM)
        act = Act(
            kind="meeting.held", occurred=date(2026, 6, 1), unit_id=cast.units["street_a"].pk, payload=PROOF
        )
        record_fact(act=act, by=SYSTEM)
    done = Obligation.objects.filter(done_on__isnull=False)
    assert {d.subject for d in done} == {"r990102", f"u{cast.units['street_a'].pk}"}
    agree()


def test_one_act_over_many_facilities_is_one_batch(place):
    homes = [make_facility(f"批量{n}院") for n in range(5)]
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    with clock.travel(date(2026, 3, 1)):
        acts = [
            Act(kind="drill.held", occurred=date(2026, 3, 1), facility_id=h.pk, payload=PROOF) for h in homes
        ]
        facts = record_facts(acts=acts, by=SYSTEM)
        broken = [
            *acts,
            Act(kind="drill.held", occurred=date(2027, 1, 1), facility_id=homes[0].pk, payload=PROOF),
        ]
        with pytest.raises(Refused, match="将来"):
            record_facts(acts=broken, by=SYSTEM)
    assert len({f.batch for f in facts}) == 1
    assert Fact.objects.count() == 5
    assert Obligation.objects.filter(slot_start=date(2026, 1, 1), done_on__isnull=False).count() == 5


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(kind="no.such", occurred=date(2026, 1, 1), payload=PROOF), "没有这种记录"),
        (Act(kind="drill.held", occurred=date(2026, 12, 1), payload=PROOF), "将来"),
        (Act(kind="drill.held", occurred=date(1926, 1, 1), payload=PROOF), "过早"),
        (Act(kind="drill.held", occurred=date(2026, 1, 1)), "证据"),
        (Act(kind="plan.adopted", variant="flood", occurred=date(2026, 1, 1), payload=PROOF), "分类"),
    ],
)
def test_bad_records_are_refused_in_words_and_change_nothing(place, act, words):
    home = make_facility("坏记录院")
    with clock.travel(date(2026, 6, 1)), pytest.raises(Refused, match=words):
        record_fact(act=Act(**{**vars(act), "facility_id": home.pk}), by=SYSTEM)
    assert Fact.objects.count() == 0


def test_a_clerk_cannot_record_for_another_street(place, cast, viewer):
    theirs = make_facility("别街道的院", region="990102002")
    act = Act(kind="drill.held", occurred=date(2026, 1, 1), facility_id=theirs.pk, payload=PROOF)
    with pytest.raises(NotFound):
        record_fact(act=act, by=viewer("street_clerk"))
    with pytest.raises((NotFound, Forbidden)):
        record_fact(act=act, by=viewer("director"))
    assert Fact.objects.count() == 0


def test_each_role_sees_only_its_rows(place, cast, viewer):
    near, far = make_facility("本街道院"), make_facility("外街道院", region="990102002")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    seen = {
        who: set(select(viewer(who), Filter()).values_list("facility_id", flat=True))
        for who in ("civil_officer", "street_clerk", "fire_officer", "director", "other_district_officer")
    }
    assert seen == {
        "civil_officer": {near.pk, far.pk}, "street_clerk": {near.pk}, "fire_officer": set(),
        "director": set(), "other_district_officer": set(),
    }  # fmt: skip


def test_the_list_filter_agrees_with_the_status_column(place):
    home = make_facility("筛选院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    make_rule(place, "regular", {"promptly": "定期"}, evidence=[("selfcheck.done", "")])
    make_rule(place, "cap", {"at_most": 1, "per": "year"}, evidence=[("inspection.joint_done", "")])
    make_rule(place, "once", {"by": "2026-03-31"}, evidence=[("party.none", "")])
    opened(date(2026, 6, 20))
    recorded(date(2026, 5, 1), "selfcheck.done", home)
    recorded(date(2026, 6, 1), "inspection.joint_done", home)
    recorded(date(2026, 6, 2), "inspection.joint_done", home)
    with clock.travel(date(2026, 6, 20)):
        for word in STATUSES:
            by_column = set(
                with_status(Obligation.objects.all()).filter(status=word).values_list("pk", flat=True)
            )
            by_dates = set(Obligation.objects.filter(having(word)).values_list("pk", flat=True))
            assert by_column == by_dates, word
        counts = tally(SYSTEM, Filter())
        assert sum(counts.values()) == Obligation.objects.count()
        assert page(SYSTEM, Filter(status="逾期")).total == counts["逾期"]


def test_the_sql_status_equals_the_pure_status(place):
    home = make_facility("对照院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    opened(date(2026, 1, 5))
    recorded(date(2026, 7, 3), "drill.held", home)
    for day in (date(2026, 1, 5), date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)):
        for duty in Obligation.objects.select_related("rule"):
            in_time = duty.done_at is not None and duty.due_at is not None and duty.done_at < duty.due_at
            done = duty.done_on if duty.done_on and duty.done_on <= day else None
            wanted = status(duty.due_on, duty.warn_on, done, in_time, False, duty.provisional, day)
            assert status_on(duty, day) in (wanted, "不存在"), (duty.slot_start, day)
