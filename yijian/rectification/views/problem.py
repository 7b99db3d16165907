"""一个问题：登记、看、回复整改、验收并签名。"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.documents.services import About, store_upload
from yijian.kernel.errors import Refused
from yijian.rectification.forms import AcceptForm, ExtensionForm, ProblemForm, ReplyForm
from yijian.rectification.queries import choices, finding
from yijian.rectification.queries.page import Page
from yijian.rectification.queries.page import page as found
from yijian.rectification.services.problems import Finding, open_problem
from yijian.rectification.services.rectify import accept as service_accept
from yijian.rectification.services.rectify import reply as service_reply

INVALID = 422


def about(facility: Any) -> About:
    """材料归这家机构：辖区、机构自己都看得到。"""
    return About(facility_id=facility.pk, facility_unit_id=facility.unit_id, region_path=facility.region_path)


def stored(files: Iterable[Any], where: About, label: str, by: Viewer) -> tuple[int, ...]:
    """存下上传的文件。"""
    return tuple(
        store_upload(
            name=one.name or "照片.jpg",
            content=one.file,
            label=f"{label} {one.name}"[:200],
            about=where,
            by=by,
        ).pk
        for one in files
    )


def blame(form: Form, error: Refused) -> None:
    """把不予办理的话写到表单上。"""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def show(request: HttpRequest, page: Page, status: int = 200, **forms: Form) -> HttpResponse:
    """问题页；有错的表单原样带着。"""
    context = {
        "p": page,
        "reply_form": ReplyForm(),
        "accept_form": AcceptForm(initial={"round": page.waiting.row.round if page.waiting else 1}),
        "extension_form": ExtensionForm(),
        "refusals": unseen(page, forms),
        **forms,
    }
    return render(request, "rectification/problem.html", context, status=status)


def unseen(page: Page, forms: dict[str, Form]) -> list[str]:
    """别人抢先办了、表单已经不在页面上的，话要另外说出来。"""
    gone = [form for name, form in forms.items() if name.removesuffix("_form") not in page.may]
    return [str(error) for form in gone for errors in form.errors.values() for error in errors]


@reads("rectification.view")
def page(request: HttpRequest, problem_id: int) -> HttpResponse:
    """一个问题。"""
    return show(request, found(viewer_of(request), problem_id))


@writes("rectification.open", form=True)
def new(request: HttpRequest) -> HttpResponse:
    """登记问题。"""
    viewer = viewer_of(request)
    options = {"facilities": choices.facilities(viewer), "situations": choices.named_situations()}
    status = 200
    if request.method == "POST":
        form = ProblemForm(request.POST, request.FILES, **options)
        if form.is_valid():
            try:
                made = enter(form, viewer)
            except Refused as error:
                blame(form, error)
            else:
                messages.success(request, f"已登记{made.number}，机构已收到整改要求。")
                return redirect("rectification:problem", problem_id=made.pk)
        status = INVALID
    else:
        form = ProblemForm(initial={"facility": request.GET.get("facility", "")}, **options)
    return render(request, "rectification/new.html", {"form": form}, status=status)


def enter(form: ProblemForm, viewer: Viewer) -> Any:
    """照表单登记。"""
    data = form.cleaned_data
    facility = finding.facility(viewer, int(data["facility"]))
    documents = stored(data["photos"], about(facility), "整改前", viewer)
    names = (
        "title", "aspect", "measure", "found_on", "due_on", "detail", "basis", "situation",
        "origin_kind", "origin_ref",
    )  # fmt: skip
    given = Finding(**{name: data[name] for name in names}, grade=data["grade"] or None, documents=documents)
    return open_problem(facility=facility, finding=given, by=viewer)


@writes("rectification.reply")
def reply(request: HttpRequest, problem_id: int) -> HttpResponse:
    """回复整改。"""
    viewer = viewer_of(request)
    page = found(viewer, problem_id)
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            where = about(page.problem.facility)
            documents = stored(form.cleaned_data["photos"], where, "整改后", viewer)
            service_reply(
                problem=page.problem, text=form.cleaned_data["text"], documents=documents, by=viewer
            )
        except Refused as error:
            blame(form, error)
        else:
            messages.success(request, "已回复，等待验收。")
            return redirect("rectification:problem", problem_id=problem_id)
    return show(request, found(viewer, problem_id), INVALID, reply_form=form)


@writes("rectification.accept")
def accept(request: HttpRequest, problem_id: int) -> HttpResponse:
    """验收并签名。"""
    viewer = viewer_of(request)
    page = found(viewer, problem_id)
    form = AcceptForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            done = service_accept(
                problem=page.problem,
                verdict=data["verdict"],
                signature=signature(form, page, viewer),
                reason=data["reason"],
                round=data["round"],
                by=viewer,
            )
        except Refused as error:
            blame(form, error)
        else:
            passed = done.verdict == "passed"
            messages.success(request, "验收通过，已销号。" if passed else "已退回机构继续整改。")
            return redirect("rectification:problem", problem_id=problem_id)
    return show(request, found(viewer, problem_id), INVALID, accept_form=form)


def signature(form: AcceptForm, page: Page, viewer: Viewer) -> int:
    """存下签名：签名板画的优先。"""
    data, where = form.cleaned_data, About(region_path=page.problem.region_path)
    label = f"验收签名 {page.number}"
    if data["drawn"]:
        return store_upload(name="签名.png", content=data["drawn"], label=label, about=where, by=viewer).pk
    picture = data["picture"]
    return store_upload(name=picture.name, content=picture.file, label=label, about=where, by=viewer).pk
