"""安全管理员的查询：会话、锁定、权限核查。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from yijian.access.kinds import CAPABILITIES
from yijian.access.lockout import is_locked
from yijian.access.viewer import build_viewer
from yijian.people.models import Account
from yijian.people.queries import accounts
from yijian.people.verbs import require
from yijian.people.viewer import Viewer


@dataclass(frozen=True)
class Rights:
    """一个账号在某日的权限核查行。"""

    account: Account
    viewer: Viewer
    labels: tuple[str, ...]
    totp: bool
    locked: bool


def sessions(viewer: Viewer, account_id: int | None = None) -> QuerySet[UserSession]:
    """在线会话；须有安全管理权限。"""
    require(viewer, "people.security")
    rows: QuerySet[UserSession] = UserSession.objects.select_related("user").order_by("-last_seen_at", "-pk")
    return rows if account_id is None else rows.filter(user_id=account_id)


def rights(viewer: Viewer, page: Sequence[Account], day: date) -> list[Rights]:
    """权限核查：这些账号某日各有哪些权限；只看范围内的账号。"""
    require(viewer, "people.view")
    ids = [a.pk for a in page]
    visible = accounts(viewer).filter(pk__in=ids).order_by("username")
    with_totp = set(Authenticator.objects.filter(user_id__in=ids).values_list("user_id", flat=True))
    return [_rights(account, day, account.pk in with_totp) for account in visible]


def _rights(account: Account, day: date, totp: bool) -> Rights:
    person = build_viewer(account, day)
    labels = tuple(CAPABILITIES.get(c, c) for c in sorted(person.capabilities))
    return Rights(account, person, labels, totp, is_locked(account.username))
