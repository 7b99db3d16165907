"""报送：按期、逾期、替换、别人的、坏文件；回执与手机遮盖。"""

import hashlib
from datetime import date
from typing import Any

import pytest

from yijian.appraisal.queries import receipts
from yijian.appraisal.rules.contact import Contact
from yijian.appraisal.services.submit import submit
from yijian.appraisal.tests.world import CONTACT, Youyang, at, docx, upload, zipped
from yijian.audit.models import Entry
from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound
from yijian.ledger.models import Fact, Obligation

pytestmark = pytest.mark.django_db
IN_TIME = date(2023, 4, 21)
WIDE = CONTACT | {"phone": "１３８ ００００ ０００１"}


def state() -> tuple[Any, ...]:
    """不该变的东西：事实、材料、审计、义务的完成时刻。"""
    return (
        Fact.objects.count(), Document.objects.count(), Entry.objects.count(),
        list(Obligation.objects.order_by("pk").values_list("pk", "done_at", "void_at")),
    )  # fmt: skip


def send(county: Youyang, who: str, ref: str, day: date, unit: str = "", **data: Any) -> Any:
    duty = county.duty(unit or who.partition("_")[0], ref)
    with clock.travel(at(day)):
        return county.client(who).post(f"/campaigns/submit/{duty.pk}/", data)


def report(county: Youyang, who: str, day: date, **more: Any) -> Any:
    return send(county, who, "rectification", day, files=[upload("整治情况.docx", docx())], **more)


def test_contact_in_time_makes_the_annex_form_and_a_receipt(county: Youyang) -> None:
    response = send(
        county, "peach_clerk", "contact", IN_TIME, **CONTACT | {"phone": "１３８ ００００ ０００１"}
    )
    assert response.status_code == 302
    duty = county.duty("peach", "contact")
    assert duty.done_on == IN_TIME and duty.done_at is not None and duty.done_at < duty.due_at
    fact = Fact.objects.get(discharges__obligation=duty)
    assert {k: fact.payload[k] for k in CONTACT} == CONTACT and fact.unit == county.units["peach"]
    (document,) = Document.objects.filter(pk__in=fact.evidence.values("document_id"))
    assert document.filename.endswith(".docx") and document.unit_id == county.units["peach"].pk
    assert document.blob is not None
    with clock.travel(at(IN_TIME, 11)):
        page = county.client("peach_clerk").get(response["Location"]).content.decode()
    for word in (
        f"报送回执〔2023〕{fact.pk}号",
        "酉阳县民政局",
        "桃花源街道办事处",
        document.blob.sha256,
        "按期",
        "13800000001",
    ):
        assert word in page
    entry = Entry.objects.get(action="appraisal.submitted")
    assert entry.data["number"] in page and "13800000001" not in str(entry.data)


def test_late_is_taken_and_marked_late(county: Youyang) -> None:
    response = report(county, "bell_clerk", date(2023, 7, 27))
    assert response.status_code == 302
    shown = receipts.receipt(county.viewer("chief"), Fact.objects.get(variant="rectification").pk)
    assert shown.late_days == 3 and shown.receiver == "酉阳县民政局"
    with clock.travel(at(date(2023, 7, 28))):
        assert "逾期完成" in county.client("chief").get("/campaigns/cn-500242-youyang-2023/").content.decode()


def test_the_last_moment_of_the_day_is_in_time(county: Youyang) -> None:
    duty = county.duty("peach", "contact")
    with clock.travel(
        at(IN_TIME, 24).replace(microsecond=0) - clock.timedelta(seconds=1) if False else at(IN_TIME, 23)
    ):
        submit(obligation_id=duty.pk, files=[], contact=Contact(**CONTACT), by=county.viewer("peach_clerk"))
    duty.refresh_from_db()
    assert duty.done_at < duty.due_at  # type: ignore[operator]


def test_word_and_archive_are_kept_file_by_file_with_their_digests(county: Youyang) -> None:
    package = zipped({"1.2 制度/二.txt": "二".encode(), "1.1 文件/一.txt": "一".encode()}, gbk=True)
    files = [upload("评估表.docx", docx()), upload("佐证.zip", package)]
    response = send(county, "dragon_clerk", "assessment", date(2023, 4, 24), files=files)
    assert response.status_code == 302
    fact = Fact.objects.get(variant="assessment")
    shown = receipts.receipt(county.viewer("dragon_clerk"), fact.pk)
    assert [p.label for p in shown.papers] == ["评估表.docx", "1.1 文件/一.txt", "1.2 制度/二.txt"]
    assert [p.sha256 for p in shown.papers][1:] == [hashlib.sha256(s.encode()).hexdigest() for s in "一二"]
    (one,) = shown.archives
    assert (one.name, one.sha256, one.files) == ("佐证.zip", hashlib.sha256(package).hexdigest(), 2)
    assert all(p.open for p in shown.papers)


