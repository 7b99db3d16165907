"""看：列表、导出、一院一档、某日的样子、疑似重复。"""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.facilities import queries
from yijian.facilities.kinds import EXPIRY, KINDS, NATURES, STANDINGS
from yijian.facilities.services.export import export_facilities
from yijian.kernel.errors import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str) -> HttpResponse:
    """一份 xlsx 下载。"""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def region_picks(viewer: Viewer, capability: str | None = None) -> list[tuple[str, str]]:
    """可选的区划：（代码，县区 · 街道）。"""
    return [
        (row.pk, f"{row.parent.name} · {row.name}" if row.level == "town" and row.parent else row.name)
        for row in queries.regions(viewer, capability)
    ]


def may(viewer: Viewer) -> dict[str, bool]:
    """页面上显示哪些按钮。"""
    names = ("edit", "import", "merge")
    return {name if name != "import" else "load": viewer.can(f"facilities.{name}") for name in names}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


@reads("facilities.view")
def index(request: HttpRequest) -> HttpResponse:
    """机构列表。"""
    viewer = viewer_of(request)
    filters = queries.Filters.of(request.GET)
    context = {
        "filters": filters,
        "page": queries.page(viewer, filters, _number(request.GET.get("page"))),
        "kinds": KINDS,
        "natures": NATURES,
        "standings": STANDINGS,
        "expiries": EXPIRY,
        "regions": region_picks(viewer),
        "tags": queries.tags(viewer),
        "may": may(viewer),
    }
    return render(request, "facilities/index.html", context)


@writes("facilities.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出筛选后的全部机构；导出要留审计，所以是写。"""
    content = export_facilities(filters=queries.Filters.of(request.POST), by=viewer_of(request))
    return workbook(content, "机构档案.xlsx")


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("日期请写成 2026-03-02 的样子。", field="day") from error


@reads("facilities.view")
def detail(request: HttpRequest, facility_id: int) -> HttpResponse:
    """一院一档；给了 day 就是那一日日终时系统里的样子。"""
    viewer = viewer_of(request)
    facility = queries.facility(viewer, facility_id)
    day = _day(request.GET.get("day"))
    if day is not None:
        snapshot = queries.as_of(viewer, facility_id, day)
        return render(request, "facilities/past.html", {"facility": facility, "snapshot": snapshot})
    context = {
        "facility": facility,
        "licences": queries.licences(viewer, facility_id),
        "timeline": queries.timeline(viewer, facility_id),
        "merges": queries.merges(viewer, facility_id),
        "may": may(viewer),
    }
    return render(request, "facilities/detail.html", context)


@reads("facilities.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """疑似重复的机构。"""
    pairs = queries.duplicates(viewer_of(request))
    return render(request, "facilities/duplicates.html", {"pairs": pairs})
