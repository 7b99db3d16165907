"""登录失败的计数：由限速组件存在数据库缓存里，这里只按账号名读和清。"""

from allauth.core import ratelimit
from django.http import HttpRequest

_ACTION = "login_failed"


def lock_key(username: str) -> str:
    """失败计数的键：只看账号名，不看从哪个主机名访问。"""
    return f"login:{username.strip().lower()}"


def _request() -> HttpRequest:
    """限速组件要一个请求来算键；这里只用到账号名一项。"""
    request = HttpRequest()
    request.method = "POST"
    request.META["REMOTE_ADDR"] = "0.0.0.0"  # noqa: S104
    return request


def is_locked(username: str) -> bool:
    """该账号名此刻是否因连续输错密码被锁定。"""
    return not ratelimit.consume(_request(), action=_ACTION, key=lock_key(username), dry_run=True)


def clear(username: str) -> None:
    """清除该账号名的失败计数。"""
    ratelimit.clear(_request(), action=_ACTION, key=lock_key(username))
