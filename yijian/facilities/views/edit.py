"""改：建档、变更、终止服务与撤销、证照。"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import writes
from yijian.access.viewer import viewer_of
from yijian.facilities import queries, services
from yijian.facilities.forms import CloseForm, FacilityForm, LicenceForm, ReasonForm, refuse
from yijian.facilities.views.browse import region_picks
from yijian.kernel.errors import Refused
from yijian.people.queries import region

EDIT = "facilities.edit"


def _values(form: FacilityForm) -> Any:
    given = form.values()
    return given | {"region": region(given["region"])}


def _status(request: HttpRequest) -> int:
    """表单没有通过是 422；只是打开是 200。"""
    return 422 if request.method == "POST" else 200


@writes(EDIT, form=True)
def create(request: HttpRequest) -> HttpResponse:
    """建档。"""
    viewer = viewer_of(request)
    form = FacilityForm(request.POST or None, regions=region_picks(viewer, EDIT))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_facility(values=_values(form), by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已建档：{made.name}。")
            return redirect("facilities:detail", facility_id=made.pk)
    return render(request, "facilities/form.html", {"form": form, "facility": None}, status=_status(request))


@writes(EDIT, form=True)
def edit(request: HttpRequest, facility_id: int) -> HttpResponse:
    """变更；表单带着打开时的 updated_at，别人先改过就不予保存。"""
    viewer = viewer_of(request)
    row = queries.facility(viewer, facility_id, capability=EDIT)
    picks = region_picks(viewer, EDIT)
    if row.region_id not in dict(picks):
        picks = [(row.region_id, row.region.name), *picks]
    form = FacilityForm(request.POST or None, regions=picks, initial=_initial(row))
    seen = request.POST.get("seen") or row.updated_at.isoformat()
    if request.method == "POST" and form.is_valid():
        try:
            services.change_facility(facility=row, values=_values(form), seen_at=_moment(seen), by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("facilities:detail", facility_id=facility_id)
    context = {"form": form, "facility": row, "seen": seen}
    return render(request, "facilities/form.html", context, status=_status(request))


def _initial(row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in FacilityForm.base_fields if hasattr(row, name)}
    joined = {name: "、".join(getattr(row, name)) for name in ("aliases", "tags")}
    return found | joined | {"region": row.region_id, "datum": "wgs84"}


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("页面不完整，请刷新后重新填写。") from error
    if found.tzinfo is None:
        raise Refused("页面不完整，请刷新后重新填写。")
    return found


@writes(EDIT, form=True)
def close(request: HttpRequest, facility_id: int) -> HttpResponse:
    """终止服务。"""
    viewer = viewer_of(request)
    row = queries.facility(viewer, facility_id, capability=EDIT)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_facility(facility=row, **form.cleaned_data, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已登记{row.name}终止服务。")
            return redirect("facilities:detail", facility_id=facility_id)
    context = {"form": form, "facility": row, "title": "终止服务", "button": "登记终止服务"}
    context["lead"] = "自终止服务日起不再产生义务，以往的义务和记录都保留。登记有误可以撤销。"
    return render(request, "facilities/step.html", context, status=_status(request))


@writes(EDIT, form=True)
def reopen(request: HttpRequest, facility_id: int) -> HttpResponse:
    """撤销终止服务登记。"""
    viewer = viewer_of(request)
    row = queries.facility(viewer, facility_id, capability=EDIT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reopen_facility(facility=row, **form.cleaned_data, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"{row.name}恢复在营。")
            return redirect("facilities:detail", facility_id=facility_id)
    context = {"form": form, "facility": row, "title": "撤销终止服务登记", "button": "撤销登记", "lead": ""}
    return render(request, "facilities/step.html", context, status=_status(request))


@writes(EDIT, form=True)
def licence_new(request: HttpRequest, facility_id: int) -> HttpResponse:
    """登记证照。"""
    viewer = viewer_of(request)
    row = queries.facility(viewer, facility_id, capability=EDIT)
    form = LicenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_licence(facility=row, **form.cleaned_data, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "已登记证照。")
            return redirect("facilities:detail", facility_id=facility_id)
    context = {"form": form, "facility": row, "title": "登记证照", "button": "登记", "lead": ""}
    return render(request, "facilities/step.html", context, status=_status(request))


@writes(EDIT, form=True)
def licence_edit(request: HttpRequest, licence_id: int) -> HttpResponse:
    """变更证照：换证、延续。"""
    viewer = viewer_of(request)
    row = queries.licence(viewer, licence_id)
    names = ("number", "issuer", "valid_from", "valid_to")
    form = LicenceForm(request.POST or None, fixed=True, initial={n: getattr(row, n) for n in names})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_licence(licence=row, **form.cleaned_data, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "已变更证照。")
            return redirect("facilities:detail", facility_id=row.facility_id)
    context = {
        "form": form,
        "facility": row.facility,
        "title": f"变更{row.get_kind_display()}",
        "button": "保存",
    }
    context["lead"] = "原来的编号和有效期留在历史里。"
    return render(request, "facilities/step.html", context, status=_status(request))


@writes(EDIT, form=True)
def licence_remove(request: HttpRequest, licence_id: int) -> HttpResponse:
    """删去登记有误的证照。"""
    viewer = viewer_of(request)
    row = queries.licence(viewer, licence_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.remove_licence(licence=row, **form.cleaned_data, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "已删去这张证照。")
            return redirect("facilities:detail", facility_id=row.facility_id)
    context = {"form": form, "facility": row.facility, "title": f"删去证照：{row}", "button": "删去"}
    context["lead"] = "只用于登记有误；到期的证照不必删，换证请用变更。"
    return render(request, "facilities/step.html", context, status=_status(request))
