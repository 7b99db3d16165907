"""登录：锁定跨进程有效、三种结果都入审计、会话、两步验证、改密、统一身份认证按设置出现。"""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from yijian.access.lockout import is_locked
from yijian.access.services import unlock_account
from yijian.access.viewer import Viewer
from yijian.audit.models import Entry
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.cast import Cast
from yijian.people.models import Account
from yijian.people.services import disable_account, end_sessions, set_password
from yijian.people.viewer import SYSTEM
from yijian.settings.login import oidc
from yijian.settings.options import Options

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yijian.access.tests.sample_urls")]
PASSWORD = "demo-password"
LOGIN = "/account/login/"


@pytest.fixture
def clerk(cast: Cast) -> Account:
    set_password(account=cast.street_clerk, password=PASSWORD, by=SYSTEM)
    return Account.objects.get(pk=cast.street_clerk.pk)


def _login(client: Client, username: str, password: str, ip: str = "10.0.0.1") -> int:
    data = {"login": username, "password": password}
    return client.post(LOGIN, data, REMOTE_ADDR=ip).status_code


def _actions() -> list[str]:
    rows = Entry.objects.filter(action__startswith="account.log").order_by("seq")
    return list(rows.values_list("action", flat=True))


def test_login_and_logout_are_in_the_audit_and_the_key_changes(client: Client, clerk: Account) -> None:
    client.get(LOGIN)
    assert _login(client, "Street_Clerk", PASSWORD) == 302
    assert client.get("/page/").content.decode() == "何家和"
    key = client.session.session_key
    client.post("/account/logout/")
    assert client.get("/page/").status_code == 302
    assert client.session.session_key != key
    assert _actions() == ["account.logged_in", "account.logged_out"]


def test_the_login_page_is_chinese_and_offers_neither_signup_nor_unified_login(client: Client) -> None:
    page = client.get(LOGIN).content.decode()
    assert "密码" in page and "统一身份认证" not in page and "!!missing" not in page
    assert "sign up" not in page.lower() and "注册" not in page
    assert "<script" not in page and "style=" not in page
    assert client.get("/account/signup/").status_code in (302, 404)


def test_five_wrong_passwords_lock_the_account_from_any_address(client: Client, clerk: Account) -> None:
    for n in range(5):
        assert _login(client, "street_clerk", "wrong", f"10.0.0.{n}") == 200
    assert is_locked("STREET_CLERK")
    assert _login(client, "street_clerk", PASSWORD, "10.9.9.9") == 200
    assert client.get("/page/").status_code == 302
    assert _actions() == ["account.login_failed"] * 5


def test_the_count_is_kept_in_the_database_for_all_workers(clerk: Account) -> None:
    from django.db import connection

    for n in range(5):
        _login(Client(), "street_clerk", "wrong", f"10.0.0.{n}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_cache")
        assert cursor.fetchone()[0] >= 6
    assert type(cache._connections[cache._alias]).__name__ == "DatabaseCache"  # type: ignore[attr-defined]


def test_guessing_many_accounts_from_one_address_is_slowed(client: Client, clerk: Account) -> None:
    for n in range(10):
        _login(client, f"guess{n}", "wrong")
    assert _login(client, "street_clerk", PASSWORD) == 200
    assert client.get("/page/").status_code == 302
    unknown = Entry.objects.filter(action="account.login_failed").values_list("data", flat=True)
    assert all("guess" not in str(data) for data in unknown)


def test_only_the_security_officer_unlocks(
    clerk: Account, cast: Cast, viewer: Callable[[str], Viewer], client: Client
) -> None:
    with pytest.raises(Refused, match="没有被锁定"):
        unlock_account(account=clerk, by=viewer("security_officer"))
    for n in range(5):
        _login(client, "street_clerk", "wrong", f"10.0.0.{n}")
    with pytest.raises(Forbidden):
        unlock_account(account=clerk, by=viewer("system_officer"))
    assert is_locked("street_clerk")
    unlock_account(account=clerk, by=viewer("security_officer"))
    assert not is_locked("street_clerk")
    assert _login(client, "street_clerk", PASSWORD, "10.9.9.9") == 302


def test_a_disabled_account_cannot_log_in_and_its_session_dies(client: Client, clerk: Account) -> None:
    _login(client, "street_clerk", PASSWORD)
    assert client.get("/page/").status_code == 200
    disable_account(account=clerk, reason="调离", by=SYSTEM)
    assert client.get("/page/").status_code == 302
    _login(client, "street_clerk", PASSWORD)
    assert client.get("/page/").status_code == 302


