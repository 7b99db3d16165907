"""接口：登记机关按批报送登记主体（酉阳 2.7）。凭报送口令，不用登录。"""

import hashlib
import hmac
import json
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from yijian.filing.queries.exchange import partner_county
from yijian.filing.services.exchange import OtherBytesError, already, receipt_body, viewer_for
from yijian.filing.services.exchange_sheet import envelope_for, receive_json
from yijian.kernel.errors import Refused, YijianError

LARGEST = 20 * 1024 * 1024


def by_token(view: Callable[[HttpRequest], JsonResponse]) -> Callable[[HttpRequest], JsonResponse]:
    """接口的门：凭口令写，不看登录与会话。"""
    door = login_not_required(csrf_exempt(view))
    door.access_kind = "writes"  # type: ignore[attr-defined]
    door.access_capability = None  # type: ignore[attr-defined]
    door.access_form = False  # type: ignore[attr-defined]
    return door


def refuse(message: str, status: int, field: str | None = None) -> JsonResponse:
    return JsonResponse({"error": message, "field": field or ""}, status=status)


@by_token
def exchange(request: HttpRequest) -> JsonResponse:
    """收一批：同一批号同样内容再报，给回原回执；内容不同 409。"""
    if request.method != "POST":
        return refuse("只收 POST。", 405)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = viewer_for(token.strip()) if hmac.compare_digest(scheme.encode(), b"Bearer") and token else None
    if known is None:
        return refuse("口令不对或已停用，请向民政部门索取报送口令。", 401)
    if len(request.body) > LARGEST:
        return refuse("一批最大 20MB，请分批报送。", 413)
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return refuse("正文不是 UTF-8 的 JSON，请检查。", 400)
    partner, by = known
    try:
        if not isinstance(body, dict):
            raise Refused("正文应为对象：{batch, rows}。", field="rows")
        sha256 = hashlib.sha256(request.body).hexdigest()
        envelope = envelope_for(partner, body.get("batch"), sha256, partner_county(partner))
        before = already(envelope)
        batch, skipped = (
            (before, 0) if before else receive_json(envelope=envelope, given=body.get("rows"), by=by)
        )
    except OtherBytesError as error:
        return refuse(error.message, 409, error.field)
    except Refused as error:
        return refuse(error.message, 422, error.field)
    except YijianError as error:
        return refuse(error.message, 403)
    receipt = receipt_body(batch) | {"receipt_sha256": batch.receipt_hash}
    return JsonResponse({"receipt": receipt, "skipped": skipped}, status=200 if before else 201)
