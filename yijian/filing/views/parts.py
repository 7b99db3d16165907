"""各页共用的小件：下载、页码、导出。"""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from yijian.access.viewer import Viewer
from yijian.sheets.columns import Column
from yijian.sheets.services import export

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def download(content: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=headers)


def paged(request: HttpRequest, rows: "QuerySet[Any] | Sequence[Any]", size: int = 30) -> "Page[Any]":
    return Paginator(rows, size).get_page(request.GET.get("page"))


def sheet(title: str, labels: Sequence[str], rows: Sequence[Sequence[object]], by: Viewer) -> HttpResponse:
    """导出一张表。"""
    columns = [Column(f"c{n}", label, code="代码" in label, width=22) for n, label in enumerate(labels)]
    return download(export(title=title, columns=columns, rows=rows, by=by), f"{title}.xlsx")
