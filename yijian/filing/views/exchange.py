"""登记备案交换：列表、导入、认定、推送、反馈、名称、街道核查、指标。"""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.filing import kinds
from yijian.filing.forms.exchange import CheckForm, UploadForm
from yijian.filing.queries import exchange as queries
from yijian.filing.queries.indicators import indicators as all_indicators
from yijian.filing.queries.registers import bad_names
from yijian.filing.services import exchange as services
from yijian.filing.services.exchange_sheet import KIND
from yijian.filing.services.matching import decide_pair
from yijian.filing.services.registers import check_names
from yijian.filing.services.streetcheck import answer_check
from yijian.filing.views.parts import download, paged, sheet
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.sheets import queries as sheets
from yijian.sheets import services as loading


@reads("filing.view")
def index(request: HttpRequest) -> HttpResponse:
    """登记主体列表。"""
    viewer = viewer_of(request)
    given = queries.EntityFilter.of(request.GET)
    context = {
        "filters": given,
        "page": paged(request, queries.entities(viewer, given)),
        "tally": queries.tally(viewer),
        "kinds": kinds.ENTITY_KINDS,
        "classes": kinds.CLASSES,
        "matches": kinds.MATCHES,
        "towns": queries.town_picks(viewer),
        "pairs": queries.waiting_pairs(viewer).count(),
        "batches": list(queries.batches(viewer)[:6]),
        "may": viewer.can("filing.exchange"),
        "may_load": viewer.can("filing.exchange") and viewer.can("sheets.import"),
    }
    return render(request, "filing/exchange_index.html", context)


@writes("filing.exchange", form=True)
def load(request: HttpRequest) -> HttpResponse:
    """上传登记主体表，核对后预览。"""
    viewer = viewer_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        options = {"region": queries.home_county(viewer).pk, "sender": form.cleaned_data["sender"],
                   "batch": form.cleaned_data["batch"]}  # fmt: skip
        try:
            batch = loading.stage(
                kind=KIND, content=file.read(), filename=file.name, options=options, by=viewer
            )
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return redirect("filing:exchange_preview", batch_id=batch.pk)
    recent = [b for b in sheets.batches(viewer).filter(kind=KIND)[:8]]
    status = 422 if request.method == "POST" else 200
    return render(request, "filing/exchange_load.html", {"form": form, "recent": recent}, status=status)


@reads("filing.exchange")
def template(request: HttpRequest) -> HttpResponse:
    """空白模板。"""
    return download(sheets.template_workbook(viewer_of(request), KIND), "登记主体导入模板.xlsx")


@writes("filing.exchange", form=True)
def preview(request: HttpRequest, batch_id: str) -> HttpResponse:
    """预览一张表；POST 确认、放弃、改对应。"""
    viewer = viewer_of(request)
    found = sheets.preview(viewer, batch_id)
    if found.batch.kind != KIND:
        raise NotFound
    if request.method == "POST":
        return _act(request, batch_id)
    context = {"preview": found, "batch": found.batch, "problems": found.problems}
    return render(request, "filing/exchange_preview.html", context)


def _act(request: HttpRequest, batch_id: str) -> HttpResponse:
    viewer, step = viewer_of(request), request.POST.get("step", "")
    if step == "remap":
        given = {k[7:]: v for k, v in request.POST.items() if k.startswith("column_") and v}
        if not all(isinstance(v, str) and v.isdecimal() and len(v) < 5 for v in given.values()):
            raise Refused("对应关系不完整，请重新选择。")
        fresh = loading.remap(
            batch_id=batch_id, mapping={k: int(str(v)) for k, v in given.items()}, by=viewer
        )
        return redirect("filing:exchange_preview", batch_id=fresh.pk)
    if step == "discard":
        loading.discard(batch=sheets.batch(viewer, batch_id), by=viewer)
        return redirect("filing:exchange_load")
    if step != "commit":
        raise Refused("没有这项操作，请从页面上的按钮办理。")
    done = loading.commit(batch_id=batch_id, by=viewer)
    said = "，".join(f"{label} {count}" for label, count in done.written.items())
    messages.success(request, f"已接收并比对：{said}。")
    return redirect("filing:exchange")


