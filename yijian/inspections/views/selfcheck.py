"""机构自查：选检查表，逐项答；自查合格、检查不合格的差距。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.inspections import kinds
from yijian.inspections.queries import visits as found
from yijian.inspections.services.selfcheck import submit_selfcheck
from yijian.kernel.errors import NotFound, Refused


@reads("inspections.view")
def selfchecks(request: HttpRequest) -> HttpResponse:
    """自查记录；机构可以开始新的自查。"""
    viewer = viewer_of(request)
    page = Paginator(found.self_checks(viewer), 50).get_page(request.GET.get("page"))
    own = found.own_facilities(viewer) if viewer.is_facility else []
    gaps = [gap for home in own for gap in found.self_check_gaps(viewer, home.pk)]
    versions = found.current_versions() if own and viewer.can("inspections.selfcheck") else []
    context = {"page": page, "versions": versions, "gaps": gaps, "own": own}
    return render(request, "inspections/selfchecks.html", context)


@writes("inspections.selfcheck", form=True)
def new(request: HttpRequest, version_id: int) -> HttpResponse:
    """填一次自查；有错时保留已填的。"""
    viewer = viewer_of(request)
    version, own = found.version(version_id), found.own_facilities(viewer)
    if not own:
        raise NotFound("没有找到您的机构档案，请联系民政部门建档。")
    home, said, field, status = own[0], "", "", 200
    if request.method == "POST":
        answers = {
            str(item["id"]): {
                "value": request.POST.get(f"v-{item['id']}", ""),
                "note": request.POST.get(f"n-{item['id']}", ""),
            }
            for item in version.items
        }
        signer = request.POST.get("signer", "")
        try:
            row = submit_selfcheck(facility=home, version=version, answers=answers, signer=signer, by=viewer)
        except Refused as error:
            said, field, status = error.message, error.field or "", 422
        else:
            messages.success(request, "自查已上报，已记入台账。")
            return redirect("inspections:selfcheck", check_id=row.pk)
    sections: dict[str, list[object]] = {}
    for item in version.items:
        value, note = request.POST.get(f"v-{item['id']}", ""), request.POST.get(f"n-{item['id']}", "")
        line = {"item": item, "value": value, "note": note, "bad": field == item["id"]}
        sections.setdefault(item["section"], []).append(line)
    context = {
        "version": version, "home": home, "sections": sections, "said": said, "choices": kinds.ANSWERS,
        "signer": request.POST.get("signer", home.director),
    }  # fmt: skip
    return render(request, "inspections/selfcheck_new.html", context, status=status)


@reads("inspections.view")
def selfcheck(request: HttpRequest, check_id: int) -> HttpResponse:
    """一次自查，可打印。"""
    viewer = viewer_of(request)
    row = found.self_check(viewer, check_id)
    sections: dict[str, list[object]] = {}
    for item in row.version.items:
        given = row.answers.get(str(item["id"]), {})
        word = kinds.ANSWERS.get(given.get("value", ""), "—")
        line = {"item": item, "value": given.get("value", ""), "word": word, "note": given.get("note", "")}
        sections.setdefault(item["section"], []).append(line)
    gaps = found.self_check_gaps(viewer, row.facility_id)
    return render(request, "inspections/selfcheck.html", {"row": row, "sections": sections, "gaps": gaps})
