"""组织：区划与单位的树，单位的设立、更名、停用。"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people import queries
from yijian.people.kinds import FUNCTIONS
from yijian.people.services import close_unit, create_unit, rename_unit
from yijian.web.forms import ReasonForm, RenameForm, UnitForm, refuse
from yijian.web.views.paging import paged


@dataclass(frozen=True)
class Node:
    """树上的一枝，所选区划的上级已经点开。"""

    branch: Any
    kids: "list[Node] | None" = None


def opened(viewer: Viewer, branches: list[Any], region: Any) -> list[Node]:
    """各枝；通向所选区划的一路点开。"""
    nodes = []
    for one in branches:
        on_the_way = region is not None and one.children and region.path.startswith(one.region.path)
        below = queries.tree(viewer, one.region.pk) if on_the_way else []
        nodes.append(Node(one, opened(viewer, below, region) if on_the_way else None))
    return nodes


@reads("people.view")
def tree(request: HttpRequest) -> HttpResponse:
    """组织树：左边逐层点开，右边是所选区划本级的单位。"""
    viewer = viewer_of(request)
    top = queries.tree(viewer, None)
    code = request.GET.get("region", "") or (top[0].region.pk if top else "")
    region = queries.region(code) if code else None
    if region is not None and not any(region.path.startswith(path) for path in viewer.region_paths):
        raise NotFound("没有找到这个区划，或它不在您的管辖范围内。")
    rows = queries.units(viewer).filter(active=request.GET.get("closed") != "on")
    if word := request.GET.get("q", "").strip()[:60]:
        rows = rows.filter(name__icontains=word)
    elif region is not None:
        rows = rows.filter(region=region)
    if (function := request.GET.get("function", "")) in FUNCTIONS:
        rows = rows.filter(function=function)
    context = {
        "viewer": viewer,
        "nodes": opened(viewer, top, region),
        "region": region,
        "code": code,
        "page": paged(request, rows.order_by("function", "name", "pk")),
        "functions": FUNCTIONS,
        "function": function,
        "word": word,
        "closed": request.GET.get("closed") == "on",
    }
    return render(request, "people/tree.html", context)


@reads("people.view")
def branch(request: HttpRequest, region_code: str) -> HttpResponse:
    """组织树的一层，局部刷新用；直接打开则到树上。"""
    if not request.headers.get("HX-Request"):
        return redirect(f"/people/?region={queries.region(region_code).pk}")
    found = [Node(one) for one in queries.tree(viewer_of(request), region_code)]
    return render(request, "people/branch.html", {"nodes": found, "code": ""})


@reads("people.view")
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """一个单位：基本情况、在任人员。"""
    viewer = viewer_of(request)
    found = queries.unit(viewer, unit_id)
    posts = queries.posts(viewer).filter(unit=found).order_by("ends_on", "role", "starts_on", "pk")
    context = {
        "viewer": viewer,
        "unit": found,
        "posts": list(posts[:200]),
        "today": clock.today(),
        "rename": RenameForm(initial={"name": found.name, "short_name": found.short_name}),
        "close": ReasonForm(),
    }
    return render(request, "people/unit.html", context)


@writes("people.manage", form=True)
def create(request: HttpRequest) -> HttpResponse:
    """设立单位。"""
    viewer = viewer_of(request)
    form = UnitForm(request.POST or None, initial={"region": request.GET.get("region", "")[:12]})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = create_unit(
                name=data["name"],
                short_name=data["short_name"],
                function=data["function"],
                region=queries.region(data["region"].strip().upper()),
                uscc=data["uscc"],
                by=viewer,
            )
        except (Refused, NotFound) as error:
            refuse(form, error if isinstance(error, Refused) else Refused(error.message, field="region"))
        else:
            messages.success(request, f"已设立单位“{made.name}”。")
            return redirect("people:unit", unit_id=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/unit_form.html", {"form": form}, status=status)


@writes("people.manage")
def rename(request: HttpRequest, unit_id: int) -> HttpResponse:
    """单位更名。"""
    viewer = viewer_of(request)
    found = queries.unit(viewer, unit_id)
    form = RenameForm(request.POST)
    if not form.is_valid():
        raise Refused("请填写新的单位名称（不超过 120 字）。", field="name")
    rename_unit(unit=found, **form.cleaned_data, by=viewer)
    messages.success(request, f"单位已更名为“{found.name}”。")
    return redirect("people:unit", unit_id=found.pk)


@writes("people.manage")
def close(request: HttpRequest, unit_id: int) -> HttpResponse:
    """停用单位。"""
    viewer = viewer_of(request)
    found = queries.unit(viewer, unit_id)
    close_unit(unit=found, reason=request.POST.get("reason", "")[:200], by=viewer)
    messages.success(request, f"单位“{found.name}”已停用。")
    return redirect("people:unit", unit_id=found.pk)
