"""检查任务的办公端：列表、一次检查的全部、每一步。"""

from collections.abc import Callable
from datetime import date
from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.documents import queries as documents
from yijian.inspections import kinds
from yijian.inspections.queries import visits as found
from yijian.inspections.rules.answers_stamp import stamped
from yijian.inspections.services import field, finish
from yijian.inspections.views.entry import qr_svg
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.views.params import XLSX, attachment
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx


@reads("inspections.view")
def visits(request: HttpRequest) -> HttpResponse:
    """检查任务。"""
    rows = found.visits(viewer_of(request), filters(request))
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "given": filters(request),
        "states": {word: kinds.VISIT.label(word) for word in kinds.VISIT.states},
        "kinds": kinds.TYPES,
        "query": request.GET.urlencode(),
    }
    return render(request, "inspections/visits.html", context)


def filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("q", "state", "kind", "mine")}


COLUMNS = [
    Column("facility", "机构", width=30),
    Column("region", "所在地", width=14),
    Column("kind", "检查类型", width=12),
    Column("lead", "牵头单位", width=26),
    Column("window", "检查时间", width=24),
    Column("state", "状态", width=12),
    Column("finished", "完成时间", width=18),
    Column("outcome", "结论", width=12),
    Column("uid", "任务号", width=38, code=True),
]


@reads("inspections.view")
def export(request: HttpRequest) -> HttpResponseBase:
    """导出检查任务（Excel），照页面的筛选。"""
    viewer = viewer_of(request)
    rows = (
        [
            v.facility.name, v.facility.region.name, v.get_kind_display(), v.lead_unit.name,
            f"{v.window_from}至{v.window_to}", v.get_state_display(),
            f"{v.finished_at.astimezone(clock.TZ):%Y-%m-%d %H:%M}" if v.finished_at else "",
            kinds.OUTCOMES.get(v.outcome, ""), v.uid,
        ]
        for v in found.visits(viewer, filters(request))[:20_000]
    )  # fmt: skip
    out = BytesIO()
    write_xlsx(out, title="检查任务", columns=COLUMNS, rows=rows, unit=viewer.unit_name, note="")
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    response["Content-Disposition"] = attachment("检查任务.xlsx")
    return response


@reads("inspections.view")
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """一次检查的全部。"""
    viewer = viewer_of(request)
    sheet = found.sheet(viewer, visit_id)
    one = sheet.visit
    link = request.build_absolute_uri(reverse("inspections:entry", args=[one.entry_code]))
    context = {
        "sheet": sheet,
        "visit": one,
        "outcome": kinds.OUTCOMES.get(one.outcome, ""),
        "may": may(viewer, sheet),
        "link": link,
        "qr": qr_svg(link),
        "functions": one.functions,
        "gaps": found.self_check_gaps(viewer, one.facility_id),
    }
    return render(request, "inspections/visit.html", context)


def may(viewer: Viewer, sheet: found.Sheet) -> dict[str, bool]:
    """页面上给哪些按钮。"""
    one, works = sheet.visit, viewer.can("inspections.visit")
    moves = kinds.VISIT.verbs(one.state)
    waiting = one.comment_until is not None and one.commented_at is None
    return {
        "notify": works and "notify" in moves,
        "start": works and "start" in moves,
        "cancel": works and "cancel" in moves,
        "choose": works and one.state == "started",
        "settle": works,
        "finish": works and "finish" in moves,
        "draft": works and one.state == "finished" and one.draft_sent_at is None,
        "comment": viewer.can("inspections.selfcheck") and one.state == "finished" and waiting,
        "publish": viewer.can("inspections.publish") and "publish" in moves and one.draft_sent_at is not None,
    }


@writes("inspections.visit")
def act(request: HttpRequest, visit_id: int, step: str) -> HttpResponse:
    """办一步：送达、开始、取消、选定、处理冲突、完成、告知结果。"""
    viewer = viewer_of(request)
    if step not in STEPS:
        raise Refused("没有这一步，请刷新页面。")
    said = STEPS[step](request, viewer, visit_id)
    messages.success(request, said)
    return redirect("inspections:visit", visit_id=visit_id)


