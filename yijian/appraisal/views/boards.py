"""活动列表、报送情况表、联络员名单，及各自的导出。"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.appraisal.forms import BoardForm
from yijian.appraisal.queries import campaigns as found
from yijian.appraisal.queries.board import Board, Cell, board
from yijian.appraisal.queries.receipts import Liaison, liaisons, sees_phone
from yijian.appraisal.rules.timebar import time_bar
from yijian.kernel import clock
from yijian.ledger.queries.status import AsOf
from yijian.ledger.views.params import XLSX, attachment
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx

PLAIN = ["乡镇（街道）", "姓名", "职务", "联系方式（手机）"]


@reads("appraisal.view")
def campaigns(request: HttpRequest) -> HttpResponse:
    """本地开展的专项活动。"""
    viewer = viewer_of(request)
    today = AsOf(clock.today())
    rows = [(one, board(viewer, one, today)) for one in found.campaigns(viewer)]
    return render(request, "appraisal/campaigns.html", {"rows": rows})


@reads("appraisal.view")
def campaign(request: HttpRequest, pack_id: str) -> HttpResponse:
    """一项活动：时间轴、报送情况、筛选、回看。"""
    viewer = viewer_of(request)
    one = found.campaign(viewer, pack_id)
    form, as_of, show = params(request)
    context = {
        "one": one,
        "bar": time_bar(one.campaign, as_of.day),
        "board": board(viewer, one, as_of, show),
        "form": form,
        "show": show,
        "as_of": as_of,
        "query": request.GET.urlencode(),
    }
    return render(request, "appraisal/campaign.html", context)


def params(request: HttpRequest) -> tuple[BoardForm, AsOf, str]:
    """网址里的回看日与筛选；写错了报 Refused。"""
    form = BoardForm(request.GET)
    as_of = form.value()
    return form, as_of, form.cleaned_data["show"]


@reads("appraisal.view")
def export(request: HttpRequest, pack_id: str) -> HttpResponseBase:
    """导出报送情况表（Excel），照页面的筛选与回看。"""
    viewer = viewer_of(request)
    one = found.campaign(viewer, pack_id)
    form, as_of, show = params(request)
    table = board(viewer, one, as_of, show)
    view = "当时所知" if as_of.known else "当时实情"
    said = f"截至 {as_of.day}" + (f"（{view}）" if as_of.past else "")
    return workbook(
        f"{one.campaign.title}报送情况",
        columns_of(table),
        rows_of(table),
        unit=viewer.unit_name,
        note=f"{said}；{dict(form.fields['show'].choices)[show]}",  # type: ignore[attr-defined]
    )


def columns_of(table: Board) -> list[Column]:
    columns = [Column("town", "乡镇（街道）", width=16), Column("unit", "单位", width=26)]
    for head in table.columns:
        ref, title = head.submission.id, head.submission.title
        columns += [
            Column(f"{ref}_status", f"{title}·状态", width=12),
            Column(f"{ref}_due", f"{title}·期限", width=12),
            Column(f"{ref}_on", f"{title}·报送日", width=12),
            Column(f"{ref}_late", f"{title}·迟报天数", width=10),
            Column(f"{ref}_receipt", f"{title}·回执", width=22, code=True),
        ]
    return columns


def rows_of(table: Board) -> Iterator[list[object]]:
    for line in table.lines:
        yield [line.region, line.name, *(value for cell in line.cells for value in cell_values(cell))]


def cell_values(cell: Cell | None) -> list[object]:
    if cell is None:
        return [""] * 5
    return [cell.status, cell.due_on, cell.finished_on, cell.late_days or "", cell.receipt]


@reads("appraisal.view")
def contacts(request: HttpRequest, pack_id: str) -> HttpResponse:
    """联络员名单。"""
    viewer = viewer_of(request)
    one = found.campaign(viewer, pack_id)
    rows = liaisons(viewer, one)
    context = {
        "one": one,
        "rows": rows,
        "named": sum(bool(row.name) for row in rows),
        "masked": not sees_phone(viewer, None),
        "headers": headers_of(one),
    }
    return render(request, "appraisal/contacts.html", context)


@reads("appraisal.view")
def contacts_export(request: HttpRequest, pack_id: str) -> HttpResponseBase:
    """导出联络员信息表（酉阳 附件2）：栏目与附件相同。"""
    viewer = viewer_of(request)
    one = found.campaign(viewer, pack_id)
    headers = headers_of(one)
    columns = [Column(f"c{i}", label, width=20, code="手机" in label) for i, label in enumerate(headers)]
    title = (one.campaign.contacts.title if one.campaign.contacts else None) or "联络员信息表"
    rows = [[cell_of(label, row) for label in headers] for row in liaisons(viewer, one) if row.name]
    return workbook(title, columns, rows, unit=viewer.unit_name)


def headers_of(one: found.Running) -> Sequence[str]:
    """名单的栏目：照文件所附的表。"""
    return (one.campaign.contacts.fields if one.campaign.contacts else ()) or PLAIN


def cell_of(label: str, row: Liaison) -> str:
    """按栏目名取值。"""
    known = (
        ("乡镇", row.town), ("姓名", row.name), ("职务", row.title),
        ("手机", row.phone), ("联系", row.phone), ("单位", row.unit),
    )  # fmt: skip
    return next((value for mark, value in known if mark in label), "")


def workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, unit: str, note: str = ""
) -> FileResponse:
    out = BytesIO()
    write_xlsx(out, title=title, columns=columns, rows=rows, unit=unit, at=clock.now(), note=note)
    out.seek(0)
    response = FileResponse(out, content_type=XLSX)
    response["Content-Disposition"] = attachment(f"{title}-{clock.today()}.xlsx")
    return response
