"""全楼的测试环境：外网关闭、没写排序的查询打乱、模板里没定义的变量报错、真实浏览器。"""

import os
import random
import socket
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright 的同步接口在本线程里跑着事件循环


# ---- 外网关闭 -------------------------------------------------------------------------------------

_connect = socket.socket.connect


def _only_this_machine(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if host not in ("localhost", "::1") and not host.startswith("127."):
            raise OSError(f"测试不许连外网：{host}")
    _connect(self, address)


socket.socket.connect = _only_this_machine  # type: ignore[method-assign]


# ---- 没写排序的查询打乱 ------------------------------------------------------------------------------


def _shuffle_unordered() -> None:
    """没有 order_by 的查询，数据库给什么顺序都不算错；测试里特意打乱，免得代码暗中依赖。"""
    from django.db.models.query import QuerySet

    fetch = QuerySet._fetch_all
    dice = random.Random(os.environ.get("YIJIAN_SHUFFLE", "颐监"))

    def fetch_shuffled(self: Any) -> None:
        fresh = self._result_cache is None
        fetch(self)
        if fresh and len(self._result_cache) > 1 and not self.ordered and not self.query.combinator:
            dice.shuffle(self._result_cache)

    QuerySet._fetch_all = fetch_shuffled  # type: ignore[method-assign]


# ---- 模板里没定义的变量 -------------------------------------------------------------------------------


class UndefinedVariable(AssertionError):  # noqa: N818
    """页面用了没有传进来的变量。"""


class Undefined(str):
    """代替 string_if_invalid：我们自己的模板里一用到就报错，第三方模板照旧为空。"""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, missing: object) -> str:  # type: ignore[override]
        context = sys._getframe(1).f_locals.get("context")
        template = getattr(context, "template", None) or getattr(context, "template_name", None)
        origin = str(getattr(getattr(template, "origin", None), "name", template))
        if origin.startswith(str(ROOT)) and "site-packages" not in origin:
            raise UndefinedVariable(f"模板 {Path(origin).relative_to(ROOT)} 里没有定义变量 {missing}")
        return ""


def pytest_configure() -> None:
    from django.conf import settings

    for engine in settings.TEMPLATES:
        engine.setdefault("OPTIONS", {})["string_if_invalid"] = Undefined("没有定义：%s")
    _shuffle_unordered()


ONCE = ("yijian/kernel/", "yijian/regimes/", "tests/test_floors", "tests/test_sizes", "tests/test_hygiene")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """PostgreSQL 那一轮不再跑与数据库无关的测试（标了 once 的，和不用 Django 的两层）。"""
    from django.conf import settings

    def repeated(item: pytest.Item) -> bool:
        return item.get_closest_marker("once") is not None or item.nodeid.startswith(ONCE)

    if settings.DATABASE_URL:
        config.hook.pytest_deselected(items=[item for item in items if repeated(item)])
        items[:] = [item for item in items if not repeated(item)]


@pytest.fixture(autouse=True)
def _steady_dice(request: pytest.FixtureRequest) -> None:
    """每个测试的随机数只由它的名字决定，可以重来。"""
    random.seed(zlib.crc32(request.node.nodeid.encode()))


# ---- 真实浏览器 -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """一个无头 Chromium；路径由 YIJIAN_CHROMIUM 给出，没有就跳过。"""
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("YIJIAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("没有 Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _page(chromium: Any, width: int, height: int, **options: Any) -> Iterator[Any]:
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.faults = faults
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert not faults, f"浏览器控制台有错误：{faults}"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """办公电脑（1440 宽）上的一页；结束时控制台不许有错误（含 CSP 拦截）；预期内的从 page.faults 清掉。"""
    yield from _page(chromium, 1440, 900)


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    """手机（390 宽）上的一页。"""
    yield from _page(chromium, 390, 844, is_mobile=True, has_touch=True, device_scale_factor=2)
