"""审计：逐句可读、可筛选、可导出、可核验。"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.audit import queries
from yijian.audit.kinds import actions, say, short
from yijian.audit.services import examine, export_noted, record
from yijian.audit.services.verify import in_words
from yijian.kernel import clock
from yijian.sheets.columns import Column
from yijian.sheets.writing import xlsx_bytes
from yijian.web.forms import AuditFilter
from yijian.web.views.imports import workbook
from yijian.web.views.paging import number, paged

EXPORT_LIMIT = 100_000
COLUMNS = (
    Column("seq", "序号", width=10),
    Column("at", "时间", width=18),
    Column("actor", "操作人", width=12),
    Column("unit", "单位", width=24),
    Column("said", "事项", width=70),
    Column("leaf", "校验值", width=68, code=True),
)


def wanted(given: Any) -> tuple[AuditFilter, queries.Filters]:
    """筛选表单与条件；写错的条件不生效，表单上说明。"""
    form = AuditFilter(given or None, actions=[(a, short(a)) for a in actions()])
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    filters = queries.Filters(
        actor=data.get("actor", ""),
        action=data.get("action", ""),
        since=data.get("since"),
        until=data.get("until"),
        text=data.get("text", ""),
        subject_kind=given.get("subject_kind", "")[:40],
        subject_id=given.get("subject_id", "")[:64],
        actor_id=number(given.get("actor_id")),
    )
    return form, filters


def spoken(entries: Any) -> list[tuple[Any, str]]:
    return [(entry, say(entry)) for entry in entries]


@reads("audit.read")
def entries(request: HttpRequest) -> HttpResponse:
    """审计记录，最新的在前。"""
    form, filters = wanted(request.GET)
    page = paged(request, queries.entries(viewer_of(request), filters))
    context = {
        "form": form,
        "page": page,
        "entries": spoken(page.object_list),
        "head": queries.head(),
        "unsealed": queries.unsealed(),
    }
    return render(request, "audit/entries.html", context)


@writes("audit.read")
def export(request: HttpRequest) -> HttpResponse:
    """导出 Excel；导出本身也记一条。"""
    viewer = viewer_of(request)
    _, filters = wanted(request.POST)
    rows = [
        (e.seq, e.at, e.actor, e.unit, say(e), e.leaf)
        for e in queries.entries(viewer, filters)[:EXPORT_LIMIT].iterator(chunk_size=2000)
    ]
    content = xlsx_bytes(title="审计记录", columns=COLUMNS, rows=rows, unit=viewer.unit_name, at=clock.now())
    with transaction.atomic():
        export_noted(count=len(rows), by=viewer)
    return workbook(content, f"审计记录{clock.today():%Y%m%d}.xlsx")


@writes("audit.read")
def verify(request: HttpRequest) -> HttpResponse:
    """核验：重算每一条，与封存在外的树头比对；结果也记一条。"""
    viewer = viewer_of(request)
    report = examine()
    result = f"发现 {len(report.findings)} 处问题" if report.findings else "完好"
    with transaction.atomic():
        record("audit.verified", by=viewer, data={"size": report.size, "result": result})
    context = {"report": report, "words": in_words(report), "head": queries.head()}
    return render(request, "audit/verify.html", context)
