"""专项行动的页面。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.facilities.forms import refuse
from yijian.facilities.views.browse import workbook
from yijian.inspections import kinds
from yijian.inspections.forms.plan import DriveForm, DriveRowForm
from yijian.inspections.queries import bases
from yijian.inspections.queries import drives as found
from yijian.inspections.queries.plan import planning_regions
from yijian.inspections.services import drives as services
from yijian.kernel import clock
from yijian.kernel.errors import Refused


@reads("inspections.view")
def drives(request: HttpRequest) -> HttpResponse:
    """专项行动一览。"""
    viewer = viewer_of(request)
    context = {"rows": found.drives(viewer), "may": viewer.can("inspections.manage"), "today": clock.today()}
    context["may_visit"] = viewer.can("inspections.visit")
    return render(request, "inspections/drives.html", context)


@writes("inspections.manage", form=True)
def create(request: HttpRequest) -> HttpResponse:
    """开展专项行动。"""
    viewer = viewer_of(request)
    regions = {r.pk: r for r in planning_regions(viewer)}
    form = DriveForm(
        request.POST or None,
        regions=[(pk, r.name) for pk, r in regions.items()],
        checklists=bases.version_choices(),
        initial={"starts_on": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        chosen = given.pop("checklist")
        versions = {r.version.pk: r.version for r in bases.checklist_rows()}
        try:
            drive = services.open_drive(
                **given | {"region": regions[given["region"]]},
                checklist=versions[int(chosen)] if chosen else None,
                by=viewer,
            )
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"“{drive.title}”已开展。")
            return redirect("inspections:drive", drive_id=drive.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/drive_new.html", {"form": form}, status=status)


@reads("inspections.view")
def drive(request: HttpRequest, drive_id: int) -> HttpResponse:
    """一次行动：各家做没做。"""
    viewer = viewer_of(request)
    row = found.drive(viewer, drive_id)
    state = request.GET.get("state", "")
    rows = found.rows(viewer, row, state)
    (progress,) = [p for p in found.drives(viewer) if p.drive.pk == row.pk]
    context = {
        "drive": row,
        "progress": progress,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "state": state if state in kinds.DRIVE_STATES else "",
        "states": kinds.DRIVE_STATES,
        "aspects": [kinds.ASPECTS[a] for a in row.aspects],
        "may": viewer.can("inspections.visit"),
        "today": clock.today(),
    }
    return render(request, "inspections/drive.html", context)


@writes("inspections.visit")
def tell(request: HttpRequest, row_id: int) -> HttpResponse:
    """填写一家，或把它派成任务。"""
    viewer = viewer_of(request)
    row = found.row(viewer, row_id)
    if request.POST.get("step") == "visit":
        visit = services.open_drive_visit(row=row, by=viewer)
        messages.success(request, f"已派出对“{row.facility.name}”的专项检查，请派人。")
        return redirect("inspections:task", visit_id=visit.pk)
    form = DriveRowForm(request.POST)
    if not form.is_valid():
        raise Refused("请选做没做；日期写成 2026-03-02 的样子。", field="state")
    services.tell_row(row=row, **form.cleaned_data, by=viewer)
    messages.success(request, f"“{row.facility.name}”已填写。")
    return redirect("inspections:drive", drive_id=row.drive_id)


@writes("inspections.view")
def export(request: HttpRequest, drive_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    row = found.drive(viewer, drive_id)
    return workbook(services.export_drive(drive=row, by=viewer), f"{row.title}完成情况.xlsx")
