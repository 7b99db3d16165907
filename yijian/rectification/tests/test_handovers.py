"""告知、移送、吹哨：一行到底；退回的规则；互认。"""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yijian.access.viewer import Viewer, build_viewer
from yijian.kernel.errors import Forbidden, NotFound, Refused, YijianError
from yijian.ledger.models import Fact
from yijian.people.cast import Cast
from yijian.rectification.models import Handover, HandoverReturn, Problem
from yijian.rectification.services.handovers import (
    Letter,
    answer_handover,
    arbitrate_handover,
    arrive_handover,
    receive_handover,
    recognise_result,
    resend_handover,
    return_handover,
    send_handover,
)

Get = Callable[[str], Viewer]
pytestmark = pytest.mark.django_db


def letter(
    cast: Cast, problem: Problem | None, kind: str = "notify", to: str = "fire", **extra: object
) -> Letter:
    values = {"title": "燃气软管老化", "content": "请到场处理", "problem": problem} | extra
    return Letter(kind=kind, to_unit_id=cast.units[to].pk, **values)  # type: ignore[arg-type]


@pytest.fixture
def sent(problem: Problem, cast: Cast, viewer: Get) -> Handover:
    """民政书面告知消防。"""
    return send_handover(letter=letter(cast, problem), by=viewer("civil_officer"))


def refused(act: Callable[[], object], error: type[Exception] = Refused, word: str = "") -> None:
    def told() -> list[object]:
        return [list(table.objects.order_by("pk").values()) for table in (Handover, HandoverReturn, Fact)]

    before = told()
    with pytest.raises(error, match=word or None), transaction.atomic():
        act()
    assert told() == before


def test_sent_received_arrived_answered_recognised_on_one_line(sent: Handover, viewer: Get) -> None:
    fire, civil = viewer("fire_officer"), viewer("civil_officer")
    receive_handover(handover=sent, by=fire)
    arrive_handover(handover=sent, by=fire)
    refused(lambda: return_handover(handover=sent, reason="不归我管", by=fire))
    refused(lambda: recognise_result(handover=sent, by=civil), word="还没有反馈")
    answer_handover(handover=sent, answer="已更换", by=fire)
    recognise_result(handover=sent, by=civil)
    refused(lambda: recognise_result(handover=sent, by=civil), word="认可过")
    times = [sent.sent_at, sent.received_at, sent.arrived_at, sent.answered_at, sent.recognised_at]
    assert all(times) and sent.state == "answered"
    kinds = Fact.objects.filter(case_key=sent.case_key).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["hazard.found", "hazard.urged", "hazard.notified", "hazard.arrived"]


def test_only_the_right_unit_acts(sent: Handover, viewer: Get) -> None:
    civil = viewer("civil_officer")
    refused(lambda: receive_handover(handover=sent, by=civil), Forbidden)
    refused(lambda: answer_handover(handover=sent, answer="好", by=civil), Forbidden)
    refused(lambda: receive_handover(handover=sent, by=viewer("director")), Forbidden)
    refused(lambda: receive_handover(handover=sent, by=viewer("other_district_officer")), NotFound)
    refused(lambda: answer_handover(handover=sent, answer="好", by=viewer("fire_officer")), word="签收")
    refused(lambda: recognise_result(handover=sent, by=viewer("fire_officer")), Forbidden)


def test_a_letter_is_checked(problem: Problem, cast: Cast, viewer: Get) -> None:
    civil = viewer("civil_officer")
    for extra, word in (
        ({"kind": "飞鸽"}, "种类"),
        ({"kind": "whistle"}, "街道"),
        ({"title": " "}, "事由"),
        ({"to": "home_a"}, "接收单位"),
        ({"to": "civil"}, "接收单位"),
        ({"to": "other_civil"}, "接收单位"),
    ):
        refused(lambda extra=extra: send_handover(letter=letter(cast, problem, **extra), by=civil), word=word)
    refused(lambda: send_handover(letter=letter(cast, None), by=civil), word="哪家机构")
    refused(lambda: send_handover(letter=letter(cast, problem), by=viewer("director")), Forbidden)


