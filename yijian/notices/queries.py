"""通知的查询：我的通知、未读数、收件人、发不出去的。"""

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.notices.models import Notice
from yijian.people.models import Account
from yijian.people.queries import accounts_of_units


def inbox(viewer: Viewer, *, unread: bool = False) -> QuerySet[Notice]:
    """我的站内通知，新的在前。只看本人的，系统身份也没有别人的收件箱。"""
    if viewer.account_id is None:
        return Notice.objects.none()
    rows = scoped(viewer, Notice.objects.filter(channel="in_app", account_id=viewer.account_id))
    return rows.filter(read_at=None) if unread else rows


def unread_count(viewer: Viewer) -> int:
    """未读数，数到 99 为止。"""
    return inbox(viewer, unread=True).order_by()[:99].count()


def failed(viewer: Viewer) -> QuerySet[Notice]:
    """发送失败的邮件，供系统管理员重发。"""
    require(viewer, "worker.view")
    return Notice.objects.filter(channel="email", state="failed").select_related("account")


def recipients(
    accounts: Collection[int], unit_ids: Collection[int], day: date, *, heads_only: bool = False
) -> list[tuple[int, str]]:
    """收件人（账号编号, 邮箱）：指定的人，加上这些单位当日在任的人；停用的不算，不重复。"""
    wanted = Q(pk__in=list(accounts))
    if unit_ids:
        serving = accounts_of_units(list(unit_ids), day, heads_only=heads_only)
        wanted |= Q(pk__in=serving.order_by().values("pk"))
    rows = Account.objects.filter(wanted, is_active=True)
    return list(rows.order_by("pk").values_list("pk", "email"))


def untold(people: list[tuple[int, str]], key: str) -> list[tuple[int, str]]:
    """还没有收到过这一去重键的收件人；key 为空就是全部。"""
    if not key:
        return people
    told = Notice.objects.filter(channel="in_app", key=key, account_id__in=[pk for pk, _ in people])
    had = set(told.order_by().values_list("account_id", flat=True))
    return [person for person in people if person[0] not in had]


def mail_configured() -> bool:
    """是否配置了发信；没有配置时只有站内通知。"""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")
