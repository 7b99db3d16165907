"""权限总表：每个网址 × 每种身份；每个视图声明读写；读请求不改数据库；每张表声明数据范围。"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from yijian.access.scope import scope_of
from yijian.people.cast import Cast, small_district
from yijian.web.tests import access_walk
from yijian.web.tests.access_walk import Url, lines, table, urls
from yijian.web.tests.providers import PARAMS

pytestmark = pytest.mark.django_db
TECHNICAL = {"django_session", "access_cache", "usersessions_usersession"}


class District:
    """全部人物和各自登录好的客户端，一个模块只建一次。"""

    def __init__(self) -> None:
        self.cast: Cast = small_district(password="演示口令")
        self.clients = {who: Client() for who in table()["identities"]}
        for who, client in self.clients.items():
            if who != "anonymous":
                client.force_login(self.cast.accounts[who])

    def address(self, url: Url) -> str:
        chosen = lines()[url.name].providers if url.name in lines() else {}
        kwargs = {param: PARAMS[chosen.get(param, param)](self.cast) for param in url.params}
        return reverse(url.name, kwargs=kwargs)


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: Any) -> Iterator[District]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield District()
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """在存档点里做，做完撤销。"""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def drained(response: Any) -> Any:
    """把流式内容读完，文件随之关上；不直接 close()，那会连事务里的数据库连接一起关掉。"""
    if response.streaming:
        b"".join(response)
    return response


def outcome(url: Url, response: Any) -> str:
    """把响应归成总表里的词。"""
    drained(response)
    code = response.status_code
    if code == 302 and response["Location"].startswith(reverse("account_login")):
        return "login"
    if response.headers.get("HX-Redirect", "").startswith(reverse("account_login")):
        return "login"
    if code == 200 or (url.posts_only and code < 500 and code not in (403, 404)):
        return "ok"
    return str(code)


def test_every_url_has_a_name_and_a_line_in_the_table_and_no_line_is_stale() -> None:
    nameless = [url.route for url in access_walk.walk() if not url.name]
    assert not nameless, f"没有名字的网址：{nameless}"
    missing = sorted(set(urls()) - set(lines()))
    assert not missing, f"请在 yijian/web/access_table.yaml 写上：{missing}"
    stale = sorted(set(lines()) - set(urls()))
    assert not stale, f"yijian/web/access_table.yaml 里这些网址已经没有了：{stale}"


def test_every_view_says_whether_it_reads_or_writes() -> None:
    silent = sorted(url.name for url in urls().values() if not url.kind)
    assert not silent, f"视图没有 @reads、@writes 或 @public：{silent}"


def test_every_url_parameter_has_a_provider() -> None:
    for url in urls().values():
        chosen = lines()[url.name].providers if url.name in lines() else {}
        wanted = {chosen.get(param, param) for param in url.params}
        assert wanted <= set(PARAMS), f"{url.name}：providers.py 没有 {wanted - set(PARAMS)}"
        assert set(chosen) <= set(url.params), f"{url.name}：没有参数 {set(chosen) - set(url.params)}"


@pytest.mark.parametrize("name", sorted(lines()))
def test_each_identity_gets_what_the_table_says(name: str, district: District) -> None:
    url, line = urls()[name], lines()[name]
    address = district.address(url)
    got = {}
    for who, client in district.clients.items():
        with undone():
            headers = {"HX-Request": "true"} if line.partial else {}
            send = client.post if url.posts_only else client.get
            response = send(address, headers=headers)
            got[who] = outcome(url, response)
    differing = {who: code for who, code in got.items() if code != line.expected[who]}
    wrong = {who: f"应为 {line.expected[who]}，实为 {code}" for who, code in differing.items()}
    assert not wrong, f"{name}：{wrong}"


def fingerprint() -> dict[str, str]:
    """各表内容的指纹；会话、缓存这类技术数据除外。"""
    prints = {}
    for model in apps.get_models():
        if model._meta.db_table not in TECHNICAL and model._meta.managed:
            rows = model._base_manager.order_by("pk").values_list()
            prints[model._meta.label] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return prints


@pytest.mark.parametrize("who", table()["identities"])
def test_getting_every_url_leaves_the_database_unchanged(who: str, district: District) -> None:
    addresses = [district.address(url) for url in urls().values() if set(url.params) <= set(PARAMS)]
    before = fingerprint()
    for address in addresses:
        drained(district.clients[who].get(address))
    after = fingerprint()
    changed = [label for label in before if before[label] != after[label]]
    assert not changed, f"{who} 只是看了看，这些表却变了：{changed}"


def test_every_model_of_ours_declares_its_scope() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("yijian.")]
    assert len(ours) >= 5
    for model in ours:
        scope_of(model)


def test_a_wrong_line_in_the_table_is_named() -> None:
    with pytest.raises(ValueError, match="某网址：没有“魔法”这个类别"):
        access_walk.parse("某网址", "魔法")


def test_the_walk_finds_nested_urls_their_parameters_and_silent_views() -> None:
    found = list(access_walk.walk(get_resolver("yijian.access.tests.sample_urls")))
    by_route = {url.route: url for url in found}
    assert [url.route for url in found if not url.kind] == ["bare/"]
    assert by_route["page/"].kind == "reads" and by_route["notice/"].kind == "public"
    assert by_route["act/"].posts_only and not by_route["form/"].posts_only
    callback = next(url for url in found if url.name == "openid_connect_callback")
    assert callback.params == ("provider_id",)
    assert callback.route.startswith("account/unified/")
