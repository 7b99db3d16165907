"""登记表里的证据：先传文件再记事；传好的在改错时不用重传。"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest

from yijian.access.viewer import Viewer
from yijian.documents.services import About, store_upload
from yijian.kernel.errors import Refused
from yijian.ledger.forms import EvidenceForm
from yijian.ledger.queries.evidence import kept_documents
from yijian.ledger.services.record import Act

KEPT_LIMIT = 40


def about_facility(facility: Any) -> About:
    """证据归到所涉机构名下，机构和辖区都看得见。"""
    if facility is None:
        return About()
    return About(region_path=facility.region_path, facility_id=facility.pk, facility_unit_id=facility.unit_id)


def kept_choices(request: HttpRequest, viewer: Viewer) -> list[tuple[str, str]]:
    """上一次提交已传好的文件（只认本人传的）。"""
    given = [v for v in request.POST.getlist("kept") if v.isascii() and v.isdecimal() and len(v) < 16]
    return [(str(d.pk), d.label) for d in kept_documents(viewer, [int(v) for v in given[:KEPT_LIMIT]])]


def keep_uploads(form: EvidenceForm, about: About, viewer: Viewer) -> tuple[int, ...]:
    """把这次选的文件存下；中途有不收的，前面存好的留在表单里。"""
    kept: list[int] = list(form.cleaned_data["kept"])
    for upload in form.cleaned_data["uploads"]:
        try:
            document = store_upload(name=upload.name or "", content=upload.file, about=about, by=viewer)
        except Refused as error:
            raise Refused(f"{upload.name}：{error.message}", field="uploads") from error
        kept.append(document.pk)
        form.kept_documents.append((str(document.pk), document.label))
    return tuple(kept)


def take_act(
    form: EvidenceForm,
    *,
    documents: Sequence[int],
    facility_id: int | None = None,
    unit_id: int | None = None,
    region_id: str | None = None,
) -> Act:
    """表单 → 要记的事。"""
    kind, variant = form.chosen()
    return Act(
        kind=kind,
        variant=variant,
        occurred=form.occurred(),
        about_on=form.cleaned_data["about_on"],
        payload=form.payload(),
        documents=tuple(documents),
        facility_id=facility_id,
        unit_id=unit_id,
        region_id=region_id,
    )


def blank(choices: Sequence[tuple[str, str]], day: date) -> EvidenceForm:
    """空表：只有一种可选的先选上，日期先填好。"""
    initial: dict[str, object] = {"occurred_on": day}
    if len(choices) == 1:
        initial["kind"] = choices[0][0]
    return EvidenceForm(choices=choices, initial=initial)
