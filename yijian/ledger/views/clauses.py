"""逐条看落实；单位任务矩阵。"""

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.queries import document
from yijian.ledger.queries.choices import pack_label
from yijian.ledger.queries.clauses import Matrix, matrix
from yijian.ledger.queries.packs import library
from yijian.ledger.views.params import XLSX, as_of, attachment, pack_of, places_of
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx


@reads("ledger.rules_view")
def shelves(request: HttpRequest) -> HttpResponse:
    """选择文件。"""
    moment = as_of(request)
    found = document.shelves(viewer_of(request), moment)
    return render(request, "ledger/shelves.html", {"shelves": found, "as_of": moment})


@reads("ledger.rules_view")
def clauses(request: HttpRequest, pack_id: str) -> HttpResponse:
    """一份文件逐条看落实。"""
    viewer, pack, moment = viewer_of(request), pack_of(pack_id), as_of(request)
    place = document.place_of(viewer, pack.id, request.GET.get("place", ""))
    context = {
        "paper": document.paper(viewer, place, pack, moment),
        "place": place,
        "places": places_of(viewer, pack.id),
        "as_of": moment,
        "label": pack_label(pack.id),
        "hash": (pack.head.text_sha256 or "")[:16],
    }
    return render(request, "ledger/clauses.html", context)


@reads("ledger.rules_view")
def clause(request: HttpRequest, pack_id: str, ref: str) -> HttpResponse:
    """一条条款：原文、义务、灯。"""
    viewer, pack, moment = viewer_of(request), pack_of(pack_id), as_of(request)
    place = document.place_of(viewer, pack.id, request.GET.get("place", ""))
    paper = document.paper(viewer, place, pack, moment, only=ref)
    context = {
        "paper": paper,
        "line": paper.parts[0].lines[0],
        "place": place,
        "as_of": moment,
        "label": pack_label(pack.id),
    }
    return render(request, "ledger/clause.html", context)


@reads("ledger.rules_view")
def matrices(request: HttpRequest) -> HttpResponse:
    """选择任务清单。"""
    found = document.task_packs(document.shelves(viewer_of(request), as_of(request)))
    return render(request, "ledger/matrices.html", {"papers": found})


@reads("ledger.rules_view")
def task_matrix(request: HttpRequest, pack_id: str) -> HttpResponse:
    """单位×任务：牵头、责任、属地和灯；可只看一个单位；export=xlsx 导出。"""
    viewer, pack, moment = viewer_of(request), pack_of(pack_id), as_of(request)
    place = document.place_of(viewer, pack.id, request.GET.get("place", ""))
    function = request.GET.get("function", "")
    if function and function not in library().catalogue.functions:
        raise Refused("没有这种单位，请从列出的里选。")
    whole = matrix(viewer, place, pack, moment)
    shown = matrix(viewer, place, pack, moment, function) if function else whole
    if request.GET.get("export"):
        return sheet(shown, pack.head.title, viewer.unit_name, pack.id)
    context = {
        "matrix": shown,
        "heads": [(word.partition("（")[0], word) for _, word in shown.functions],
        "rows": [(clause, [(f, cells.get(f)) for f, _ in shown.functions]) for clause, cells in shown.lines],
        "totals": [(f, word, whole.totals[f]) for f, word in whole.functions],
        "shown_totals": [shown.totals[f] for f, _ in shown.functions],
        "function": function,
        "pack": pack,
        "place": place,
        "places": places_of(viewer, pack.id),
        "as_of": moment,
        "label": pack_label(pack.id),
    }
    return render(request, "ledger/matrix.html", context)


def sheet(shown: Matrix, title: str, unit: str, pack_id: str) -> HttpResponse:
    """矩阵导出：一行一项任务，一列一个单位。"""
    columns = [
        Column("ref", "序号", width=10),
        Column("heading", "任务", width=36),
        Column("gist", "要点", width=50),
        *(Column(f, word, width=10) for f, word in shown.functions),
    ]
    rows: list[tuple[object, ...]] = [
        (
            clause.ref,
            clause.heading,
            clause.gist,
            *(words(cells[f].role, cells[f].status) if f in cells else "" for f, _ in shown.functions),
        )
        for clause, cells in shown.lines
    ]
    rows.append(("合计", "任务项数", "", *(shown.totals[f] for f, _ in shown.functions)))
    out = BytesIO()
    write_xlsx(
        out,
        title="任务清单",
        columns=columns,
        rows=rows,
        unit=unit,
        at=clock.now(),
        note=title,
    )
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = attachment(f"任务清单-{pack_id}.xlsx")
    return response


def words(role: str, status: str) -> str:
    return f"{role}·{status}" if status else role
