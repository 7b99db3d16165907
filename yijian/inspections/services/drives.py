"""专项行动的动词：开展、填写各家做没做、派成检查任务、导出。"""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.kinds import KINDS
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import ChecklistVersion, Drive, DriveRow, Visit
from yijian.inspections.queries.drives import rows
from yijian.inspections.services.bases import insist_region
from yijian.inspections.services.visits_open import Order, make, own_unit, tell
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.models import Region
from yijian.sheets.columns import Column
from yijian.sheets.services import export

COLUMNS = (
    Column("facility", "机构", width=34),
    Column("region", "街道（乡镇）", width=18),
    Column("state", "做没做", width=10),
    Column("done_on", "完成日期", width=12),
    Column("reason", "没有做的原因", width=40),
    Column("visit", "检查任务", width=20),
    Column("told_by", "填写人", width=14),
)


@verb("inspections.manage")
def open_drive(
    *,
    region: Region,
    title: str,
    basis: str,
    starts_on: date,
    ends_on: date,
    aspects: Sequence[str],
    object_kinds: Sequence[str],
    checklist: ChecklistVersion | None = None,
    by: Viewer,
) -> Drive:
    """开展专项行动（酉阳 重点任务七、八）：选定种类的在营机构每家一行。"""
    insist_region(by, region)
    if not title.strip() or not basis.strip():
        raise Refused("名称和依据都要填。", field="basis")
    if ends_on < starts_on:
        raise Refused("结束日期不能早于开始日期。", field="ends_on")
    if not aspects or any(a not in kinds.ASPECTS for a in aspects):
        raise Refused("请选检查的方面。", field="aspects")
    homes = Facility.objects.filter(
        region_path__under=region.path,
        kind__in=[k for k in object_kinds if k in KINDS],
        closed_on__isnull=True,
        merged_into__isnull=True,
    )
    ids = list(homes.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Refused("这个范围里没有这些种类的在营机构。", field="object_kinds")
    try:
        with transaction.atomic():
            drive = Drive.objects.create(
                region=region,
                region_path=region.path,
                title=title.strip()[:80],
                basis=basis.strip()[:200],
                starts_on=starts_on,
                ends_on=ends_on,
                aspects=list(aspects),
                checklist=checklist,
                made_by=by.name,
            )
    except IntegrityError as error:
        raise Refused("同名、同日开始的行动已经有了。", field="title") from error
    DriveRow.objects.bulk_create([DriveRow(drive=drive, facility_id=pk) for pk in ids], batch_size=500)
    data = {"facilities": len(ids)}
    audit("inspections.drive_opened", by=by, subject=("drive", drive.pk, drive.title), data=data)
    return drive


@verb("inspections.visit", on="row")
def tell_row(
    *, row: DriveRow, state: str, reason: str = "", done_on: date | None = None, by: Viewer
) -> DriveRow:
    """填写一家：已做写明日期；未做写明原因。"""
    if state not in kinds.DRIVE_STATES:
        raise Refused("请选已做、未做或还没有做。", field="state")
    if state == "undone" and not reason.strip():
        raise Refused("没有做的，请写明原因。", field="reason")
    if state == "done" and (done_on is None or done_on > clock.today()):
        raise Refused("已做的，请填完成日期，不能晚于今天。", field="done_on")
    row.state, row.reason = state, reason.strip()[:200] if state == "undone" else ""
    row.done_on = done_on if state == "done" else None
    row.told_by, row.told_at = by.name, clock.now()
    row.save(update_fields=["state", "reason", "done_on", "told_by", "told_at"])
    data = {"facility": row.facility.name, "state": kinds.DRIVE_STATES[state]}
    audit("inspections.drive_told", by=by, subject=("drive", row.drive_id, row.drive.title), data=data)
    return row


@verb("inspections.visit", on="row")
def open_drive_visit(*, row: DriveRow, by: Viewer) -> Visit:
    """把专项行动里的一家派成专项检查任务；已经派过的报 Refused。"""
    if DriveRow.objects.select_for_update().get(pk=row.pk).visit_id:
        raise Refused("这一家已经派出检查任务。")
    drive, today = row.drive, clock.today()
    unit = own_unit(by, row.facility, ["civil_affairs"])
    order = Order(
        kind="special",
        basis=drive.basis,
        window_from=max(today, drive.starts_on),
        window_to=max(today, drive.ends_on),
        functions=(unit.function,),
        reason=f"专项行动：{drive.title}",
        checklists=(drive.checklist_id,) if drive.checklist_id else (),
    )
    visit = make(row.facility, order, unit, by)
    DriveRow.objects.filter(pk=row.pk).update(visit=visit)
    tell(visit, order.reason, by)
    return visit


def export_drive(*, drive: Drive, by: Viewer) -> bytes:
    """导出完成情况。"""
    require(by, "inspections.view")
    lines = (line(r) for r in rows(by, drive))
    note = f"依据：{drive.basis}；{drive.starts_on} 至 {drive.ends_on}"
    return export(title=f"{drive.title}完成情况", columns=COLUMNS, rows=lines, note=note, by=by)


def line(row: DriveRow) -> list[object]:
    task = kinds.VISIT.label(row.visit.state) if row.visit else ""
    state = kinds.DRIVE_STATES[row.state]
    return [row.facility.name, row.facility.region.name, state, row.done_on, row.reason, task, row.told_by]