Step = Callable[[HttpRequest, Viewer, int], str]


def _notify(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    one = found.visit(viewer, visit_id)
    field.notify_visit(visit=one, number=request.POST.get("number", ""), by=viewer)
    return "已记为送达检查通知。"


def _start(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    field.start_visit(visit=found.visit(viewer, visit_id), by=viewer)
    return "已开始检查。"


def _cancel(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    one = found.visit(viewer, visit_id)
    field.cancel_visit(visit=one, reason=request.POST.get("reason", ""), by=viewer)
    return "已取消，理由留存。"


def _choose(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    given = request.POST.get("answer", "")
    answer_id = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    one = found.visit(viewer, visit_id)
    field.choose_answer(visit=one, answer_id=answer_id, reason=request.POST.get("reason", ""), by=viewer)
    return "已选定，另一个答案仍留着。"


def _settle(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    given = request.POST.get("conflict", "")
    conflict_id = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    row = found.conflict(viewer, visit_id, conflict_id)
    field.settle_conflict(conflict=row, note=request.POST.get("note", ""), by=viewer)
    return "已记下处理意见，两份都继续保存。"


def _finish(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    one = found.visit(viewer, visit_id)
    due_on = day(request.POST.get("due_on", ""))
    finish.finish_visit(visit=one, due_on=due_on, summary=request.POST.get("summary", ""), by=viewer)
    return "检查已完成，已记入台账。"


def _draft(request: HttpRequest, viewer: Viewer, visit_id: int) -> str:
    given = request.POST.get("days", "3")
    days = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    finish.send_draft(visit=found.visit(viewer, visit_id), days=days, by=viewer)
    return "结果已告知机构。"


STEPS: dict[str, Step] = {
    "notify": _notify,
    "start": _start,
    "cancel": _cancel,
    "choose": _choose,
    "settle": _settle,
    "finish": _finish,
    "draft": _draft,
}


def day(text: str) -> date | None:
    """表单里的日期；没填为空，写错了说明。"""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("日期写错了，应如 2026-03-02。", field="due_on") from None


@writes("inspections.selfcheck")
def comment(request: HttpRequest, visit_id: int) -> HttpResponse:
    """机构陈述意见。"""
    viewer = viewer_of(request)
    one = found.visit(viewer, visit_id)
    finish.answer_draft(visit=one, comment=request.POST.get("comment", ""), by=viewer)
    messages.success(request, "意见已收到。")
    return redirect("inspections:visit", visit_id=visit_id)


@writes("inspections.publish")
def publish(request: HttpRequest, visit_id: int) -> HttpResponse:
    """公布检查结果。"""
    viewer = viewer_of(request)
    finish.publish_result(visit=found.visit(viewer, visit_id), by=viewer)
    messages.success(request, "结果已公布。")
    return redirect("inspections:visit", visit_id=visit_id)


@reads("inspections.view")
def photo(request: HttpRequest, visit_id: int, photo_id: int) -> HttpResponse:
    """一张照片的显示副本，画上时间、地点、检查人。"""
    row = found.photo(viewer_of(request), visit_id, photo_id)
    at = f"{row.taken_at.astimezone(clock.TZ):%Y-%m-%d %H:%M:%S}"
    place = f"{row.lat:.6f}, {row.lon:.6f}" if row.lat is not None and row.lon is not None else ""
    facility = row.visit.facility
    lines = [f"{at}　{row.author.name}（{row.author.certificate_no}）", facility.name, place or "没有定位"]
    plain = [at, f"No. {row.visit_id}-{row.pk}", place or "-"]
    served = documents.served(row.document)
    response = HttpResponse(stamped(served.path, lines, plain), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@reads("inspections.view")
def ratings(request: HttpRequest) -> HttpResponse:
    """匿名评价汇总：只给审计人员和上一级民政负责人。"""
    return render(request, "inspections/visit_ratings.html", {"rows": found.ratings(viewer_of(request))})
