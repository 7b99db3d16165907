"""一家机构的单子：本月应做、应被查、无期限、近一年已办；整页可打印，也供机构页嵌入。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.ledger.queries.rows import Filter, tally
from yijian.ledger.queries.subjects import facility
from yijian.ledger.queries.todo import facility_sheet
from yijian.ledger.views.params import as_of


@reads("ledger.view")
def sheet(request: HttpRequest, facility_id: int) -> HttpResponse:
    """局部：嵌入机构页。"""
    return render(request, "ledger/_sheet.html", context(request, facility_id))


@reads("ledger.view")
def whole(request: HttpRequest, facility_id: int) -> HttpResponse:
    """整页，可打印。"""
    return render(request, "ledger/facility.html", context(request, facility_id))


def context(request: HttpRequest, facility_id: int) -> dict[str, object]:
    viewer, moment = viewer_of(request), as_of(request)
    home = facility(viewer, facility_id)
    where = Filter(
        facility=home.pk, as_of=moment.day if moment.past else None, known=moment.known and moment.past
    )
    return {
        "home": home,
        "sheet": facility_sheet(viewer, home.pk, moment),
        "counts": tally(viewer, where),
        "as_of": moment,
        "can_record": viewer.can("ledger.record") and not moment.past,
    }
