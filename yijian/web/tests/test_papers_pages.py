"""文书的页面：列表、一份、下载、作废、样式、公开核验；浏览器里算的摘要与标准算法相同。"""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yijian.access.viewer import build_viewer
from yijian.documents import drafts
from yijian.documents.models import Paper, PaperTemplate
from yijian.documents.paper_kinds import paper_kind
from yijian.people.cast import Cast
from yijian.web.tests.providers import issued_paper

SCRIPT = Path(__file__).resolve().parent.parent / "static" / "yj" / "sha256.js"


@pytest.mark.django_db
def test_a_paper_is_listed_read_downloaded_and_voided(client: Client, cast: Cast) -> None:
    made = issued_paper(cast)
    client.force_login(cast.street_clerk)
    assert made.number in client.get("/papers/", {"kind": made.kind, "text": "〕1号"}).content.decode()
    assert made.number not in client.get("/papers/", {"kind": "order"}).content.decode()
    assert "年度检查" in client.get(f"/papers/{made.pk}/").content.decode()
    pdf = b"".join(client.get(f"/papers/{made.pk}/file/pdf/"))  # type: ignore[arg-type]
    assert pdf.startswith(b"%PDF-")
    assert client.get(f"/papers/{made.pk}/file/exe/").status_code == 404
    assert client.post(f"/papers/{made.pk}/void/", {"reason": ""}).status_code == 422
    assert client.post(f"/papers/{made.pk}/void/", {"reason": "写错"}).status_code == 302
    assert Paper.objects.get(pk=made.pk).state == "voided"


@pytest.mark.django_db
def test_anyone_may_verify_but_not_read_the_content(client: Client, cast: Cast) -> None:
    made = issued_paper(cast)
    page = client.get(f"/p/{made.verify_code}/").content.decode()
    assert made.number in page and made.pdf_id in page and made.docx_id in page
    assert "年度检查" not in page and made.issued_name not in page
    assert client.get("/p/nothing/").status_code == 404


@pytest.mark.django_db
def test_a_bureau_keeps_its_own_template(client: Client, cast: Cast) -> None:
    assert build_viewer(cast.civil_officer).can("documents.templates")
    client.force_login(cast.civil_officer)
    given = client.get("/papers/templates/order/").content
    assert given.startswith(b"PK")
    url = "/papers/templates/order/upload/"
    bad = drafts.default_template(paper_kind("interview"))
    assert client.post(url, {"file": SimpleUploadedFile("a.docx", bad)}).status_code == 422
    assert client.post(url).status_code == 422
    assert client.post(url, {"file": SimpleUploadedFile("a.docx", given)}).status_code == 302
    assert PaperTemplate.objects.get().version == 1
    assert "第 1 版" in client.get("/papers/templates/").content.decode()


@pytest.mark.skipif(shutil.which("node") is None, reason="没有装 node")
@pytest.mark.parametrize("size", [0, 3, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_the_browser_computes_the_same_digest(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    call = f"process.stdout.write(sha256(new Uint8Array({list(content)}).buffer)); return; const input ="
    source = SCRIPT.read_text("utf-8").replace("const input =", call)
    said = subprocess.run(["node", "-e", source], capture_output=True, check=True, text=True).stdout
    assert said == hashlib.sha256(content).hexdigest()
