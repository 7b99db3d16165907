"""装配看的人：据某日有效的岗位与代理给出权限和范围。"""

from datetime import date
from typing import Any

from django.http import HttpRequest

from yijian.access.kinds import OFFICER_GRANTS, granted
from yijian.kernel import clock
from yijian.people.kinds import OFFICERS
from yijian.people.models import Account, Post
from yijian.people.queries import deputies_on, posts_on
from yijian.people.viewer import ANONYMOUS, SYSTEM, PostView, Viewer

__all__ = ["ANONYMOUS", "SYSTEM", "PostView", "Viewer", "build_viewer", "viewer_of"]


def build_viewer(account: Account, day: date | None = None) -> Viewer:
    """某账号在某日（默认今天）的身份。停用的账号没有任何岗位。"""
    if account.pk is None or not account.is_active:
        return ANONYMOUS
    if account.officer:
        return Viewer(
            account_id=account.pk,
            name=account.name,
            unit_name=OFFICERS[account.officer],
            region_path="/",
            officer=account.officer,
            capabilities=OFFICER_GRANTS[account.officer],
        )
    day = day or clock.today()
    own = [_view(post) for post in posts_on(account.pk, day)]
    acting = [_view(d.post, d.post.account.name) for d in deputies_on(account.pk, day)]
    posts = tuple(own + acting)
    main = posts[0] if posts else None
    return Viewer(
        account_id=account.pk,
        name=account.name,
        unit_name=main.unit_name if main else "",
        region_path=main.region_path if main else "",
        posts=posts,
        capabilities=frozenset().union(*(p.capabilities for p in posts)),
    )


def _view(post: Post, deputy_for: str = "") -> PostView:
    unit = post.unit
    return PostView(
        post_id=post.pk,
        unit_id=unit.pk,
        unit_name=unit.name,
        function=unit.function,
        role=post.role,
        region_path=unit.region_path,
        title=post.title,
        deputy_for=deputy_for,
        capabilities=granted(unit.function, post.role),
    )


def viewer_of(request: HttpRequest) -> Viewer:
    """请求的看的人；中间件尚未装配时当场装配。"""
    viewer: Any = getattr(request, "viewer", None)
    if isinstance(viewer, Viewer):
        return viewer
    user = getattr(request, "user", None)
    return build_viewer(user) if isinstance(user, Account) else ANONYMOUS
