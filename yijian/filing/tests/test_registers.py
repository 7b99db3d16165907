"""登记簿：消防审验、名称核验、证照矩阵与提醒、违法线索、指标。"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from yijian.facilities.services import add_licence, change_facility
from yijian.facilities.tests.samples import make
from yijian.filing.models import FireApproval, NameCheck, Violation
from yijian.filing.queries.indicators import indicators
from yijian.filing.queries.registers import fire_figures, wallets
from yijian.filing.services.registers import Fire, check_names, decide_fire, record_fire, remind_expiry
from yijian.filing.services.violations import Clue, add_violation, move_violation
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.models import Fact
from yijian.people.viewer import SYSTEM


def test_the_fire_register_counts_ratio_and_reasons(cast: Any, viewer: Any) -> None:
    by = viewer("civil_officer")
    homes = [make(cast, f"第{n}家颐养养老院") for n in "甲乙丙"]
    record_fire(facility=homes[0], fire=Fire("accepted", number="消验1号"), by=by)
    record_fire(facility=homes[1], fire=Fire("missing", "property", area=Decimal(300), residents=20), by=by)
    figures = fire_figures(by)
    assert (figures.total, figures.done, figures.missing, figures.ratio) == (2, 1, 1, "50.0%")
    assert [r[0] for r in figures.reasons] == ["property"]
    assert Fact.objects.filter(kind="fire_approval.done").count() == 1
    assert "50.0%" in {i.ref: i.value for i in indicators(by)}["4.9"]


@pytest.mark.parametrize("wrong", [Fire("missing"), Fire("accepted"), Fire("别的")])
def test_fire_entries_lacking_a_reason_or_number_are_refused(cast: Any, viewer: Any, wrong: Fire) -> None:
    with pytest.raises(Refused):
        record_fire(facility=make(cast), fire=wrong, by=viewer("civil_officer"))
    assert not FireApproval.objects.exists()


def test_a_meeting_decision_stays_with_the_facility(cast: Any, viewer: Any) -> None:
    by = viewer("civil_officer")
    row = record_fire(facility=make(cast), fire=Fire("missing", "planning"), by=by)
    with pytest.raises(Refused):
        decide_fire(row=row, decision=" ", file=None, by=by)
    decide_fire(row=row, decision="由住建出具意见，三个月内补办", file=None, by=by)
    assert FireApproval.objects.get().decision.startswith("由住建")


def test_names_are_checked_and_a_correction_is_a_fact(cast: Any, viewer: Any) -> None:
    by = viewer("civil_officer")
    wrong = make(cast, "国际松鹤颐养中心", filing_status="filed")
    make(cast, "松鹤安康养老院", filing_status="filed")
    assert check_names(by=by) == (2, 1)
    assert NameCheck.objects.get(facility=wrong).broken[0]["rule"] == "grand"
    assert {i.ref: i.value for i in indicators(by)}["4.20"] == "1 家"
    assert check_names(by=by) == (2, 1)
    change_facility(facility=wrong, values={"name": "松鹤颐养中心"}, by=by)  # type: ignore[typeddict-item]
    assert check_names(by=by) == (2, 0)
    kinds = sorted(Fact.objects.filter(kind__startswith="filing.name").values_list("kind", flat=True))
    assert kinds == ["filing.name_checked", "filing.name_corrected"]
    assert {i.ref: i.value for i in indicators(by)}["4.20"] == "0 家"


def test_the_wallet_says_expired_soon_valid_and_absent_in_words(cast: Any) -> None:
    facility, today = make(cast), clock.today()
    for kind, days in (("food", -3), ("fire", 20), ("medical", 400)):
        add_licence(
            facility=facility, kind=kind, number="1", valid_to=today + timedelta(days=days), by=SYSTEM
        )
    said = [cell.said for cell in wallets([facility])[0].cells]
    assert said == ["无", "已过期 3 天", "20 天内到期", "有效", "无", "无", "无"]


def test_expiry_reminders_are_sent_once_a_rung(cast: Any) -> None:
    facility, today = make(cast), clock.today()
    add_licence(facility=facility, kind="food", number="1", valid_to=today + timedelta(days=60), by=SYSTEM)
    first = remind_expiry(by=SYSTEM)
    assert first > 0
    assert remind_expiry(by=SYSTEM) == 0
    with clock.travel(today + timedelta(days=40)):
        assert remind_expiry(by=SYSTEM) == first


def test_a_violation_goes_to_the_unit_and_back(cast: Any, viewer: Any) -> None:
    clerk, civil = viewer("street_clerk"), viewer("civil_officer")
    clue = Clue("price", "没有明码标价", clock.today(), facility=make(cast))
    row = add_violation(clue=clue, by=clerk)
    assert (row.unit_function, row.state) == ("market", "routed")
    with pytest.raises(Refused):
        move_violation(row=row, step="accept", note="代收", by=civil)
    assert Violation.objects.get().state == "routed"
    market = viewer("market_officer")
    move_violation(row=row, step="accept", note="已收", by=market)
    move_violation(row=row, step="answer", note="责令改正，已公示价目", by=market)
    move_violation(row=row, step="shut", note="办结", by=civil)
    assert row.state == "closed"
    assert "责令改正" in row.result
    kinds = set(Fact.objects.filter(case_key=row.case_key).values_list("kind", "variant"))
    assert kinds == {("case.opened", ""), ("inspection.price_done", ""), ("case.closed", "price")}


def test_all_seven_indicators_have_a_value_and_a_list(cast: Any, viewer: Any) -> None:
    found = indicators(viewer("civil_officer"))
    assert [i.ref for i in found] == ["1.5", "1.11", "2.6", "2.7", "4.9", "4.12", "4.20"]
    assert all(i.value for i in found)
