"""组织的导入：下载模板、上传、预览、改对应关系、下载错误文件、确认（全有或全无）。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import NotFound, Refused
from yijian.sheets import queries
from yijian.sheets.importing import spec_of
from yijian.sheets.services import commit, discard, remap, stage
from yijian.web.forms import UploadForm, refuse
from yijian.web.import_kinds import ACCOUNTS, UNITS, passwords
from yijian.web.views.paging import number

KINDS = {UNITS.kind: UNITS, ACCOUNTS.kind: ACCOUNTS}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str) -> HttpResponse:
    """一份 xlsx 下载。"""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@writes("people.manage", form=True)
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """选种类、上传。"""
    if kind not in KINDS:
        raise NotFound("没有这种导入。")
    viewer = viewer_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = stage(kind=kind, content=file.read(), filename=file.name, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            if batch.state == "committed":
                messages.warning(request, "这份文件以前已经导入过，没有重复写入。")
            return redirect("people:import_preview", batch_id=batch.pk)
    recent = queries.batches(viewer).filter(kind__in=list(KINDS))[:10]
    context = {"form": form, "spec": KINDS[kind], "kinds": KINDS.values(), "recent": list(recent)}
    return render(request, "people/import.html", context, status=422 if request.method == "POST" else 200)


@reads("people.manage")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """空白模板。"""
    if kind not in KINDS:
        raise NotFound("没有这种导入。")
    return workbook(queries.template_workbook(viewer_of(request), kind), f"{KINDS[kind].title}导入模板.xlsx")


@reads("people.manage")
def preview(request: HttpRequest, batch_id: str) -> HttpResponse:
    """预览：对应关系、前几行、错误。"""
    found = queries.preview(viewer_of(request), batch_id)
    return render(request, "people/import_preview.html", {"preview": found, "batch": found.batch})


@reads("people.manage")
def errors(request: HttpRequest, batch_id: str) -> HttpResponse:
    """错误文件。"""
    viewer = viewer_of(request)
    batch = queries.batch(viewer, batch_id)
    name = batch.filename.rpartition(".")[0] or batch.filename
    return workbook(queries.error_workbook(viewer, batch_id), f"{name}（错误）.xlsx")


@writes("people.manage")
def act(request: HttpRequest, batch_id: str) -> HttpResponse:
    """改对应关系、放弃、确认。"""
    viewer = viewer_of(request)
    batch = queries.batch(viewer, batch_id)
    step = request.POST.get("step", "")
    if step == "remap":
        columns = {c.name for c in spec_of(batch.kind).columns}
        given = {name: number(request.POST.get(f"column_{name}")) for name in columns}
        mapping = {name: index for name, index in given.items() if index is not None}
        return redirect(
            "people:import_preview", batch_id=remap(batch_id=batch.pk, mapping=mapping, by=viewer).pk
        )
    if step == "discard":
        discard(batch=batch, by=viewer)
        messages.success(request, "已放弃这次导入，什么也没有写入。")
        return redirect("people:import", kind=batch.kind)
    if step != "commit":
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    with passwords() as kept:
        done = commit(batch_id=batch.pk, by=viewer)
    said = "、".join(f"{label} {n}" for label, n in done.written.items())
    if kept:
        rows = [(a.username, a.name, a.password) for a in kept]
        return render(request, "people/passwords.html", {"rows": rows, "title": f"导入完成：{said}"})
    messages.success(request, f"导入完成：{said}。")
    return redirect("people:import_preview", batch_id=done.pk)
