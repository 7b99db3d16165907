"""台账列表、局部、导出、保存的筛选。"""

from collections.abc import Iterator
from io import BytesIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger import kinds
from yijian.ledger.forms import FilterForm, SaveFilterForm, first_error
from yijian.ledger.queries.choices import function_words, pack_label
from yijian.ledger.queries.evidence import proofs_of
from yijian.ledger.queries.filters import saved_filters
from yijian.ledger.queries.rows import Row, page, stream, tally
from yijian.ledger.services import filters
from yijian.ledger.views.params import XLSX, attachment, filter_of, page_of
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx

EXPORT_LIMIT = 200_000
UNSEEN = ("status", "facility", "unit", "rule", "duty", "sort")  # 没有可见控件的条件，提交筛选时带上
TILES = (
    (kinds.OVERDUE, "red"),
    (kinds.SOON, "amber"),
    (kinds.NOT_DUE, "blue"),
    (kinds.DONE, "green"),
    (kinds.DONE_LATE, "teal"),
    (kinds.PROVISIONAL, "grey"),
    (kinds.NOT_APPLICABLE, "grey"),
)
COLUMNS = (
    Column("status", "状态", width=10),
    Column("title", "义务", width=34),
    Column("subject", "对象", width=26),
    Column("when", "时限", width=18),
    Column("start", "起", width=12),
    Column("due", "到期日", width=12),
    Column("left", "剩余天数", width=10),
    Column("done", "办成日", width=12),
    Column("owner", "责任方", width=10),
    Column("lead", "牵头", width=18),
    Column("responsible", "责任", width=24),
    Column("local", "属地", width=14),
    Column("pack", "文件", width=24),
    Column("clause", "条款", width=10),
    Column("phrase", "条文关键语", width=30),
    Column("marks", "标记", width=14),
    Column("number", "编号", width=10, code=True),
)


@reads("ledger.view")
def ledger(request: HttpRequest) -> HttpResponse:
    """台账：状态卡片、筛选、倒计时、分页。"""
    form, where = filter_of(request)
    viewer = viewer_of(request)
    counts = tally(viewer, where)
    context = {
        "form": form,
        "where": where,
        "page": page(viewer, where, page_of(form)),
        "tiles": [
            (status, tone, counts[status]) for status, tone in TILES if counts[status] or tone != "grey"
        ],
        "total": sum(counts.values()),
        "saved": saved_filters(viewer),
        "active": droppable(request, form),
        "unseen": [(n, request.GET[n]) for n in UNSEEN if request.GET.get(n)],
        "can_bulk": viewer.can("ledger.bulk") and not where.moment.past,
        "can_record": viewer.can("ledger.record") and not where.moment.past,
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/list.html", context)


def active_words(form: FilterForm) -> list[tuple[str, str, str]]:
    """正在起作用的条件：（参数名，栏目，值的说法）。"""
    found = []
    for name, value in form.cleaned_data.items():
        if value in ("", None, False) or name in ("sort", "page", "known"):
            continue
        field = form.fields[name]
        words = dict(getattr(field, "choices", ()))
        shown = words.get(str(value), str(value))
        if name == "as_of" and form.cleaned_data["known"]:
            shown = f"{shown}（当时所知）"
        found.append((name, str(field.label), "是" if value is True else shown))
    return found


def droppable(request: HttpRequest, form: FilterForm) -> list[tuple[str, str, str]]:
    """同上，第一项换成去掉这个条件的网址。"""
    found = []
    for name, label, value in active_words(form):
        query = request.GET.copy()
        for gone in (name, "page", *(["known"] if name == "as_of" else [])):
            query.pop(gone, None)
        found.append((f"?{query.urlencode()}", label, value))
    return found


@reads("ledger.view")
def some_rows(request: HttpRequest) -> HttpResponse:
    """局部：某些行的小表，供条款页、矩阵、日历点开。"""
    form, where = filter_of(request)
    rows = page(viewer_of(request), where, page_of(form))
    proofs = proofs_of([row.id for row in rows.rows], where.moment)
    context = {
        "page": rows,
        "lines": [(row, proofs.get(row.id, [])) for row in rows.rows],
        "query": request.GET.urlencode(),
        "where": where,
    }
    return render(request, "ledger/_rows.html", context)


@reads("ledger.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出全部筛选结果（Excel）；超过二十万行请收窄。"""
    form, where = filter_of(request)
    viewer = viewer_of(request)
    total = sum(tally(viewer, where).values())
    if total > EXPORT_LIMIT:
        raise Refused(f"符合条件的有 {total} 行，超过 {EXPORT_LIMIT} 行，请先按地方、街道或条款收窄。")
    out = BytesIO()
    write_xlsx(
        out,
        title="义务台账",
        columns=COLUMNS,
        rows=sheet(stream(viewer, where)),
        unit=viewer.unit_name,
        at=clock.now(),
        note="；".join(f"{label}：{value}" for _, label, value in active_words(form)),
    )
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = attachment(f"义务台账-{where.moment.day}.xlsx")
    return response


def sheet(rows: Iterator[Row]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        marks = [
            word
            for word, on in (("本地", row.local), ("出处有异", row.conflict), ("待核", row.verify == "M"))
            if on
        ]
        yield (
            row.status,
            row.title,
            row.subject,
            row.when_text,
            row.slot_start,
            row.due_on,
            row.days_left,
            row.finished_on,
            "机构" if row.by == "facility" else "单位",
            *("、".join(function_words(row.who.get(role) or [])) for role in kinds.ROLES),
            pack_label(row.pack),
            row.clause,
            row.phrase,
            "、".join(marks),
            row.id,
        )


@writes("ledger.view")
def save_filter(request: HttpRequest) -> HttpResponse:
    """保存现在的筛选。"""
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        raise Refused(first_error(form))
    saved = filters.save_filter(
        name=form.cleaned_data["name"], query=form.cleaned_data["query"], by=viewer_of(request)
    )
    messages.success(request, f"已保存筛选“{saved.name}”。")
    return redirect(f"{reverse('ledger:list')}?{saved.query}")


@writes("ledger.view")
def delete_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """删去一个保存的筛选。"""
    filters.delete_filter(filter_id=filter_id, by=viewer_of(request))
    messages.success(request, "已删去筛选。")
    return redirect("ledger:list")
