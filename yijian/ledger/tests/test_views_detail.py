"""一条义务：为什么、登记、撤回、审核、不适用、督办；拒绝时什么也没有改动。"""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.ledger.models import Fact, Obligation, Review, SupervisionOrder
from yijian.ledger.services.load import open_ledger
from yijian.ledger.tests.scene import DAY
from yijian.ledger.tests.world import SYSTEM

pytestmark = pytest.mark.django_db
TEXT = "演练方案、签到和照片".encode()


def page_of(client, duty: Obligation, **query) -> str:
    response = client.get(f"/ledger/{duty.pk}/", query)
    assert response.status_code == 200
    return response.content.decode()


def status_of(client, duty: Obligation, **query) -> str:
    return client.get(f"/ledger/{duty.pk}/", query).context["d"].row.status


def form(**changes) -> dict[str, object]:
    return {
        "kind": "drill.held|",
        "occurred_on": "2026-11-20",
        "number": "演〔2026〕9号",
        "note": "夜间疏散",
    } | changes


def this_half(scene) -> Obligation:
    return scene.duty("drill", facility=scene.a, slot_start=date(2026, 7, 1))


def test_why_says_the_event_the_workdays_and_the_due_day(scene, client_as):
    fact = scene.fact("complaint.received", scene.a, date(2026, 11, 20))
    body = page_of(client_as("civil_chief"), Obligation.objects.get(trigger=fact))
    assert "收到投诉举报 2026-11-20（星期五），5个工作日内（当日不计），2026-11-27（星期五）到期。" in body
    assert "计入的 5 个工作日：11-23、11-24、11-25、11-26、11-27。" in body
    assert "跳过的休息日：11-21周末、11-22周末。" in body
    assert "自 2026-11-22 起提醒" in body


def test_why_counts_a_make_up_saturday_and_skips_the_holiday(scene, client_as):
    fact = scene.fact("complaint.received", scene.a, date(2026, 9, 18))
    body = page_of(client_as("civil_chief"), Obligation.objects.get(trigger=fact))
    assert "调休上班、照算工作日：09-20" in body
    assert "2026-09-24" in body


def test_recording_a_drill_turns_the_row_done_by_itself(scene, client_as):
    client, duty = client_as("director"), this_half(scene)
    assert status_of(client, duty) == "未到期"
    upload = SimpleUploadedFile("方案.txt", TEXT)
    response = client.post(f"/ledger/{duty.pk}/record/", form(number="", uploads=[upload]))
    assert response.status_code == 302
    assert status_of(client, duty) == "已完成"
    body = page_of(client, duty)
    document = Document.objects.get()
    assert "方案.txt" in body
    assert document.blob.sha256[:12] in body
    assert f"/documents/{document.pk}/" in body
    assert status_of(client, duty, as_of="2026-11-19") == "未到期"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": ""}, "请至少提供一项证据"),
        ({"occurred_on": "2026-11-24"}, "日期在将来"),
        ({"occurred_on": "昨天"}, "日期应写作"),
        ({"occurred_on": "1900-01-01"}, "日期过早"),
        ({"occurred_on": ""}, "请填写日期"),
        ({"kind": "inspection.fire_done|"}, "没有这个选项"),
        ({"kind": ""}, "请选择做了什么"),
        ({"occurred_time": "25:99"}, "时刻应写作"),
        ({"note": "长" * 501}, "不能超过 500 字"),
        ({"number": "\x00"}, ""),
    ],
)
def test_a_bad_record_is_refused_in_chinese_keeps_what_was_typed_and_changes_nothing(
    scene, client_as, changes, said
):
    client, duty = client_as("director"), this_half(scene)
    before = Fact.objects.count(), Document.objects.count()
    response = client.post(f"/ledger/{duty.pk}/record/", form(**({"note": "夜间疏散"} | changes)))
    assert response.status_code == 422
    body = response.content.decode()
    assert said in body
    assert "夜间疏散" in body or "note" in changes
    assert (Fact.objects.count(), Document.objects.count()) == before
    assert status_of(client, duty) == "未到期"


def test_a_file_of_a_refused_kind_is_named_and_the_good_ones_need_not_be_sent_again(scene, client_as):
    client, duty = client_as("director"), this_half(scene)
    files = [SimpleUploadedFile("签到.txt", TEXT), SimpleUploadedFile("宏.docm", b"PK\x03\x04")]
    response = client.post(f"/ledger/{duty.pk}/record/", form(number="", uploads=files))
    assert response.status_code == 422
    assert "宏.docm：不收带宏的文档" in response.content.decode()
    kept = Document.objects.get()
    assert not Fact.objects.exists()
    done = client.post(f"/ledger/{duty.pk}/record/", form(number="", kept=[kept.pk]))
    assert done.status_code == 302
    assert [e.document_id for e in Fact.objects.get().evidence.all()] == [kept.pk]


