"""文书：列表、一份、下载、作废、样式；核验页对外公开。"""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from yijian.access.doors import public, reads, writes
from yijian.access.viewer import viewer_of
from yijian.documents import queries_papers as queries
from yijian.documents.kinds import PAPER_STATES, TYPES
from yijian.documents.paper_kinds import paper_kinds
from yijian.documents.services import upload_template, void_paper
from yijian.kernel.errors import NotFound, Refused
from yijian.web.views.paging import paged


@reads("documents.papers")
def papers(request: HttpRequest) -> HttpResponse:
    """文书列表：按种类、状态、文号筛选。"""
    viewer = viewer_of(request)
    given = {name: request.GET.get(name, "")[:80] for name in ("kind", "state", "text")}
    context = {
        "page": paged(request, queries.papers(viewer, **given)),
        "kinds": paper_kinds().values(),
        "states": PAPER_STATES.items(),
        "given": given,
        "keeps": viewer.can("documents.templates"),
    }
    return render(request, "papers/list.html", context)


@reads("documents.papers")
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """一份文书：填写的内容、文件、作废。"""
    found = queries.paper(viewer_of(request), paper_id)
    fields = paper_kinds()[found.kind].fields
    rows = [(f.label, f.list, found.values.get(f.name)) for f in fields if found.values.get(f.name)]
    return render(request, "papers/paper.html", {"paper": found, "rows": rows})


@reads("documents.papers")
def paper_file(request: HttpRequest, paper_id: int, form: str) -> HttpResponseBase:
    """下载 Word 或 PDF。"""
    if form not in ("docx", "pdf"):
        raise NotFound("文书只有 Word 和 PDF 两种文件。")
    served = queries.paper_file(queries.paper(viewer_of(request), paper_id), form)
    response = FileResponse(served.path.open("rb"))
    for name, value in served.headers.items():
        response[name] = value
    return response


@writes("documents.papers")
def void(request: HttpRequest, paper_id: int) -> HttpResponse:
    """作废。"""
    viewer = viewer_of(request)
    found = queries.paper(viewer, paper_id)
    void_paper(paper=found, reason=request.POST.get("reason", ""), by=viewer)
    messages.success(request, f"{found.number}已作废。")
    return redirect("papers:paper", paper_id)


@reads("documents.templates")
def templates(request: HttpRequest) -> HttpResponse:
    """文书样式：各种文书正在用哪一版，可用的占位。"""
    path = _region(request)
    rows = [queries.current_template(kind, path) for kind in paper_kinds().values()]
    return render(request, "papers/templates.html", {"rows": rows})


def _region(request: HttpRequest) -> str:
    posts = viewer_of(request).posts_with("documents.templates")
    return posts[0].region_path if posts else "/"


@reads("documents.templates")
def template_file(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """下载正在用的样式。"""
    chosen = paper_kinds().get(paper_kind)
    if chosen is None:
        raise NotFound("没有这种文书。")
    content = queries.current_template(chosen, _region(request)).content
    response = HttpResponse(content, content_type=TYPES["docx"].media_type)
    name = f"{chosen.label}样式.docx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@writes("documents.templates")
def template_upload(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """上传样式，成为新的一版。"""
    given: Any = request.FILES.get("file")
    if given is None:
        raise Refused("请先选样式文件（.docx）。", field="file")
    if given.size > TYPES["docx"].limit:
        raise Refused(f"样式文件最多 {TYPES['docx'].limit >> 20} MB。", field="file")
    made = upload_template(kind=paper_kind, content=given.read(), filename=given.name, by=viewer_of(request))
    messages.success(request, f"{made}已启用，以后制发的用它；已制发的不变。")
    return redirect("papers:templates")


@public
def verify(request: HttpRequest, verify_code: str) -> HttpResponse:
    """核验文书：凭核验码看文号、日期、状态和文件摘要；文件在浏览器里比对，不上传。"""
    found = queries.verified(verify_code)
    return render(request, "papers/verify.html", {"paper": found})
