"""审计、系统、材料、错误页。"""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from yijian.access.viewer import build_viewer
from yijian.audit.models import Entry
from yijian.documents.services import store_link, store_upload
from yijian.people.cast import Cast
from yijian.web.views import errors

ClientAs = Callable[[str], Client]
TEXT = "会议纪要（演示数据）".encode()


@pytest.mark.django_db
def test_audit_reads_as_sentences_and_filters(client_as: ClientAs, cast: Cast) -> None:
    client = client_as("audit_officer")
    text = client.get("/audit/").content.decode()
    assert "系统开通账号苏慧明（civil_chief）" in text
    text = client.get("/audit/", {"text": "苏慧明", "action": "account.created"}).content.decode()
    assert "苏慧明" in text and "陆文静" not in text
    for wrong in (
        {"since": "昨天"},
        {"page": "-3"},
        {"page": "x"},
        {"action": "没有"},
        {"actor_id": "9" * 40},
    ):
        assert client.get("/audit/", wrong).status_code == 200


@pytest.mark.django_db
def test_audit_exports_and_says_so(client_as: ClientAs, cast: Cast) -> None:
    response = client_as("audit_officer").post("/audit/export/", {"text": "苏慧明"})
    assert response.content[:2] == b"PK"
    assert "attachment" in response["Content-Disposition"]
    assert Entry.objects.filter(action="audit.exported").exists()


@pytest.mark.django_db(transaction=True)
def test_audit_verifies_from_the_page(client_as: ClientAs, cast: Cast) -> None:
    response = client_as("audit_officer").post("/audit/verify/")
    assert response.status_code == 200
    assert Entry.objects.filter(action="audit.verified").exists()


@pytest.mark.django_db
def test_the_system_page_tells_its_state(client_as: ClientAs, cast: Cast) -> None:
    text = client_as("system_officer").get("/system/").content.decode()
    for word in ("定时表", "没有在运行的后台任务进程", "制度包", "备份", "审计树头"):
        assert word in text


@pytest.mark.django_db
def test_healthz_answers_without_login(client: Client) -> None:
    assert client.get("/healthz").json()["ok"] is True


@pytest.mark.django_db
def test_a_document_is_served_as_an_attachment_and_only_in_scope(client_as: ClientAs, cast: Cast) -> None:
    made = store_upload(name="纪要.txt", content=TEXT, label="纪要", by=build_viewer(cast.street_clerk))
    url = reverse("documents:document", args=[made.pk])
    response = client_as("civil_officer").get(url)
    assert b"".join(response) == TEXT  # type: ignore[arg-type]
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    again = client_as("civil_officer").get(url, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert client_as("other_street_clerk").get(url).status_code == 404
    assert client_as("civil_officer").get(reverse("documents:photo", args=[made.pk])).status_code == 404


@pytest.mark.django_db
def test_a_link_is_shown_not_followed(client_as: ClientAs, cast: Cast) -> None:
    made = store_link(url="https://example.org/a", label="公告", by=build_viewer(cast.street_clerk))
    response = client_as("civil_officer").get(reverse("documents:document", args=[made.pk]))
    assert "https://example.org/a" in response.content.decode()


@pytest.mark.django_db
def test_error_pages_speak_chinese(client_as: ClientAs, cast: Cast) -> None:
    missing = client_as("civil_chief").get("/没有这页/")
    assert missing.status_code == 404 and "没有找到" in missing.content.decode()
    denied = client_as("director").get("/audit/")
    assert denied.status_code == 403 and "查阅审计记录" in denied.content.decode()
    anonymous = client_as("anonymous").get("/没有这页/")
    assert anonymous.status_code == 404


def test_the_worst_pages_need_neither_session_nor_database(rf: RequestFactory) -> None:
    broken, bad = errors.server_error(rf.get("/")), errors.bad_request(rf.get("/"))
    assert (broken.status_code, bad.status_code) == (500, 400)
    assert "不是您操作有误" in broken.content.decode()


def test_framework_english_is_not_shown() -> None:
    assert errors.said(Exception("Permission denied: x")) == ""
    assert errors.said(Exception("没有这条记录。")) == "没有这条记录。"


@pytest.mark.django_db
def test_a_stale_form_says_so(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.director)
    response = client.post("/notices/read/")
    assert response.status_code == 403 and "页面已失效" in response.content.decode()
