"""真实浏览器、断网：两人各用一部手机做完一次检查，随时关掉页面也不丢，连上网两份合到一起。"""

import io
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client
from PIL import Image

from yijian.documents.queries import store
from yijian.inspections.models import Answer, Device, Photo, Signature, SyncItem
from yijian.inspections.services.devices import revoke_device
from yijian.inspections.services.finish import finish_visit
from yijian.inspections.tests.visit_world import ITEMS, World, sha, world
from yijian.kernel import clock
from yijian.ledger.queries.packs import library
from yijian.people.cast import small_district

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOME = "/inspections/field/"


@pytest.fixture
def there(live_server: Any, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    library()
    made = world(small_district())
    Device.objects.all().delete()
    return made


class Handset:
    """一个人的手机：一个浏览器环境，开着一页；offline() 断网，reopen() 关掉页面再打开。"""

    def __init__(self, chromium: Any, url: str, account: Any) -> None:
        self.url = url
        self.context = chromium.new_context(
            viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN",
            accept_downloads=True,
        )  # fmt: skip
        client = Client()
        client.force_login(account)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        self.broken: list[str] = []
        self.page = self.open()

    def open(self) -> Any:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on(
            "console",
            lambda m: self.broken.append(m.text) if "Content Security Policy" in m.text else None,
        )
        page.goto(self.url + HOME)
        page.wait_for_selector("body[data-ready]")
        return page

    def reopen(self) -> None:
        self.page.close()
        self.page = self.open()

    def offline(self, off: bool = True) -> None:
        self.context.set_offline(off)

    def enter(self) -> None:
        self.page.locator("a.task").first.click()
        self.page.wait_for_selector(".items")

    def tap(self, check: str, value: str) -> None:
        self.page.locator(f'[data-check="{check}"] [data-value="{value}"]').click()
        self.page.wait_for_selector(f'[data-check="{check}"] [data-value="{value}"][aria-pressed="true"]')

    def snap(self, check: str, path: Path) -> None:
        line = self.page.locator(f'[data-check="{check}"]')
        before = line.locator("figure").count()
        line.locator("input[type=file]").set_input_files(path)
        self.page.wait_for_function(
            '([c, n]) => document.querySelectorAll(`[data-check="${c}"] figure`).length > n',
            arg=[check, before],
        )

    def sign(self, who: object, name: str = "") -> None:
        self.page.locator(f'[data-sign="{who}"]').click()
        box = self.page.locator("dialog[open] canvas").bounding_box()
        self.page.mouse.move(box["x"] + 30, box["y"] + 40)
        self.page.mouse.down()
        for step in range(1, 12):
            self.page.mouse.move(box["x"] + 30 + step * 14, box["y"] + 40 + (step % 3) * 25)
        self.page.mouse.up()
        if name:
            self.page.locator("dialog[open] input").fill(name)
        self.page.get_by_role("button", name="签好了").click()
        self.page.wait_for_selector("dialog[open]", state="detached")

    def kept(self) -> dict[str, int]:
        rows = self.page.evaluate("YJ.db.all().then(rows => rows.map(r => [r.kind, r.state]))")
        kinds = [kind for kind, _ in rows]
        return {kind: kinds.count(kind) for kind in ("answer", "photo", "signature")}

    def upload(self) -> None:
        """连上网就自动传；传完、任务也更新了才算完。测试库只有一个连接，读写不能同时来，所以一步一步走。"""
        self.offline()
        self.reopen()
        self.offline(False)
        self.page.wait_for_function("() => YJ.db.waiting().then(rows => rows.length === 0)")
        self.page.wait_for_function("() => document.getElementById('net').textContent === '有网络'")


def quiet() -> None:
    """等服务器把手上的做完；测试库正被写着时读会报锁，过一会儿再读。"""
    seen: list[int] = []
    while len(seen) < 2 or seen[-1] != seen[-2]:
        time.sleep(1)
        with suppress(OperationalError):
            seen.append(SyncItem.objects.count())


@pytest.fixture
def phones(chromium: Any, live_server: Any, there: World) -> Iterator[tuple[Handset, Handset]]:
    pair = [
        Handset(chromium, live_server.url, there.cast.accounts[w]) for w in ("civil_officer", "fire_officer")
    ]
    yield pair[0], pair[1]
    for one in pair:
        one.context.close()
        assert not one.broken, one.broken


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "现场.jpg"
    Image.effect_noise((640, 480), 80).convert("RGB").save(path, "JPEG", comment="原件".encode())
    return path


def test_a_whole_visit_by_two_inspectors_without_a_network(
    there: World, phones: tuple[Handset, Handset], picture: Path
) -> None:
    civil, fire = phones
    for one in phones:
        one.offline()
        one.reopen()
        one.enter()
    civil.tap("F1", "fail")
    assert "不合格须拍照" in civil.page.content()
    civil.reopen()
    civil.enter()
    assert civil.kept() == {"answer": 1, "photo": 0, "signature": 0}
    civil.page.locator('[data-check="F1"] .chip', has_text="通道堵塞").click()
    civil.snap("F1", picture)
    civil.reopen()
    civil.enter()
    assert civil.kept()["photo"] == 1 and "不合格须拍照" not in civil.page.content()
    for check in ("F2", "F3", "F4", "F5", "F6"):
        civil.tap(check, "pass")
    civil.sign(there.civil.inspector.pk)
    civil.reopen()
    civil.enter()
    assert civil.kept() == {"answer": 7, "photo": 1, "signature": 1}
    civil.sign("facility", "温如松")
    fire.tap("F1", "fail")
    fire.sign(there.fire.inspector.pk)
    fire.reopen()
    assert fire.kept() == {"answer": 1, "photo": 0, "signature": 1}
    assert not SyncItem.objects.exists()
    for one in phones:
        one.upload()
    assert Answer.objects.count() == 8 and Signature.objects.count() == 3
    photo = Photo.objects.get()
    assert store().path(photo.document.blob_id or "").read_bytes() == picture.read_bytes()
    assert photo.item.sha256 == sha(picture.read_bytes())
    there.visit.refresh_from_db()
    assert there.visit.state == "started"
    with transaction.atomic():  # 履责记录只能追加，做完撤销，免得清库时清不掉
        finish_visit(visit=there.visit, due_on=clock.today(), by=there.civil.viewer)
        assert there.visit.outcome == "problems"
        transaction.set_rollback(True)


def test_the_tab_may_die_at_any_moment(there: World, phones: tuple[Handset, Handset], picture: Path) -> None:
    """每按一下就关掉页面，再打开时都在；上传到一半关掉，接着传，不多不少。"""
    civil, _ = phones
    civil.offline()
    for number, check in enumerate(i["id"] for i in ITEMS):
        civil.reopen()
        civil.enter()
        civil.tap(check, "pass")
        civil.page.close(run_before_unload=False)
        civil.page = civil.open()
        assert civil.kept()["answer"] == number + 1
    civil.enter()
    for n in range(3):
        civil.snap(f"F{n + 1}", picture)
    civil.offline(False)
    civil.page.wait_for_function("() => YJ.db.all().then(rows => rows.some(r => r.state === 2))")
    civil.page.close()
    quiet()
    civil.page = civil.context.new_page()
    civil.upload()
    assert Answer.objects.count() == 6 and Photo.objects.count() == 3 and SyncItem.objects.count() == 9


def test_refusal_export_and_the_stopped_phone(
    there: World, phones: tuple[Handset, Handset], picture: Path, page: Any, live_server: Any, tmp_path: Path
) -> None:
    civil, _ = phones
    civil.offline()
    civil.enter()
    civil.tap("F1", "fail")
    civil.snap("F1", picture)
    civil.page.locator("[data-refuse]").click()
    civil.page.locator("dialog[open] textarea").fill("负责人不认可结果")
    civil.page.locator("dialog[open] input").fill("社区工作者 演示")
    civil.page.locator("dialog[open] .btn-primary").click()
    civil.page.wait_for_selector("dialog[open]", state="detached")
    assert civil.kept() == {"answer": 1, "photo": 1, "signature": 1}
    revoke_device(
        device=Device.objects.get(account=there.cast.civil_officer),
        why="手机丢失",
        by=there.viewer("civil_chief"),
    )
    civil.reopen()
    civil.offline(False)
    civil.page.wait_for_selector(".callout.red >> text=手机丢失")
    assert not SyncItem.objects.exists() and civil.kept()["photo"] == 1
    civil.page.locator("#export").click()
    civil.page.locator("dialog[open] input").fill("口令一二三四五六")
    with civil.page.expect_download() as download:
        civil.page.locator("dialog[open] .btn-primary").click()
    sealed = tmp_path / "export.yjx"
    download.value.save_as(sealed)
    content = sealed.read_bytes()
    assert picture.read_bytes()[:200] not in content and "手机".encode() not in content
    _carry(page, live_server, there, sealed, "错的口令一二三", "解不开")
    assert not SyncItem.objects.exists()
    _carry(page, live_server, there, sealed, "口令一二三四五六", "收下 3")
    assert Signature.objects.get().witness == "社区工作者 演示"
    assert Photo.objects.get().author == there.civil.inspector
    _carry(page, live_server, there, sealed, "口令一二三四五六", "早已收下 3")
    assert SyncItem.objects.count() == 3


def _carry(page: Any, live_server: Any, there: World, sealed: Path, word: str, said: str) -> None:
    client = Client()
    client.force_login(there.cast.accounts["civil_chief"])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url + "/inspections/devices/import/")
    page.locator("#c-file").set_input_files(sealed)
    page.locator("#c-pass").fill(word)
    page.get_by_role("button", name="解开并上传").click()
    page.wait_for_selector(f"#carry-said >> text={said}")


def test_the_plain_digest_equals_the_native_one(phones: tuple[Handset, Handset]) -> None:
    civil, _ = phones
    out = io.BytesIO()
    out.write(bytes(range(256)) * 40)
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 10_240):
        content = out.getvalue()[:size]
        got = civil.page.evaluate("b => YJ.sha256Plain(Uint8Array.from(b))", list(content))
        assert got == sha(content)


def test_an_expired_login_is_told_and_nothing_is_lost(there: World, phones: tuple[Handset, Handset]) -> None:
    civil, _ = phones
    civil.enter()
    civil.tap("F1", "pass")
    civil.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    civil.page.evaluate("location.hash = '#/'")
    civil.page.locator("#push").click()
    civil.page.wait_for_selector(".callout.red >> text=登录已过期")
    assert civil.kept()["answer"] == 1 and not SyncItem.objects.exists()
