"""统一身份认证：对着本机一个最小的 OIDC 服务走完整个流程。"""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from yijian.people.cast import Cast
from yijian.people.services import disable_account
from yijian.people.viewer import SYSTEM
from yijian.settings.login import oidc
from yijian.settings.options import Options

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yijian.access.tests.sample_urls")]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CALLBACK = "/account/unified/oidc/unified/login/callback/"


class Provider(BaseHTTPRequestHandler):
    """授权码换令牌、取用户信息；username 由测试指定。"""

    username: ClassVar[str] = ""

    def log_message(self, *args: Any) -> None:
        """不往屏幕上写。"""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        answers = {
            "/.well-known/openid-configuration": {
                "issuer": base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/me",
                "jwks_uri": f"{base}/keys",
            },
            "/keys": {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]},
            "/me": {"sub": f"id-{self.username}", "preferred_username": self.username, "name": "某人"},
        }
        self._answer(answers[urlsplit(self.path).path])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        claims = {
            "iss": base,
            "aud": "yijian",
            "sub": f"id-{self.username}",
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "preferred_username": self.username,
        }
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k1"})
        self._answer({"access_token": "t", "token_type": "Bearer", "id_token": token})

    def _answer(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def provider(settings: Any) -> Iterator[type[Provider]]:
    server = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    options = Options(oidc_server=url, oidc_client="yijian", oidc_secret="s")
    settings.SOCIALACCOUNT_PROVIDERS = oidc(options)
    yield Provider
    server.shutdown()
    thread.join()
    server.server_close()


def _come_back(client: Client, username: str) -> Any:
    Provider.username = username
    leave = client.get("/account/unified/oidc/unified/login/?process=login")
    assert leave.status_code == 302, leave.content
    query = parse_qs(urlsplit(leave["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    return client.get(CALLBACK, {"code": "c", "state": query["state"][0]})


def test_the_button_appears_and_a_known_account_gets_in_twice(
    provider: type[Provider], cast: Cast, client: Client
) -> None:
    assert "用统一身份认证登录" in client.get("/account/login/").content.decode()
    for _ in range(2):
        browser = Client()
        assert _come_back(browser, "Street_Clerk").status_code == 302
        assert browser.get("/page/").content.decode() == "何家和"


@pytest.mark.parametrize("username", ["stranger", "", "system_officer"])
def test_strangers_and_officers_do_not_get_in(
    provider: type[Provider], cast: Cast, client: Client, username: str
) -> None:
    page = _come_back(client, username)
    assert page.status_code == 403
    assert "请联系系统管理员开通" in page.content.decode()
    assert client.get("/page/").status_code == 302


def test_a_disabled_account_does_not_get_in(provider: type[Provider], cast: Cast, client: Client) -> None:
    assert _come_back(client, "street_clerk").status_code == 302
    disable_account(account=cast.street_clerk, reason="调离", by=SYSTEM)
    browser = Client()
    _come_back(browser, "street_clerk")
    assert browser.get("/page/").status_code == 302


def test_a_forged_state_is_refused(provider: type[Provider], cast: Cast, client: Client) -> None:
    Provider.username = "street_clerk"
    answer = client.get(CALLBACK, {"code": "c", "state": "forged"})
    assert answer.status_code in (200, 401, 403)
    assert "统一身份认证未通过" in answer.content.decode()
    assert client.get("/page/").status_code == 302
