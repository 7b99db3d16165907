"""制度包：一览、检查、例子、试算、导出；各地对照、文件对照。"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused, YijianError
from yijian.ledger.forms import LoadTestForm
from yijian.ledger.queries import compare as found
from yijian.ledger.queries.choices import pack_label
from yijian.ledger.queries.draft import read_draft
from yijian.ledger.views.params import attachment, pack_of
from yijian.regimes.export import export_pack
from yijian.regimes.kinds import FACILITY_KINDS, Pack
from yijian.regimes.reader import LoadError


@reads("ledger.rules_view")
def packs(request: HttpRequest) -> HttpResponse:
    """制度包一览。"""
    context = {"lines": found.pack_lines(), "broken": found.broken_packs()}
    return render(request, "ledger/packs.html", context)


@reads("ledger.rules_view")
def pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    """一个制度包：文件信息、检查结果、例子、本地口径。"""
    one = pack_of(pack_id)
    context = {
        "pack": one,
        "label": pack_label(one.id),
        "line": next(line for line in found.pack_lines() if line.pack.id == one.id),
        "findings": [f for f in found.findings(one) if f[2].level != "info"],
        "hints": [f for f in found.findings(one) if f[2].level == "info"],
        "settings": found.settings_of(one),
    }
    return render(request, "ledger/pack.html", context)


@reads("ledger.rules_view")
def cases(request: HttpRequest, pack_id: str) -> HttpResponse:
    """运行这个包自带的例子；局部刷新时只给结果。"""
    one = pack_of(pack_id)
    results = found.case_results(one)
    failed = sum(not result.ok for result in results)
    context = {
        "pack": one,
        "results": results,
        "failed": failed,
        "at": clock.now(),
        "label": pack_label(one.id),
    }
    partial = bool(getattr(request, "htmx", False))
    return render(request, "ledger/_cases.html" if partial else "ledger/cases.html", context)


@reads("ledger.rules_view")
def export(request: HttpRequest, pack_id: str) -> HttpResponse:
    """导出机器可读的制度包（JSON）。"""
    one = pack_of(pack_id)
    body = json.dumps(export_pack(one), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = attachment(f"{one.id}.json")
    return response


# ── 试算 ──────────────────────────────────────────────────────────────


@writes("ledger.rules_view", form=True)
def load_test(request: HttpRequest, pack_id: str) -> HttpResponse:
    """试算：出台之前看一年各单位各月多少件事、哪些期限办不到；可上传草案。"""
    base = pack_of(pack_id)
    viewer = viewer_of(request)
    counts = found.registry_counts(viewer, base)
    year = base.head.effective_from.year + (base.head.effective_from.month > 6)
    start = {**counts, "year": max(year, 2000), "events": 0}
    given: Any = request.POST if request.method == "POST" else request.GET if "year" in request.GET else start
    form = LoadTestForm(given)
    context: dict[str, Any] = {
        "pack": base,
        "label": pack_label(base.id),
        "form": form,
        "trial": None,
        "problems": [],
        "uploaded": "",
        "months": range(1, 13),
    }
    status = 200
    try:
        draft, name = taken(request, base)
        if form.is_valid():
            context |= {"trial": run(form, draft), "uploaded": name, "pack": draft if name else base}
        else:
            status = 422
    except LoadError as error:
        context["problems"], status = [str(problem) for problem in error.problems], 422
    except Refused as error:
        context["problems"], status = [error.message], 422
    return render(request, "ledger/load_test.html", context, status=status)


def taken(request: HttpRequest, base: Pack) -> tuple[Pack, str]:
    """试算哪个包：上传的草案，或网址里的。"""
    upload = request.FILES.get("file")
    if upload is None:
        return base, ""
    if upload.size and upload.size > 4 * 1024 * 1024:
        raise Refused("压缩包超过 4 MB，不像一个制度包。")
    assert upload.file is not None
    return read_draft(upload.file), str(upload.name)


def run(form: LoadTestForm, pack: Pack) -> found.Trial:
    data = form.cleaned_data
    return found.trial(
        pack,
        facilities=form.facilities(),
        streets=data["streets"],
        counties=data["counties"],
        events=data["events"] or 0,
        year=data["year"],
    )


# ── 对照 ──────────────────────────────────────────────────────────────


@reads("ledger.rules_view")
def compare(request: HttpRequest) -> HttpResponse:
    """两地对照：同一义务并排，谁更严。"""
    regions = found.regions_with_packs()
    local = [code for code, _ in regions if code != "000000"] or [code for code, _ in regions]
    if not local:
        raise Refused("还没有载入任何制度包。")
    a = found.check_region(request.GET.get("a") or local[0])
    b = found.check_region(request.GET.get("b") or local[-1])
    only = request.GET.get("only", "")
    if only and only not in found.STRICTER:
        raise Refused("没有这种结论，请从列出的里选。")
    rows = found.side_by_side(a, b)
    names = dict(regions)
    context = {
        "regions": regions,
        "a": a,
        "b": b,
        "a_name": names[a],
        "b_name": names[b],
        "only": only,
        "verdicts": found.verdicts(rows),
        "total": len(rows),
        "rows": [row for row in rows if not only or row["stricter"] == only],
        "kinds": FACILITY_KINDS,
    }
    return render(request, "ledger/compare.html", context)


@reads("ledger.rules_view")
def diff(request: HttpRequest, a: str, b: str) -> HttpResponse:
    """两份文件对照。"""
    left, right = pack_of(a), pack_of(b)
    try:
        result = found.document_diff(left.id, right.id)
    except YijianError as error:
        raise Refused(error.message) from error
    context = {
        "left": left,
        "right": right,
        "result": result,
        "a_label": title(left),
        "b_label": title(right),
    }
    return render(request, "ledger/diff.html", context)


def title(one: Pack) -> str:
    return f"{pack_label(one.id)}（{found.STATUS_WORDS[one.head.status]}）"
