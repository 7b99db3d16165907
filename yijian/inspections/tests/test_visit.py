"""一次检查：开始、取消、分歧选定、完成、告知、公布；不够格的拒绝，且什么也没变。"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from yijian.audit.models import Entry
from yijian.inspections.models import AnswerChoice, SyncConflict, Visit
from yijian.inspections.services.field import choose_answer, notify_visit, start_visit
from yijian.inspections.services.finish import answer_draft, finish_visit, publish_result, send_draft
from yijian.inspections.tests.visit_world import World, jpeg, make_visit, png
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Fact
from yijian.ledger.services.load import open_ledger
from yijian.ledger.tests.world import SYSTEM, make_place, make_rule
from yijian.rectification.models import Problem

pytestmark = pytest.mark.django_db


def state(there: World) -> tuple[Any, ...]:
    there.visit.refresh_from_db()
    return there.visit.state, Fact.objects.count(), Entry.objects.count()


def test_nothing_finishes_while_something_is_missing(there: World) -> None:
    there.civil.send(there.civil.answer(there.visit, "F1", "fail"))
    there.visit.refresh_from_db()
    before = state(there)
    with pytest.raises(Refused) as said:
        finish_visit(visit=there.visit, by=there.civil.viewer)
    for word in ("F1", "还缺照片", "F2", "至少要两个", "机构还没有签名"):
        assert word in said.value.message
    response = there.client("civil_officer").post(f"/inspections/visits/{there.visit.pk}/finish/")
    assert response.status_code == 422 and state(there) == before


def test_a_finished_visit_turns_the_ledger(there: World) -> None:
    place = make_place()
    proofs = [("inspection.joint_done", "")]
    make_rule(place, "联合检查", {"at_least": 1, "per": "year"}, by="unit", evidence=proofs)
    open_ledger(by=SYSTEM)
    there.all_pass({"F1": "fail"})
    there.civil.snap(there.visit, "F1", jpeg(1))
    there.all_sign()
    there.visit.refresh_from_db()
    before = state(there)
    with pytest.raises(Refused, match="整改期限"):
        finish_visit(visit=there.visit, by=there.civil.viewer)
    assert state(there) == before
    due = clock.today() + timedelta(days=15)
    finish_visit(visit=there.visit, due_on=due, summary="发现一处", by=there.civil.viewer)
    there.visit.refresh_from_db()
    assert there.visit.state == "finished" and there.visit.outcome == "problems"
    kinds = set(Fact.objects.values_list("kind", flat=True))
    assert {"inspection.joint_done", "inspection.civil_done", "inspection.fire_done"} <= kinds
    fact = Fact.objects.get(kind="inspection.joint_done")
    assert fact.evidence.count() == 3 and fact.payload["number"] == there.visit.uid
    duty = fact.discharges.get().obligation
    assert duty.done_at is not None
    with pytest.raises(Refused, match="不能完成检查"):
        finish_visit(visit=there.visit, due_on=due, by=there.civil.viewer)


def test_a_failed_item_becomes_a_problem_in_rectification(there: World) -> None:
    there.all_pass({"F1": "fail"})
    photo = there.civil.snap(there.visit, "F1", jpeg(1))
    there.all_sign()
    there.visit.refresh_from_db()
    finish_visit(visit=there.visit, due_on=clock.today(), by=there.civil.viewer)
    problem = Problem.objects.get()
    assert (problem.facility_id, problem.item_code, problem.aspect) == (there.home.pk, "F1", "fire")
    assert (problem.origin_kind, problem.origin_ref) == ("visit", there.visit.uid)
    assert problem.documents.count() == 1 and problem.due_on == clock.today() and problem.state == "open"
    assert photo.state == "accepted"


def test_two_inspectors_differing_stand_side_by_side_until_one_is_chosen(there: World) -> None:
    there.all_pass()
    there.fire.send(there.fire.answer(there.visit, "F1", "fail", note="通道堵塞"))
    there.all_sign()
    page = there.client("civil_officer").get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    assert "各人答得不同" in page and "陆文静" in page and "雷振声" in page and "通道堵塞" in page
    there.visit.refresh_from_db()
    with pytest.raises(Refused, match="先选定"):
        finish_visit(visit=there.visit, by=there.civil.viewer)
    mine = there.visit.answers.get(code="F1", author=there.civil.inspector)
    with pytest.raises(Refused, match="为什么"):
        choose_answer(visit=there.visit, answer_id=mine.pk, reason=" ", by=there.civil.viewer)
    assert not AnswerChoice.objects.exists()
    url = f"/inspections/visits/{there.visit.pk}/choose/"
    response = there.client("civil_officer").post(url, {"answer": mine.pk, "reason": "当场已清除"})
    assert response.status_code == 302
    finish_visit(visit=there.visit, by=there.civil.viewer)
    assert there.visit.outcome == "clean" and there.visit.answers.filter(code="F1").count() == 2


def test_an_unplanned_visit_without_a_reason_does_not_exist(there: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_visit(there.cast, there.home, there.version, there.civil.inspector, reason="")
    alone = make_visit(there.cast, there.home, there.version, there.civil.inspector)
    with pytest.raises(Refused, match="两人"):
        start_visit(visit=alone, by=there.civil.viewer)
    alone.refresh_from_db()
    assert alone.state == "assigned"


def test_a_notice_is_a_fact_and_a_cancelled_visit_gives_its_reason(there: World) -> None:
    notify_visit(visit=there.visit, by=there.civil.viewer)
    assert Fact.objects.get().kind == "inspection.notice_served"
    client = there.client("civil_officer")
    assert client.post(f"/inspections/visits/{there.visit.pk}/cancel/").status_code == 422
    response = client.post(f"/inspections/visits/{there.visit.pk}/cancel/", {"reason": "机构停业"})
    assert response.status_code == 302
    there.visit.refresh_from_db()
    assert there.visit.state == "cancelled"
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=there.visit.pk).update(cancel_reason="")


def finished(there: World) -> None:
    there.all_pass()
    there.all_sign()
    there.visit.refresh_from_db()
    finish_visit(visit=there.visit, by=there.civil.viewer)


def test_the_result_is_told_first_and_published_after_the_answer_or_the_window(there: World) -> None:
    finished(there)
    chief = there.viewer("civil_chief")
    before = state(there)
    with pytest.raises(Refused, match="告知"):
        publish_result(visit=there.visit, by=chief)
    assert state(there) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=there.visit.pk).update(state="published")
    send_draft(visit=there.visit, days=3, by=there.civil.viewer)
    with pytest.raises(Refused, match="还没有到"):
        publish_result(visit=there.visit, by=chief)
    with pytest.raises(Forbidden):
        answer_draft(visit=there.visit, comment="无意见", by=there.fire.viewer)
    with pytest.raises(NotFound):
        answer_draft(visit=there.visit, comment="无意见", by=there.viewer("other_director"))
    answer_draft(visit=there.visit, comment="无意见", by=there.viewer("director"))
    with pytest.raises(Refused):
        answer_draft(visit=there.visit, comment="再说一次", by=there.viewer("director"))
    publish_result(visit=there.visit, by=chief)
    assert Fact.objects.filter(kind="inspection.published").count() == 1


def test_silence_does_not_stop_publication_after_the_window(there: World) -> None:
    finished(there)
    send_draft(visit=there.visit, days=2, by=there.civil.viewer)
    with clock.travel(clock.today() + timedelta(days=4)):
        with pytest.raises(Refused):
            answer_draft(visit=there.visit, comment="晚了", by=there.viewer("director"))
        publish_result(visit=there.visit, by=there.viewer("civil_chief"))
    assert there.visit.state == "published"


def test_what_arrives_after_the_finish_is_kept_and_does_not_change_the_verdict(there: World) -> None:
    finished(there)
    (receipt,) = there.fire.send(there.fire.answer(there.visit, "F1", "fail"))
    assert receipt.state == "accepted"
    page = there.client("civil_officer").get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    assert "完成之后又收到 1 件" in page and "各人答得不同" not in page


def test_conflicts_are_settled_once_with_a_note(there: World) -> None:
    one = there.civil.answer(there.visit, "F1", "pass")
    there.civil.send(one)
    there.fire.send(there.fire.answer(there.visit, "F1", "fail", uid=one.uid))
    row = SyncConflict.objects.get()
    url, client = f"/inspections/visits/{there.visit.pk}/settle/", there.client("civil_officer")
    assert client.post(url, {"conflict": row.pk}).status_code == 422
    assert client.post(url, {"conflict": row.pk, "note": "以先到为准"}).status_code == 302
    assert client.post(url, {"conflict": row.pk, "note": "再来"}).status_code == 422
    assert "以先到为准" in client.get(f"/inspections/visits/{there.visit.pk}/").content.decode()


def test_pages_lists_photos_and_the_export(there: World) -> None:
    there.all_pass({"F1": "fail"})
    there.civil.snap(there.visit, "F1", jpeg(1), lon=117.1, lat=39.1)
    photo, client = there.visit.photos.get(), there.client("civil_officer")
    shown = client.get(f"/inspections/visits/{there.visit.pk}/photos/{photo.pk}/")
    assert shown.status_code == 200 and shown.content[:2] == b"\xff\xd8" and shown.content != jpeg(1)
    assert "摘要相符" in client.get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    listing = client.get("/inspections/visits/?state=started&mine=1").content.decode()
    assert there.home.name in listing
    assert there.home.name not in client.get("/inspections/visits/?kind=case").content.decode()
    export = b"".join(client.get("/inspections/visits/export/"))
    assert export[:2] == b"PK"
    assert client.get("/inspections/devices/").status_code == 200


def test_the_facility_does_not_learn_of_an_unannounced_visit(there: World) -> None:
    url, client = f"/inspections/visits/{there.visit.pk}/", there.client("director")
    assert client.get(url).status_code == 404
    notify_visit(visit=there.visit, by=there.civil.viewer)
    assert client.get(url).status_code == 200
    assert there.client("other_director").get(url).status_code == 404


def test_the_phone_takes_along_its_tasks(there: World) -> None:
    bundle = there.client("fire_officer").get("/inspections/api/bundle/").json()
    (visit,) = bundle["visits"]
    assert visit["facility"]["name"] == there.home.name and len(visit["inspectors"]) == 2
    assert [len(c["items"]) for c in bundle["checklists"]] == [6] and visit["last"] is None
    assert there.client("market_officer").get("/inspections/api/bundle/").json() == {
        "me": None, "visits": [], "checklists": [],
    }  # fmt: skip
    assert png()[:4] == b"\x89PNG"
