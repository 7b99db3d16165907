"""由人决定的：延期、下一步、紧急、挂牌督办、一院一案；文稿下载。"""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.forms import first_error
from yijian.ledger.views.params import attachment
from yijian.rectification import kinds
from yijian.rectification.forms import DecideForm, ExtensionForm, PlanForm, WordsForm
from yijian.rectification.queries import choices, finding
from yijian.rectification.rules.letters import Matter, as_docx, paper
from yijian.rectification.services import deadlines, plans
from yijian.rectification.views.problem import INVALID, about, blame, stored

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTERS = {"suspend": "责令停业整顿决定书", "transfer": "移送函", "listing": "提请挂牌督办的请示"}


def filled(form: Form) -> Form:
    """表单填好了才往下走；没填好报 Refused。"""
    if not form.is_valid():
        raise Refused(first_error(form))
    return form


def back(request: HttpRequest, problem_id: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("rectification:problem", problem_id=problem_id)


@writes("rectification.reply")
def ask(request: HttpRequest, problem_id: int) -> HttpResponse:
    """申请延期。"""
    viewer = viewer_of(request)
    row = finding.problem(viewer, problem_id)
    data = filled(ExtensionForm(request.POST)).cleaned_data
    deadlines.ask_extension(problem=row, wanted_on=data["wanted_on"], reason=data["reason"], by=viewer)
    return back(request, problem_id, "延期申请已提交，等待决定。决定之前仍按原限期。")


@writes("rectification.decide")
def extension(request: HttpRequest, extension_id: int) -> HttpResponse:
    """决定延期。"""
    viewer = viewer_of(request)
    row = finding.extension(viewer, extension_id)
    form = DecideForm(request.POST)
    data = filled(form).cleaned_data
    done = deadlines.decide_extension(extension=row, grant=form.agreed, words=data["words"], by=viewer)
    return back(request, done.problem_id, f"{kinds.EXTENSION.label(done.state)}，机构已收到通知。")


@writes("rectification.decide")
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """决定下一步。"""
    viewer = viewer_of(request)
    row = finding.draft(viewer, draft_id)
    form = DecideForm(request.POST)
    words = filled(form).cleaned_data["words"]
    done = deadlines.decide_draft(
        draft=row,
        adopt=form.agreed,
        number=words if form.agreed else "",
        reason="" if form.agreed else words,
        by=viewer,
    )
    return back(request, done.problem_id, f"{kinds.STEPS[done.step]}：{kinds.DRAFT.label(done.state)}。")


@writes("rectification.decide")
def urgent(request: HttpRequest, problem_id: int) -> HttpResponse:
    """认定情况紧急。"""
    viewer = viewer_of(request)
    row = finding.problem(viewer, problem_id)
    words = filled(WordsForm(request.POST)).cleaned_data["words"]
    deadlines.find_urgent(problem=row, reason=words, by=viewer)
    return back(request, problem_id, "已认定情况紧急，并拟出“责令停业整顿”，请决定。")


@writes("rectification.decide")
def request_listing(request: HttpRequest, problem_id: int) -> HttpResponse:
    """提请挂牌督办。"""
    viewer = viewer_of(request)
    row = finding.problem(viewer, problem_id)
    data = filled(WordsForm(request.POST)).cleaned_data
    plans.request_listing(problem=row, government=data["government"], letter_number=data["words"], by=viewer)
    return back(request, problem_id, "已登记提请挂牌督办。")


@writes("rectification.decide")
def listing(request: HttpRequest, listing_id: int, listing_step: str) -> HttpResponse:
    """挂牌、进展、摘牌。"""
    viewer = viewer_of(request)
    row = finding.listing(viewer, listing_id)
    if listing_step not in ("list", "note", "delist"):
        raise NotFound("没有这一步。")
    words = filled(WordsForm(request.POST)).cleaned_data["words"]
    if listing_step == "list":
        plans.list_problem(listing=row, order_number=words, by=viewer)
    elif listing_step == "note":
        plans.note_listing(listing=row, words=words, by=viewer)
    else:
        plans.delist_problem(listing=row, reason=words, by=viewer)
    said = {"list": "已登记挂牌。", "note": "已登记进展。", "delist": "已登记摘牌。"}[listing_step]
    return back(request, row.problem_id, said)


@writes("rectification.accept", form=True)
def plan(request: HttpRequest, facility_id: int) -> HttpResponse:
    """一院一案。"""
    viewer = viewer_of(request)
    facility = finding.facility(viewer, facility_id)
    listed = choices.open_problems(viewer, facility)
    status = 200
    if request.method == "POST":
        form = PlanForm(request.POST, request.FILES, problems=listed)
        if form.is_valid():
            data = form.cleaned_data
            try:
                file = data["file"]
                document = stored([file], about(facility), "一院一案", viewer)[0] if file else None
                made = plans.make_case_plan(
                    facility=facility,
                    problems=choices.problems_by_id(viewer, facility, [int(pk) for pk in data["problems"]]),
                    title=data["title"],
                    measures=data["measures"],
                    adopted_on=data["adopted_on"],
                    number=data["number"],
                    document=document,
                    by=viewer,
                )
            except Refused as error:
                blame(form, error)
            else:
                messages.success(request, f"已制定“{made.title}”。")
                return redirect(f"/rectification/?facility={facility.pk}")
        status = INVALID
    else:
        chosen = {"title": f"{facility.name}一院一案", "problems": [pk for pk, _ in listed]}
        form = PlanForm(problems=listed, initial=chosen)
    context = {"form": form, "facility": facility, "listed": listed}
    return render(request, "rectification/plan.html", context, status=status)


@reads("rectification.decide")
def letter(request: HttpRequest, problem_id: int, letter: str) -> HttpResponse:
    """文稿（Word），修改后用印。"""
    viewer = viewer_of(request)
    row = finding.problem(viewer, problem_id)
    if letter not in LETTERS:
        raise NotFound("没有这种文稿。")
    matter = Matter(
        number=row.number,
        facility=row.facility.name,
        title=row.title,
        basis=row.basis,
        measure=row.measure,
        found_on=row.found_on,
        due_on=row.due_on,
        unit=viewer.unit_name or row.found_by.name,
    )
    response = HttpResponse(as_docx(paper(letter, matter)), content_type=DOCX)
    response["Content-Disposition"] = attachment(f"{LETTERS[letter]}（拟稿）{row.number}.docx")
    return response
