"""导入机构：模板、上传、预览（对应关系、错误、提醒）、错误文件、确认。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.facilities import queries, services
from yijian.facilities.forms import UploadForm, refuse
from yijian.facilities.services.columns import COLUMNS
from yijian.facilities.services.importing import KIND
from yijian.facilities.views.browse import workbook
from yijian.kernel.errors import NotFound, Refused
from yijian.people.queries import region_by_path
from yijian.sheets import queries as sheets
from yijian.sheets.services import discard

LOAD = "facilities.import"
SHOWN = 200


def _bases(viewer: Viewer) -> list[tuple[str, str]]:
    """可以导入到的区划：自己的辖区在前，其下的县级区划随后。"""
    own = [region_by_path(post.region_path) for post in viewer.posts_with(LOAD)]
    found = {row.pk: row.name for row in own if row is not None}
    below = queries.regions(viewer, LOAD).filter(level="county")
    return list((found | {row.pk: row.name for row in below if row.pk not in found}).items())


@writes(LOAD, form=True)
def start(request: HttpRequest) -> HttpResponse:
    """上传。"""
    viewer = viewer_of(request)
    form = UploadForm(request.POST or None, request.FILES or None, regions=_bases(viewer))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.stage_facilities(
                content=file.read(), filename=file.name, options=form.options(), by=viewer
            )
        except Refused as error:
            refuse(form, error)
        else:
            if batch.state == "committed":
                messages.warning(request, "这个文件以前已导入过，没有重复写入。下面是当时的结果。")
            return redirect("facilities:import_preview", batch_id=batch.pk)
    recent = sheets.batches(viewer).filter(kind=KIND)[:10]
    context = {"form": form, "recent": list(recent)}
    status = 422 if request.method == "POST" else 200
    return render(request, "facilities/import.html", context, status=status)


@reads(LOAD)
def template(request: HttpRequest) -> HttpResponse:
    """空白模板。"""
    return workbook(sheets.template_workbook(viewer_of(request), KIND), "机构档案导入模板.xlsx")


def _own(viewer: Viewer, batch_id: str) -> None:
    if sheets.batch(viewer, batch_id).kind != KIND:
        raise NotFound("没有找到这次导入。")


@reads(LOAD)
def preview(request: HttpRequest, batch_id: str) -> HttpResponse:
    """预览：对应关系、前几行、错误、提醒。"""
    viewer = viewer_of(request)
    _own(viewer, batch_id)
    found = sheets.preview(viewer, batch_id)
    labels = {column.name: column.label for column in COLUMNS}
    warnings = queries.import_warnings(viewer, batch_id)
    context = {
        "preview": found,
        "batch": found.batch,
        "problems": [(p.row, labels.get(p.column, ""), p.message) for p in found.problems],
        "warnings": [(p.row, labels.get(p.column, ""), p.message) for p in warnings[:SHOWN]],
        "warned": len(warnings),
    }
    return render(request, "facilities/import_preview.html", context)


@reads(LOAD)
def errors(request: HttpRequest, batch_id: str) -> HttpResponse:
    """错误文件。"""
    viewer = viewer_of(request)
    _own(viewer, batch_id)
    name = sheets.batch(viewer, batch_id).filename
    return workbook(
        sheets.error_workbook(viewer, batch_id), f"{name.rpartition('.')[0] or name}（错误）.xlsx"
    )


@writes(LOAD)
def act(request: HttpRequest, batch_id: str) -> HttpResponse:
    """改对应关系、放弃、确认。"""
    viewer = viewer_of(request)
    _own(viewer, batch_id)
    step = request.POST.get("step", "")
    if step == "remap":
        fresh = services.remap_facilities(batch_id=batch_id, mapping=_mapping(request), by=viewer)
        return redirect("facilities:import_preview", batch_id=fresh.pk)
    if step == "discard":
        discard(batch=sheets.batch(viewer, batch_id), by=viewer)
        messages.success(request, "已放弃这次导入，什么也没有写入。")
        return redirect("facilities:import")
    if step != "commit":
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    done = services.commit_facilities(batch_id=batch_id, by=viewer)
    messages.success(
        request, "导入完成：" + "、".join(f"{label} {n}" for label, n in done.written.items()) + "。"
    )
    return redirect("facilities:import_preview", batch_id=done.pk)


def _mapping(request: HttpRequest) -> dict[str, int]:
    given = {column.name: request.POST.get(f"column_{column.name}", "") for column in COLUMNS}
    wrong = [v for v in given.values() if v and not (v.isascii() and v.isdigit() and len(v) < 6)]
    if wrong:
        raise Refused("对应关系不完整，请回到预览页重新选择。")
    return {name: int(value) for name, value in given.items() if value}