def test_somebody_elses_document_cannot_be_claimed_as_evidence(scene, client_as):
    other, client = client_as("other_director"), client_as("director")
    other_duty = scene.duty("drill", facility=scene.b, slot_start=date(2026, 7, 1))
    other.post(
        f"/ledger/{other_duty.pk}/record/", form(number="", uploads=[SimpleUploadedFile("x.txt", TEXT)])
    )
    stolen = Document.objects.get()
    response = client.post(f"/ledger/{this_half(scene).pk}/record/", form(kept=[stolen.pk]))
    assert response.status_code == 422
    assert not Fact.objects.filter(facility=scene.a).exists()


def test_an_incident_needs_its_hour(scene, client_as):
    given = {
        "subject": f"f{scene.a.pk}",
        "kind": "incident.happened|",
        "occurred_on": "2026-11-22",
        "number": "报1号",
    }
    client = client_as("director")
    response = client.post("/ledger/record/", given)
    assert response.status_code == 422
    assert "请填写发生的时刻" in response.content.decode()
    assert client.post("/ledger/record/", given | {"occurred_time": "08:30"}).status_code == 302
    assert clock.local_date(Fact.objects.get().occurred_at) == date(2026, 11, 22)


def test_any_event_can_be_recorded_and_opens_its_duties(scene, client_as):
    given = {"kind": "complaint.received|", "occurred_on": "2026-11-20", "link": "https://example.gov.cn/1"}
    client = client_as("civil_officer")
    response = client.post("/ledger/record/", given | {"subject": f"f{scene.a.pk}"}, follow=True)
    assert [row.title for row in response.context["opened"]] == ["测试义务投诉反馈"]
    for subject in ("", "f999999", "x1", "r000001", f"f{scene.a.pk}\x00"):
        assert client.post("/ledger/record/", given | {"subject": subject}).status_code == 422
    abroad = client_as("other_district_officer").post(
        "/ledger/record/", given | {"subject": f"f{scene.a.pk}"}
    )
    assert abroad.status_code == 422
    assert Fact.objects.count() == 1


def test_the_subject_search_finds_only_what_is_in_scope(scene, client_as):
    found = client_as("civil_officer").get("/ledger/record/subjects/", {"find": "松鹤"}).content.decode()
    assert scene.a.name in found
    assert "松鹤街道" in found
    assert (
        scene.a.name
        not in client_as("other_district_officer")
        .get("/ledger/record/subjects/", {"find": "松鹤"})
        .content.decode()
    )


def test_a_retraction_needs_a_reason_and_brings_the_light_back(scene, client_as):
    fact, duty, client = scene.fact("drill.held", scene.a), this_half(scene), client_as("civil_officer")
    assert status_of(client, duty) == "已完成"
    assert client.post(f"/ledger/facts/{fact.pk}/retract/", {"reason": " "}).status_code == 422
    assert status_of(client, duty) == "已完成"
    assert (
        client_as("other_district_officer")
        .post(f"/ledger/facts/{fact.pk}/retract/", {"reason": "越权"})
        .status_code
        == 404
    )
    done = client.post(
        f"/ledger/facts/{fact.pk}/retract/", {"reason": "登错了", "next": f"/ledger/{duty.pk}/"}
    )
    assert done["Location"] == f"/ledger/{duty.pk}/"
    assert status_of(client, duty) == "未到期"
    body = page_of(client, duty)
    assert "已撤回" in body
    assert "登错了" in body


def test_the_page_to_return_to_stays_on_this_site(scene, client_as):
    fact, client = scene.fact("drill.held", scene.a), client_as("civil_officer")
    given = {"reason": "登错了", "next": "https://evil.example/"}
    assert client.post(f"/ledger/facts/{fact.pk}/retract/", given)["Location"] == "/ledger/"


def test_a_record_awaiting_review_counts_only_when_accepted(scene, client_as):
    client = client_as("civil_chief")
    duty = scene.duty("visit", facility=scene.a, slot_start=date(2026, 7, 1))
    fact = scene.fact("inspection.joint_done", scene.a)
    assert status_of(client, duty) == "未到期"
    assert "待审核" in page_of(client, duty)
    assert [w.fact.pk for w in client.get("/ledger/review/").context["waiting"]] == [fact.pk]
    bare = client.post(f"/ledger/facts/{fact.pk}/review/", {"accepted": "no"})
    assert bare.status_code == 422
    assert not Review.objects.exists()
    client.post(f"/ledger/facts/{fact.pk}/review/", {"accepted": "yes"})
    assert status_of(client, duty) == "已完成"
    assert client.post(f"/ledger/facts/{fact.pk}/review/", {"accepted": "yes"}).status_code == 422


def test_not_applicable_is_said_by_the_chief_with_a_reason(scene, client_as):
    duty = scene.duty("fire", facility=scene.a)
    where = f"/ledger/{duty.pk}/not-applicable/"
    assert client_as("civil_officer").post(where, {"reason": "无"}).status_code == 403
    client = client_as("civil_chief")
    assert client.post(where, {"reason": ""}).status_code == 422
    assert status_of(client, duty) == "逾期"
    assert client.post(where, {"reason": "不设食堂，无此设施"}).status_code == 302
    assert status_of(client, duty) == "不适用"
    assert "不设食堂，无此设施" in page_of(client, duty)


