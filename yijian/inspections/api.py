"""手机的门：登记、任务包、上传答案、照片、签名。都说 JSON；同号同内容再传照认，所以断了重来不怕。

200  收下（accepted）或早已收下（again）
409  同号不同内容，两份都已保存（conflict）
413  照片太大          422  内容不对或没传完，没有存
401  手机没登记
    403  手机停用、不是本人      302  登录过期，手机据此提示重新登录
"""

import functools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, JsonResponse

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.inspections.queries import field as found
from yijian.inspections.services import devices, sync
from yijian.inspections.services.sync import From, Receipt, Sent
from yijian.kernel.errors import Forbidden, NotFound, Refused

SPECIAL: dict[type[Refused], int] = {sync.TooBig: 413, devices.Unregistered: 401}
STATUS = {"accepted": 200, "again": 200, "conflict": 409, "refused": 422}


def spoken(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """把不予办理说成 JSON。"""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as error:
            status = next((code for kind, code in SPECIAL.items() if isinstance(error, kind)), 422)
            return JsonResponse({"message": error.message, "field": error.field or ""}, status=status)
        except Forbidden as error:
            return JsonResponse({"message": error.message, "keep": True}, status=403)
        except NotFound as error:
            return JsonResponse({"message": error.message, "keep": True}, status=404)

    return run


@writes("inspections.visit")
@spoken
def device(request: HttpRequest) -> JsonResponse:
    """登记检查手机。"""
    given = body(request)
    uid, label = str(given.get("uid", "")), str(given.get("label", ""))
    token = devices.register_device(uid=uid, label=label, by=viewer_of(request))
    return JsonResponse({"token": token})


@reads("inspections.visit")
@spoken
def bundle(request: HttpRequest) -> JsonResponse:
    """任务包。"""
    return JsonResponse(found.bundle(viewer_of(request)))


@writes("inspections.visit")
@spoken
def answers(request: HttpRequest) -> JsonResponse:
    """上传一批答案。"""
    source = source_of(request)
    rows = body(request).get("items")
    if not isinstance(rows, list):
        raise Refused("没有要上传的答案。", field="items")
    sent = [sent_of(row if isinstance(row, dict) else {}) for row in rows]
    done = sync.receive_answers(sent=sent, source=source, by=viewer_of(request))
    status = max((STATUS[r.state] for r in done), default=200)
    return JsonResponse({"items": [said(r) for r in done]}, status=status)


@writes("inspections.visit")
@spoken
def photo(request: HttpRequest) -> JsonResponse:
    """上传一张照片。"""
    source = source_of(request)
    image = request.FILES.get("image")
    if image is None:
        raise Refused("照片没有传到，请重传。", field="image")
    receipt = sync.receive_photo(
        sent=sent_of(request.POST),
        image_sha256=request.POST.get("image_sha256", ""),
        image=image,
        size=image.size or 0,
        name=image.name or "照片.jpg",
        source=source,
        by=viewer_of(request),
    )
    return JsonResponse(said(receipt), status=STATUS[receipt.state])


@writes("inspections.visit")
@spoken
def signature(request: HttpRequest) -> JsonResponse:
    """上传一个签名或一次拒签。"""
    source = source_of(request)
    image = request.FILES.get("image")
    receipt = sync.receive_signature(
        sent=sent_of(request.POST),
        image_sha256=request.POST.get("image_sha256", ""),
        image=image,
        size=(image.size or 0) if image else 0,
        source=source,
        by=viewer_of(request),
    )
    return JsonResponse(said(receipt), status=STATUS[receipt.state])


def source_of(request: HttpRequest) -> From:
    """哪部手机、钟差多少；代为导入的写明来自哪部手机。"""
    by = viewer_of(request)
    carried = request.headers.get("X-Yijian-Carried", "")
    if carried:
        return From(devices.carried_device(carried, by), carried=True)
    found_device = devices.known_device(request.headers.get("X-Yijian-Device", ""), by)
    return From(found_device, devices.heard_from(found_device, clock_said(request)))


def clock_said(request: HttpRequest) -> datetime | None:
    """手机自报的此刻（毫秒）；写得不像话就当没报。"""
    try:
        return datetime.fromtimestamp(int(request.headers.get("X-Yijian-Clock", "")) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def body(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused("请求读不出来，可能没有传完，请重传。")
    return given


def sent_of(row: Any) -> Sent:
    """一件：没有写摘要的当作空串，后面核对不过。"""
    text = str(row.get("body", ""))
    return Sent(str(row.get("uid", "")), str(row.get("sha256", "")), text)


def said(receipt: Receipt) -> dict[str, str]:
    return {
        "uid": receipt.uid, "state": receipt.state, "sha256": receipt.sha256, "message": receipt.message,
    }  # fmt: skip
