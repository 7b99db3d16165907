"""人员：账号、岗位、三员、锁定与会话。"""

import secrets
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access import queries as security
from yijian.access.doors import reads, writes
from yijian.access.services import unlock_account
from yijian.access.viewer import Viewer, viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people import queries
from yijian.people.kinds import OFFICERS
from yijian.people.services import (
    close_post,
    create_account,
    disable_account,
    enable_account,
    end_sessions,
    open_post,
    require_totp,
    set_officer,
    set_password,
)
from yijian.web.forms import AccountForm, OfficerForm, PostForm, refuse
from yijian.web.views.paging import number, paged

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def fresh_password() -> str:
    """随机初始密码：十四位，没有容易看错的字。"""
    return "".join(secrets.choice(LETTERS) for _ in range(14))


@reads("people.view")
def accounts(request: HttpRequest) -> HttpResponse:
    """账号列表。"""
    viewer = viewer_of(request)
    rows = queries.accounts(viewer)
    if word := request.GET.get("q", "").strip()[:60]:
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(phone__contains=word))
    state = request.GET.get("state", "")
    if state in ("on", "off"):
        rows = rows.filter(is_active=state == "on")
    page = paged(request, rows.order_by("username"))
    context = {
        "viewer": viewer,
        "page": page,
        "rights": security.rights(viewer, list(page.object_list), clock.today()),
        "word": word,
        "state": state,
    }
    return render(request, "people/accounts.html", context)


def unit_choices(viewer: Viewer) -> list[tuple[int, str]]:
    rows = queries.units(viewer).filter(active=True).order_by("region_path", "name", "pk")
    return [(u.pk, f"{u.name}（{u.region.name}）") for u in rows]


@writes("people.manage", form=True)
def create(request: HttpRequest) -> HttpResponse:
    """开通账号，可同时任命；初始密码只显示一次。"""
    viewer = viewer_of(request)
    initial = {"unit": number(request.GET.get("unit"))}
    form = AccountForm(request.POST or None, units=unit_choices(viewer), initial=initial)
    if request.method == "POST" and form.is_valid():
        password = fresh_password()
        try:
            made = open_account(form.cleaned_data, password, viewer)
        except Refused as error:
            refuse(form, error)
        else:
            rows = [(made.username, made.name, password)]
            return render(request, "people/passwords.html", {"rows": rows, "title": "账号已开通"})
    status = 422 if request.method == "POST" else 200
    return render(request, "people/account_form.html", {"form": form}, status=status)


@transaction.atomic
def open_account(data: dict[str, Any], password: str, by: Viewer) -> Any:
    """开通并任命，一起成一起不成。"""
    made = create_account(
        username=data["username"],
        name=data["name"],
        phone=data["phone"],
        email=data["email"],
        password=password,
        by=by,
    )
    if data["unit"]:
        unit = queries.unit(by, data["unit"])
        open_post(account=made, unit=unit, role=data["role"], title=data["title"], by=by)
    return made


@reads("people.view")
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """一个账号：岗位、代理、权限、登录安全。"""
    viewer = viewer_of(request)
    return show(request, viewer, queries.account(viewer, account_id))


def show(
    request: HttpRequest, viewer: Viewer, found: Any, form: PostForm | None = None, status: int = 200
) -> HttpResponse:
    manages, secures = viewer.can("people.manage"), viewer.can("people.security")
    context = {
        "viewer": viewer,
        "account": found,
        "posts": list(queries.posts(viewer).filter(account=found).order_by("-starts_on", "-pk")),
        "rights": next(iter(security.rights(viewer, [found], clock.today())), None),
        "sessions": list(security.sessions(viewer, found.pk)[:20]) if secures else [],
        "officers": OFFICERS,
        "manages": manages,
        "secures": secures,
        "own": found.pk == viewer.account_id,
        "post_form": form
        or (PostForm(units=unit_choices(viewer)) if manages and not found.officer else None),
        "officer_form": OfficerForm(initial={"officer": found.officer}) if secures else None,
    }
    return render(request, "people/account.html", context, status=status)