def test_the_first_return_goes_back_the_second_to_arbitration_which_is_final(
    sent: Handover, cast: Cast, viewer: Get
) -> None:
    fire, market = viewer("fire_officer"), viewer("market_officer")
    civil, chief = viewer("civil_officer"), viewer("civil_chief")
    refused(lambda: return_handover(handover=sent, reason=" ", by=fire), word="理由")
    return_handover(handover=sent, reason="燃气归住建", by=fire)
    assert sent.state == "returned"
    resend_handover(handover=sent, to_unit_id=cast.units["market"].pk, by=civil)
    receive_handover(handover=sent, by=market)
    return_handover(handover=sent, reason="也不归我管", by=market)
    assert sent.state == "disputed"
    refused(lambda: resend_handover(handover=sent, to_unit_id=cast.units["fire"].pk, by=civil))
    housing = cast.units["housing"].pk
    refused(
        lambda: arbitrate_handover(handover=sent, to_unit_id=housing, words="归住建", by=civil), Forbidden
    )
    refused(lambda: arbitrate_handover(handover=sent, to_unit_id=housing, words="", by=chief), word="意见")
    arbitrate_handover(handover=sent, to_unit_id=cast.units["fire"].pk, words="由消防先行处置", by=chief)
    assert (sent.state, sent.arbitrated) == ("sent", True)
    refused(lambda: return_handover(handover=sent, reason="还是不归", by=fire), word="裁定")
    receive_handover(handover=sent, by=fire)
    refused(lambda: return_handover(handover=sent, reason="还是不归", by=fire), word="裁定")
    assert [row.times for row in sent.returns.order_by("times")] == [1, 2]


def test_the_database_holds_the_rule_of_returns(sent: Handover, cast: Cast, viewer: Get) -> None:
    fire = viewer("fire_officer")
    return_handover(handover=sent, reason="不归", by=fire)
    resend_handover(handover=sent, to_unit_id=cast.units["fire"].pk, by=viewer("civil_officer"))
    refused(lambda: Handover.objects.filter(pk=sent.pk).update(state="returned"), DatabaseError)
    return_handover(handover=sent, reason="不归", by=fire)
    rows = Handover.objects.filter(pk=sent.pk)
    refused(lambda: rows.update(state="sent"), DatabaseError)
    refused(
        lambda: HandoverReturn.objects.create(
            handover=sent, times=3, unit=cast.units["fire"], reason="再退", by_name="演示"
        ),
        IntegrityError,
    )
    refused(lambda: HandoverReturn.objects.filter(handover=sent).delete(), DatabaseError)
    chief = viewer("civil_chief")
    arbitrate_handover(handover=sent, to_unit_id=cast.units["fire"].pk, words="由消防办理", by=chief)
    refused(lambda: rows.update(state="returned"), IntegrityError)
    refused(lambda: rows.update(arbitrated=False, arbitration=""), DatabaseError)
    refused(lambda: rows.update(to_unit=cast.units["market"]), DatabaseError)


def test_a_street_whistles_and_needs_no_facility(day: None, cast: Cast, viewer: Get) -> None:
    street = viewer("street_clerk")
    made = send_handover(letter=letter(cast, None, "whistle"), by=street)
    assert made.case_key == made.uid
    assert Fact.objects.filter(case_key=made.uid, kind="clue.whistled").count() == 1
    fire = viewer("fire_officer")
    receive_handover(handover=made, by=fire)
    refused(lambda: arrive_handover(handover=made, by=fire), word="不用登记到场")
    answer_handover(handover=made, answer="已查处", by=fire)
    assert Fact.objects.filter(case_key=made.uid, kind="clue.solved").count() == 1


STEPS = st.lists(
    st.sampled_from(["receive", "arrive", "answer", "return", "resend", "arbitrate"]), max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=STEPS)
def test_any_history_keeps_the_rule_of_returns(sent: Handover, cast: Cast, acts: list[str]) -> None:
    fire, civil, chief = (
        build_viewer(cast.accounts[key]) for key in ("fire_officer", "civil_officer", "civil_chief")
    )
    to = cast.units["fire"].pk
    run: dict[str, Callable[[Handover], object]] = {
        "receive": lambda row: receive_handover(handover=row, by=fire),
        "arrive": lambda row: arrive_handover(handover=row, by=fire),
        "answer": lambda row: answer_handover(handover=row, answer="好", by=fire),
        "return": lambda row: return_handover(handover=row, reason="不归", by=fire),
        "resend": lambda row: resend_handover(handover=row, to_unit_id=to, by=civil),
        "arbitrate": lambda row: arbitrate_handover(handover=row, to_unit_id=to, words="办", by=chief),
    }
    with transaction.atomic():
        for act in acts:
            row = Handover.objects.get(pk=sent.pk)
            before = (row.arbitrated, row.returns.count())
            try:
                run[act](row)
            except YijianError:
                continue
            if act == "return":
                assert before[0] is False and before[1] < 2
                assert row.state == ("returned", "disputed")[before[1]]
            if act == "arbitrate":
                assert before == (False, 2)
        assert HandoverReturn.objects.filter(handover=sent).count() <= 2
        transaction.set_rollback(True)