@writes("filing.exchange", form=True)
def match(request: HttpRequest) -> HttpResponse:
    """存疑的对，由人认定。"""
    viewer = viewer_of(request)
    if request.method == "POST":
        entity = queries.entity(viewer, _number(request.POST.get("entity")))
        facility = _number(request.POST.get("facility"))
        verdict = request.POST.get("verdict", "")
        decide_pair(entity=entity, facility_id=facility, verdict=verdict, by=viewer)
        messages.success(request, f"{entity.name}：{kinds.VERDICTS[verdict]}。下次导入照此办。")
        return redirect("filing:exchange_match")
    context = {"page": paged(request, queries.waiting_pairs(viewer), 20)}
    return render(request, "filing/match.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else 0


@writes("filing.exchange")
def push(request: HttpRequest) -> HttpResponse:
    """推送街道核查。"""
    viewer = viewer_of(request)
    count = services.push_entities(county=queries.home_county(viewer), by=viewer)
    messages.success(request, f"已推送 {count} 个主体到所在街道（乡镇）核查。")
    return redirect("filing:exchange")


@writes("filing.exchange")
def assign(request: HttpRequest, entity_id: int) -> HttpResponse:
    """指定街道。"""
    viewer = viewer_of(request)
    entity = queries.entity(viewer, entity_id)
    services.assign_town(
        entity=entity, region=queries.town(viewer, request.POST.get("region", "")), by=viewer
    )
    messages.success(request, f"{entity.name}：已指定街道。")
    return redirect("filing:exchange")


ASKS = {"not_operating": "请督促变更登记，删去养老服务", "off_file": "请共同督促备案", "on_file": "—"}


@writes("filing.exchange")
def answer(request: HttpRequest) -> HttpResponse:
    """核查结果反馈登记机关：Excel，写明请求变更的范围。"""
    viewer = viewer_of(request)
    found = services.mark_answered(county=queries.home_county(viewer), by=viewer)
    labels = (
        "主体名称",
        "统一社会信用代码",
        "主体类别",
        "街道（乡镇）",
        "核查结果",
        "请求",
        "对应机构",
        "经营（业务）范围",
    )
    rows = [
        (e.name, e.code or e.old_code, kinds.ENTITY_KINDS[e.kind], e.region.name, kinds.CLASSES[e.klass],
         ASKS[e.klass], e.facility.name if e.facility else "", e.business)
        for e in found
    ]  # fmt: skip
    return sheet("登记主体核查结果反馈", labels, rows, viewer)


@reads("filing.view")
def receipt(request: HttpRequest, batch_id: int) -> HttpResponse:
    """回执：双方各存一份。"""
    batch = queries.batch(viewer_of(request), batch_id)
    body = services.receipt_body(batch)
    if request.GET.get("download"):
        text = json.dumps(body | {"receipt_sha256": batch.receipt_hash}, ensure_ascii=False, indent=2)
        return download(text.encode(), f"登记信息回执{batch.pk}.json", "application/json")
    context = {"batch": batch, "body": body, "channel": kinds.CHANNELS[batch.channel]}
    return render(request, "filing/exchange_receipt.html", context)


@writes("filing.handle", form=True)
def partners(request: HttpRequest) -> HttpResponse:
    """报送口令：开通后只显示一次。"""
    viewer, token, unit_name = viewer_of(request), "", ""
    if request.method == "POST":
        unit = queries.unit(viewer, request.POST.get("unit", ""))
        token, unit_name = services.new_token(), unit.name
        services.add_partner(unit=unit, token=token, by=viewer)
    context = {
        "rows": list(queries.partners(viewer)),
        "units": list(queries.partner_units(viewer)),
        "token": token,
        "unit_name": unit_name,
    }
    return render(request, "filing/exchange_partners.html", context)


@writes("filing.view", form=True)
def names(request: HttpRequest) -> HttpResponse:
    """备案名称不规范清单（4.20）；POST 重新核验一遍。"""
    viewer = viewer_of(request)
    if request.method == "POST":
        checked, wrong = check_names(by=viewer)
        messages.success(request, f"核验 {checked} 家，不规范 {wrong} 家。")
        return redirect("filing:exchange_names")
    context = {"page": paged(request, bad_names(viewer)), "may": viewer.can("filing.handle")}
    return render(request, "filing/exchange_names.html", context)


@reads("filing.view")
def indicators(request: HttpRequest) -> HttpResponse:
    """登记备案的指标。"""
    return render(request, "filing/exchange_indicators.html", {"rows": all_indicators(viewer_of(request))})


@reads("filing.check")
def checks(request: HttpRequest) -> HttpResponse:
    """街道核查：手机上用，离线可填。"""
    viewer = viewer_of(request)
    context = {
        "waiting": list(queries.to_check(viewer)[:500]),
        "done": list(queries.checked(viewer)),
        "classes": [(k, v) for k, v in kinds.CLASSES.items() if k != "pending"],
        "uid": uuid7().replace("-", "")[:28],
        "today": clock.today(),
    }
    return render(request, "filing/check.html", context)


@writes("filing.check")
def check(request: HttpRequest, entity_id: int) -> HttpResponse:
    """收一次核查；离线补报的要 JSON 回答。"""
    form = CheckForm(request.POST, request.FILES)
    wants = "application/json" in request.headers.get("Accept", "")
    try:
        done = answer_check(entity_id=entity_id, answer=form.answer(), by=viewer_of(request))
    except Refused as error:
        if wants:
            return JsonResponse({"error": error.message}, status=422)
        raise
    if wants:
        return JsonResponse({"uid": done.client_uid, "klass": kinds.CLASSES[done.klass]})
    messages.success(request, f"{done.entity.name}：{kinds.CLASSES[done.klass]}，已报上。")
    return redirect("filing:checks")


@reads("filing.check")
def worker(request: HttpRequest) -> HttpResponse:
    """核查页的后台脚本：只管 /filing/checks/ 和它要用的静态文件。"""
    files = ("yj/base.css", "yj/ui.css", "yj/tokens.css", "yj/widths.css", "yj/app.js", "vendor/icons.svg",
             "vendor/htmx.min.js", "vendor/idb.min.js", "filing/checks.js", "filing/checks.css")  # fmt: skip
    found: dict[str, Any] = {"files": json.dumps([static(name) for name in files])}
    body = render(request, "filing/check_worker.js", found)
    body["Content-Type"] = "text/javascript; charset=utf-8"
    body["Cache-Control"] = "no-cache"
    return body
