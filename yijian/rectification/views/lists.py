"""三个清单：隐患、整改、责任；筛选、导出、对账。"""

from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.forms import first_error
from yijian.ledger.views.params import XLSX, attachment
from yijian.rectification import kinds
from yijian.rectification.forms import ListForm
from yijian.rectification.queries import lists as found
from yijian.rectification.queries.board import waiting_for
from yijian.rectification.services.plans import reconcile_lists
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx

PAGE = 50
WIDE = ("问题", "具体情况", "依据", "整改要求", "整改情况", "机构")


def form_of(request: HttpRequest) -> ListForm:
    """网址里的筛选；写错了报 Refused。"""
    form = ListForm(request.GET, streets=found.streets(viewer_of(request)))
    if not form.is_valid():
        raise Refused(first_error(form))
    return form


@reads("rectification.view")
def index(request: HttpRequest) -> HttpResponse:
    """三个清单。"""
    viewer = viewer_of(request)
    form = form_of(request)
    where = form.where()
    which = form.cleaned_data["which"] or "hazards"
    pages = Paginator(found.listed(viewer, where), PAGE)
    page = pages.get_page(form.cleaned_data["page"] or 1)
    context = {
        "form": form,
        "which": which,
        "lists": list(kinds.LISTS.items()),
        "page": page,
        "lines": [(row, found.days_left(row), found.cells_of(row)) for row in page.object_list],
        "counts": found.counts(viewer, where),
        "filtered": bool(set(request.GET) - {"which", "page"}),
        "query": request.GET.urlencode(),
        "today": clock.today(),
        "waiting": waiting_for(viewer),
        "is_home": viewer.is_facility,
        "sees_doubts": viewer.can("rectification.accept"),
        "can_open": viewer.can("rectification.open"),
        "can_reconcile": viewer.can("rectification.accept"),
    }
    return render(request, "rectification/list.html", context)


@reads("rectification.view")
def export(request: HttpRequest) -> HttpResponseBase:
    """导出所看的清单（Excel），照页面的筛选。"""
    viewer = viewer_of(request)
    form = form_of(request)
    which = form.cleaned_data["which"] or "hazards"
    heads = found.HEADS[which]
    columns = [
        Column(f"c{n}", head, width=30 if head in WIDE else 14, code=head == "编号")
        for n, head in enumerate(heads)
    ]
    out, title = BytesIO(), kinds.LISTS[which]
    write_xlsx(
        out,
        title=title,
        columns=columns,
        rows=found.export_rows(viewer, form.where(), which),
        unit=viewer.unit_name,
        at=clock.now(),
        note=f"截至 {clock.today()}",
    )
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    response["Content-Disposition"] = attachment(f"{title}-{clock.today()}.xlsx")
    return response


@writes("rectification.accept")
def reconcile(request: HttpRequest) -> HttpResponse:
    """对账：把当日的清单记入台账。"""
    reconcile_lists(by=viewer_of(request))
    messages.success(request, f"已对账，三个清单截至 {clock.today()} 记入台账。")
    return redirect("rectification:list")
