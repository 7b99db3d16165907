"""名录、清单、检查表由 Excel 导入：模板、上传、预览、错误文件、确认。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.facilities.forms import refuse
from yijian.facilities.views.browse import workbook
from yijian.inspections.forms.bases import SheetUploadForm
from yijian.kernel.errors import NotFound, Refused
from yijian.sheets import queries
from yijian.sheets.importing import spec_of
from yijian.sheets.services import commit, discard, remap, stage

MANAGE = "inspections.manage"
KINDS = ("inspectors", "spot_items", "checklists")
BACK = {
    "inspectors": "inspections:inspectors", "spot_items": "inspections:spot_items",
    "checklists": "inspections:checklists",
}  # fmt: skip


def insist(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound("没有这种导入。")


@writes(MANAGE, form=True)
def start(request: HttpRequest, base: str) -> HttpResponse:
    """上传。"""
    insist(base)
    viewer = viewer_of(request)
    form = SheetUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = stage(kind=base, content=file.read(), filename=file.name, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            if batch.state == "committed":
                messages.warning(request, "这份文件以前已经导入过，没有重复写入。")
            return redirect("inspections:import_preview", batch_id=batch.pk)
    context = {
        "form": form,
        "spec": spec_of(base),
        "kinds": [spec_of(k) for k in KINDS],
        "recent": list(queries.batches(viewer).filter(kind=base)[:10]),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/bases_import.html", context, status=status)


@reads(MANAGE)
def template(request: HttpRequest, base: str) -> HttpResponse:
    """空白模板。"""
    insist(base)
    content = queries.template_workbook(viewer_of(request), base)
    return workbook(content, f"{spec_of(base).title}导入模板.xlsx")


@reads(MANAGE)
def preview(request: HttpRequest, batch_id: str) -> HttpResponse:
    """预览。"""
    found = queries.preview(viewer_of(request), batch_id)
    insist(found.batch.kind)
    context = {"preview": found, "batch": found.batch, "back": BACK[found.batch.kind]}
    return render(request, "inspections/bases_import_preview.html", context)


@reads(MANAGE)
def errors(request: HttpRequest, batch_id: str) -> HttpResponse:
    """错误文件。"""
    viewer = viewer_of(request)
    batch = queries.batch(viewer, batch_id)
    insist(batch.kind)
    name = batch.filename.rpartition(".")[0] or batch.filename
    return workbook(queries.error_workbook(viewer, batch_id), f"{name}（错误）.xlsx")


@writes(MANAGE)
def act(request: HttpRequest, batch_id: str) -> HttpResponse:
    """改对应关系、放弃、确认。"""
    viewer = viewer_of(request)
    batch = queries.batch(viewer, batch_id)
    insist(batch.kind)
    step = request.POST.get("step", "")
    if step == "remap":
        given = {c.name: request.POST.get(f"column_{c.name}", "") for c in spec_of(batch.kind).columns}
        mapping = {n: int(v) for n, v in given.items() if v.isascii() and v.isdigit() and len(v) < 6}
        fresh = remap(batch_id=batch.pk, mapping=mapping, by=viewer)
        return redirect("inspections:import_preview", batch_id=fresh.pk)
    if step == "discard":
        discard(batch=batch, by=viewer)
        messages.success(request, "已放弃这次导入，什么也没有写入。")
        return redirect("inspections:import", base=batch.kind)
    if step != "commit":
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    done = commit(batch_id=batch.pk, by=viewer)
    said = "、".join(f"{label} {n}" for label, n in done.written.items())
    messages.success(request, f"导入完成：{said}。")
    return redirect("inspections:import_preview", batch_id=done.pk)
