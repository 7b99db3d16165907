"""上传：同号同内容照认，同号不同内容两份都留，没传完的不存，钟差照收，停用的说清楚；断线重来的模拟。"""

import io
import json
import os
import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yijian.documents.models import Document
from yijian.documents.queries import store
from yijian.inspections.models import Answer, Device, Photo, Signature, SyncConflict, SyncItem, Visit
from yijian.inspections.services.devices import register_device, revoke_device
from yijian.inspections.services.sync import From, Mismatch, Sent, TooBig, receive_photo
from yijian.inspections.tests.visit_world import ITEMS, World, jpeg, make_visit, now_ms, png, sha
from yijian.kernel.errors import Forbidden, Refused

pytestmark = pytest.mark.django_db
FORMS = int(os.environ.get("YIJIAN_FORMS", "60"))


def kept() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (SyncItem, SyncConflict, Answer, Photo, Signature, Document))


def post(there: World, who: str, path: str, data: Any, **headers: Any) -> Any:
    values = {"X-Yijian-Device": there.phones[who].token, "X-Yijian-Clock": str(now_ms())} | headers
    kind = {"content_type": "application/json"} if isinstance(data, str) else {}
    return there.client(who).post(f"/inspections/api/{path}/", data, headers=values, **kind)


def items(*sent: Sent) -> str:
    return json.dumps({"items": [{"uid": s.uid, "sha256": s.sha256, "body": s.body} for s in sent]})


def test_the_same_answer_again_is_taken_once(there: World) -> None:
    one = there.civil.answer(there.visit, "F1", "pass")
    first, again = there.civil.send(one), there.civil.send(one, one)
    assert [r.state for r in first + again] == ["accepted", "again", "again"]
    assert Answer.objects.count() == SyncItem.objects.count() == 1
    there.visit.refresh_from_db()
    assert there.visit.state == "started"


def test_the_same_id_with_other_bytes_is_409_and_both_are_kept(there: World) -> None:
    one = there.civil.answer(there.visit, "F1", "pass")
    other = there.fire.answer(there.visit, "F1", "fail", uid=one.uid)
    assert post(there, "civil_officer", "answers", items(one)).status_code == 200
    response = post(there, "fire_officer", "answers", items(other))
    assert response.status_code == 409
    (row,) = response.json()["items"]
    assert row["state"] == "conflict" and row["sha256"] == other.sha256
    assert post(there, "fire_officer", "answers", items(other)).status_code == 409
    (conflict,) = SyncConflict.objects.all()
    assert conflict.payload["value"] == "fail" and Answer.objects.get().value == "pass"


def photo_form(there: World, image: bytes, uid: str, **more: Any) -> dict[str, Any]:
    sent = there.civil.about(there.visit, uid, check="F1", **more)
    return {
        "uid": uid, "sha256": sent.sha256, "body": sent.body, "image_sha256": sha(image),
        "image": SimpleUploadedFile("IMG.jpg", image, "image/jpeg"),
    }  # fmt: skip


def test_a_photo_is_kept_byte_for_byte_and_a_second_under_its_id_too(there: World) -> None:
    form = photo_form(there, jpeg(1), "photo-0001", lon=117.2, lat=39.1)
    response = post(there, "civil_officer", "photos", form)
    assert response.status_code == 200 and response.json()["sha256"] == sha(jpeg(1))
    row = Photo.objects.get()
    assert store().path(row.document.blob_id or "").read_bytes() == jpeg(1) and row.lon == 117.2
    again = post(there, "civil_officer", "photos", photo_form(there, jpeg(1), "photo-0001"))
    assert again.status_code == 200 and again.json()["state"] == "again"
    other = post(there, "civil_officer", "photos", photo_form(there, jpeg(2), "photo-0001"))
    assert other.status_code == 409 and other.json()["sha256"] == sha(jpeg(2))
    conflict = SyncConflict.objects.get()
    assert conflict.document and store().path(conflict.document.blob_id or "").read_bytes() == jpeg(2)


