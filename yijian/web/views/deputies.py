"""我的岗位与代理：谁替谁、从哪天到哪天。"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, Refused
from yijian.people import queries
from yijian.people.kinds import HEAD_ROLES, ROLES
from yijian.people.services import appoint_deputy, end_deputy
from yijian.web.forms import DeputyForm, refuse

MANY = 500


@reads(None)
def me(request: HttpRequest) -> HttpResponse:
    """我的：岗位、代理、登录安全。"""
    viewer = viewer_of(request)
    day = clock.today()
    own = list(queries.posts_on(viewer.account_id, day)) if viewer.account_id else []
    context = {
        "viewer": viewer,
        "account": request.user,
        "posts": own,
        "acting": list(queries.deputies_on(viewer.account_id, day)) if viewer.account_id else [],
        "deputies": list(deputies(viewer).filter(post__in=[p.pk for p in own])),
        "form": deputy_form(viewer) if viewer.can("people.deputy") and own else None,
        "next": "me",
    }
    return render(request, "web/me.html", context)


@reads("people.view")
def deputy_list(request: HttpRequest) -> HttpResponse:
    """范围内的代理。"""
    viewer = viewer_of(request)
    context = {
        "deputies": list(deputies(viewer)[:MANY]),
        "form": deputy_form(viewer) if viewer.can("people.deputy") else None,
        "today": clock.today(),
        "viewer": viewer,
        "next": "people:deputies",
    }
    return render(request, "people/deputies.html", context)


def deputies(viewer: Viewer) -> Any:
    return queries.deputies(viewer, clock.today()).order_by("starts_on", "id")


def deputy_form(viewer: Viewer, data: Any = None) -> DeputyForm:
    """委托代理的表单：可委托的岗位，可代理的人。"""
    posts = entrustable(viewer)
    unit_ids = sorted({p.unit_id for p in posts})
    people = queries.accounts_of_units(unit_ids, clock.today())
    if viewer.officer == "system":
        people = queries.accounts(viewer).filter(is_active=True, officer="")
    return DeputyForm(
        data,
        posts=[(p.pk, f"{p.account.name}（{p.unit.name} {p.title or ROLES[p.role]}）") for p in posts],
        accounts=[("", "请选择")]
        + [(a.pk, f"{a.name}（{a.username}）") for a in people.order_by("name", "pk")[:MANY]],
    )


def entrustable(viewer: Viewer) -> list[Any]:
    """可以委托的岗位：自己的；本单位负责人还可以委托本单位的；系统管理员全部。"""
    rows = queries.posts(viewer).filter(ends_on=None, unit__active=True).order_by("unit_id", "id")
    if viewer.officer == "system":
        return list(rows[:MANY])
    own = [p for p in viewer.posts if not p.deputy_for]
    headed = {p.unit_id for p in own if p.role in HEAD_ROLES}
    ids = {p.post_id for p in own}
    return [p for p in rows[:MANY] if p.pk in ids or p.unit_id in headed]


@writes("people.deputy")
def appoint(request: HttpRequest) -> HttpResponse:
    """委托代理。"""
    viewer = viewer_of(request)
    form = deputy_form(viewer, request.POST)
    back = "people:deputies" if request.POST.get("next") == "people:deputies" else "me"
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = appoint_deputy(
                post=queries.post(viewer, data["post"]),
                account=queries.account(viewer, data["account"]),
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                reason=data["reason"],
                by=viewer,
            )
        except (Refused, Forbidden) as error:
            refuse(form, error if isinstance(error, Refused) else Refused(error.message))
        else:
            messages.success(
                request, f"已委托{made.account.name}自 {made.starts_on} 至 {made.ends_on} 代理{made.post}。"
            )
            return redirect(back)
    return render(request, "people/deputy_form.html", {"form": form, "next": back}, status=422)


@writes("people.deputy")
def end(request: HttpRequest, deputy_id: int) -> HttpResponse:
    """提前终止代理。"""
    viewer = viewer_of(request)
    ended = end_deputy(deputy=queries.deputy(viewer, deputy_id), by=viewer)
    messages.success(request, f"已终止{ended.account.name}的代理。")
    return redirect("people:deputies" if request.POST.get("next") == "people:deputies" else "me")
