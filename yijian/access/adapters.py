"""登录组件的接口：关闭自助注册，登录、退出、失败都写审计，密钥加密存放，统一身份认证按账号名对应。"""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from yijian.access.lockout import lock_key
from yijian.access.viewer import build_viewer
from yijian.audit.services import record
from yijian.people.models import Account
from yijian.people.services import change_own_password
from yijian.people.viewer import ANONYMOUS

UNKNOWN = "（不存在的账号）"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """本地账号。"""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        with transaction.atomic():
            record("account.logged_in", by=build_viewer(user), subject=("account", user.pk, user.name))

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        if isinstance(user, Account):
            with transaction.atomic():
                record("account.logged_out", by=build_viewer(user), subject=("account", user.pk, user.name))
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """失败记账号名；不存在的名字不照录，免得把误填在账号栏里的密码记下来。"""
        username = str(credentials.get("username", "")).lower()
        account = Account.objects.filter(username=username).first()
        subject = ("account", account.pk, account.name) if account else None
        with transaction.atomic():
            data = {"username": username if account else UNKNOWN, "ip": self.get_client_ip(request)}
            record("account.login_failed", by=ANONYMOUS, subject=subject, data=data)

    def set_password(self, user: Any, password: str) -> None:
        with transaction.atomic():
            change_own_password(account=user, password=password, by=build_viewer(user))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """不发登录组件自带的英文邮件。"""

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lock_key(str(credentials.get("username", "")))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """两步验证：密钥用站点密钥派生的密钥加密后入库。"""

    def _fernet(self) -> Fernet:
        key = hashlib.sha256(b"yijian.mfa:" + str(settings.SECRET_KEY).encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """不发邮件。"""


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """统一身份认证：只认已开通的账号，按约定的声明与账号名对应；三员只用本地账号登录。"""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            if sociallogin.user.officer:
                raise self._stop(request, "三员请用本地账号和两步验证登录。")
            return
        claims = self._claims(sociallogin.account.extra_data)
        username = str(claims.get(settings.YIJIAN_OIDC_CLAIM) or "").strip().lower()
        account = Account.objects.filter(username=username, is_active=True, officer="").first()
        if not username or account is None:
            raise self._stop(request, "统一身份认证通过，但本系统没有对应的账号，请联系系统管理员开通。")
        sociallogin.connect(request, account)

    @staticmethod
    def _claims(extra: dict[str, Any]) -> dict[str, Any]:
        return extra.get("userinfo") or extra.get("id_token") or extra

    @staticmethod
    def _stop(request: HttpRequest, message: str) -> ImmediateHttpResponse:
        page = render(request, "account/refused.html", {"message": message}, status=403)
        return ImmediateHttpResponse(page)
