"""首页：我必须做什么、何时、为什么。岗位不同，页面不同，台账是同一本。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads
from yijian.access.viewer import Viewer, viewer_of
from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.ledger.queries.todo import awaiting_review, desk, facility_sheet, my_orders
from yijian.notices.queries import inbox
from yijian.web.places import ledger_url
from yijian.web.queries import desk as work

OFFICER_HOMES = {"system": "people:tree", "security": "people:officers", "audit": "audit:entries"}
SHOWN = 6


@reads(None)
def home(request: HttpRequest) -> HttpResponse:
    """待办首页。"""
    viewer = viewer_of(request)
    if viewer.officer:
        return redirect(OFFICER_HOMES[viewer.officer])
    if not viewer.posts:
        return render(request, "web/no_post.html")
    pages = {"overview": overview, "facility": facility, "street": street, "officer": officer}
    return pages.get(page_of(viewer), department)(request, viewer)


def page_of(viewer: Viewer) -> str:
    """给哪一种页面。"""
    roles = {(p.group, p.role) for p in viewer.posts}
    if ("civil_affairs", "chief") in roles or "auditor" in viewer.roles:
        return "overview"
    if viewer.is_civil:
        return "officer"
    if viewer.is_facility:
        return "facility"
    return "street" if "subdistrict" in viewer.groups else "department"


def common(viewer: Viewer) -> dict[str, object]:
    """各页都有的：数字、督办单、待审核、通知。"""
    return {
        "viewer": viewer,
        "today": clock.today(),
        "desk": desk(viewer),
        "urls": tile_urls(),
        "orders": list(my_orders(viewer)[:SHOWN]),
        "reviews": list(awaiting_review(viewer).select_related("facility", "unit", "region")[:SHOWN]),
        "notices": list(inbox(viewer)[:SHOWN]),
        "can_review": viewer.can("ledger.review"),
    }


def both(viewer: Viewer) -> dict[str, object]:
    """该我办的，和由我督促的。"""
    return {"sections": work.sections(viewer), "watched": work.watched(viewer)}


def tile_urls() -> dict[str, str]:
    """数字的去处：点开就是那些行。"""
    today = clock.today()
    return {
        "overdue": ledger_url(mine="on", status=kinds.OVERDUE),
        "soon": ledger_url(mine="on", status=kinds.SOON),
        "month": ledger_url(mine="on", due_from=today, due_to=work.month_end(today)),
        "undated": ledger_url(mine="on", deadline="none"),
        "done": ledger_url(mine="on", status=kinds.DONE),
        "all_overdue": ledger_url(status=kinds.OVERDUE),
        "all_soon": ledger_url(status=kinds.SOON),
        "all_done": ledger_url(status=kinds.DONE),
    }


def overview(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """民政负责人、监督查阅人员：整个辖区的总览。"""
    seen = work.overview(viewer)
    context = common(viewer) | {
        "overview": seen,
        "counts": seen.counts,
        "overdue": seen.counts[kinds.OVERDUE],
        "soon": seen.counts[kinds.SOON],
        "ontime": seen.counts[kinds.DONE],
        "finished": seen.counts[kinds.DONE] + seen.counts[kinds.DONE_LATE],
        "sections": work.sections(viewer, 5),
        "packs": work.packs_here(viewer),
    }
    return render(request, "web/home_overview.html", context)


def officer(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """民政科员：我局该办的、等我审核的、逾期最多的机构。"""
    context = common(viewer) | both(viewer) | {"lines": work.by_facility(viewer, 8)}
    return render(request, "web/home_officer.html", context)


def department(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """其他部门与第三方：归口的义务；归口义务在各街道的情形。"""
    context = common(viewer) | both(viewer) | {"lines": work.by_street(viewer)}
    return render(request, "web/home_department.html", context)


def street(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """街道（乡镇）：本街道该办的，本街道的机构。"""
    context = common(viewer) | both(viewer) | {"lines": work.by_facility(viewer, 12)}
    return render(request, "web/home_street.html", context)


def facility(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """机构负责人：本月应做什么，应被查什么。"""
    own = work.own_facilities(viewer)
    sheets = [(pk, name, facility_sheet(viewer, pk)) for pk, name in own]
    context = common(viewer) | {"sheets": sheets, "undated_open": sum(len(s.undated) for _, _, s in sheets)}
    return render(request, "web/home_facility.html", context)