def test_an_order_is_issued_answered_returned_and_closed(scene, client_as):
    duty = scene.duty("drill", facility=scene.a, slot_start=date(2026, 1, 1))
    chief, director = client_as("civil_chief"), client_as("director")
    early = scene.duty("drill", facility=scene.a, slot_start=date(2026, 7, 1))
    assert chief.post(f"/ledger/{early.pk}/order/").status_code == 422
    assert not SupervisionOrder.objects.exists()
    assert chief.post(f"/ledger/{duty.pk}/order/").status_code == 302
    order = SupervisionOrder.objects.get()
    assert order.number in page_of(chief, duty)
    page = director.get(f"/ledger/orders/{order.pk}/")
    assert page.context["can_answer"]
    assert "督办单" in director.get(f"/ledger/orders/{order.pk}/print/").content.decode()
    assert director.post(f"/ledger/orders/{order.pk}/answer/", {"reply": ""}).status_code == 422
    director.post(f"/ledger/orders/{order.pk}/answer/", {"reply": "已补做演练"})
    assert chief.post(f"/ledger/orders/{order.pk}/return/", {"reason": ""}).status_code == 422
    chief.post(f"/ledger/orders/{order.pk}/return/", {"reason": "没有照片"})
    order.refresh_from_db()
    assert order.state == "issued"
    assert chief.post(f"/ledger/orders/{order.pk}/close/").status_code == 422
    director.post(f"/ledger/orders/{order.pk}/answer/", {"reply": "照片已补"})
    chief.post(f"/ledger/orders/{order.pk}/close/")
    order.refresh_from_db()
    assert order.state == "closed"
    assert "已办结" in chief.get("/ledger/orders/", {"state": "closed"}).content.decode()


def test_one_act_is_recorded_for_many_facilities_after_a_preview(scene, client_as):
    client = client_as("fire_officer")
    rows = [scene.duty("fire", facility=home, slot_start=date(2026, 1, 1)).pk for home in (scene.a, scene.b)]
    page = client.get("/ledger/bulk/", {"rows": rows})
    assert [home.name for home in page.context["homes"]] == [scene.a.name, scene.b.name]
    act = {"kind": "inspection.fire_done|", "occurred_on": "2026-11-20", "facility": [scene.a.pk, scene.b.pk]}
    shown = client.get("/ledger/bulk/preview/", act).context["p"]
    assert (shown.facilities, shown.matched, shown.duties) == (2, 2, 2)
    assert client.post("/ledger/bulk/", act).status_code == 422
    assert not Fact.objects.exists()
    done = client.post("/ledger/bulk/", act | {"number": "消〔2026〕3号", "listed": act["facility"]})
    assert done.status_code == 302
    assert Fact.objects.filter(kind="inspection.fire_done").values("batch").distinct().count() == 1
    assert Fact.objects.count() == 2
    assert {status_of(client, Obligation.objects.get(pk=pk)) for pk in rows} == {"逾期完成"}
    assert len(client.get("/ledger/bulk/preview/", act).context["p"].repeated) == 2


def test_a_bulk_act_that_reaches_outside_ones_scope_is_refused_whole(scene, client_as):
    act = {
        "kind": "drill.held|",
        "occurred_on": "2026-11-20",
        "number": "1号",
        "facility": [scene.a.pk, scene.b.pk],
    }
    response = client_as("street_clerk").post("/ledger/bulk/", act)
    assert response.status_code == 422
    assert "不在您的范围内" in response.content.decode()
    assert not Fact.objects.exists()


def test_a_facility_sheet_says_what_to_do_and_what_will_be_inspected(scene, client_as):
    page = client_as("director").get(f"/ledger/facility/{scene.a.pk}/")
    sheet = page.context["sheet"]
    assert {row.title for row in sheet.to_do} == {"测试义务半年演练"}
    assert {row.title for row in sheet.inspected} >= {"测试义务半年联合检查", "测试义务年度消防检查"}
    assert [row.title for row in sheet.undated] == ["测试义务公示栏常新"]
    part = client_as("director").get(f"/ledger/facility/{scene.a.pk}/sheet/", {"as_of": "2026-05-01"})
    assert "<html" not in part.content.decode()
    assert part.context["as_of"].past
    assert client_as("other_director").get(f"/ledger/facility/{scene.a.pk}/").status_code == 404


def test_a_duty_before_it_began_is_not_found_on_that_day(scene, client_as):
    duty = scene.duty("drill", facility=scene.a, slot_start=date(2026, 7, 1))
    assert client_as("director").get(f"/ledger/{duty.pk}/", {"as_of": "2026-06-30"}).status_code == 404
    with clock.travel(DAY):
        open_ledger(by=SYSTEM)
    assert client_as("director").get("/ledger/999999999999999999999/").status_code == 404
