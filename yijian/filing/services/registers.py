"""各本登记簿的动词：备案名称核验、消防审验、证照照片、证照到期提醒。"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from yijian.access.scope import scoped
from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.documents.services import About, store_upload
from yijian.facilities.models import Facility, Licence
from yijian.filing import kinds
from yijian.filing.models import FireApproval, LicencePhoto, NameCheck
from yijian.filing.queries.registers import government_units, region_words
from yijian.filing.rules.names import check_name, ruleset_for
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.services.record import Act, record_fact, record_facts
from yijian.notices.services import notify
from yijian.people.models import Region

NAMED = ("nursing_home", "township_home")


@verb("filing.handle")
def check_names(*, by: Viewer) -> tuple[int, int]:
    """备案名称核验（酉阳 重点任务三、4.20）：辖区内已备案的养老机构逐家核；返回（核了几家，不规范几家）。"""
    rows = scoped(by, Facility.objects.filter(kind__in=NAMED, filing_status="filed", merged_into=None))
    rows = rows.filter(closed_on=None).select_related("region").order_by("pk")
    before = {check.facility_id: check for check in NameCheck.objects.filter(facility__in=rows)}
    words = region_words(rows)
    checks, acts = [], []
    for facility in rows:
        check, act = _name(facility, before.get(facility.pk), words[facility.region_id])
        checks.append(check)
        acts += [act] if act else []
    NameCheck.objects.bulk_create(
        checks,
        update_conflicts=True,
        unique_fields=["facility"],
        update_fields=["name", "broken", "ruleset", "checked_on", "corrected_on"],
        batch_size=500,
    )
    if acts:
        record_facts(acts=acts, by=by)
    wrong = sum(bool(check.broken) for check in checks)
    result = f"{len(checks)} 家，不规范 {wrong} 家"
    audit(
        "filing.name_checked", by=by, subject=("region", by.region_path, "辖区机构"), data={"result": result}
    )
    return len(checks), wrong


def _name(
    facility: Facility, before: NameCheck | None, places: Sequence[str]
) -> tuple[NameCheck, Act | None]:
    """核一家；新近规范的记“核验”，由不规范改好的记“整改”，仍不规范或没有变化的不记。"""
    broken = [
        {"rule": b.rule, "says": b.says} for b in check_name(facility.name, facility.region_path, places)
    ]
    was_broken = before is not None and bool(before.broken)
    corrected = clock.today() if was_broken and not broken else (before.corrected_on if before else None)
    check = NameCheck(
        facility=facility,
        name=facility.name,
        broken=broken,
        ruleset=ruleset_for(facility.region_path),
        checked_on=clock.today(),
        corrected_on=None if broken else corrected,
    )
    if broken or (before is not None and not was_broken):
        return check, None
    kind = "filing.name_corrected" if was_broken else "filing.name_checked"
    payload: dict[str, object] = {"number": f"名称核验{facility.pk}", "note": f"{facility.name}：名称规范"}
    return check, Act(kind=kind, occurred=clock.today(), facility_id=facility.pk, payload=payload)


@dataclass(frozen=True)
class Fire:
    """一家的消防审验情况。"""

    status: str
    reason: str = ""
    note: str = ""
    number: str = ""
    area: Decimal | None = None
    residents: int | None = None


@verb("filing.exchange", on="facility")
def record_fire(*, facility: Facility, fire: Fire, by: Viewer) -> FireApproval:
    """登记消防审验情况（酉阳 重点任务二、4.9）：办了的写文书编号，没办的写原因。"""
    if fire.status not in kinds.FIRE:
        raise Refused("请选择办理情况。", field="status")
    if fire.status == "missing" and fire.reason not in kinds.FIRE_REASONS:
        raise Refused("没有办理的，请选择原因。", field="reason")
    if fire.status != "missing" and not fire.number.strip():
        raise Refused("已经办理的，请填写验收或备案文书的编号。", field="number")
    before = FireApproval.objects.filter(facility=facility).first()
    values = {
        "status": fire.status,
        "reason": fire.reason if fire.status == "missing" else "",
        "note": fire.note.strip(),
        "number": fire.number.strip(),
        "area": fire.area if fire.area is not None else facility.building_area,
        "residents": fire.residents if fire.residents is not None else facility.residents,
        "recorded_on": clock.today(),
    }
    row, _ = FireApproval.objects.update_or_create(facility=facility, defaults=values)
    _fire_facts(row, before, by)
    data = {"status": kinds.FIRE[fire.status], "reason": kinds.FIRE_REASONS.get(row.reason, "")}
    audit("filing.fire_recorded", by=by, subject=("facility", facility.pk, facility.name), data=data)
    return row


def _fire_facts(row: FireApproval, before: FireApproval | None, by: Viewer) -> None:
    done = row.status != "missing" and (before is None or before.status == "missing")
    for kind in ("fire_approval.checked", *(["fire_approval.done"] if done else [])):
        payload: dict[str, object] = {
            "number": row.number or f"消防审验登记{row.pk}",
            "note": kinds.FIRE[row.status],
        }
        record_fact(
            act=Act(kind=kind, occurred=clock.today(), facility_id=row.facility_id, payload=payload), by=by
        )


def decide_fire(
    *, row: FireApproval, decision: str, file: tuple[str, bytes] | None, by: Viewer
) -> FireApproval:
    """会议决定（酉阳 重点任务二）：附会议纪要，写明这一家怎么办。"""
    require(by, "filing.handle")
    if not decision.strip():
        raise Refused("请写明会议的决定。", field="decision")
    document = None
    if file is not None:
        about = About(region_path=row.facility.region_path, facility_id=row.facility_id)
        document = store_upload(
            name=file[0], content=BytesIO(file[1]), label="消防审验会议纪要", about=about, by=by
        )
    return _decide(row=row, decision=decision.strip(), document=document, by=by)


@verb("filing.handle", on="row")
def _decide(*, row: FireApproval, decision: str, document: Document | None, by: Viewer) -> FireApproval:
    """会议决定：写下并留痕。"""
    row.decision = decision
    row.minutes = document or row.minutes
    row.save(update_fields=["decision", "minutes"])
    subject = ("facility", row.facility_id, row.facility.name)
    audit("filing.fire_decided", by=by, subject=subject, data={"decision": decision[:200]})
    return row


def photograph_licence(*, licence: Licence, file: tuple[str, bytes], by: Viewer) -> LicencePhoto:
    """证照照片（酉阳 4.8）：存证后附到证照上。"""
    require(by, "facilities.edit")
    facility = licence.facility
    about = About(
        region_path=facility.region_path, facility_id=facility.pk, facility_unit_id=facility.unit_id
    )
    label = f"{licence.get_kind_display()}照片：{facility.name}"[:200]
    document = store_upload(name=file[0], content=BytesIO(file[1]), label=label, about=about, by=by)
    if document.kind != "photo":
        raise Refused("请上传照片（jpg、png）。", field="file")
    return _photograph(licence=licence, document=document, by=by)


@verb("facilities.edit", on="licence")
def _photograph(*, licence: Licence, document: Document, by: Viewer) -> LicencePhoto:
    """证照照片：附上并留痕。"""
    photo = LicencePhoto.objects.create(licence=licence, document=document)
    subject = ("facility", licence.facility_id, licence.facility.name)
    audit("filing.licence_photo", by=by, subject=subject, data={"licence": licence.pk})
    return photo


def remind_expiry(*, by: Viewer) -> int:
    """证照到期提醒：还剩 90、30、0 天时各提醒一次，重跑不重复；返回通知的人数。"""
    today, told = clock.today(), 0
    rows = Licence.objects.filter(
        valid_to__isnull=False, facility__closed_on=None, facility__merged_into=None
    )
    for licence in rows.select_related("facility").order_by("pk"):
        left = ((licence.valid_to or today) - today).days
        rung = min((step for step in kinds.LADDER if left <= step), default=None)
        if rung is None or left < -30:
            continue
        facility = licence.facility
        said = "已过期" if left < 0 else "今天到期" if left == 0 else f"还有 {left} 天到期"
        told += notify(
            unit_ids=[pk for pk in (facility.unit_id, *government_units(facility.region_path)) if pk],
            subject=f"{facility.name}的{licence.get_kind_display()}{said}",
            body=f"有效期至 {licence.valid_to}。换证后请在机构档案里变更。",
            link="/filing/licences/",
            key=f"licence-{licence.pk}-{licence.valid_to}-{rung}",
            heads_only=True,
            by=by,
        )
    return told


@verb("filing.exchange")
def note_fire_report(*, region: Region, count: int, by: Viewer) -> None:
    """消防审验专题报告（酉阳 1.5）：提交一份，记一条事实。"""
    payload: dict[str, object] = {"number": f"消防审验报告{clock.today()}", "note": f"登记在册 {count} 家"}
    act = Act(
        "report.submitted", clock.today(), variant="fire_approval", region_id=region.pk, payload=payload
    )
    record_fact(act=act, by=by)
    data = {"title": "消防审验专题报告", "count": count}
    audit("filing.special_report", by=by, subject=("region", region.pk, region.name), data=data,
          region_path=region.path)  # fmt: skip
