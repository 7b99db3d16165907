"""登记任何一件事；一次行动、多家机构的批量登记。"""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yijian.access.doors import reads, writes
from yijian.access.viewer import Viewer, viewer_of
from yijian.documents.services import About
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.forms import BulkForm, FreeForm, PreviewForm, first_error
from yijian.ledger.queries import bulk as found
from yijian.ledger.queries.choices import evidence_choices, fact_groups
from yijian.ledger.queries.subjects import Subject, by_value, facility, own, search
from yijian.ledger.services import record
from yijian.ledger.views.detail import blame
from yijian.ledger.views.evidence import about_facility, keep_uploads, kept_choices, take_act
from yijian.ledger.views.params import filter_of


@writes("ledger.record", form=True)
def free(request: HttpRequest) -> HttpResponse:
    """登记任何一件事：先选对象，再选种类。"""
    viewer = viewer_of(request)
    choices = [("", "请选择"), *fact_groups()]
    status = 200
    if request.method == "POST":
        form = FreeForm(request.POST, request.FILES, choices=choices, kept=kept_choices(request, viewer))
        if form.is_valid():
            try:
                return save_free(request, form, viewer)
            except (Refused, NotFound) as error:
                blame(form, Refused(error.message, field=getattr(error, "field", None) or "subject"))
        status = 422
    else:
        initial = {
            "occurred_on": clock.today(),
            "kind": request.GET.get("kind", ""),
            "subject": asked(request),
        }
        form = FreeForm(choices=choices, initial=initial)
    context = {
        "form": form,
        "subjects": subjects_shown(form, viewer),
        "chosen": form["subject"].value() or "",
    }
    return render(request, "ledger/record.html", context, status=status)


def asked(request: HttpRequest) -> str:
    """网址里指定的机构。"""
    value = request.GET.get("facility", "")
    return f"f{value}" if value.isascii() and value.isdecimal() else ""


def subjects_shown(form: FreeForm, viewer: Viewer) -> list[Subject]:
    """已选的对象排在前面，其后是自己的。"""
    value = str(form["subject"].value() or "")
    listed = own(viewer)
    if value and value not in {s.value for s in listed}:
        try:
            listed.insert(0, by_value(viewer, value))
        except NotFound:
            return listed
    return listed


def save_free(request: HttpRequest, form: FreeForm, viewer: Viewer) -> HttpResponse:
    value = form.cleaned_data["subject"]
    by_value(viewer, value)
    home = facility(viewer, int(value[1:])) if value[0] == "f" else None
    documents = keep_uploads(form, about_facility(home), viewer)
    act = take_act(
        form,
        documents=documents,
        facility_id=home.pk if home else None,
        unit_id=int(value[1:]) if value[0] == "u" else None,
        region_id=value[1:] if value[0] == "r" else None,
    )
    fact = record.record_fact(act=act, by=viewer)
    messages.success(request, f"已登记“{fact.label}”（{fact.occurred_on}）。")
    return redirect("ledger:fact", fact_id=fact.pk)


@reads("ledger.record")
def subjects(request: HttpRequest) -> HttpResponse:
    """局部：查找对象。"""
    listed = search(viewer_of(request), request.GET.get("find", ""))
    return render(
        request, "ledger/_subjects.html", {"subjects": listed, "chosen": request.GET.get("subject", "")}
    )


# ── 批量 ──────────────────────────────────────────────────────────────


@writes("ledger.bulk", form=True)
def bulk(request: HttpRequest) -> HttpResponse:
    """批量履责：选一种记录、一批机构、一份共同的证据。"""
    viewer = viewer_of(request)
    status = 200
    if request.method == "POST":
        ids = numbers(request.POST.getlist("facility"))[: found.LIMIT + 1]
        homes = found.homes(viewer, numbers(request.POST.getlist("listed")) or ids)
        form = BulkForm(
            request.POST,
            request.FILES,
            choices=bulk_choices([]),
            kept=kept_choices(request, viewer),
            facilities=[(h.id, h.name) for h in homes],
        )
        if form.is_valid():
            try:
                return save_bulk(request, form, viewer)
            except Refused as error:
                blame(form, error)
        status, checked = 422, set(ids)
    else:
        facilities, rules = selection(request, viewer)
        homes = found.homes(viewer, facilities)
        form = BulkForm(
            choices=bulk_choices(rules),
            facilities=[(h.id, h.name) for h in homes],
            initial={"occurred_on": clock.today(), "kind": request.GET.get("kind", "")},
        )
        checked = {h.id for h in homes}
    context = {"form": form, "homes": homes, "checked": checked, "limit": found.LIMIT}
    return render(request, "ledger/bulk.html", context, status=status)


def selection(request: HttpRequest, viewer: Viewer) -> tuple[list[int], list[int]]:
    """台账里勾选的行；没勾选就是整个筛选结果。"""
    rows = numbers(request.GET.getlist("rows"))
    if rows:
        return found.chosen(viewer, rows, None)
    query = request.GET.copy()
    query.pop("kind", None)
    _, where = filter_of(request)
    return found.chosen(viewer, [], where) if query else ([], [])


def bulk_choices(rules: Sequence[int]) -> list[object]:
    """选中的义务认的种类排在前面，其余按组列在后面。"""
    first = evidence_choices(found.kinds_for(rules)) if rules else []
    groups: list[object] = [("选中的义务认这些记录", first)] if first else []
    return [("", "请选择"), *groups, *fact_groups()]


def numbers(given: Sequence[str]) -> list[int]:
    wrong = [v for v in given if not (v.isascii() and v.isdecimal() and len(v) < 16)]
    if wrong:
        raise Refused("编号应是整数，请从台账里勾选。")
    return [int(v) for v in given]


def save_bulk(request: HttpRequest, form: BulkForm, viewer: Viewer) -> HttpResponse:
    ids = form.cleaned_data["facility"]
    if len(ids) > found.LIMIT:
        raise Refused(f"一次最多 {found.LIMIT} 家，请分几次登记。", field="facility")
    documents = keep_uploads(form, About(), viewer)
    acts = [take_act(form, documents=documents, facility_id=i) for i in ids]
    facts = record.record_facts(acts=acts, by=viewer)
    messages.success(request, f"已为 {len(facts)} 家机构各登记一条“{facts[0].label}”，证据共用。")
    return redirect(reverse("ledger:list"))


@reads("ledger.bulk")
def preview(request: HttpRequest) -> HttpResponse:
    """局部：这样记下去会履行哪些义务。"""
    form = PreviewForm(request.GET)
    if not form.is_valid():
        return render(request, "ledger/_preview.html", {"error": first_error(form), "p": None})
    kind, _, variant = form.cleaned_data["kind"].partition("|")
    day = form.cleaned_data["occurred_on"]
    result = found.preview(viewer_of(request), kind, variant, day, form.cleaned_data["facility"])
    return render(request, "ledger/_preview.html", {"error": "", "p": result})
