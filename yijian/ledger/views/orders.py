"""督办单：列表、一张、回复、办结、退回；可打印。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import Refused
from yijian.ledger import kinds
from yijian.ledger.forms import ReasonForm, ReplyForm, first_error
from yijian.ledger.queries import orders as found
from yijian.ledger.services import supervise
from yijian.ledger.views.detail import reason_of
from yijian.ledger.views.params import page_number

PAGE = 30
STATES = {"": "全部", "late": "逾期未回复", **kinds.ORDER.labels}


@reads("ledger.view")
def orders(request: HttpRequest) -> HttpResponse:
    """督办单列表。"""
    viewer = viewer_of(request)
    state = request.GET.get("state", "")
    if state not in STATES:
        raise Refused("没有这种状态，请从列出的里选。")
    pages = Paginator(found.orders(viewer, state), PAGE)
    context = {
        "page": pages.get_page(page_number(request)),
        "state": state,
        "states": list(STATES.items()),
        "labels": kinds.ORDER.labels,
    }
    return render(request, "ledger/orders.html", context)


@reads("ledger.view")
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """一张督办单。"""
    viewer = viewer_of(request)
    page = found.order(viewer, order_id)
    state = page.order.state
    context = {
        "o": page,
        "reply_form": ReplyForm(),
        "reason_form": ReasonForm(),
        "can_answer": page.mine and state == "issued" and viewer.can("ledger.record"),
        "can_close": state == "answered" and viewer.can("ledger.supervise"),
    }
    return render(request, "ledger/order.html", context)


@reads("ledger.view")
def printed(request: HttpRequest, order_id: int) -> HttpResponse:
    """打印件。"""
    return render(request, "ledger/order_print.html", {"o": found.order(viewer_of(request), order_id)})


@writes("ledger.record")
def answer(request: HttpRequest, order_id: int) -> HttpResponse:
    """回复。"""
    found.order(viewer_of(request), order_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        raise Refused(first_error(form), field="reply")
    done = supervise.answer_order(order_id=order_id, reply=form.cleaned_data["reply"], by=viewer_of(request))
    messages.success(request, f"已回复{done.number}。")
    return redirect("ledger:order", order_id=order_id)


@writes("ledger.supervise")
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    """办结。"""
    done = supervise.close_order(order_id=order_id, by=viewer_of(request))
    messages.success(request, f"{done.number}已办结。")
    return redirect("ledger:order", order_id=order_id)


@writes("ledger.supervise")
def send_back(request: HttpRequest, order_id: int) -> HttpResponse:
    """退回重办。"""
    found.order(viewer_of(request), order_id)
    done = supervise.return_order(order_id=order_id, reason=reason_of(request), by=viewer_of(request))
    messages.success(request, f"{done.number}已退回，责任单位须重新回复。")
    return redirect("ledger:order", order_id=order_id)
