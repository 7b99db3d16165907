"""检查任务的页面：列表、派出、派人、个案线索、工作量。"""

from datetime import timedelta
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
from yijian.inspections.forms.plan import AssignForm, VisitForm
from yijian.inspections.queries import bases, tasks
from yijian.inspections.queries.plan import duties_of
from yijian.inspections.services import visits_open
from yijian.inspections.services.visits_open_export import export_visits, export_workload
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS

PER_PAGE = 50
TONES = {
    "assigned": "blue", "noticed": "blue", "started": "amber", "finished": "green", "published": "green",
    "cancelled": "",
}  # fmt: skip


def person(inspector: Any) -> str:
    """派人时的一行：姓名、单位、证件到期日、专长。"""
    skills = "".join(f"，{kinds.ASPECTS[e]}" for e in inspector.expertise)
    mark = "，专家" if inspector.is_expert else ""
    return f"{inspector.name}（{inspector.unit}{mark}，证件至 {inspector.valid_to}{skills}）"


def people(viewer: Viewer, path: str) -> list[tuple[int, str]]:
    return [(i.pk, person(i)) for i in bases.usable(viewer, path, clock.today())]


def own_path(viewer: Viewer) -> str:
    posts = viewer.posts_with("inspections.visit")
    return posts[0].region_path if posts else viewer.region_path or "/"


@reads("inspections.view")
def index(request: HttpRequest) -> HttpResponse:
    """检查任务列表。"""
    viewer = viewer_of(request)
    where = tasks.TaskFilter.of(request.GET)
    page = Paginator(tasks.visits(viewer, where), PER_PAGE).get_page(request.GET.get("page"))
    counts = tasks.counts(viewer)
    context = {
        "page": page,
        "where": where,
        "views": tasks.VIEWS,
        "types": kinds.TYPES,
        "functions": FUNCTIONS,
        "tiles": [
            (s, kinds.VISIT.label(s), TONES[s], counts[s]) for s in kinds.VISIT.states if s != "cancelled"
        ],
        "may": viewer.can("inspections.visit"),
        "may_visit": viewer.can("inspections.visit"),
        "people": people(viewer, own_path(viewer)) if viewer.can("inspections.visit") else [],
        "cases": len([c for c in tasks.cases(viewer) if c.visit is None]),
        "today": clock.today(),
        "query": request.GET.urlencode(),
    }
    return render(request, "inspections/tasks.html", context)


