"""告知、移送、转办、交办、吹哨：列表、发出、一件、每一步。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.documents.services import About
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.forms import first_error
from yijian.rectification.forms import HandoverForm, HandoverListForm, StepForm
from yijian.rectification.queries import board, choices, finding
from yijian.rectification.services import handovers as service
from yijian.rectification.views.problem import INVALID, about, blame, stored

PAGE = 50
Run = Callable[[Any, dict[str, Any], Viewer], object]
STEPS: dict[str, tuple[str, Run]] = {
    "receive": ("已签收。", lambda row, data, by: service.receive_handover(handover=row, by=by)),
    "arrive": ("已登记到场。", lambda row, data, by: service.arrive_handover(handover=row, by=by)),
    "answer": (
        "已反馈处理结果。",
        lambda row, data, by: service.answer_handover(handover=row, answer=data["words"], by=by),
    ),
    "return": (
        "已退回。",
        lambda row, data, by: service.return_handover(handover=row, reason=data["words"], by=by),
    ),
    "resend": (
        "已重新发出。",
        lambda row, data, by: service.resend_handover(handover=row, to_unit_id=data["to_unit"] or 0, by=by),
    ),
    "arbitrate": (
        "已裁定，此后不能再退回。",
        lambda row, data, by: service.arbitrate_handover(
            handover=row, to_unit_id=data["to_unit"] or 0, words=data["words"], by=by
        ),
    ),
    "recognise": ("已认可处理结果。", lambda row, data, by: service.recognise_result(handover=row, by=by)),
}


@reads("rectification.view")
def index(request: HttpRequest) -> HttpResponse:
    """告知移送的列表。"""
    viewer = viewer_of(request)
    form = HandoverListForm(request.GET)
    if not form.is_valid():
        raise Refused(first_error(form))
    data = form.cleaned_data
    pages = Paginator(board.handovers(viewer, data["box"], data["kind"]), PAGE)
    context = {
        "form": form,
        "box": data["box"],
        "boxes": list(board.BOXES.items()),
        "page": pages.get_page(data["page"] or 1),
        "waiting": board.waiting_for(viewer),
        "can_send": viewer.can("rectification.handover"),
        "filtered": bool(data["box"] or data["kind"]),
    }
    return render(request, "rectification/handovers.html", context)


@reads("rectification.view")
def sheet(request: HttpRequest, handover_id: int) -> HttpResponse:
    """一件告知移送。"""
    return render(request, "rectification/handover.html", {"h": board.sheet(viewer_of(request), handover_id)})


@writes("rectification.handover", form=True)
def new(request: HttpRequest) -> HttpResponse:
    """发出一件；从问题页来的，事由与机构都填好。"""
    viewer = viewer_of(request)
    given = request.GET.get("problem", "")
    problem = finding.problem(viewer, int(given)) if given.isascii() and given.isdigit() else None
    options: dict[str, Any] = {
        "units": choices.units(viewer),
        "facilities": [] if problem else choices.facilities(viewer),
        "whistle": choices.may_whistle(viewer),
        "about": problem is not None,
    }
    status = 200
    if request.method == "POST":
        form = HandoverForm(request.POST, request.FILES, **options)
        if form.is_valid():
            try:
                made = send(form.cleaned_data, problem, viewer)
            except Refused as error:
                blame(form, error)
            else:
                messages.success(request, f"{made.number}已发给{made.to_unit.name}。")
                return redirect("rectification:handover", handover_id=made.pk)
        status = INVALID
    else:
        start = "whistle" if options["whistle"] else "notify"
        filled = {"title": problem.title, "content": problem.detail} if problem else {}
        form = HandoverForm(initial={"kind": "notify" if problem else start, **filled}, **options)
    return render(
        request, "rectification/handover_new.html", {"form": form, "problem": problem}, status=status
    )


def send(data: dict[str, Any], problem: Any, viewer: Viewer) -> Any:
    """照表单发出。"""
    facility = problem.facility if problem else None
    if facility is None and data.get("facility"):
        facility = finding.facility(viewer, int(data["facility"]))
    where = about(facility) if facility else About()
    letter = service.Letter(
        kind=data["kind"],
        to_unit_id=int(data["to_unit"]),
        title=data["title"],
        content=data["content"],
        problem=problem,
        facility=facility,
        documents=stored(data["photos"], where, "告知移送", viewer),
    )
    return service.send_handover(letter=letter, by=viewer)


@writes("rectification.handover")
def act(request: HttpRequest, handover_id: int, step: str) -> HttpResponse:
    """走一步：签收、到场、反馈、退回、重发、裁定、互认。"""
    viewer = viewer_of(request)
    row = finding.handover(viewer, handover_id)
    if step not in STEPS:
        raise NotFound("没有这一步。")
    form = StepForm(request.POST)
    if not form.is_valid():
        raise Refused(first_error(form))
    words, run = STEPS[step]
    run(row, form.cleaned_data, viewer)
    messages.success(request, words)
    return redirect("rectification:handover", handover_id=handover_id)