@writes("people.manage")
def post_open(request: HttpRequest, account_id: int) -> HttpResponse:
    """任命。"""
    viewer = viewer_of(request)
    found = queries.account(viewer, account_id)
    form = PostForm(request.POST, units=unit_choices(viewer))
    if form.is_valid():
        data = form.cleaned_data
        try:
            open_post(
                account=found,
                unit=queries.unit(viewer, data["unit"]),
                role=data["role"],
                title=data["title"],
                starts_on=data["starts_on"],
                by=viewer,
            )
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已任命{found.name}。")
            return redirect("people:account", account_id=found.pk)
    return show(request, viewer, found, form, 422)


@writes("people.manage")
def post_close(request: HttpRequest, post_id: int) -> HttpResponse:
    """免去岗位，即日生效。"""
    viewer = viewer_of(request)
    closed = close_post(post=queries.post(viewer, post_id), by=viewer)
    messages.success(request, f"已免去{closed.account.name}的{closed}。")
    return redirect("people:account", account_id=closed.account_id)


@writes("people.manage")
def reset(request: HttpRequest, account_id: int) -> HttpResponse:
    """重置密码：新密码只显示一次。"""
    viewer = viewer_of(request)
    found, password = queries.account(viewer, account_id), fresh_password()
    set_password(account=found, password=password, by=viewer)
    rows = [(found.username, found.name, password)]
    return render(request, "people/passwords.html", {"rows": rows, "title": "密码已重置"})


@writes("people.manage")
def disable(request: HttpRequest, account_id: int) -> HttpResponse:
    """停用账号。"""
    viewer = viewer_of(request)
    found = disable_account(
        account=queries.account(viewer, account_id), reason=request.POST.get("reason", "")[:200], by=viewer
    )
    messages.success(request, f"{found.name}的账号已停用，已登录的设备立即下线。")
    return redirect("people:account", account_id=found.pk)


@writes("people.manage")
def enable(request: HttpRequest, account_id: int) -> HttpResponse:
    """恢复账号。"""
    viewer = viewer_of(request)
    found = enable_account(account=queries.account(viewer, account_id), by=viewer)
    messages.success(request, f"{found.name}的账号已恢复。")
    return redirect("people:account", account_id=found.pk)


@writes("people.security")
def secure(request: HttpRequest, account_id: int) -> HttpResponse:
    """安全管理员的几件事：两步验证、三员任免、解除锁定、强制下线。"""
    viewer = viewer_of(request)
    found = queries.account(viewer, account_id)
    step = request.POST.get("step", "")
    if step == "totp":
        require_totp(account=found, required=not found.must_use_totp, by=viewer)
        said = f"{found.name}的两步验证已设为{'必须' if found.must_use_totp else '自愿'}。"
    elif step == "officer":
        set_officer(account=found, officer=request.POST.get("officer", ""), by=viewer)
        said = f"{found.name}已设为{OFFICERS.get(found.officer, '普通账号')}。"
    elif step == "unlock":
        unlock_account(account=found, by=viewer)
        said = f"已解除{found.name}的登录锁定。"
    elif step == "sessions":
        said = f"已让{found.name}的 {end_sessions(account=found, by=viewer)} 个会话下线。"
    else:
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    messages.success(request, said)
    return redirect("people:account", account_id=found.pk)


@reads("people.security")
def officers(request: HttpRequest) -> HttpResponse:
    """三员：名单，在线会话。"""
    viewer = viewer_of(request)
    named = list(queries.accounts(viewer).exclude(officer="").order_by("officer", "username"))
    context = {
        "viewer": viewer,
        "rights": security.rights(viewer, named, clock.today()),
        "officers": OFFICERS,
        "page": paged(request, security.sessions(viewer), 30),
    }
    return render(request, "people/officers.html", context)
