"""年度计划的页面：列表、一份计划、口径、求解、调整、证明、印发、导出。"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.facilities import queries as facilities
from yijian.facilities.forms import refuse
from yijian.facilities.views.browse import workbook
from yijian.inspections import kinds
from yijian.inspections.forms.plan import (
    AddVisitForm,
    MakePlanForm,
    NumberForm,
    ReasonForm,
    SettingsForm,
)
from yijian.inspections.queries import plan as found
from yijian.inspections.queries.bases import facility_choices
from yijian.inspections.services import plan as services
from yijian.inspections.services.plan_export import export_plan, export_proof
from yijian.inspections.services.visits_open import open_month
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS

MANAGE = "inspections.manage"
SHOWN = 40


@writes("inspections.view", form=True)
def plans(request: HttpRequest) -> HttpResponse:
    """各地各年的计划；有权限的在这里拟定。"""
    viewer = viewer_of(request)
    regions = {r.pk: r for r in found.planning_regions(viewer)}
    form = MakePlanForm(request.POST or None, regions=[(pk, r.name) for pk, r in regions.items()])
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.make_plan(
                region=regions[form.cleaned_data["region"]], year=form.cleaned_data["year"], by=viewer
            )
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已从台账读入 {len(plan.floors)} 条下限，请核对口径后求解。")
            return redirect("inspections:plan", plan_id=plan.pk)
    context = {"plans": list(found.plans(viewer)), "form": form if viewer.can(MANAGE) and regions else None}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/plans.html", context, status=status)


@reads("inspections.view")
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """一份计划：次数前后、各月、各次上门。"""
    viewer = viewer_of(request)
    row = found.plan(viewer, plan_id)
    where = found.PlanFilter.of(request.GET)
    page = found.visit_page(row, where, request.GET.get("page"))
    for visit in page:
        visit.plan = row
    duties = found.duties_of(list(page))
    faults = found.faults(row) if row.result else []
    months = found.month_counts(row)
    context = {
        "plan": row,
        "where": where,
        "page": page,
        "lines": [(v, duties[v.pk]) for v in page],
        "faults": faults[:SHOWN],
        "fault_count": len(faults),
        "months": list(enumerate(months, 1)),
        "most": max(months, default=0),
        "loads": found.loads(row),
        "left": found.left_out(row),
        "functions": [(load.function, FUNCTIONS[load.function]) for load in found.loads(row)],
        "state": kinds.PLAN.label(row.state),
        "may": viewer.can(MANAGE),
        "strata": dict(services.STRATA)[(row.settings.get("random") or {}).get("by", "")],
        "number_form": NumberForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "inspections/plan.html", context)


@writes(MANAGE, form=True)
def settings(request: HttpRequest, plan_id: int) -> HttpResponse:
    """计划口径。"""
    viewer = viewer_of(request)
    row = found.plan(viewer, plan_id)
    form = SettingsForm(request.POST or None, functions=functions_in(row), initial=initial(row))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.change_settings(
                plan=row,
                cap=given["cap"],
                standing=given["standing"],
                capacity=form.capacity(),
                rate=given["rate"],
                stratify=given["stratify"],
                by=viewer,
            )
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, "口径已改，请重新求解。")
            return redirect("inspections:plan", plan_id=row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/plan_settings.html", {"plan": row, "form": form}, status=status)


def functions_in(row: Any) -> list[str]:
    named = {f for floor in row.floors for f in floor["functions"]}
    return [f for f in FUNCTIONS if f in named]


def initial(row: Any) -> dict[str, object]:
    chosen = row.settings.get("random") or {}
    capacity = {f"cap_{f}": n for f, n in row.settings.get("capacity", {}).items()}
    standing = row.settings.get("standing", True)
    return {
        "cap": row.cap, "standing": standing, "rate": chosen.get("rate", 0), "stratify": chosen.get("by", ""),
        **capacity,
    }  # fmt: skip


@writes(MANAGE)
def solve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """求解。"""
    viewer = viewer_of(request)
    row = services.solve_plan(plan=found.plan(viewer, plan_id), by=viewer)
    result = row.result
    said = f"各查各的要上门 {result['before']} 次，综合查 {result['after']} 次，用时 {result['seconds']} 秒"
    messages.success(request, f"求解完成：{said}。")
    return redirect("inspections:plan", plan_id=row.pk)


@writes(MANAGE)
def change(request: HttpRequest, planned_id: int) -> HttpResponse:
    """调整一次上门：挪月、定住、放开、去掉。"""
    viewer = viewer_of(request)
    row, step = found.planned(viewer, planned_id), request.POST.get("step", "")
    if step == "move":
        plan = services.move_visit(planned=row, month=month_of(request), by=viewer)
    elif step in ("pin", "free"):
        plan = services.pin_visit(planned=row, fixed=step == "pin", by=viewer)
    elif step == "drop":
        plan = services.drop_visit(planned=row, by=viewer)
    else:
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    told(request, plan)
    return redirect("inspections:plan", plan_id=plan.pk)


def told(request: HttpRequest, plan: Any) -> None:
    """调整之后说清哪条不成立了。"""
    faults = plan.result.get("faults", [])
    if faults:
        messages.warning(request, f"已调整。现在有 {len(faults)} 处不成立：{faults[0]}")
    else:
        messages.success(request, "已调整，全部下限仍然成立。")


def month_of(request: HttpRequest) -> int:
    text = request.POST.get("month", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


@writes(MANAGE, form=True)
def add(request: HttpRequest, plan_id: int) -> HttpResponse:
    """添一次上门。"""
    viewer = viewer_of(request)
    row = found.plan(viewer, plan_id)
    form = AddVisitForm(request.POST or None, facilities=facility_choices(viewer))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            facility = facilities.facility(viewer, int(given["facility"]))
            row = services.add_visit(
                plan=row,
                facility=facility,
                month=int(given["month"]),
                functions=given["functions"],
                by=viewer,
            )
        except Refused as error:
            refuse(form, error)
        else:
            told(request, row)
            return redirect("inspections:plan", plan_id=row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/plan_add.html", {"plan": row, "form": form}, status=status)


@writes(MANAGE)
def act(request: HttpRequest, plan_id: int) -> HttpResponse:
    """印发、重新调整、按月派任务。"""
    viewer = viewer_of(request)
    row, step = found.plan(viewer, plan_id), request.POST.get("step", "")
    if step == "adopt":
        services.adopt_plan(plan=row, number=request.POST.get("number", ""), by=viewer)
        messages.success(request, "计划已印发，台账已记下“年度抽查计划”。")
    elif step == "reopen":
        services.reopen_plan(plan=row, reason=request.POST.get("reason", ""), by=viewer)
        messages.success(request, "计划已回到拟定，可以调整；改好后再印发。")
    elif step == "month":
        made = open_month(plan=row, month=month_of(request), by=viewer)
        messages.success(request, f"已派出 {len(made)} 个任务，请到检查任务里派人。")
    else:
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    return redirect("inspections:plan", plan_id=row.pk)


@reads("inspections.view")
def proof(request: HttpRequest, plan_id: int) -> HttpResponse:
    """证明表：每条下限由哪几次上门满足。"""
    viewer = viewer_of(request)
    row = found.plan(viewer, plan_id)
    facility, rule = number_of(request.GET.get("facility", "")), request.GET.get("rule", "")
    broken = request.GET.get("broken") == "1"
    lines = found.proven(row, facility=facility, rule=rule, broken=broken)
    context = {
        "plan": row,
        "page": Paginator(lines, 50).get_page(request.GET.get("page")),
        "rules": found.rules_in(row),
        "rule": rule,
        "broken": broken,
        "facility": facility,
    }
    return render(request, "inspections/plan_proof.html", context)


def number_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@writes("inspections.view")
def export(request: HttpRequest, plan_id: int) -> HttpResponse:
    """导出计划，或导出证明。"""
    viewer: Viewer = viewer_of(request)
    row = found.plan(viewer, plan_id)
    if request.POST.get("what") == "proof":
        return workbook(export_proof(plan=row, by=viewer), f"{row}下限证明.xlsx")
    return workbook(export_plan(plan=row, by=viewer), f"{row}.xlsx")
