"""证照的动词：登记、变更、删去（南开 任务4、任务10；酉阳 4.8）。"""

from datetime import date

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.facilities.kinds import LICENCES
from yijian.facilities.models import Facility, Licence
from yijian.facilities.services.facilities import insist_live
from yijian.facilities.services.keeping import TOPIC, after, remember, subject_of
from yijian.kernel.errors import Refused
from yijian.sheets.cells import tidy
from yijian.worker.topics import announce


def _check(kind: str, number: str, issuer: str, valid_from: date | None, valid_to: date | None) -> None:
    if kind not in LICENCES:
        raise Refused("请从列表中选择证照种类。", field="kind")
    for name, value, label in (("number", number, "编号"), ("issuer", issuer, "发证机关")):
        if len(value) > 80:
            raise Refused(f"{label}太长（{len(value)} 字），最多 80 字。", field=name)
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused("有效期止早于有效期起，请核对。", field="valid_to")


def _words(licence: Licence) -> str:
    until = f"，有效期至 {licence.valid_to}" if licence.valid_to else ""
    return f"{LICENCES[licence.kind]} {licence.number}".strip() + until


def _touch(facility: Facility) -> Facility:
    """档案的改动时刻跟着变，台账据此跟上。"""
    facility = Facility.objects.get(pk=facility.pk)
    insist_live(facility)
    facility.updated_at = after(facility.updated_at)
    Facility.objects.filter(pk=facility.pk).update(updated_at=facility.updated_at)
    announce(TOPIC)
    return facility


@verb("facilities.edit", on="facility")
def add_licence(
    *,
    facility: Facility,
    kind: str,
    number: str = "",
    issuer: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: Viewer,
) -> Licence:
    """登记证照：kind 取证照词表；同种类、同编号已有的报 Refused。"""
    number, issuer = tidy(number), tidy(issuer)
    _check(kind, number, issuer, valid_from, valid_to)
    facility = _touch(facility)
    if number and facility.licences.filter(kind=kind, number=number).exists():
        raise Refused(f"已登记过编号为“{number}”的{LICENCES[kind]}。", field="number")
    licence = Licence(
        facility=facility, kind=kind, number=number, issuer=issuer, valid_from=valid_from, valid_to=valid_to
    )
    Licence.objects.bulk_create([licence])
    remember([licence], "登记", facility.updated_at, new=True)
    record("licence.added", by=by, subject=subject_of(facility), data={"licence": _words(licence)})
    return licence


@verb("facilities.edit", on="licence")
def change_licence(
    *,
    licence: Licence,
    number: str = "",
    issuer: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: Viewer,
) -> Licence:
    """变更证照：换证、延续。原来的留在历史里。"""
    licence = Licence.objects.get(pk=licence.pk)
    number, issuer = tidy(number), tidy(issuer)
    _check(licence.kind, number, issuer, valid_from, valid_to)
    facility = _touch(licence.facility)
    before = _words(licence)
    licence.number, licence.issuer = number, issuer
    licence.valid_from, licence.valid_to = valid_from, valid_to
    Licence.objects.filter(pk=licence.pk).update(
        number=number, issuer=issuer, valid_from=valid_from, valid_to=valid_to
    )
    remember([licence], "变更", facility.updated_at)
    data = {"licence": _words(licence), "before": before}
    record("licence.changed", by=by, subject=subject_of(facility), data=data)
    return licence


@verb("facilities.edit", on="licence")
def remove_licence(*, licence: Licence, reason: str, by: Viewer) -> None:
    """删去登记有误的证照：须写明理由；到期的证照不必删，换证请用变更。"""
    if not reason.strip():
        raise Refused("请写明删去的理由。", field="reason")
    licence = Licence.objects.get(pk=licence.pk)
    facility = _touch(licence.facility)
    words = _words(licence)
    licence._history_date = facility.updated_at  # type: ignore[attr-defined]
    licence.delete()  # 历史由 simple_history 记下“已删”
    record("licence.removed", by=by, subject=subject_of(facility), data={"licence": words}, reason=reason)
