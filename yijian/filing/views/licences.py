"""证照一览：机构 × 证照，按到期上色；附照片；导出。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.facilities.kinds import LICENCES
from yijian.filing import kinds
from yijian.filing.forms.exchange import said
from yijian.filing.forms.registers import PhotoForm
from yijian.filing.queries import exchange, registers
from yijian.filing.services.registers import photograph_licence
from yijian.filing.views.parts import paged, sheet
from yijian.kernel.errors import Refused


@reads("filing.view")
def index(request: HttpRequest) -> HttpResponse:
    """机构 × 证照。"""
    viewer = viewer_of(request)
    page = paged(request, registers.wallet_homes(viewer, request.GET.dict()))
    context = {
        "page": page,
        "rows": registers.wallets(list(page.object_list)),  # type: ignore[arg-type]
        "licences": LICENCES,
        "states": {k: v for k, v in kinds.EXPIRY.items() if k != "valid"},
        "given": {key: request.GET.get(key, "") for key in ("q", "region", "licence", "state")},
        "towns": exchange.town_picks(viewer),
        "may": viewer.can("facilities.edit"),
    }
    return render(request, "filing/licence_index.html", context)


@writes("filing.view")
def export(request: HttpRequest) -> HttpResponse:
    """导出矩阵。"""
    viewer = viewer_of(request)
    found = registers.wallets(list(registers.wallet_homes(viewer, request.POST.dict())))
    rows = []
    for one in found:
        cells = [
            f"{c.said}{f'（{c.licence.valid_to}）' if c.licence and c.licence.valid_to else ''}"
            for c in one.cells
        ]
        rows.append((one.facility.name, one.facility.region.name, *cells))
    return sheet("证照一览", ("机构", "街道（乡镇）", *LICENCES.values()), rows, viewer)


@writes("facilities.edit", form=True)
def photo(request: HttpRequest, licence_id: int) -> HttpResponse:
    """给证照附照片。"""
    viewer = viewer_of(request)
    licence = registers.licence(viewer, licence_id)
    if request.method == "POST":
        form = PhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            raise Refused(said(form))
        file = form.cleaned_data["file"]
        photograph_licence(licence=licence, file=(file.name, file.read()), by=viewer)
        messages.success(request, "照片已附上。")
        return redirect("filing:licences")
    return render(request, "filing/licence_photo.html", {"form": PhotoForm(), "licence": licence})
