"""一条义务：看、登记、撤回、审核、不适用、督办。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import Refused
from yijian.ledger.forms import EvidenceForm, ReasonForm, ReviewForm, first_error
from yijian.ledger.queries import detail as found
from yijian.ledger.queries.choices import evidence_choices
from yijian.ledger.queries.orders import to_review, waiting
from yijian.ledger.services import record, supervise
from yijian.ledger.views.evidence import about_facility, blank, keep_uploads, kept_choices, take_act
from yijian.ledger.views.params import as_of

PAGE = 50


@reads("ledger.view")
def one(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """一条义务的全貌。"""
    viewer = viewer_of(request)
    page = found.detail(viewer, obligation_id, as_of(request))
    context = {
        "d": page,
        "can_record": page.open and viewer.can("ledger.record"),
        "can_na": page.open and viewer.can("ledger.not_applicable") and page.duty.done_at is None,
        "can_order": page.open and page.overdue and viewer.can("ledger.supervise") and not ordered(page),
        "reason_form": ReasonForm(),
    }
    return render(request, "ledger/detail.html", context)


def ordered(page: found.Detail) -> bool:
    return any(step.step == "order" for step in page.steps)


@writes("ledger.record", form=True)
def record_for(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """登记履责：种类取自义务本身；有错时保留已填的和已传的文件。"""
    viewer = viewer_of(request)
    duty = found.obligation(viewer, obligation_id)
    if duty.void_at is not None:
        raise Refused("这条义务已不再成立，不能登记。")
    choices = evidence_choices(duty.rule.evidence)
    status = 200
    if request.method == "POST":
        form = EvidenceForm(request.POST, request.FILES, choices=choices, kept=kept_choices(request, viewer))
        if form.is_valid():
            try:
                documents = keep_uploads(form, about_facility(duty.facility), viewer)
                fact = record.record_for(
                    obligation_id=duty.pk, act=take_act(form, documents=documents), by=viewer
                )
            except Refused as error:
                blame(form, error)
            else:
                messages.success(request, f"已登记“{fact.label}”（{fact.occurred_on}）。")
                return redirect("ledger:detail", obligation_id=duty.pk)
        status = 422
    else:
        form = blank(choices, as_of(request).day)
    page = found.detail(viewer, duty.pk, as_of(request))
    return render(request, "ledger/record_for.html", {"form": form, "d": page}, status=status)


def blame(form: EvidenceForm, error: Refused) -> None:
    """业务上的拒绝记到对应的栏目上。"""
    name = {
        "occurred": "occurred_on",
        "url": "link",
        "file": "uploads",
        "files": "uploads",
        "variant": "kind",
    }.get(error.field or "")
    name = name or (error.field if error.field in form.fields else None)
    form.add_error(name, error.message)


@writes("ledger.record")
def retract(request: HttpRequest, fact_id: int) -> HttpResponse:
    """撤回一条记录。"""
    found.fact_of(viewer_of(request), fact_id)
    record.retract_fact(fact_id=fact_id, reason=reason_of(request), by=viewer_of(request))
    messages.success(request, "已撤回，原记录与理由都留着；由它完成的义务恢复原状。")
    return redirect(back(request))


@writes("ledger.review")
def review(request: HttpRequest, fact_id: int) -> HttpResponse:
    """审核一条记录。"""
    found.fact_of(viewer_of(request), fact_id)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        raise Refused(first_error(form))
    accepted = form.cleaned_data["accepted"] == "yes"
    record.review_fact(
        fact_id=fact_id, accepted=accepted, reason=form.cleaned_data["reason"], by=viewer_of(request)
    )
    messages.success(request, "已认可，记录计入台账。" if accepted else "已记下不认可，记录不计入台账。")
    return redirect(back(request))


@writes("ledger.not_applicable")
def not_applicable(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """认定不适用。"""
    found.obligation(viewer_of(request), obligation_id)
    record.mark_not_applicable(obligation_id=obligation_id, reason=reason_of(request), by=viewer_of(request))
    messages.success(request, "已认定不适用，理由留存，可撤回。")
    return redirect("ledger:detail", obligation_id=obligation_id)


@writes("ledger.supervise")
def order_one(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """就这一条签发督办单。"""
    order = supervise.order_one(obligation_id=obligation_id, by=viewer_of(request))
    messages.success(request, f"已签发{order.number}，限 {order.reply_due_on} 前回复。")
    return redirect("ledger:order", order_id=order.pk)


@reads("ledger.review")
def reviews(request: HttpRequest) -> HttpResponse:
    """等我审核的记录。"""
    facts = to_review(viewer_of(request))
    total = facts.count()
    context = {"waiting": [waiting(fact) for fact in facts[:PAGE]], "total": total, "shown": min(PAGE, total)}
    return render(request, "ledger/reviews.html", context)


@reads("ledger.view")
def fact(request: HttpRequest, fact_id: int) -> HttpResponse:
    """一条记录：触发了什么、履行了什么。"""
    viewer = viewer_of(request)
    one_fact = found.fact_of(viewer, fact_id)
    context = {
        "fact": found.fact_record(viewer, one_fact),
        "opened": found.visible_rows(viewer, found.opened_by(one_fact)),
        "discharged": found.visible_rows(viewer, found.discharged_by(one_fact)),
    }
    return render(request, "ledger/fact.html", context)


def reason_of(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Refused(first_error(form), field="reason")
    reason: str = form.cleaned_data["reason"]
    return reason


def back(request: HttpRequest) -> str:
    """办完回到哪页：表单里的 next（只认本站的）。"""
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return reverse("ledger:list")