def test_a_second_report_replaces_the_first_and_keeps_both(county: Youyang) -> None:
    assert report(county, "peach_clerk", date(2023, 7, 20)).status_code == 302
    first = Fact.objects.get(variant="rectification")
    before = state()
    bare = report(county, "peach_other", date(2023, 7, 21))
    assert bare.status_code == 422 and "重报理由" in bare.content.decode() and state() == before
    # 同事也能替本单位重报
    assert report(county, "peach_other", date(2023, 7, 21), reason="补上下步打算").status_code == 302
    second = Fact.objects.filter(variant="rectification", retracts=None).latest("pk")
    first.refresh_from_db()
    assert first.retraction.reason == "重新报送：补上下步打算" and first.retraction.recorded_name == "演示戊"
    duty = county.duty("peach", "rectification")
    assert duty.done_on == date(2023, 7, 21)
    assert list(duty.discharges.filter(retracted_at=None).values_list("fact_id", flat=True)) == [second.pk]
    old = receipts.receipt(county.viewer("peach_clerk"), first.pk)
    assert "补上下步打算" in old.undone and old.next_id == second.pk and not old.may_resubmit
    with clock.travel(at(date(2023, 7, 22))):
        page = county.client("chief").get(f"/campaigns/receipts/{first.pk}/").content.decode()
    assert "已撤回" in page and f"/campaigns/receipts/{second.pk}/" in page
    assert Entry.objects.filter(action="appraisal.resubmitted").count() == 1


def test_replacing_a_timely_report_after_the_date_is_warned_of(county: Youyang) -> None:
    report(county, "peach_clerk", date(2023, 7, 20))
    duty = county.duty("peach", "rectification")
    with clock.travel(at(date(2023, 7, 25))):
        page = county.client("peach_clerk").get(f"/campaigns/submit/{duty.pk}/").content.decode()
    assert "会记为逾期完成" in page


@pytest.mark.parametrize(
    ("who", "code"),
    [("bell_clerk", 404), ("stranger", 404), ("chief", 403), ("firefighter", 403), ("auditor", 403)],
)
def test_nobody_else_reports_for_a_township(county: Youyang, who: str, code: int) -> None:
    before = state()
    assert send(county, who, "contact", IN_TIME, unit="peach", **CONTACT).status_code == code
    duty = county.duty("peach", "contact")
    with pytest.raises((Forbidden, NotFound)):
        submit(obligation_id=duty.pk, files=[], contact=Contact(**CONTACT), by=county.viewer(who))
    assert state() == before


BAD_CONTACTS = [
    ({"name": ""}, "请填写姓名"), ({"title": " "}, "请填写职务"), ({"phone": "023-75550000"}, "11 位"),
    ({"name": "x" * 200}, "不能超过 40 字"), ({"phone": "138\x0000000001"}, "空字符"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD_CONTACTS)
def test_a_bad_contact_is_refused_in_chinese(county: Youyang, change: dict[str, str], said: str) -> None:
    before = state()
    response = send(county, "peach_clerk", "contact", IN_TIME, **CONTACT | change)
    assert response.status_code == 422 and said in response.content.decode() and state() == before


BAD_FILES = [
    ([], "请选择要报送的文件"),
    ([upload("空.docx", b"")], "空的"),
    ([upload("评估表.pdf", b"%PDF-1.7 %%EOF")], "须是Word"),
    ([upload("评估表.docx", b"not a word file")], "内容不是"),
    ([upload("只有.zip", zipped({"a.txt": b"x"}))], "还没有 Word"),
    ([upload("评估表.docx", docx()), upload("坏.zip", b"PK\x03\x04xx")], "坏.zip"),
    ([upload("评估表.docx", docx()), upload("坏.zip", zipped({"宏.docm": b"x"}))], "宏.docm"),
    (
        [upload("评估表.docx", docx()), upload("坏.zip", zipped({"好.txt": b"x", "程序.exe": b"MZ"}))],
        "程序.exe",
    ),
    (
        [upload("评估表.docx", docx()), upload("坏.zip", zipped({"图.jpg": b"\xff\xd8\xff x"}))],
        "图.jpg",
    ),
    ([upload(f"{n}.docx", docx()) for n in range(21)], "最多 20 个"),
]


@pytest.mark.parametrize(("files", "said"), BAD_FILES)
def test_bad_files_are_refused_and_none_is_kept(county: Youyang, files: list[Any], said: str) -> None:
    for one in files:
        one.seek(0)
    before = state()
    response = send(county, "peach_clerk", "assessment", IN_TIME, files=files)
    assert response.status_code == 422 and said in response.content.decode(), response.content.decode()
    assert state() == before


def test_an_archive_is_not_taken_where_only_word_is_asked_for(county: Youyang) -> None:
    files = [upload("整治.docx", docx()), upload("佐证.zip", zipped({"a.txt": b"x"}))]
    before = state()
    response = send(county, "peach_clerk", "rectification", IN_TIME, files=files)
    assert response.status_code == 422 and "须是Word" in response.content.decode() and state() == before


def test_a_receipt_outside_the_region_or_of_another_kind_does_not_exist(county: Youyang) -> None:
    send(county, "peach_clerk", "contact", IN_TIME, **CONTACT)
    fact = Fact.objects.get()
    for who in ("bell_clerk", "stranger"):
        assert county.client(who).get(f"/campaigns/receipts/{fact.pk}/").status_code == 404
    Fact.objects.get()
    assert county.client("chief").get("/campaigns/receipts/999999/").status_code == 404


def test_the_phone_is_shown_to_civil_affairs_and_the_owner_only(county: Youyang) -> None:
    send(county, "peach_clerk", "contact", IN_TIME, **CONTACT)
    fact = Fact.objects.get()
    for who, seen in (("chief", True), ("peach_other", True), ("auditor", False), ("firefighter", False)):
        shown = receipts.receipt(county.viewer(who), fact.pk)
        assert (shown.contact["phone"] == CONTACT["phone"]) is seen
        assert shown.papers[0].open is seen
        pages = [f"/campaigns/receipts/{fact.pk}/", "/campaigns/cn-500242-youyang-2023/contacts/"]
        for page in pages:
            assert (CONTACT["phone"] in county.client(who).get(page).content.decode()) is seen
