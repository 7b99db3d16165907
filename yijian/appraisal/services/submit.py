"""报送活动材料：先逐个核对文件，再存证、记入台账；重报以撤回前一次替换，理由留存。"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.appraisal import kinds
from yijian.appraisal.queries import receipts
from yijian.appraisal.queries.receipts import Due
from yijian.appraisal.rules import archive, word
from yijian.appraisal.rules.contact import Contact, receipt_number
from yijian.audit.services import record as audit
from yijian.documents import images, packages
from yijian.documents.rules import check_size, clean_name, settle_type
from yijian.documents.services import About, store_upload
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.models import Fact, Obligation
from yijian.ledger.services.record import Act, record_for, retract_fact

FILES = 20


@dataclass(frozen=True)
class Given:
    """交来的一个文件。"""

    name: str
    content: IO[bytes]


@dataclass(frozen=True)
class Piece:
    """核对过、待存证的一个文件。"""

    name: str
    label: str
    path: Path


@dataclass(frozen=True)
class Packet:
    """一次报送：要存的文件，拆开的压缩包各自的名称与摘要。"""

    pieces: list[Piece]
    archives: list[dict[str, object]]


def submit(
    *,
    obligation_id: int,
    files: Sequence[Given],
    contact: Contact | None = None,
    reason: str = "",
    by: Viewer,
) -> Fact:
    """报送活动材料（酉阳 要求四）：只报本单位的；逾期也收，照实记为逾期。返回记下的事实。

    文件不合格报 Refused，此时什么也没有存；已报过的须写明重报理由。
    """
    require(by, "appraisal.submit")
    found = receipts.due(by, obligation_id)
    check_again(found, reason)
    with TemporaryDirectory() as folder:
        packet = checked(found, list(files), contact, Path(folder))
        documents = stored(packet, found, by)
    return _file(
        found=found, documents=documents, archives=packet.archives, contact=contact, reason=reason, by=by
    )


def check_again(found: Due, reason: str) -> None:
    if found.earlier and not reason.strip():
        last = found.earlier[-1]
        raise Refused(
            f"这份材料 {last.occurred_on} 已由{last.recorded_name}报过；要重报，请写明理由。", field="reason"
        )


# ── 核对 ──────────────────────────────────────────────────────────────


def checked(found: Due, files: Sequence[Given], contact: Contact | None, folder: Path) -> Packet:
    """全部文件核对完才往下走；一个不合格，一个也不存。"""
    if found.submission.id == kinds.CONTACT:
        if contact is None:
            raise Refused("请填写联络员的姓名、职务和手机。", field="name")
        if not files:
            return Packet([own_form(found, contact, folder)], [])
    if len(files) > FILES:
        raise Refused(f"一次最多 {FILES} 个文件，佐证材料请打成 zip 压缩包。", field="files")
    packet = Packet([], [])
    for number, given in enumerate(files):
        name = clean_name(given.name)
        with blaming(given.name):
            take(packet, name, given, folder / str(number), zipped="zip" in found.submission.format)
    if not any(extension(clean_name(given.name)) in kinds.WORD for given in files):
        raise Refused("还没有 Word 文档：材料正文须是 .docx、.doc 或 .wps。", field="files")
    return packet


def take(packet: Packet, name: str, given: Given, folder: Path, *, zipped: bool) -> None:
    """收一个文件：Word 直接核对；压缩包拆开，逐个核对。"""
    folder.mkdir()
    if extension(name) in kinds.WORD:
        path = folder / "word"
        digest(given.content, path)
        packet.pieces.append(inspected(name, name, path))
    elif extension(name) == kinds.ARCHIVE and zipped:
        path = folder / "zip"
        sha256, size = digest(given.content, path)
        with path.open("rb") as opened:
            members = archive.unpack(opened, folder)
        for member in members:
            with blaming(member.label):
                packet.pieces.append(inspected(clean_name(member.name), member.label, member.path))
        packet.archives.append({"name": name, "size": size, "sha256": sha256, "files": len(members)})
    else:
        wanted = "Word 文档（.docx、.doc、.wps）"
        extra = "，佐证材料打成 .zip 压缩包" if zipped else ""
        raise Refused(f"这份材料须是{wanted}{extra}，请转换后再报送。", field="files")


@contextmanager
def blaming(name: str) -> Iterator[None]:
    """不合格时说明是哪个文件。"""
    try:
        yield
    except Refused as error:
        said = error.message if error.message.startswith("“") else f"“{name}”：{error.message}"
        raise Refused(said, field="files") from error


def inspected(name: str, label: str, path: Path) -> Piece:
    """按材料库的规矩核对一个文件：类型、大小、夹带；照片试着解码。"""
    with path.open("rb") as opened:
        name, kind = settle_type(name, opened.read(1024))
    check_size(kind, path.stat().st_size)
    packages.check(kind.container, path)
    if kind.is_image:
        images.display_copy(path)
    return Piece(name, label, path)


def own_form(found: Due, contact: Contact, folder: Path) -> Piece:
    """没有另附文件时，按附件2的格式代为制成 Word。"""
    fields = found.found.campaign.contacts
    headers = (fields.fields if fields else ()) or found.submission.parts
    title = (fields.title if fields else None) or found.submission.title
    path = folder / "form"
    path.write_bytes(word.table_document(title, headers, [row(headers, found.duty, contact)]))
    name = clean_name(f"{town(found.duty)}{found.submission.title}.docx")
    return inspected(name, name, path)


def row(headers: Sequence[str], duty: Obligation, contact: Contact) -> list[str]:
    """按表头的次序填一行。"""
    known = (
        ("乡镇", town(duty)), ("姓名", contact.name), ("职务", contact.title),
        ("手机", contact.phone), ("联系", contact.phone), ("单位", duty.unit.name if duty.unit else ""),
    )  # fmt: skip
    return [next((value for mark, value in known if mark in header), "") for header in headers]


def town(duty: Obligation) -> str:
    unit = duty.unit
    if unit is None:
        return ""
    return unit.region.name if unit.region.level == "town" else unit.name


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def digest(content: IO[bytes], path: Path) -> tuple[str, int]:
    """落到临时文件，得到摘要与字节数。"""
    done, size = hashlib.sha256(), 0
    content.seek(0)
    with path.open("wb") as out:
        while block := content.read(1 << 20):
            done.update(block)
            size += len(block)
            out.write(block)
    return done.hexdigest(), size


# ── 存证与记账 ────────────────────────────────────────────────────────


def stored(packet: Packet, found: Due, by: Viewer) -> tuple[int, ...]:
    """存证：材料归报送单位名下。"""
    about = About(unit_id=found.duty.unit_id, region_path=found.duty.region_path)
    ids = []
    with ExitStack() as files:
        for piece in packet.pieces:
            content = files.enter_context(piece.path.open("rb"))
            document = store_upload(name=piece.name, content=content, label=piece.label, about=about, by=by)
            ids.append(document.pk)
    return tuple(ids)


@verb("appraisal.submit")
def _file(
    *,
    found: Due,
    documents: tuple[int, ...],
    archives: list[dict[str, object]],
    contact: Contact | None,
    reason: str,
    by: Viewer,
) -> Fact:
    """报送活动材料：替换前一次，记入台账。"""
    Obligation.objects.select_for_update().get(pk=found.duty.pk)
    now = receipts.due(by, found.duty.pk)
    check_again(now, reason)
    for old in now.earlier:
        retract_fact(fact_id=old.pk, reason=f"重新报送：{reason.strip()}"[:300], by=for_unit(by))
    payload: dict[str, object] = {"campaign": found.found.pack.id, "archives": archives}
    act = Act(
        kind=kinds.SUBMISSION,
        variant=found.submission.id,
        occurred=clock.now(),
        payload=payload | (asdict(contact) if contact else {}),
        documents=documents,
    )
    fact = record_for(obligation_id=found.duty.pk, act=act, by=by)
    note(found, now.earlier, fact, len(documents), reason, by)
    return fact


def for_unit(by: Viewer) -> Viewer:
    """替换本单位自己的报送：同事报的也能换。范围已核对过，名字仍是本人，这里只补上撤回所需的权限。"""
    return replace(by, capabilities=by.capabilities | {"ledger.review"})


def note(found: Due, old: Sequence[Fact], fact: Fact, files: int, reason: str, by: Viewer) -> None:
    data: dict[str, object] = {
        "title": found.submission.title,
        "number": receipt_number(fact.pk, fact.occurred_on),
        "files": files,
    }
    if old:
        data["replaced"] = "、".join(receipt_number(f.pk, f.occurred_on) for f in old)
        data["why"] = reason.strip()
    subject = ("fact", fact.pk, found.duty.unit.name if found.duty.unit else "")
    audit("appraisal.resubmitted" if old else "appraisal.submitted", by=by, subject=subject, data=data)
