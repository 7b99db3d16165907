"""收手机上传的东西：同号同内容再来照认，同号不同内容两份都留；摘要对不上的一个字节也不存。"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.db import transaction

from yijian.access.scope import scoped
from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.documents.services import About, store_upload
from yijian.inspections import kinds
from yijian.inspections.models import (
    Answer,
    Device,
    Inspector,
    Photo,
    Signature,
    SyncConflict,
    SyncItem,
    Visit,
    VisitInspector,
)
from yijian.inspections.services.field import start_visit
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused

ACCEPTED, AGAIN, CONFLICT = "accepted", "again", "conflict"
BATCH = 500


@dataclass(frozen=True)
class Sent:
    """手机交来的一件：编号、手机算的摘要、正文（照片、签名的正文是说明，图另附）。"""

    uid: str
    sha256: str
    body: str


@dataclass(frozen=True)
class From:
    """从哪部手机来：手机、它的钟快几秒；carried 是由管理人员代为导入的。"""

    device: Device
    offset: int = 0
    carried: bool = False


@dataclass(frozen=True)
class Receipt:
    """收条：sha256 是服务器存下的内容的摘要，手机据此确认。"""

    uid: str
    state: str
    sha256: str
    message: str = ""


class Mismatch(Refused):
    """内容与摘要对不上：没传完或传坏了。"""

    def __init__(self) -> None:
        super().__init__("传到的内容与手机算的摘要不符，可能没有传完。没有存，请重传。", field="sha256")


class TooBig(Refused):
    """照片太大。"""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"这张照片有 {size / (1 << 20):.0f} MB，最多 {kinds.PHOTO_LIMIT >> 20} MB。原件仍在手机里；"
            "请在相机设置里调低分辨率重拍，或导出后由办公室处理。",
            field="size",
        )


# ── 答案 ──────────────────────────────────────────────────────────────


def receive_answers(*, sent: Sequence[Sent], source: From, by: Viewer) -> list[Receipt]:
    """收一批答案，一件一张收条；坏的一件不影响别的。"""
    require(by, "inspections.visit")
    if len(sent) > BATCH:
        raise Refused(f"一次最多上传 {BATCH} 条答案，请分批。")
    receipts: dict[int, Receipt] = {}
    groups: dict[str, list[tuple[int, Sent, dict[str, Any]]]] = {}
    for number, one in enumerate(sent):
        try:
            body = opened(one)
        except Refused as error:
            receipts[number] = Receipt(one.uid, "refused", "", error.message)
        else:
            groups.setdefault(str(body.get("visit", "")), []).append((number, one, body))
    for uid, rows in groups.items():
        try:
            visit = visit_of(uid, by)
            done = _keep_answers(visit=visit, rows=[(s, b) for _, s, b in rows], source=source, by=by)
        except (Refused, NotFound, Forbidden) as error:
            done = [Receipt(s.uid, "refused", "", error.message) for _, s, _ in rows]
        receipts |= {n: r for (n, _, _), r in zip(rows, done, strict=True)}
    return [receipts[n] for n in range(len(sent))]


def opened(one: Sent) -> dict[str, Any]:
    """核对摘要，解开正文。"""
    if hashlib.sha256(one.body.encode()).hexdigest() != one.sha256:
        raise Mismatch
    if not 8 <= len(one.uid) <= 36:
        raise Refused("编号不对，请更新手机上的页面。", field="uid")
    try:
        body = json.loads(one.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("内容读不出来，请更新手机上的页面。", field="body")
    return body


@verb("inspections.visit", on="visit")
def _keep_answers(
    *, visit: Visit, rows: list[tuple[Sent, dict[str, Any]]], source: From, by: Viewer
) -> list[Receipt]:
    """上传检查答案。"""
    author = author_on(visit, source, by)
    begin(visit, by)
    checks = checks_of(visit)
    done = [_keep_answer(visit, one, body, author, checks, source, by) for one, body in rows]
    count = sum(r.state == ACCEPTED for r in done)
    audit("inspections.answers_received", by=by, subject=_subject(visit), data={"count": count})
    return done


def _keep_answer(
    visit: Visit,
    one: Sent,
    body: dict[str, Any],
    author: Inspector,
    checks: set[str],
    source: From,
    by: Viewer,
) -> Receipt:
    try:
        made_at = corrected(body.get("at"), source.offset)
        values = _answer_values(body, checks)
    except Refused as error:
        return Receipt(one.uid, "refused", "", error.message)

    def write(item: SyncItem) -> None:
        Answer.objects.create(item=item, visit=visit, author=author, made_at=made_at, **values)

    return _once(visit, one, "answer", len(one.body.encode()), made_at, source, write, by, payload=body)


def _answer_values(body: Mapping[str, Any], checks: set[str]) -> dict[str, Any]:
    check, value = str(body.get("check", "")), body.get("value")
    if check not in checks:
        raise Refused("这一项不在本次检查的检查表里。", field="check")
    if value not in kinds.ANSWERS:
        raise Refused("结果只能是合格、不合格或不适用。", field="value")
    seq = body.get("seq", 0)
    return {
        "code": check,
        "value": value,
        "note": clean(body.get("note"), 500),
        "phrase": clean(body.get("phrase"), 200),
        "seq": seq if isinstance(seq, int) and 0 <= seq < 1 << 53 else 0,
    }


# ── 照片、签名 ────────────────────────────────────────────────────────


def receive_photo(
    *, sent: Sent, image_sha256: str, image: IO[bytes], size: int, name: str, source: From, by: Viewer
) -> Receipt:
    """收一张照片：原件原样存证。太大报 TooBig，没传完报 Mismatch，都不存。"""
    require(by, "inspections.visit")
    if size > kinds.PHOTO_LIMIT:
        raise TooBig(size)
    body = opened(sent)
    check_image(image, image_sha256)
    visit = visit_of(str(body.get("visit", "")), by)
    author = author_on(visit, source, by)
    made_at = corrected(body.get("at"), source.offset)
    place = _place(body)
    check = str(body.get("check", ""))
    if check not in checks_of(visit):
        raise Refused("这一项不在本次检查的检查表里。", field="check")
    label = f"现场照片 {check}"

    def write(item: SyncItem) -> None:
        document = _store(visit, name, image, label, by)
        Photo.objects.create(
            item=item, visit=visit, code=check, author=author, taken_at=made_at, document=document, **place
        )
        audit("inspections.photo_received", by=by, subject=_subject(visit), data={"sha256": image_sha256})

    whole = Sent(sent.uid, image_sha256, sent.body)
    with transaction.atomic():
        begin(visit, by)
        return _once(
            visit, whole, "photo", size, made_at, source, write, by,
            payload=body, store=lambda: _store(visit, name, image, label, by),
        )  # fmt: skip


def receive_signature(
    *, sent: Sent, image_sha256: str, image: IO[bytes] | None, size: int, source: From, by: Viewer
) -> Receipt:
    """收一个签名，或一次拒签（记明情况、见证人）。"""
    require(by, "inspections.visit")
    body = opened(sent)
    if image is not None:
        check_image(image, image_sha256)
    visit = visit_of(str(body.get("visit", "")), by)
    author_on(visit, source, by)
    made_at = corrected(body.get("at"), source.offset)
    values = signed_by(visit, body, image is not None)
    label = f"{kinds.SIGNERS[values['role']]}签名 {values['signer']}"

    def keep() -> Document | None:
        return _store(visit, "签名.png", image, label, by) if image is not None else None

    def write(item: SyncItem) -> None:
        who = values["inspector"]
        if who and Signature.objects.filter(visit=visit, inspector=who).exists():
            raise Refused(f"{values['signer']}已经签过名了，服务器上的那一个有效。", field="signed")
        Signature.objects.create(item=item, visit=visit, signed_at=made_at, document=keep(), **values)
        role = kinds.SIGNERS[values["role"]]
        audit("inspections.signature_received", by=by, subject=_subject(visit), data={"role": role})

    whole = Sent(sent.uid, image_sha256 if image is not None else sent.sha256, sent.body)
    with transaction.atomic():
        begin(visit, by)
        return _once(
            visit, whole, "signature", size or len(sent.body.encode()), made_at, source, write, by,
            payload=body, store=keep,
        )  # fmt: skip


def signed_by(visit: Visit, body: Mapping[str, Any], drawn: bool) -> dict[str, Any]:
    """谁签的、签没签。"""
    role, refused = body.get("role"), body.get("refused") is True
    if role not in kinds.SIGNERS:
        raise Refused("没有说明是谁的签名。", field="role")
    inspector = None
    if role == "inspector":
        rows = VisitInspector.objects.select_related("inspector")
        found = rows.filter(visit=visit, inspector_id=whole_number(body.get("inspector"))).first()
        if found is None:
            raise Refused("签名的人不在本次检查的名单里。", field="inspector")
        inspector = found.inspector
    signer = inspector.name if inspector else clean(body.get("signer"), 40)
    reason, witness = clean(body.get("reason"), 300), clean(body.get("witness"), 60)
    if refused and (role != "facility" or not reason or not witness):
        raise Refused("机构拒签的，请写明情况和见证人。", field="reason")
    if not refused and not (drawn and signer):
        raise Refused("签名是空的，请重新签。", field="signature")
    return {
        "role": role,
        "inspector": inspector,
        "signer": signer or "（拒签）",
        "refused": refused,
        "reason": reason if refused else "",
        "witness": witness if refused else "",
    }


def check_image(image: IO[bytes], sha256: str) -> None:
    """图与摘要核对。"""
    found = hashlib.sha256()
    image.seek(0)
    while block := image.read(1 << 20):
        found.update(block)
    image.seek(0)
    if found.hexdigest() != sha256:
        raise Mismatch


def _store(visit: Visit, name: str, image: IO[bytes], label: str, by: Viewer) -> Document:
    image.seek(0)
    about = About(
        unit_id=visit.lead_unit_id,
        region_path=visit.region_path,
        facility_id=visit.facility_id,
        facility_unit_id=visit.facility.unit_id,
    )
    return store_upload(name=name, content=image, label=label, about=about, by=by)


# ── 只收一次 ──────────────────────────────────────────────────────────


def _once(
    visit: Visit,
    one: Sent,
    kind: str,
    size: int,
    made_at: datetime,
    source: From,
    write: Callable[[SyncItem], None],
    by: Viewer,
    *,
    payload: dict[str, Any],
    store: Callable[[], Document | None] | None = None,
) -> Receipt:
    """头一次收下；同号同内容说已有；同号不同内容另存一份，记下冲突。"""
    with transaction.atomic():
        item, made = SyncItem.objects.get_or_create(
            uid=one.uid,
            defaults={
                "kind": kind,
                "visit": visit,
                "device": source.device,
                "sha256": one.sha256,
                "size": size,
                "made_at": made_at,
                "offset": source.offset,
                "received_at": clock.now(),
            },
        )
        if made:
            write(item)
            return Receipt(one.uid, ACCEPTED, one.sha256)
    if (item.sha256, item.kind, item.visit_id) == (one.sha256, kind, visit.pk):
        return Receipt(one.uid, AGAIN, one.sha256)
    return _conflict(item, one, source, by, payload=payload, store=store)


def _conflict(
    item: SyncItem,
    one: Sent,
    source: From,
    by: Viewer,
    *,
    payload: dict[str, Any],
    store: Callable[[], Document | None] | None,
) -> Receipt:
    said = "服务器上同一编号已有另一份，两份都已保存，请在办公端核对。"
    with transaction.atomic():
        row, made = SyncConflict.objects.get_or_create(
            item=item, sha256=one.sha256, defaults={"device": source.device, "payload": payload}
        )
        if made:
            if store is not None:
                SyncConflict.objects.filter(pk=row.pk).update(document=store())
            audit("inspections.sync_conflict", by=by, subject=_subject(item.visit), data={"uid": one.uid})
    return Receipt(one.uid, CONFLICT, one.sha256, said)


# ── 共用的核对 ────────────────────────────────────────────────────────


def visit_of(uid: str, by: Viewer) -> Visit:
    """范围内的任务。"""
    rows = scoped(by, Visit.objects.select_related("facility"), capability="inspections.visit")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个检查任务，或它不在您的范围内。手机里的数据请保留，联系派出任务的人。")
    return found


def author_on(visit: Visit, source: From, by: Viewer) -> Inspector:
    """在这次检查名单里的本人；代为导入的，作者是那部手机的使用人。"""
    account = source.device.account_id if source.carried else by.account_id
    found = Inspector.objects.filter(account_id=account or 0)
    mine = found.filter(pk__in=VisitInspector.objects.filter(visit=visit).values("inspector_id")).first()
    if mine is None:
        raise Forbidden("您不在这次检查的人员名单里，不能上传它的内容。")
    return mine


def begin(visit: Visit, by: Viewer) -> None:
    """手机上先开始的：头一件上传到时，任务转为检查中。"""
    if "start" in kinds.VISIT.verbs(visit.state) and visit.inspectors.count() >= 2:
        start_visit(visit=visit, by=by)


def checks_of(visit: Visit) -> set[str]:
    """本次检查的全部检查项。"""
    return {str(item["id"]) for version in visit.checklists.order_by("pk") for item in version.items}


def corrected(said: object, offset: int) -> datetime:
    """手机上的毫秒时间，减去钟差。"""
    if not isinstance(said, int | float) or isinstance(said, bool):
        raise Refused("没有写明时间，请更新手机上的页面。", field="at")
    try:
        return datetime.fromtimestamp(said / 1000, UTC) - timedelta(seconds=offset)
    except (OverflowError, ValueError, OSError) as error:
        raise Refused("时间超出了可以表示的范围，请检查手机的日期设置。", field="at") from error


def _place(body: Mapping[str, Any]) -> dict[str, float | None]:
    """经纬度；没有或不像话就当没有。"""
    lon, lat = body.get("lon"), body.get("lat")
    if isinstance(lon, int | float) and isinstance(lat, int | float) and abs(lon) <= 180 and abs(lat) <= 90:
        return {"lon": float(lon), "lat": float(lat)}
    return {"lon": None, "lat": None}


def clean(text: object, limit: int) -> str:
    """手机上写的字：去掉控制符，截到该栏的长度。"""
    given = text if isinstance(text, str) else ""
    return "".join(c for c in given if c == "\n" or c.isprintable()).strip()[:limit]


def whole_number(given: object) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 1 << 62 else 0


def _subject(visit: Visit) -> tuple[str, object, str]:
    return ("visit", visit.pk, visit.facility.name)
