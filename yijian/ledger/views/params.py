"""网址参数：筛选、回看日、地方、页码；写错了报中文的 4xx。"""

from django.http import HttpRequest
from django.utils.http import content_disposition_header

from yijian.access.viewer import Viewer, viewer_of
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.forms import AsOfForm, FilterForm, first_error
from yijian.ledger.queries.choices import choices
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Filter
from yijian.ledger.queries.status import AsOf
from yijian.regimes.kinds import Pack

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_of(request: HttpRequest) -> AsOf:
    """网址里的回看日；没有就是今天。"""
    return AsOfForm(request.GET).value()


def filter_of(request: HttpRequest) -> tuple[FilterForm, Filter]:
    """网址里的筛选。"""
    form = FilterForm(request.GET, choices=choices(viewer_of(request)))
    return form, form.where()


def page_of(form: FilterForm) -> int:
    return form.cleaned_data.get("page") or 1


def page_number(request: HttpRequest) -> int:
    """没有筛选表单的页面的页码。"""
    form = FilterForm({"page": request.GET.get("page", "")}, choices=choices(viewer_of(request)))
    if not form.is_valid():
        raise Refused(first_error(form))
    return form.cleaned_data["page"] or 1


def pack_of(pack_id: str) -> Pack:
    """网址里的制度包；没有或载入失败都说清楚。"""
    if pack_id not in library().packs and pack_id not in library().broken:
        raise NotFound(f"没有制度包“{pack_id[:80]}”。")
    return library().pack(pack_id)


def places_of(viewer: Viewer, pack_id: str) -> list[tuple[str, str]]:
    """这份文件在看的人的哪些地方适用。"""
    return [(p.pk, p.region.name) for p in places(viewer) if pack_id in p.packs]


def attachment(filename: str) -> str:
    return content_disposition_header(True, filename) or "attachment"
