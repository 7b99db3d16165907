"""真实浏览器：办公电脑和手机上都不横向滚动，控制台没有错误（含 CSP 拦截），局部刷新可用。"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from yijian.ledger.queries.packs import library
from yijian.people.cast import Cast, small_district

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "civil_chief": ["/", "/search/?q=消防", "/notices/", "/people/", "/me/"],
    "director": ["/", "/me/"],
    "system_officer": ["/people/", "/people/accounts/", "/people/import/units/", "/system/"],
    "audit_officer": ["/audit/"],
}


@pytest.fixture
def district(live_server: Any) -> Cast:
    library()  # 第一次读制度包要几秒，不算进页面的等待
    return small_district()


def sign_in(page: Any, live_server: Any, account: Any) -> None:
    page.set_default_timeout(30_000)
    client = Client()
    client.force_login(account)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("screen", ["page", "phone"])
def test_every_page_fits_the_screen(
    screen: str, request: pytest.FixtureRequest, live_server: Any, district: Cast
) -> None:
    browser = request.getfixturevalue(screen)
    for who, paths in PAGES.items():
        sign_in(browser, live_server, district.accounts[who])
        for path in paths:
            response = browser.goto(live_server.url + path)
            assert response.status == 200, path
            assert fits(browser), f"{who} 的 {path} 在 {screen} 上横向溢出"


def test_the_tree_opens_without_leaving_the_page(page: Any, live_server: Any, district: Cast) -> None:
    sign_in(page, live_server, district.civil_chief)
    page.goto(live_server.url + "/people/?region=990102001")
    assert page.locator(".tree a[aria-current]").inner_text() == "松鹤街道"
    sign_in(page, live_server, district.system_officer)
    page.goto(live_server.url + "/people/")
    page.locator(".tree summary", has_text="演示省").locator(".twist").click()
    page.locator(".tree summary", has_text="演示市").locator(".twist").click()
    page.get_by_role("link", name="颐和区").click()
    page.wait_for_url("**region=990102")
    assert page.get_by_text("颐和区民政局").count() == 1


def test_one_logs_in_searches_and_logs_out(page: Any, live_server: Any, district: Cast) -> None:
    district.civil_officer.set_password("demo-password-2026")
    district.civil_officer.save()
    page.goto(live_server.url + "/")
    page.fill("input[name=login]", "civil_officer")
    page.fill("input[name=password]", "demo-password-2026")
    page.click("main button.btn-primary")
    page.wait_for_url(live_server.url + "/")
    page.fill("input[name=q]", "xfjy")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="颐和区消防救援大队").wait_for()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/account/login/")
