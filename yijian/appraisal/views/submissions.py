"""报送：填报、回执。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.appraisal.forms import SubmissionForm
from yijian.appraisal.queries import receipts
from yijian.appraisal.rules.contact import receipt_number
from yijian.appraisal.services import submit as service
from yijian.kernel.errors import Refused


@writes("appraisal.submit", form=True)
def submit(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """报送一份材料；有错时保留已填的。"""
    viewer = viewer_of(request)
    due = receipts.due(viewer, obligation_id)
    status = 200
    if request.method == "POST":
        form = SubmissionForm(request.POST, request.FILES, due=due)
        if form.is_valid():
            try:
                fact = service.submit(
                    obligation_id=due.duty.pk,
                    files=form.given(),
                    contact=form.contact(),
                    reason=form.cleaned_data.get("reason", ""),
                    by=viewer,
                )
            except Refused as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, "已收到，回执如下。")
                return redirect("campaigns:receipt", fact_id=fact.pk)
        status = 422
    else:
        form = SubmissionForm(due=due, initial=before(due))
    context = {
        "form": form,
        "due": due,
        "numbers": [receipt_number(f.pk, f.occurred_on) for f in due.earlier],
    }
    return render(request, "appraisal/submit.html", context, status=status)


def before(due: receipts.Due) -> dict[str, object]:
    """重报时先填好上次的联络员。"""
    last = due.earlier[-1].payload if due.earlier else {}
    return {name: last[name] for name in ("name", "title", "phone") if last.get(name)}


@reads("appraisal.view")
def receipt(request: HttpRequest, fact_id: int) -> HttpResponse:
    """报送回执，可打印。"""
    return render(
        request, "appraisal/receipt.html", {"receipt": receipts.receipt(viewer_of(request), fact_id)}
    )