@writes("inspections.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出筛选后的任务。"""
    content = export_visits(where=tasks.TaskFilter.of(request.POST), by=viewer_of(request))
    return workbook(content, "检查任务.xlsx")


@writes("inspections.visit", form=True)
def create(request: HttpRequest) -> HttpResponse:
    """派出计划外的检查。"""
    viewer, today = viewer_of(request), clock.today()
    form = VisitForm(
        request.POST or None,
        initial={
            "window_from": today,
            "window_to": today + timedelta(days=7),
            "functions": sorted(viewer.functions),
            "facility": request.GET.get("facility", ""),
        },
        facilities=bases.facility_choices(viewer),
        checklists=bases.version_choices(),
        inspectors=people(viewer, own_path(viewer)),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        order = visits_open.Order(
            **{n: given[n] for n in ("kind", "basis", "window_from", "window_to", "reason")},
            functions=tuple(given["functions"]),
            checklists=tuple(int(pk) for pk in given["checklists"]),
        )
        try:
            facility = facilities.facility(viewer, int(given["facility"]))
            chosen = [int(pk) for pk in given["inspectors"]]
            visit = visits_open.open_visit(facility=facility, order=order, inspectors=chosen, by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已派出对“{facility.name}”的检查。")
            return redirect("inspections:task", visit_id=visit.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/task_new.html", {"form": form}, status=status)


@reads("inspections.view")
def task(request: HttpRequest, visit_id: int) -> HttpResponse:
    """一个任务：检查什么、谁去、凭什么。"""
    viewer = viewer_of(request)
    visit = tasks.visit(viewer, visit_id)
    crew = list(visit.inspectors.all())
    may = viewer.can("inspections.visit") and visit.state in ("assigned", "noticed")
    listed = people(viewer, visit.region_path) if may else []
    context = {
        "visit": visit,
        "crew": crew,
        "versions": list(visit.checklists.select_related("checklist").order_by("checklist__code")),
        "duties": duties_of([visit.planned])[visit.planned.pk] if visit.planned else [],
        "tone": TONES[visit.state],
        "form": AssignForm(
            inspectors=listed, initial={"inspectors": [str(m.inspector_id) for m in crew]}
        ) if may else None,
    }  # fmt: skip
    return render(request, "inspections/task.html", context)


@writes("inspections.visit")
def assign(request: HttpRequest, visit_id: int) -> HttpResponse:
    """给一个任务派人。"""
    viewer = viewer_of(request)
    visit = tasks.visit(viewer, visit_id)
    form = AssignForm(request.POST, inspectors=people(viewer, visit.region_path))
    if not form.is_valid():
        raise Refused("请从名录里选至少两名检查人员；证件过期的不能选。", field="inspectors")
    given = form.cleaned_data
    leader = int(given["leader"]) if given["leader"] else None
    visits_open.assign(
        visit=visit, inspectors=[int(pk) for pk in given["inspectors"]], leader=leader, by=viewer
    )
    messages.success(request, "已派人。")
    return redirect("inspections:task", visit_id=visit.pk)


@writes("inspections.visit")
def assign_many(request: HttpRequest) -> HttpResponse:
    """批量派人：逐个核对，不成的逐条列出。"""
    viewer = viewer_of(request)
    chosen = numbers(request.POST.getlist("visit"))
    inspectors = numbers(request.POST.getlist("inspector"))
    outcome = visits_open.assign_many(visit_ids=chosen, inspectors=inspectors, by=viewer)
    return render(request, "inspections/tasks_assigned.html", {"outcome": outcome})


def numbers(given: list[str]) -> list[int]:
    """编号的列表；写错的报 Refused。"""
    if any(not (v.isascii() and v.isdigit() and len(v) < 16) for v in given):
        raise Refused("选择不完整，请回到列表重新勾选。")
    return [int(v) for v in given]


@reads("inspections.visit")
def cases(request: HttpRequest) -> HttpResponse:
    """等着个案检查的线索。"""
    return render(request, "inspections/tasks_cases.html", {"cases": tasks.cases(viewer_of(request))})


@writes("inspections.visit")
def open_case(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """由一条线索开个案检查。"""
    visit = visits_open.open_case(obligation_id=obligation_id, by=viewer_of(request))
    messages.success(request, f"已派出对“{visit.facility.name}”的个案检查，请派人。")
    return redirect("inspections:task", visit_id=visit.pk)


@reads("inspections.view")
def workload(request: HttpRequest) -> HttpResponse:
    """各检查人员各月的工作量。"""
    year = year_of(request.GET.get("year", ""))
    viewer = viewer_of(request)
    rows = tasks.workload(viewer, year)
    most = max((n for row in rows for n in row.months), default=0)
    context = {"rows": rows, "year": year, "months": range(1, 13), "most": most}
    context["may_visit"] = viewer.can("inspections.visit")
    return render(request, "inspections/tasks_workload.html", context)


@writes("inspections.view")
def workload_export(request: HttpRequest) -> HttpResponse:
    year = year_of(request.POST.get("year", ""))
    return workbook(export_workload(year=year, by=viewer_of(request)), f"{year}年检查工作量.xlsx")


def year_of(text: str) -> int:
    return (
        int(text) if text.isascii() and text.isdigit() and 2020 <= int(text) <= 2100 else clock.today().year
    )