def test_a_new_password_ends_the_other_sessions_and_the_first_password_flag(clerk: Account) -> None:
    Account.objects.filter(pk=clerk.pk).update(must_change_password=True)
    here, there = Client(), Client()
    for browser in (here, there):
        _login(browser, "street_clerk", PASSWORD)
    weak = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert here.post("/account/password/", weak).status_code == 200
    new = "松鹤街道-台账-2026"
    changed = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert changed.status_code == 302
    assert here.get("/page/").status_code == 200
    assert there.get("/page/").status_code == 302
    assert not Account.objects.get(pk=clerk.pk).must_change_password
    assert Entry.objects.filter(action="account.password_changed").count() == 1


def test_sessions_are_listed_and_ended_by_the_owner_and_by_security(
    clerk: Account, viewer: Callable[[str], Viewer]
) -> None:
    here, there = Client(), Client()
    for browser in (here, there):
        _login(browser, "street_clerk", PASSWORD)
    page = here.get("/account/sessions/").content.decode()
    assert page.count("<tr>") == 3 and "让其他设备下线" in page
    here.post("/account/sessions/")
    assert (here.get("/page/").status_code, there.get("/page/").status_code) == (200, 302)
    assert end_sessions(account=clerk, by=viewer("security_officer")) == 1
    assert here.get("/page/").status_code == 302


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_two_steps_are_asked_for_once_set_up_and_the_secret_is_not_stored_plain(clerk: Account) -> None:
    browser = Client()
    _login(browser, "street_clerk", PASSWORD)
    page = browser.get("/account/2fa/totp/on/")
    assert page["Location"].startswith("/account/confirm/")
    assert browser.get(page["Location"]).status_code == 200
    page = browser.post(page["Location"], {"password": PASSWORD}, follow=True)
    assert page.status_code == 200 and "二维码" in page.content.decode()
    secret = page.context["form"].secret
    done = browser.post("/account/2fa/totp/on/", {"code": _code(secret)})
    assert done.status_code == 302
    stored = Authenticator.objects.get(user=clerk, type="totp").data["secret"]
    assert secret not in stored
    codes = browser.get("/account/2fa/codes/")
    assert codes.status_code == 200 and "还剩 10 个" in codes.content.decode()
    again = Client()
    first = again.post(LOGIN, {"login": "street_clerk", "password": PASSWORD})
    assert first["Location"] == "/account/2fa/login/"
    assert again.get("/page/").status_code == 302
    assert again.post("/account/2fa/login/", {"code": "000000"}).status_code == 200
    recovery = codes.context["unused_codes"][0]
    assert again.post("/account/2fa/login/", {"code": recovery}).status_code == 302
    assert again.get("/page/").status_code == 200


@pytest.mark.parametrize("url", ["", "2fa/", "password/", "sessions/", "logout/", "inactive/", "confirm/"])
def test_account_pages_render_without_missing_variables(client: Client, clerk: Account, url: str) -> None:
    _login(client, "street_clerk", PASSWORD)
    response = client.get(f"/account/{url}")
    assert response.status_code in (200, 302, 404)
    assert "!!missing" not in response.content.decode()


def test_unified_login_is_there_only_when_fully_configured() -> None:
    partial = Options(oidc_server="https://idp.example", oidc_client="yijian")
    assert oidc(partial) == {}
    full = Options(oidc_server="https://idp.example", oidc_client="yijian", oidc_secret="s")
    (app,) = oidc(full)["openid_connect"]["APPS"]  # type: ignore[index]
    assert app["name"] == "统一身份认证"


def test_unknown_and_known_names_take_the_same_time(clerk: Account, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    set_password(account=clerk, password=PASSWORD, by=SYSTEM)
    spent = []
    for name in ("street_clerk", "no_such_clerk"):
        start = time.perf_counter()
        _login(Client(), name, "wrong")
        spent.append(time.perf_counter() - start)
    assert 0.33 < spent[0] / spent[1] < 3


def test_production_uses_argon2_and_twelve_characters() -> None:
    code = (
        "import yijian.settings.embedded as s;"
        "print(s.PASSWORD_HASHERS[0].rsplit('.')[-1], s.AUTH_PASSWORD_VALIDATORS[0]['OPTIONS'])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split(None, 1)[0] == "Argon2PasswordHasher"
    assert "12" in out.stdout
