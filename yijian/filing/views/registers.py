"""消防审验登记簿与违法线索。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.filing import kinds
from yijian.filing.forms.exchange import said
from yijian.filing.forms.registers import DecisionForm, FireForm, ViolationForm
from yijian.filing.queries import exchange, registers
from yijian.filing.services import registers as services
from yijian.filing.services import violations
from yijian.filing.services.places_report import fire_report
from yijian.filing.views.parts import DOCX, download, paged, sheet
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people.kinds import FUNCTIONS


@reads("filing.view")
def fire(request: HttpRequest) -> HttpResponse:
    """消防审验登记簿：数、比例、原因、逐家。"""
    viewer = viewer_of(request)
    given = {key: request.GET.get(key, "") for key in ("status", "reason", "region")}
    homes = registers.live(viewer).filter(kind__in=registers.HOMES)
    recorded = registers.fire_rows(viewer).values("facility_id")
    context = {
        "page": paged(request, registers.fire_rows(viewer, given)),
        "figures": registers.fire_figures(viewer),
        "given": given,
        "statuses": kinds.FIRE,
        "reasons": kinds.FIRE_REASONS,
        "unknown": list(homes.exclude(pk__in=recorded).order_by("region_path", "name", "pk")[:60]),
        "may": viewer.can("filing.exchange"),
    }
    return render(request, "filing/register_fire.html", context)


@writes("filing.view")
def fire_export(request: HttpRequest) -> HttpResponse:
    """导出登记簿。"""
    viewer = viewer_of(request)
    labels = (
        "机构",
        "街道（乡镇）",
        "办理情况",
        "未办原因",
        "文书编号",
        "建筑面积",
        "在住老人",
        "说明",
        "会议决定",
    )
    rows = [
        (r.facility.name, r.facility.region.name, kinds.FIRE[r.status], kinds.FIRE_REASONS.get(r.reason, ""),
         r.number, r.area, r.residents, r.note, r.decision)
        for r in registers.fire_rows(viewer, request.POST.dict())
    ]  # fmt: skip
    return sheet("消防审验登记簿", labels, rows, viewer)


@writes("filing.exchange")
def fire_paper(request: HttpRequest) -> HttpResponse:
    """消防审验专题报告（Word）。"""
    viewer = viewer_of(request)
    county = exchange.home_county(viewer)
    rows = list(registers.fire_rows(viewer))
    if not rows:
        raise Refused("登记簿里还没有机构，先登记再生成报告。")
    content = fire_report(rows, county.name, viewer.unit_name, f"{county.name}人民政府")
    services.note_fire_report(region=county, count=len(rows), by=viewer)
    return download(content, f"{county.name}消防审验专题报告.docx", DOCX)


@writes("filing.view", form=True)
def fire_one(request: HttpRequest, facility_id: int) -> HttpResponse:
    """一家的消防审验：登记，附会议决定。"""
    viewer = viewer_of(request)
    facility = registers.facility(viewer, facility_id)
    row = registers.fire_row(viewer, facility_id)
    initial = {name: getattr(row, name) for name in FireForm.base_fields} if row else {
        "area": facility.building_area, "residents": facility.residents}  # fmt: skip
    form, decision = FireForm(initial=initial), DecisionForm()
    if request.method == "POST" and request.POST.get("part") == "decision":
        decision = DecisionForm(request.POST, request.FILES)
        if row is None or not decision.is_valid():
            raise Refused(said(decision) or "先登记办理情况，再附会议决定。")
        file = decision.cleaned_data["file"]
        services.decide_fire(
            row=row,
            decision=decision.cleaned_data["decision"],
            file=(file.name, file.read()) if file else None,
            by=viewer,
        )
        messages.success(request, "会议决定已附上。")
        return redirect("filing:fire_one", facility_id=facility.pk)
    if request.method == "POST":
        form = FireForm(request.POST)
        if form.is_valid():
            try:
                services.record_fire(facility=facility, fire=form.fire(), by=viewer)
            except Refused as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, f"{facility.name}：已登记。")
                return redirect("filing:fire")
    context = {
        "facility": facility, "row": row, "form": form, "decision": decision,
        "may": viewer.can("filing.exchange"), "may_decide": viewer.can("filing.handle") and row is not None,
    }  # fmt: skip
    return render(request, "filing/register_fire_one.html", context, status=422 if form.errors else 200)


@reads("filing.view")
def violation_index(request: HttpRequest) -> HttpResponse:
    """违法线索列表。"""
    viewer = viewer_of(request)
    context = {
        "page": paged(request, registers.violations(viewer, request.GET.dict())),
        "given": {key: request.GET.get(key, "") for key in ("kind", "state")},
        "kinds": kinds.VIOLATIONS,
        "states": {state: kinds.VIOLATION.label(state) for state in kinds.VIOLATION.states},
        "units": FUNCTIONS,
        "may": viewer.can("filing.check"),
    }
    return render(request, "filing/violation_index.html", context)


@writes("filing.check", form=True)
def violation_new(request: HttpRequest) -> HttpResponse:
    """登记违法线索。"""
    viewer = viewer_of(request)
    initial = {"facility": request.GET.get("facility", "")}
    form = ViolationForm(request.POST or None, towns=exchange.town_picks(viewer), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        number = given["facility"]
        try:
            if number and not (number.isascii() and number.isdecimal() and len(number) < 12):
                raise Refused("机构编号是机构档案网址里的数字。", field="facility")
            clue = violations.Clue(
                given["kind"],
                given["found"],
                given["found_on"],
                facility=registers.facility(viewer, int(number)) if number else None,
                region=exchange.town(viewer, given["region"]) if given["region"] else None,
                address=given["address"],
            )
            row = violations.add_violation(clue=clue, by=viewer)
        except (Refused, NotFound) as error:
            field = error.field if isinstance(error, Refused) else None
            form.add_error(field if field in form.fields else None, error.message)
        else:
            messages.success(request, f"已登记，转{FUNCTIONS[row.unit_function]}办理。")
            return redirect("filing:violation", violation_id=row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "filing/violation_form.html", {"form": form}, status=status)


@writes("filing.view", form=True)
def violation(request: HttpRequest, violation_id: int) -> HttpResponse:
    """一条线索；POST 往下走一步。"""
    viewer = viewer_of(request)
    row = registers.violation(viewer, violation_id)
    if request.method == "POST":
        step = request.POST.get("step", "")
        violations.move_violation(row=row, step=step, note=request.POST.get("note", "")[:2000], by=viewer)
        messages.success(request, f"已{kinds.VIOLATION.label(step)}。")
        return redirect("filing:violation", violation_id=row.pk)
    context = {
        "row": row,
        "kind": kinds.VIOLATIONS[row.kind],
        "unit": FUNCTIONS[row.unit_function],
        "state": kinds.VIOLATION.label(row.state),
        "next": [(v, kinds.VIOLATION.label(v)) for v in kinds.VIOLATION.verbs(row.state)],
        "may": viewer.can("filing.exchange"),
        "today": clock.today(),
    }
    return render(request, "filing/violation.html", context)
