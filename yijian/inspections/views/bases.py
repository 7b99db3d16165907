"""名录与检查表的页面：执法检查人员、抽查事项、检查表各版。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.facilities import queries as facilities
from yijian.facilities.forms import refuse
from yijian.facilities.kinds import KINDS
from yijian.facilities.views.browse import XLSX, workbook
from yijian.inspections import kinds
from yijian.inspections.forms.bases import (
    ChecklistForm,
    InspectorForm,
    RelationForm,
    SpotItemForm,
    XlsFormForm,
    item_rows,
)
from yijian.inspections.queries import bases as found
from yijian.inspections.rules.checklist import METHODS, WEIGHTS
from yijian.inspections.services import bases as services
from yijian.inspections.services import checklists
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people import queries as people
from yijian.people.kinds import FUNCTIONS

VIEW, MANAGE = "inspections.view", "inspections.manage"
BLANK_ROWS = 3


# ── 执法检查人员 ──────────────────────────────────────────────────────


@reads(VIEW)
def inspectors(request: HttpRequest) -> HttpResponse:
    """执法检查人员名录库。"""
    viewer, today = viewer_of(request), clock.today()
    where = found.InspectorFilter.of(request.GET)
    page = Paginator(found.inspectors(viewer, where), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(i, found.standing(i, today), [kinds.ASPECTS[e] for e in i.expertise]) for i in page],
        "where": where,
        "validity": found.VALIDITY,
        "functions": FUNCTIONS,
        "may": viewer.can(MANAGE),
        "own": found.own_inspector(viewer),
    }
    return render(request, "inspections/bases_inspectors.html", context)


@writes(VIEW)
def inspectors_export(request: HttpRequest) -> HttpResponse:
    where = found.InspectorFilter.of(request.POST)
    return workbook(services.export_inspectors(where=where, by=viewer_of(request)), "执法检查人员名录库.xlsx")


@writes(MANAGE, form=True)
def inspector_new(request: HttpRequest) -> HttpResponse:
    """登记一名。"""
    return inspector_form(request, None)


@writes(MANAGE, form=True)
def inspector_edit(request: HttpRequest, inspector_id: int) -> HttpResponse:
    """改一名。"""
    return inspector_form(request, inspector_id)


def inspector_form(request: HttpRequest, inspector_id: int | None) -> HttpResponse:
    viewer = viewer_of(request)
    row = found.inspector(viewer, inspector_id, capability=MANAGE) if inspector_id else None
    names = ("name", "certificate_no", "valid_from", "valid_to", "expertise", "is_expert", "active")
    initial = {n: getattr(row, n) for n in names} | {"unit": str(row.unit_id)} if row else {}
    form = InspectorForm(request.POST or None, units=found.units_for(viewer, MANAGE), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            unit = people.unit(viewer, int(given.pop("unit")))
            made = services.save_inspector(**given, unit=unit, inspector=row, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"{made.name}已登记。")
            return redirect("inspections:inspector", inspector_id=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/bases_inspector_form.html", {"form": form, "row": row}, status=status)


@reads(VIEW)
def inspector(request: HttpRequest, inspector_id: int) -> HttpResponse:
    """一名检查人员与其申报的关系。"""
    viewer = viewer_of(request)
    row = found.inspector(viewer, inspector_id)
    own = found.own_inspector(viewer)
    may = viewer.can(MANAGE)
    declares = may or (own is not None and own.pk == row.pk)
    context = {
        "row": row,
        "standing": found.standing(row, clock.today()),
        "skills": [kinds.ASPECTS[e] for e in row.expertise],
        "relations": found.relations(row),
        "may": may,
        "declares": declares,
        "form": RelationForm(facilities=found.facility_choices(viewer)) if declares else None,
    }
    return render(request, "inspections/bases_inspector.html", context)


@writes(VIEW)
def relate(request: HttpRequest, inspector_id: int) -> HttpResponse:
    """申报或解除关系。"""
    viewer = viewer_of(request)
    row = found.inspector(viewer, inspector_id)
    ended = request.POST.get("end", "")
    if ended:
        relation = next((r for r in found.relations(row) if str(r.pk) == ended), None)
        if relation is None:
            raise NotFound("没有找到这一条关系。")
        services.end_relation(relation=relation, by=viewer)
        messages.success(request, "关系已解除。")
    else:
        form = RelationForm(request.POST, facilities=found.facility_choices(viewer))
        if not form.is_valid():
            raise Refused("请选机构和关系。", field="facility")
        given = form.cleaned_data
        home = facilities.facility(viewer, int(given["facility"]))
        services.declare_relation(
            inspector=row, facility=home, kind=given["kind"], note=given["note"], by=viewer
        )
        messages.success(request, f"已申报：以后不派往“{home.name}”，抽取时也回避。")
    return redirect("inspections:inspector", inspector_id=row.pk)


# ── 抽查事项清单 ──────────────────────────────────────────────────────


@reads(VIEW)
def spot_items(request: HttpRequest) -> HttpResponse:
    """抽查事项清单。"""
    viewer = viewer_of(request)
    places = found.places(viewer)
    code, aspect = request.GET.get("place", ""), request.GET.get("aspect", "")
    place = next((p for p in places if p.pk == code), places[0] if places else None)
    rows = list(found.spot_items(place, aspect, every=True)) if place else []
    context = {
        "place": place,
        "places": places,
        "aspect": aspect,
        "aspects": kinds.ASPECTS,
        "lines": [(r, [KINDS.get(k, k) for k in r.object_kinds]) for r in rows],
        "may": viewer.can(MANAGE),
    }
    return render(request, "inspections/bases_items.html", context)


@writes(VIEW)
def spot_items_export(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    place = next((p for p in found.places(viewer) if p.pk == request.POST.get("place")), None)
    if place is None:
        raise Refused("请先选一个有清单的地方。", field="place")
    return workbook(services.export_spot_items(region=place, by=viewer), f"{place.name}抽查事项清单.xlsx")


@writes(MANAGE, form=True)
def spot_item_new(request: HttpRequest) -> HttpResponse:
    """添一项。"""
    return spot_item_form(request, None)


@writes(MANAGE, form=True)
def spot_item_edit(request: HttpRequest, item_id: int) -> HttpResponse:
    """改一项。"""
    return spot_item_form(request, item_id)


def spot_item_form(request: HttpRequest, item_id: int | None) -> HttpResponse:
    viewer = viewer_of(request)
    row = found.spot_item(item_id) if item_id else None
    if row is not None:
        services.insist_region(viewer, row.region)
    region = row.region if row else people.region_by_path(viewer.posts_with(MANAGE)[0].region_path)
    names = ("code", "aspect", "title", "method", "basis", "object_kinds", "functions", "active")
    form = SpotItemForm(request.POST or None, initial={n: getattr(row, n) for n in names} if row else {})
    if request.method == "POST" and form.is_valid() and region is not None:
        try:
            services.save_spot_item(region=region, **form.cleaned_data, item=row, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "事项已保存。")
            return redirect("inspections:spot_items")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": row, "region": region}
    return render(request, "inspections/bases_item_form.html", context, status=status)


# ── 检查表 ────────────────────────────────────────────────────────────


@reads(VIEW)
def checklist_list(request: HttpRequest) -> HttpResponse:
    """检查表目录。"""
    viewer = viewer_of(request)
    context = {"rows": found.checklist_rows(), "may": viewer.can(MANAGE)}
    return render(request, "inspections/checklists.html", context)


@reads(VIEW)
def checklist(request: HttpRequest, code: str) -> HttpResponse:
    """一张检查表的某一版；给了 against 就与那一版比较。"""
    viewer = viewer_of(request)
    row = found.checklist(code)
    version = found.version(row, number_of(request.GET.get("version", "")))
    against = number_of(request.GET.get("against", ""))
    sections: dict[str, list[object]] = {}
    for item in version.items:
        methods = "、".join(METHODS[c] for c in item["method"])
        sections.setdefault(item["section"], []).append((item, methods, WEIGHTS[item["weight"]]))
    context = {
        "row": row,
        "version": version,
        "versions": found.versions(row),
        "sections": sections,
        "against": against,
        "changes": found.changes(row, against, version.number) if against else [],
        "may": viewer.can(MANAGE),
    }
    return render(request, "inspections/checklist.html", context)


def number_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


@writes(VIEW)
def checklist_export(request: HttpRequest, code: str) -> HttpResponse:
    """导出：本系统的表格，或 XLSForm。"""
    viewer = viewer_of(request)
    row = found.checklist(code)
    version = found.version(row, number_of(request.POST.get("version", "")))
    if request.POST.get("what") == "xlsform":
        content = checklists.export_xlsform(version=version, by=viewer)
        name = content_disposition_header(True, f"{row.code}-v{version.number}.xlsx") or "attachment"
        return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": name})
    return workbook(checklists.export_checklist(version=version, by=viewer), f"{row.title}检查表.xlsx")


@writes(MANAGE, form=True)
def checklist_edit(request: HttpRequest, code: str) -> HttpResponse:
    """改检查表：发布即为新版。"""
    viewer = viewer_of(request)
    row = found.checklist(code)
    items = item_rows(request.POST) if request.method == "POST" else found.version(row).items
    fault = ""
    if request.method == "POST":
        try:
            made = checklists.publish_version(
                checklist=row, items=items, note=request.POST.get("note", ""), by=viewer
            )
        except Refused as error:
            fault = error.message
        else:
            messages.success(request, f"第 {made.number} 版已发布；已经派出的任务仍用旧版。")
            return redirect("inspections:checklist", code=row.code)
    context = editing(items, fault) | {"row": row, "note": request.POST.get("note", "")}
    return render(request, "inspections/checklist_edit.html", context, status=422 if fault else 200)


def editing(items: list[dict[str, object]], fault: str) -> dict[str, object]:
    """编辑页的各行，末尾带几行空的。"""
    blank = {"id": "", "section": "", "text": "", "method": "S", "weight": "G", "basis": "", "mark": "",
             "photo_on_fail": False, "phrases": [], "situation": ""}  # fmt: skip
    rows = list(enumerate([*items, *([blank] * BLANK_ROWS)]))
    return {"rows": rows, "fault": fault, "methods": METHODS, "weights": WEIGHTS}


@writes(MANAGE, form=True)
def checklist_new(request: HttpRequest) -> HttpResponse:
    """新建一张检查表。"""
    viewer = viewer_of(request)
    form = ChecklistForm(request.POST or None)
    items = item_rows(request.POST) if request.method == "POST" else []
    fault = ""
    if request.method == "POST" and form.is_valid():
        try:
            row = checklists.make_checklist(**form.cleaned_data, items=items, by=viewer)
        except Refused as error:
            fault = error.message
        else:
            messages.success(request, f"“{row.title}”已建好。")
            return redirect("inspections:checklist", code=row.code)
    context = editing(items, fault) | {"form": form, "row": None}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/checklist_edit.html", context, status=status)


@writes(MANAGE, form=True)
def checklist_xlsform(request: HttpRequest, code: str) -> HttpResponse:
    """由 XLSForm 导入：读懂了就发布新版。"""
    viewer = viewer_of(request)
    row = found.checklist(code)
    form = XlsFormForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            items, warnings = checklists.read_xlsform(form.cleaned_data["file"].read())
            note = f"由 XLSForm 导入：{form.cleaned_data['file'].name}"
            made = checklists.publish_version(checklist=row, items=items, note=note[:200], by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            for warning in warnings[:8]:
                messages.warning(request, warning)
            messages.success(request, f"第 {made.number} 版已发布，{len(made.items)} 项。")
            return redirect("inspections:checklist", code=row.code)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/checklist_xlsform.html", {"form": form, "row": row}, status=status)
