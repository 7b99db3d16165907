"""材料的动词：存文件、记链接、记文号、调原件；核验与清扫。"""

import io
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import IO

from django.db import transaction
from django.db.models import F

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.documents import images, packages, queries
from yijian.documents.kinds import BIGGEST, BLOB_STATES, KINDS, FileType
from yijian.documents.models import Blob, Document
from yijian.documents.queries import Served, store
from yijian.documents.rules import (
    check_size,
    clean_label,
    clean_link,
    clean_name,
    clean_number,
    settle_type,
    type_of,
)
from yijian.documents.store import Pending
from yijian.kernel import clock

ORPHAN_AGE = timedelta(hours=24)
SCRUB_AGAIN = timedelta(days=30)


@dataclass(frozen=True)
class Stored:
    """已入库、待登记的内容。"""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class About:
    """材料归谁：缺省为上传人的主要岗位所在的单位和区划。"""

    unit_id: int | None = None
    region_path: str = ""
    facility_id: int | None = None
    facility_unit_id: int | None = None


def store_upload(
    *, name: str, content: bytes | IO[bytes], label: str = "", about: About | None = None, by: Viewer
) -> Document:
    """上传材料：检查、入库（落盘）之后才登记。照片另存显示图，原件封存。

    类型不收、太大、打不开、夹带宏或外部引用报 Refused；此时不登记，也不留文件。
    检查和写盘在事务之外，不占写锁。
    """
    require(by, "documents.upload")
    name = clean_name(name)
    pending = store().receive(content, min(type_of(name).limit, BIGGEST))
    with ExitStack() as undo:
        undo.callback(pending.drop)
        name, kind = _inspect(name, pending)
        shown = _display(kind, pending)
        store().keep(pending)
        undo.pop_all()
    blob = Stored(pending.sha256, pending.size, kind.media_type)
    return _record_file(name=name, label=label, blob=blob, display=shown, about=about or About(), by=by)


def _inspect(name: str, pending: Pending) -> tuple[str, FileType]:
    check_size(type_of(name), pending.size)
    with pending.path.open("rb") as given:
        name, kind = settle_type(name, given.read(1024))
    packages.check(kind.container, pending.path)
    return name, kind


def _display(kind: FileType, pending: Pending) -> Stored | None:
    if not kind.is_image:
        return None
    content, media_type = images.display_copy(pending.path)
    kept = store().put(io.BytesIO(content), BIGGEST)
    return Stored(kept.sha256, kept.size, media_type)


@verb("documents.upload")
def _record_file(
    *, name: str, label: str, blob: Stored, display: Stored | None, about: About, by: Viewer
) -> Document:
    """上传材料：登记内容和材料。"""
    kind = "photo" if display else "file"
    document = _new(kind, clean_label(label, name), about, by)
    document.filename = name
    document.blob = _blob(blob, by)
    document.display = _blob(display, by) if display else None
    document.save()
    data = {"kind": KINDS[kind], "size": blob.size, "sha256": blob.sha256, "filename": name}
    record("documents.uploaded", by=by, subject=_subject(document), data=data)
    return document


def _blob(stored: Stored, by: Viewer) -> Blob:
    """登记内容；同样内容以前坏过的，这次已经换成好的。"""
    found, created = Blob.objects.get_or_create(
        sha256=stored.sha256, defaults={"size": stored.size, "media_type": stored.media_type}
    )
    if not created and found.state != "ok":
        found.state = "ok"
        found.save(update_fields=["state"])
        record("documents.restored", by=by, subject=("blob", found.sha256, found.sha256[:12]))
    return found


def _subject(document: Document) -> tuple[str, object, str]:
    return ("document", document.pk, document.label)


def _new(kind: str, label: str, about: About, by: Viewer) -> Document:
    main = by.posts[0] if by.posts else None
    if main is not None and about.unit_id is None:
        about = replace(about, unit_id=main.unit_id)
    return Document(
        kind=kind,
        label=label,
        unit_id=about.unit_id,
        region_path=about.region_path or by.region_path,
        facility_id=about.facility_id,
        facility_unit_id=about.facility_unit_id,
        uploaded_by_id=by.account_id,
        uploaded_name=by.name,
    )


@verb("documents.upload")
def store_link(*, url: str, label: str = "", about: About | None = None, by: Viewer) -> Document:
    """登记链接：只收 http、https 网址。"""
    url = clean_link(url)
    document = _new("link", clean_label(label, url), about or About(), by)
    document.url = url
    document.save()
    record("documents.linked", by=by, subject=_subject(document), data={"url": url})
    return document


@verb("documents.upload")
def store_number(*, number: str, label: str = "", about: About | None = None, by: Viewer) -> Document:
    """登记文号：年份括号统一为〔〕。"""
    number = clean_number(number)
    document = _new("number", clean_label(label, number), about or About(), by)
    document.number = number
    document.save()
    record("documents.numbered", by=by, subject=_subject(document), data={"number": number})
    return document


@verb("documents.view_original", on="document")
def open_original(*, document: Document, reason: str, by: Viewer) -> Served:
    """调取照片原件：含拍摄时间、位置等信息，须有权限，写明理由并留痕。"""
    served = queries.served(document, original=True)
    record(
        "documents.original_opened", by=by, subject=_subject(document), reason=clean_label(reason, "（未写）")
    )
    return served


def scrub(*, limit: int = 2_000, by: Viewer) -> dict[str, int]:
    """核验：重算最久没有核验的内容的摘要，发现变了、丢了的记下来并写审计；返回各状况的份数。

    每份单独记账，可以随时中断、重做。
    """
    due = Blob.objects.order_by(F("verified_at").asc(nulls_first=True), "sha256")
    due = due.exclude(verified_at__gt=clock.now() - SCRUB_AGAIN)[:limit]
    counts = dict.fromkeys(BLOB_STATES, 0)
    for blob in list(due):
        state = store().verify(blob.sha256, blob.size)
        counts[state] += 1
        with transaction.atomic():
            changed = Blob.objects.filter(pk=blob.pk).exclude(state=state).update(state=state)
            Blob.objects.filter(pk=blob.pk).update(verified_at=clock.now())
            if changed:
                _record_state(blob, state, by)
    return counts


def _record_state(blob: Blob, state: str, by: Viewer) -> None:
    subject = ("blob", blob.sha256, blob.sha256[:12])
    if state == "ok":
        record("documents.restored", by=by, subject=subject)
        return
    hurt = Document.objects.filter(blob=blob) | Document.objects.filter(display=blob)
    labels = list(hurt.order_by("id").values_list("label", flat=True)[:5])
    data = {"state": BLOB_STATES[state], "sha256": blob.sha256, "documents": labels}
    record("documents.damaged", by=by, subject=("blob", blob.sha256, "、".join(labels)[:200]), data=data)


def sweep(*, by: Viewer) -> int:
    """清扫：删去一天前留下、没有登记的文件和临时文件；返回个数。登记了的一个不动。"""
    before = (clock.now() - ORPHAN_AGE).timestamp()
    count = store().sweep_temporary(before)
    for names in store().folders():
        known = set(Blob.objects.filter(pk__in=names).values_list("pk", flat=True))
        count += store().sweep([name for name in names if name not in known], before)
    if count:
        with transaction.atomic():
            record("documents.swept", by=by, data={"count": count})
    return count
