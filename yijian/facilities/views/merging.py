"""合并重复机构：选一家、对照、合并、撤销。"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import writes
from yijian.access.viewer import viewer_of
from yijian.facilities import queries, services
from yijian.facilities.forms import MergeForm, ReasonForm, refuse
from yijian.facilities.services.merging import fillings, shown
from yijian.kernel.errors import NotFound, Refused

MERGE = "facilities.merge"


@writes(MERGE, form=True)
def merge(request: HttpRequest, facility_id: int) -> HttpResponse:
    """把另一家并入这一家：先查找，再对照两家，最后写明理由合并。"""
    viewer = viewer_of(request)
    kept = queries.facility(viewer, facility_id, capability=MERGE)
    other = request.POST.get("dropped") or request.GET.get("other", "")
    form = MergeForm(request.POST or None, initial={"dropped": other})
    context: dict[str, Any] = {"facility": kept, "form": form, "dropped": None, "found": [], "filled": []}
    if other:
        context["dropped"] = dropped = queries.facility(viewer, _key(other), capability=MERGE)
        context["filled"] = shown(fillings(kept, dropped))
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                services.merge_facilities(kept=kept, dropped=dropped, reason=reason, by=viewer)
            except Refused as error:
                refuse(form, error)
            else:
                messages.success(request, f"已将“{dropped.name}”并入“{kept.name}”，可在本页撤销。")
                return redirect("facilities:detail", facility_id=facility_id)
    else:
        text = request.GET.get("q", "") or kept.name[:4]
        context["found"] = [hit for hit in queries.search(viewer, text) if hit.facility_id != kept.pk]
        context["text"] = text
    return render(request, "facilities/merge.html", context, status=422 if request.method == "POST" else 200)


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound("没有找到要并入的机构。")
    return int(text)


@writes(MERGE, form=True)
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """撤销合并。"""
    viewer = viewer_of(request)
    row = queries.merge(viewer, merge_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.undo_merge(merge=row, reason=form.cleaned_data["reason"], by=viewer)
        except Refused as error:
            refuse(form, error)
        else:
            messages.success(request, f"已撤销，“{row.dropped.name}”恢复为独立机构。")
            return redirect("facilities:detail", facility_id=row.dropped_id)
    context = {"form": form, "facility": row.kept, "title": "撤销合并", "button": "撤销合并"}
    context["lead"] = (
        f"“{row.dropped.name}”恢复为独立机构；合并时补入“{row.kept.name}”的值退回，此后又改过的保留。"
    )
    return render(request, "facilities/step.html", context, status=422 if request.method == "POST" else 200)
