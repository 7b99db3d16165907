"""视图的门：登录、权限、只读、错误页、会话时长、两步验证与初始密码。"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client

from yijian.access.readonly import ReadRequestWroteError, is_write
from yijian.kernel import clock
from yijian.people.cast import Cast
from yijian.people.models import Account, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yijian.access.tests.sample_urls")]
ClientAs = Callable[[str], Client]
NOON = datetime(2026, 3, 2, 12, tzinfo=clock.TZ)


def test_without_login_every_view_but_the_public_asks_for_it(client: Client) -> None:
    for url in ("/page/", "/naughty/", "/form/", "/act/", "/bare/"):
        response = client.get(url)
        assert response.status_code == 302, url
        assert response["Location"] == f"/account/login/?next={url}"
    assert client.get("/notice/").content.decode() == "公开"
    assert client.post("/notice/").status_code == 405


def test_a_partial_request_without_login_sends_the_whole_page_to_login(client: Client) -> None:
    response = client.get("/page/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/x/"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/account/login/?next=")


def test_a_missing_capability_is_403(client_as: ClientAs) -> None:
    assert client_as("civil_officer").get("/page/").content.decode() == "陆文静"
    assert client_as("system_officer").get("/page/").status_code == 403
    assert client_as("auditor").post("/act/", {"error": "refused"}).status_code == 403


@pytest.mark.parametrize("url", ["/naughty/", "/form/", "/stream/"])
def test_a_reading_request_cannot_write(client_as: ClientAs, url: str) -> None:
    client = client_as("civil_chief")
    with pytest.raises(ReadRequestWroteError), transaction.atomic():
        b"".join(client.get(url))  # type: ignore[arg-type]
    assert not Unit.objects.filter(short_name__in=["偷改", "改名"]).exists()


def test_a_writing_view_takes_post_and_a_reading_view_does_not(client_as: ClientAs) -> None:
    client = client_as("civil_chief")
    assert client.post("/form/").content.decode() == "办好了"
    assert Unit.objects.get(function="fire").short_name == "改名"
    assert client.get("/act/").status_code == 405
    assert client.post("/page/").status_code == 405


def test_domain_errors_become_4xx_pages(client_as: ClientAs) -> None:
    client = client_as("civil_chief")
    refused = client.post("/act/", {"error": "refused"})
    assert refused.status_code == 422
    assert "日期不能晚于今天。" in refused.content.decode()
    assert client.post("/act/", {"error": "forbidden"}).status_code == 403
    assert client.post("/act/", {"error": "notfound"}).status_code == 404


@pytest.mark.parametrize(
    ("sql", "write"),
    [
        ("SELECT 1", False),
        ('  (SELECT "a" FROM "b")', False),
        ("/* 注 */ SELECT 1", False),
        ("SAVEPOINT s1", False),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("WITH x AS (INSERT INTO a VALUES (1) RETURNING *) SELECT * FROM x", True),
        ("with x as (select 1) update a set b = 1", True),
        ('INSERT INTO "people_unit" VALUES (1)', True),
        ('UPDATE "django_session" SET a = 1', False),
        ('UPDATE "django_session_x" SET a = 1', True),
        ('INSERT INTO "access_cache" VALUES (1)', False),
        ("DROP TABLE x", True),
        ("REPLACE INTO x VALUES (1)", True),
        ("PRAGMA table_info(x)", False),
        ("PRAGMA foreign_keys = OFF", True),
        ("", True),
    ],
)
def test_which_statements_count_as_writes(sql: str, write: bool) -> None:
    assert is_write(sql) is write


def test_an_idle_session_ends(client_as: ClientAs, settings) -> None:  # type: ignore[no-untyped-def]
    settings.YIJIAN_IDLE_SECONDS, settings.YIJIAN_SESSION_SECONDS = 1800, 12 * 3600
    client = client_as("civil_chief")
    for minutes in (0, 29, 58):
        with clock.travel(NOON + timedelta(minutes=minutes)):
            assert client.get("/page/").status_code == 200
    with clock.travel(NOON + timedelta(minutes=89)):
        assert client.get("/page/").status_code == 302
    with clock.travel(NOON + timedelta(minutes=89)):
        assert client.get("/page/").status_code == 302


def test_even_a_busy_session_ends_after_twelve_hours(client_as: ClientAs, settings) -> None:  # type: ignore[no-untyped-def]
    settings.YIJIAN_IDLE_SECONDS, settings.YIJIAN_SESSION_SECONDS = 1800, 12 * 3600
    client = client_as("civil_chief")
    seen = []
    for n in range(0, 37):
        with clock.travel(NOON + timedelta(minutes=20 * n)):
            seen.append(client.get("/page/").status_code)
    assert seen == [200] * 37
    with clock.travel(NOON + timedelta(hours=12, minutes=1)):
        assert client.get("/page/").status_code == 302


def test_a_first_password_must_be_changed_before_anything_else(cast: Cast, client_as: ClientAs) -> None:
    Account.objects.filter(pk=cast.civil_chief.pk).update(must_change_password=True)
    client = client_as("civil_chief")
    assert client.get("/page/")["Location"] == "/account/password/"
    assert client.get("/notice/").status_code == 200


def test_an_account_that_must_use_two_steps_sets_them_up_first(
    cast: Cast,
    client_as: ClientAs,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.YIJIAN_TOTP_ROLES = ["civil_affairs.chief", "officer.system"]
    assert client_as("civil_officer").get("/page/").status_code == 200
    client = client_as("civil_chief")
    assert client.get("/page/")["Location"] == "/account/2fa/totp/on/"
    assert client.post("/form/")["Location"] == "/account/2fa/totp/on/"
    Authenticator.objects.create(user=cast.civil_chief, type="totp", data={"secret": "x"})
    assert client.get("/page/").status_code == 200
    Account.objects.filter(pk=cast.fire_officer.pk).update(must_use_totp=True)
    assert client_as("fire_officer").get("/page/").status_code == 302


def test_rights_end_with_the_next_request_after_the_post_ends(cast: Cast, client_as: ClientAs) -> None:
    from yijian.people.services import close_post, disable_account
    from yijian.people.viewer import SYSTEM

    client, other = client_as("street_clerk"), client_as("fire_officer")
    assert client.get("/page/").status_code == other.get("/page/").status_code == 200
    close_post(post=cast.posts["street_clerk"], by=SYSTEM)
    disable_account(account=cast.fire_officer, reason="调离", by=SYSTEM)
    assert client.get("/page/").status_code == 403
    assert other.get("/page/").status_code == 302