def test_a_truncated_upload_leaves_nothing(there: World) -> None:
    before = kept()
    form = photo_form(there, jpeg(3), "photo-0002")
    form["image"] = SimpleUploadedFile("IMG.jpg", jpeg(3)[:-40], "image/jpeg")
    response = post(there, "civil_officer", "photos", form)
    assert response.status_code == 422 and "请重传" in response.json()["message"]
    one = there.civil.answer(there.visit, "F1", "pass")
    cut = Sent(one.uid, one.sha256, one.body[:-3])
    response = post(there, "civil_officer", "answers", items(cut))
    assert response.status_code == 422 and response.json()["items"][0]["state"] == "refused"
    half = post(there, "civil_officer", "answers", items(one)[:-5])
    assert half.status_code == 422 and "没有传完" in half.json()["message"]
    broken = jpeg(3)[:-40]
    form = photo_form(there, broken, "photo-0003")
    assert post(there, "civil_officer", "photos", form).status_code == 422
    assert kept() == before


def test_a_photo_of_60_mb_is_refused_with_advice(there: World) -> None:
    before = kept()
    big = jpeg() + bytes(60 << 20)
    response = post(there, "civil_officer", "photos", photo_form(there, big, "photo-0004"))
    assert response.status_code == 413 and "60 MB" in response.json()["message"]
    assert "手机里" in response.json()["message"] and kept() == before
    with pytest.raises(TooBig):
        receive_photo(
            sent=there.civil.about(there.visit, check="F1"), image_sha256="", image=io.BytesIO(b""),
            size=60 << 20, name="a.jpg", source=From(there.civil.device), by=there.civil.viewer,
        )  # fmt: skip


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_off_is_recorded_and_never_refused(there: World, days: int) -> None:
    skew = days * 86_400_000
    one = there.civil.answer(there.visit, "F1", "pass", at=now_ms() + skew)
    response = post(there, "civil_officer", "answers", items(one), **{"X-Yijian-Clock": str(now_ms() + skew)})
    assert response.status_code == 200
    item = SyncItem.objects.get()
    assert abs(item.offset - days * 86400) < 5 and item.clock_off
    assert abs((item.made_at - item.received_at).total_seconds()) < 10
    page = there.client("civil_officer").get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    assert "时钟" in page


def test_a_lost_phone_is_stopped_and_told_to_keep_its_data(there: World) -> None:
    with pytest.raises(Refused, match="原因"):
        revoke_device(device=there.civil.device, why=" ", by=there.viewer("civil_chief"))
    revoke_device(device=there.civil.device, why="手机丢失", by=there.viewer("civil_chief"))
    before = kept()
    one = there.civil.answer(there.visit, "F1", "pass")
    response = post(there, "civil_officer", "answers", items(one))
    assert response.status_code == 403 and response.json()["keep"] is True
    assert "手机丢失" in response.json()["message"] and "导出" in response.json()["message"]
    with pytest.raises(Forbidden, match="停用"):
        register_device(uid="device-civil_officer", label="再登记", by=there.civil.viewer)
    assert kept() == before
    # 导出的文件由管理人员代为导入，作者仍是原来的人
    carried = {"X-Yijian-Carried": "device-civil_officer", "X-Yijian-Device": ""}
    response = there.client("civil_chief").post(
        "/inspections/api/answers/", items(one), content_type="application/json", headers=carried
    )
    assert response.status_code == 200 and Answer.objects.get().author == there.civil.inspector
    response = there.client("fire_officer").post(
        "/inspections/api/answers/", items(one), content_type="application/json", headers=carried
    )
    assert response.status_code == 403


def test_unknown_phones_other_people_and_expired_logins_are_told_apart(there: World) -> None:
    one = items(there.civil.answer(there.visit, "F1", "pass"))
    before = kept()
    unknown = post(there, "civil_officer", "answers", one, **{"X-Yijian-Device": "没有".encode().hex()})
    assert unknown.status_code == 401 and "登记" in unknown.json()["message"]
    other = post(there, "fire_officer", "answers", one, **{"X-Yijian-Device": there.civil.token})
    assert other.status_code == 403 and "本人账号" in other.json()["message"]
    client = there.client("civil_officer")
    client.logout()
    expired = client.post("/inspections/api/answers/", one, content_type="application/json")
    assert expired.status_code == 302 and kept() == before


