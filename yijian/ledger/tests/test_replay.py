"""任意制度、登记与事实历史：增量的台账等于从头重算的台账；事实只追加由数据库守住。"""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yijian.facilities.services.keeping import after
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.models import Fact, Obligation, Rule
from yijian.ledger.services.follow import follow_registry
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import Act, mark_not_applicable, record_fact, retract_fact, review_fact
from yijian.ledger.services.replay import check, rebuild
from yijian.ledger.tests.world import SYSTEM, make_facility, make_place, make_rule

pytestmark = pytest.mark.django_db
BEGIN = date(2025, 1, 10)
KINDS = ("drill.held", "complaint.received", "complaint.answered", "selfcheck.done", "inspection.joint_done")
PROOF = {"number": "演〔2025〕1号"}

periods = st.sampled_from(["month", "quarter", "half_year", "year"])
whens = st.one_of(
    st.builds(lambda n, p: {"at_least": n, "per": p}, st.integers(1, 3), periods),
    st.builds(lambda n: {"at_most": n, "per": "year"}, st.integers(1, 2)),
    st.builds(lambda d: {"by": (BEGIN + timedelta(days=d)).isoformat()}, st.integers(0, 500)),
    st.builds(lambda m: {"every_year_by": f"{m:02d}-15"}, st.integers(1, 12)),
    st.just({"promptly": "定期"}),
    st.just({"standing": "制度健全"}),
)
clocks = st.builds(
    lambda n, unit: {"within": n, "unit": unit, "of": "complaint.received"},
    st.integers(1, 20), st.sampled_from(["workdays", "days", "months"]),
)  # fmt: skip
acts = st.tuples(
    st.sampled_from(["record", "record", "record", "retract", "close", "kind", "wait", "review", "na"]),
    st.integers(0, 40), st.integers(0, 99), st.sampled_from(KINDS),
)  # fmt: skip


class Story:
    """一段历史：每一步把时钟往前拨，再做一件事。"""

    def __init__(self, rules, clock_rule):
        place = make_place(keep_from=date(2025, 1, 1))
        for n, (when, kind) in enumerate(rules):
            make_rule(place, f"r{n}", when, evidence=[(kind, "")], review=n % 3 == 2)
        make_rule(
            place,
            "answer",
            clock_rule,
            each="fact",
            subjects=["complaint.received"],
            evidence=[("complaint.answered", "")],
        )
        self.homes = [
            make_facility(f"历史院{n}", kind=k) for n, k in enumerate(["nursing_home"] * 2 + ["canteen"])
        ]
        self.day = BEGIN
        self.facts: list[Fact] = []
        with clock.travel(self.day):
            open_ledger(by=SYSTEM)

    def step(self, verb, days, pick, kind):
        self.day += timedelta(days=days)
        with clock.travel(self.day):
            try:
                getattr(self, verb)(pick, kind)
            except Refused:
                pass
            open_ledger(by=SYSTEM)

    def record(self, pick, kind):
        home = self.homes[pick % len(self.homes)]
        day = self.day - timedelta(days=pick % 60)
        self.facts.append(record_fact(act=Act(kind, day, facility_id=home.pk, payload=PROOF), by=SYSTEM))

    def retract(self, pick, kind):
        if self.facts:
            retract_fact(fact_id=self.facts[pick % len(self.facts)].pk, reason="误记", by=SYSTEM)

    def review(self, pick, kind):
        if self.facts:
            accepted = bool(pick % 2)
            review_fact(
                fact_id=self.facts[pick % len(self.facts)].pk, accepted=accepted, reason="不符", by=SYSTEM
            )

    def na(self, pick, kind):
        duty = Obligation.objects.filter(void_at=None, done_at=None, na_on=None).order_by("pk").first()
        if duty:
            self.facts.append(mark_not_applicable(obligation_id=duty.pk, reason="停业", by=SYSTEM))

    def close(self, pick, kind):
        home = self.homes[pick % len(self.homes)]
        home.closed_on = None if home.closed_on else self.day
        self.save(home)

    def kind(self, pick, kind):
        home = self.homes[pick % len(self.homes)]
        home.kind = "canteen" if home.kind == "nursing_home" else "nursing_home"
        self.save(home)

    def wait(self, pick, kind):
        pass

    def save(self, home):
        home.updated_at = after(home.updated_at)
        home.save()
        follow_registry(by=SYSTEM)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(st.tuples(whens, st.sampled_from(KINDS)), min_size=1, max_size=4),
    clock_rule=clocks,
    history=st.lists(acts, min_size=3, max_size=14),
)
def test_incremental_equals_rebuild(cast, rules, clock_rule, history):
    with transaction.atomic():
        story = Story(rules, clock_rule)
        for act in history:
            story.step(*act)
        with clock.travel(story.day):
            assert check() == {"missing": [], "extra": [], "proofs": []}
        transaction.set_rollback(True)


def test_rebuild_mends_what_somebody_bent_and_says_so(cast):
    place = make_place()
    home = make_facility("改坏院")
    make_rule(place, "drill", {"at_least": 1, "per": "half_year"})
    with clock.travel(date(2026, 2, 1)):
        open_ledger(by=SYSTEM)
        record_fact(act=Act("drill.held", date(2026, 1, 20), facility_id=home.pk, payload=PROOF), by=SYSTEM)
        Obligation.objects.filter(done_on__isnull=False).update(done_on=None, done_at=None)
        assert len(check()["missing"]) == 1
        rebuild(by=SYSTEM)
        assert check() == {"missing": [], "extra": [], "proofs": []}
    assert Obligation.objects.filter(done_on=date(2026, 1, 20)).exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_facts_cannot_be_rewritten_in_the_database(cast, change):
    make_place()
    home = make_facility("只追加院")
    act = Act("drill.held", date(2026, 1, 20), facility_id=home.pk, payload=PROOF)
    fact = record_fact(act=act, by=SYSTEM)
    rows = Fact.objects.filter(pk=fact.pk)
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        rows.update(label="改写") if change == "update" else rows._raw_delete("default")
    assert Fact.objects.get(pk=fact.pk).label == "应急演练"


def test_a_rule_that_left_the_books_leaves_history_alone(cast):
    place = make_place()
    home = make_facility("退出院")
    rule = make_rule(place, "drill", {"at_least": 1, "per": "quarter"})
    with clock.travel(date(2026, 2, 1)):
        open_ledger(by=SYSTEM)
        record_fact(act=Act("drill.held", date(2026, 1, 20), facility_id=home.pk, payload=PROOF), by=SYSTEM)
    with clock.travel(date(2026, 5, 10)):
        Rule.objects.filter(pk=rule.pk).update(retired_on=clock.today())
        open_ledger(by=SYSTEM)
        live = Obligation.objects.filter(void_at=None, slot_start__year=2026)
        assert set(live.values_list("slot_start", flat=True)) == {date(2026, 1, 1), date(2026, 4, 1)}
        assert check() == {"missing": [], "extra": [], "proofs": []}
