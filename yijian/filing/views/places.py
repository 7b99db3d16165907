"""未登记场所：列表、登记、经过、专题报告、导出。"""

from datetime import date
from io import BytesIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.documents.services import About, store_upload
from yijian.filing import kinds
from yijian.filing.forms.exchange import said
from yijian.filing.forms.places import PlaceForm, StepForm
from yijian.filing.queries import exchange, places
from yijian.filing.services import places as services
from yijian.filing.services.places_report import place_report
from yijian.filing.views.parts import paged, sheet
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS


@reads("filing.view")
def index(request: HttpRequest) -> HttpResponse:
    """场所列表。"""
    viewer = viewer_of(request)
    context = {
        "page": paged(request, places.places(viewer, request.GET.dict())),
        "given": {key: request.GET.get(key, "") for key in ("state", "claims", "region")},
        "states": {state: kinds.PLACE.label(state) for state in kinds.PLACE.states},
        "claims": kinds.CLAIMS,
        "towns": exchange.town_picks(viewer),
        "units": FUNCTIONS,
        "today": clock.today(),
        "may": viewer.can("filing.check"),
    }
    return render(request, "filing/place_index.html", context)


@writes("filing.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出筛选后的场所。"""
    viewer = viewer_of(request)
    labels = (
        "场所",
        "街道（乡镇）",
        "位置",
        "发现日期",
        "收住老人",
        "房屋性质",
        "名义",
        "建议单位",
        "条款",
        "状态",
    )
    rows = [
        (p.name, p.region.name, p.address, p.found_on, p.residents, kinds.BUILDINGS[p.building],
         kinds.CLAIMS[p.claims], FUNCTIONS[p.unit_function], p.unit_clause, kinds.PLACE.label(p.state))
        for p in places.places(viewer, request.POST.dict())
    ]  # fmt: skip
    return sheet("未登记场所台账", labels, rows, viewer)


@writes("filing.check", form=True)
def create(request: HttpRequest) -> HttpResponse:
    """登记场所。"""
    viewer = viewer_of(request)
    form = PlaceForm(request.POST or None, request.FILES or None, towns=exchange.town_picks(viewer))
    if request.method == "POST" and form.is_valid():
        try:
            region = exchange.town(viewer, form.cleaned_data["region"])
            place = services.add_place(seen=form.seen(region), by=viewer)
            services.keep_photos(place=place, photos=form.pictures(), by=viewer)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"已登记，建议由{FUNCTIONS[place.unit_function]}处理。")
            return redirect("filing:place", place_id=place.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "filing/place_form.html", {"form": form}, status=status)


@reads("filing.view")
def detail(request: HttpRequest, place_id: int) -> HttpResponse:
    """一处场所：情况、去向、经过。"""
    viewer = viewer_of(request)
    place = places.place(viewer, place_id)
    context = {
        "place": place,
        "state": kinds.PLACE.label(place.state),
        "unit": FUNCTIONS[place.unit_function],
        "claim": kinds.CLAIMS[place.claims],
        "building": kinds.BUILDINGS[place.building],
        "source": kinds.SOURCES[place.source],
        "risks": [kinds.RISKS[risk] for risk in place.risks],
        "steps": [
            (s, "发现" if s.step == "found" else kinds.PLACE.label(s.step))
            for s in place.steps.order_by("on", "pk")
        ],
        "photos": list(place.photos.order_by("pk")),
        "next": [(v, kinds.PLACE.label(v)) for v in kinds.PLACE.verbs(place.state)],
        "today": clock.today(),
        "may": viewer.can("filing.check"),
    }
    return render(request, "filing/place.html", context)


@writes("filing.check")
def step(request: HttpRequest, place_id: int) -> HttpResponse:
    """往下走一步。"""
    viewer = viewer_of(request)
    place = services.mine(viewer, place_id)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise Refused(said(form))
    day: date = form.cleaned_data["on"]
    services.move_place(
        place=place, step=form.cleaned_data["step"], note=form.cleaned_data["note"], on=day, by=viewer
    )
    messages.success(request, f"{place.name}：{kinds.PLACE.label(place.state)}。")
    return redirect("filing:place", place_id=place.pk)


@writes("filing.check")
def report(request: HttpRequest, place_id: int) -> HttpResponse:
    """生成专题报告（Word），存到场所名下。"""
    viewer = viewer_of(request)
    place = services.mine(viewer, place_id)
    county = exchange.county_of(place.region)
    content = place_report(place, viewer.unit_name, f"{county.name}人民政府")
    name = f"未登记场所专题报告（{place.name}）.docx"
    document = store_upload(
        name=name, content=BytesIO(content), label=name, about=About(region_path=place.region_path), by=viewer
    )
    services.keep_report(place=place, document=document, by=viewer)
    messages.success(request, "专题报告已生成，点“下载专题报告”取走。")
    return redirect("filing:place", place_id=place.pk)