def test_somebody_not_on_the_visit_uploads_nothing(there: World) -> None:
    stranger = make_visit(there.cast, there.home, there.version, there.fire.inspector)
    before = kept()
    (receipt,) = there.civil.send(there.civil.answer(stranger, "F1", "pass"))
    assert receipt.state == "refused" and "名单" in receipt.message
    (receipt,) = there.civil.send(there.civil.answer(there.visit, "Z9", "pass"))
    assert receipt.state == "refused" and "检查表" in receipt.message
    (receipt,) = there.civil.send(there.civil.answer(there.visit, "F1", "maybe"))
    assert receipt.state == "refused"
    assert kept() == before


def test_csrf_is_checked(there: World) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(there.cast.accounts["civil_officer"])
    response = client.post("/inspections/api/answers/", "{}", content_type="application/json")
    assert response.status_code == 403


def test_a_signature_is_drawn_or_its_refusal_is_witnessed(there: World) -> None:
    before = kept()
    with pytest.raises(Refused, match="见证人"):
        there.civil.sign(there.visit, role="facility", refused=True, reason="不认可结果")
    with pytest.raises(Refused, match="名单"):
        there.civil.sign(there.visit, png(), role="inspector", inspector=999_999)
    blank = {"role": "facility", "signer": " "}
    with pytest.raises(Refused, match="重新签"):
        there.civil.sign(there.visit, png(), **blank)
    assert kept() == before
    done = there.civil.sign(
        there.visit, role="facility", refused=True, reason="不认可结果", witness="社区工作者 演示"
    )
    assert done.state == "accepted" and Signature.objects.get().refused


# ── 断、重、乱 ────────────────────────────────────────────────────────


class BadNetwork:
    """会断、会重、会乱的网络：请求可能没到，可能到了但收条丢了，可能到两遍，可能传到一半。"""

    def __init__(self) -> None:
        self.dice = random.Random(20260302)

    def carry(self, send: Any, cut: Any) -> Any:
        luck = self.dice.random()
        if luck < 0.15:
            return None
        if luck < 0.25:
            cut()
            return None
        receipt = send()
        if luck < 0.40:
            return None
        return send() if luck < 0.50 else receipt


@pytest.mark.slow
def test_forms_and_photos_through_a_bad_network_are_all_there_once(there: World) -> None:
    network, pending = BadNetwork(), []
    for form in range(FORMS):
        visit = make_visit(there.cast, there.home, there.version, there.civil.inspector, there.fire.inspector)
        one = there.civil.answer(visit, ITEMS[form % 6]["id"], "fail", note=f"第{form}份")
        pending.append(("answer", visit, one, one.body.encode()))
        for n in range(5):
            image = jpeg(form * 5 + n)
            pending.append(("photo", visit, there.civil.about(visit, check="F1"), image))
    expected = {one.uid: sha(content) for _, _, one, content in pending}
    confirmed: dict[str, str] = {}
    while pending:
        network.dice.shuffle(pending)
        pending = [row for row in pending if not _delivered(there, network, row, confirmed)]
    assert confirmed == expected
    assert SyncItem.objects.count() == FORMS * 6 and not SyncConflict.objects.exists()
    assert Answer.objects.count() == FORMS and Photo.objects.count() == FORMS * 5
    stored = Photo.objects.values_list("item__uid", "document__blob_id").order_by("pk")
    assert dict(stored) == {u: s for u, s in expected.items() if u in dict(stored)}
    for _, blob in stored:
        assert sha(store().path(blob).read_bytes()) == blob
    assert Visit.objects.filter(state="started").count() == FORMS
    assert Document.objects.count() == FORMS * 5 and Device.objects.count() == 2


def _delivered(there: World, network: BadNetwork, row: Any, confirmed: dict[str, str]) -> bool:
    kind, _, one, content = row
    phone = there.civil

    def send(body: bytes = content) -> Any:
        if kind == "answer":
            return phone.send(Sent(one.uid, one.sha256, body.decode(errors="replace")))[0]
        return receive_photo(
            sent=one, image_sha256=sha(content), image=io.BytesIO(body), size=len(body), name="a.jpg",
            source=From(phone.device), by=phone.viewer,
        )  # fmt: skip

    def cut() -> None:
        try:
            receipt = send(content[: len(content) // 2])
        except Mismatch:
            return
        assert receipt.state == "refused"

    receipt = network.carry(send, cut)
    if receipt is None:
        return False
    confirmed[one.uid] = receipt.sha256
    return bool(receipt.sha256 == sha(content))
