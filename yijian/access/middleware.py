"""中间件：默认须登录、装配看的人、空闲与总时长到时退出、须先完成两步验证和改初始密码。"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from yijian.access.doors import login_redirect
from yijian.access.viewer import ANONYMOUS, Viewer, build_viewer
from yijian.kernel import clock
from yijian.people.models import Account

STAMP_EVERY = 60


class LoginRequired(LoginRequiredMiddleware):
    """没有声明公开的视图一律须登录。"""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        return login_redirect(request)


class ViewerMiddleware:
    """给请求装上 viewer；会话到时退出；有未完成的安全步骤时先去完成。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.viewer = ANONYMOUS
        user = request.user
        if user.is_authenticated and _session_over(request):
            logout(request)
            return login_redirect(request)
        if user.is_authenticated and isinstance(_plain(user), Account):
            request.viewer = build_viewer(_plain(user))
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        viewer: Viewer = request.viewer
        if not viewer.is_authenticated or not hasattr(view, "access_kind") or view.access_kind == "public":
            return None
        account = _plain(request.user)
        if account.must_change_password:
            return redirect("account_change_password")
        if needs_totp(account, viewer) and not is_mfa_enabled(account):
            return redirect("mfa_activate_totp")
        return None


def _plain(user: Any) -> Any:
    """request.user 是惰性包装；取出里面的账号。"""
    return getattr(user, "_wrapped", user)


def needs_totp(account: Account, viewer: Viewer) -> bool:
    """本账号是否必须两步验证：账号上设了，或其岗位（职能组.岗位、三员.名）列在设置里。"""
    if account.must_use_totp:
        return True
    listed: set[str] = set(settings.YIJIAN_TOTP_ROLES)
    if not listed:
        return False
    own = {f"{p.group}.{p.role}" for p in viewer.posts} | {p.role for p in viewer.posts}
    return bool(listed & (own | ({f"officer.{viewer.officer}"} if viewer.officer else set())))


def _session_over(request: HttpRequest) -> bool:
    """空闲或总时长到时。时间戳每分钟最多写一次，免得每个请求都写库。"""
    now = clock.now()
    session = request.session
    since, seen = _stamp(session.get("since")), _stamp(session.get("seen"))
    if since is None or seen is None:
        session["since"] = session["seen"] = now.isoformat()
        return False
    idle, whole = (now - seen).total_seconds(), (now - since).total_seconds()
    if idle > settings.YIJIAN_IDLE_SECONDS or whole > settings.YIJIAN_SESSION_SECONDS:
        return True
    if abs(idle) > STAMP_EVERY:
        session["seen"] = now.isoformat()
    return False


def _stamp(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
