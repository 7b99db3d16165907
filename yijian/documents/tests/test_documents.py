"""材料：存得下、拿得回、坏的不收、原件封存、范围之外看不到。"""

import io
import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from yijian.access.viewer import SYSTEM, Viewer
from yijian.audit.models import Entry
from yijian.documents import queries, services
from yijian.documents.models import Blob, Document
from yijian.documents.tests import corpus
from yijian.documents.tests.conftest import kept
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused

pytestmark = pytest.mark.django_db
ViewerOf = Callable[[str], Viewer]


def upload(name: str, content: bytes, by: Viewer = SYSTEM) -> Document:
    return services.store_upload(name=name, content=io.BytesIO(content), label="", by=by)


@pytest.mark.parametrize(
    ("name", "content"), list(corpus.good_documents()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_ordinary_files_are_kept_byte_for_byte(name: str, content: bytes, media: Path) -> None:
    document = upload(name, content)
    served = queries.serve(SYSTEM, document.pk)
    assert served.path.read_bytes() == content and served.size == len(content)
    assert (document.kind, document.label, document.filename) == ("file", name, name)
    assert kept(media) == [served.path]


BAD = [*corpus.bad_documents(), *corpus.bad_pictures()]


@pytest.mark.parametrize(("name", "content"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_files_are_refused_with_words_and_leave_nothing(name: str, content: bytes, media: Path) -> None:
    start = time.monotonic()
    with pytest.raises(Refused) as error:
        upload(name, content)
    assert len(error.value.message) > 8 and error.value.field == "file"
    assert kept(media) == [] and not Document.objects.exists() and not Blob.objects.exists()
    assert time.monotonic() - start < 5


def test_bombs_do_not_take_much_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("像素炸弹.png", "像素炸弹二.png"):
        with pytest.raises(Refused):
            upload(name, dict(corpus.bad_pictures())[name])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_are_reencoded_for_display_and_the_original_is_sealed(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET"
    tail = b"PK\x03\x04<?php echo 1;?><script>alert(1)</script>"
    content = corpus.picture(kind, (640, 480), exif=exif) + tail
    document = upload(f"现场.{kind.lower()}", content)
    assert document.kind == "photo" and document.display is not None and document.blob is not None
    shown = queries.serve(SYSTEM, document.pk)
    seen = shown.path.read_bytes()
    assert b"SECRET" not in seen and b"php" not in seen and b"script" not in seen
    with Image.open(shown.path) as image:
        assert image.size == (480, 640) and not image.getexif()
    assert shown.filename.endswith(".jpg") and shown.media_type == "image/jpeg"
    assert queries.store().path(document.blob.sha256).read_bytes() == content


def test_big_photos_are_shrunk_and_misnamed_ones_renamed() -> None:
    document = upload("现场.png", corpus.picture("JPEG", (5000, 3000)))
    assert document.filename == "现场.jpg"
    with Image.open(queries.serve(SYSTEM, document.pk).path) as image:
        assert image.size == (2560, 1536)


def test_transparent_pictures_stay_transparent() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert queries.serve(SYSTEM, upload("章.png", out.getvalue()).pk).media_type == "image/png"


def test_headers_never_let_a_browser_run_the_file() -> None:
    headers = queries.serve(SYSTEM, upload("㐂 方案.docx", corpus.package()).pk).headers
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E3%90%82")
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]


def test_the_same_content_is_stored_once_and_two_documents_point_to_it(media: Path) -> None:
    first, second = upload("甲.pdf", corpus.pdf(b"<<>>")), upload("乙.pdf", corpus.pdf(b"<<>>"))
    assert first.blob_id == second.blob_id and len(kept(media)) == 1 and first.pk != second.pk


def test_the_original_needs_a_capability_a_reason_and_leaves_a_trace(viewer: ViewerOf) -> None:
    document = upload("现场.jpg", corpus.picture(), by=viewer("street_clerk"))
    assert document.blob is not None
    plain = replace(viewer("civil_officer"), capabilities=frozenset({"documents.view"}))
    with pytest.raises(Forbidden):
        services.open_original(document=document, reason="核对", by=plain)
    before = Entry.objects.count()
    served = services.open_original(document=document, reason="核对时间", by=SYSTEM)
    assert served.etag == document.blob.sha256 and Entry.objects.count() == before + 1
    assert Entry.objects.order_by("-seq")[0].reason == "核对时间"


def test_who_sees_a_document(viewer: ViewerOf) -> None:
    document = upload("甲.pdf", corpus.pdf(b"<<>>"), by=viewer("street_clerk"))
    assert document.unit_id in viewer("street_clerk").unit_ids
    for who in ("street_clerk", "civil_officer", "fire_officer", "auditor"):
        assert queries.document(viewer(who), document.pk) == document
    for who in ("other_district_officer", "other_street_clerk", "director"):
        with pytest.raises(NotFound):
            queries.serve(viewer(who), document.pk)
    for who in ("system_officer", "audit_officer"):
        with pytest.raises(Forbidden):
            queries.serve(viewer(who), document.pk)
    with pytest.raises(Forbidden):
        upload("甲.pdf", corpus.pdf(b"<<>>"), by=viewer("audit_officer"))


def test_a_document_about_a_facility_is_seen_by_that_facility(viewer: ViewerOf, cast: object) -> None:
    director = viewer("director")
    about = services.About(facility_id=5, facility_unit_id=director.posts[0].unit_id)
    document = services.store_number(number="演民发〔2026〕1号", about=about, by=viewer("street_clerk"))
    assert queries.document(director, document.pk).facility_id == 5
    with pytest.raises(NotFound):
        queries.document(viewer("other_director"), document.pk)


def test_links_and_numbers_have_no_file(media: Path) -> None:
    link = services.store_link(url="https://a.example/通告", label="通告", by=SYSTEM)
    number = services.store_number(number="演民发[2026]3号", by=SYSTEM)
    assert (link.kind, link.label, number.label) == ("link", "通告", "演民发〔2026〕3号")
    for document in (link, number):
        with pytest.raises(NotFound):
            queries.serve(SYSTEM, document.pk)
    assert kept(media) == []


def test_the_database_holds_what_a_document_is() -> None:
    for wrong in (
        {"kind": "link"},
        {"kind": "file"},
        {"kind": "number", "url": "http://a"},
        {"kind": "其他"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.create(label="x", uploaded_name="x", **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Blob.objects.create(sha256="abc", size=1, media_type="x")


def test_a_full_disk_says_so_and_leaves_nothing(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="存储空间已满"):
        upload("甲.pdf", corpus.pdf(b"<<>>"))
    assert kept(media) == [] and not Document.objects.exists()


def test_a_failing_record_leaves_only_a_file_the_sweep_takes(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("断电")

    monkeypatch.setattr(services.files, "record", fail)
    with pytest.raises(RuntimeError):
        upload("甲.pdf", corpus.pdf(b"<<>>"))
    monkeypatch.undo()
    assert not Document.objects.exists() and len(kept(media)) == 1
    assert services.sweep(by=SYSTEM) == 0
    with clock.travel(clock.now() + timedelta(days=2)):
        assert services.sweep(by=SYSTEM) == 1
    assert kept(media) == []


def test_the_sweep_never_touches_what_is_recorded(media: Path) -> None:
    upload("甲.jpg", corpus.picture())
    (media / "incoming" / "x.part").write_bytes(b"half")
    with clock.travel(clock.now() + timedelta(days=400)):
        assert services.sweep(by=SYSTEM) == 1
    assert len(kept(media)) == 2


def test_rot_and_loss_are_found_reported_once_and_healed_by_uploading_again() -> None:
    content = corpus.pdf(b"<<>>")
    document, photo = upload("甲.pdf", content), upload("乙.jpg", corpus.picture())
    assert services.scrub(by=SYSTEM) == {"ok": 3, "damaged": 0, "missing": 0}
    assert services.scrub(by=SYSTEM) == {"ok": 0, "damaged": 0, "missing": 0}
    path = queries.serve(SYSTEM, document.pk).path
    path.write_bytes(content[:-1] + b"X")
    assert photo.blob is not None
    queries.store().path(photo.blob.sha256).unlink()
    with clock.travel(clock.now() + timedelta(days=31)):
        assert services.scrub(by=SYSTEM) == {"ok": 1, "damaged": 1, "missing": 1}
    said = Entry.objects.filter(action="documents.damaged").order_by("seq")
    assert {entry.data["state"] for entry in said} == {"内容已变", "文件缺失"}
    assert queries.damaged(SYSTEM).count() == 2
    upload("甲.pdf", content)
    assert (
        queries.damaged(SYSTEM).count() == 1
        and queries.serve(SYSTEM, document.pk).path.read_bytes() == content
    )
    with clock.travel(clock.now() + timedelta(days=62)):
        assert services.scrub(by=SYSTEM)["missing"] == 1
    assert Entry.objects.filter(action="documents.damaged").count() == 2


def test_a_missing_file_is_a_plain_answer() -> None:
    document = upload("甲.pdf", corpus.pdf(b"<<>>"))
    queries.serve(SYSTEM, document.pk).path.unlink()
    with pytest.raises(NotFound, match="备份"):
        queries.serve(SYSTEM, document.pk)
