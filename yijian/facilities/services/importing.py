"""导入机构：页面与命令行同一套核对；全有或全无，提醒与数据同一事务留下。"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.facilities.models import Facility, ImportNote
from yijian.facilities.services import bulk
from yijian.facilities.services.columns import COLUMNS
from yijian.facilities.services.keeping import TOPIC
from yijian.facilities.services.places import create_towns
from yijian.facilities.services.planning import KEPT_WARNINGS, Draft, Plan, prepare
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.models import Region, Unit
from yijian.people.services import FacilityUnit, add_facility_units, update_facility_unit
from yijian.sheets import services as sheets
from yijian.sheets.importing import ImportKind, Options, Problem, Rows, register
from yijian.sheets.models import ImportBatch
from yijian.worker.topics import announce

KIND = "facilities"
_CHANGED_MEANWHILE = "核对之后系统里的机构有了变化（代码或编号被另一家使用），一行也没有导入，请重新核对。"
_latest: ContextVar[tuple[Rows, Plan] | None] = ContextVar("yijian_facilities_latest_plan", default=None)


@dataclass(frozen=True)
class Report:
    """导入的报告：sheets 是批次、行数、错误；warnings 是不妨碍导入而要核实的。"""

    sheets: sheets.ImportReport
    warnings: tuple[Problem, ...]


def _check_all(*, rows: Rows, options: Options, by: Viewer) -> Iterable[Problem]:
    plan = prepare(rows, options, by)
    _latest.set((rows, plan))
    return plan.errors


def _plan_of(rows: Rows, options: Options, by: Viewer) -> Plan:
    """刚核对过的同一批行，不再核对第二遍。"""
    held = _latest.get()
    if held is not None and held[0] is rows:
        return held[1]
    return prepare(rows, options, by)


def _write(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    plan = _plan_of(rows, options, by)
    if plan.errors:
        raise Refused(f"还有 {len(plan.errors)} 处错误，一行也没有导入。")
    new = [draft for draft in plan.drafts if draft.existing is None]
    old = [draft for draft in plan.drafts if draft.existing is not None]
    try:
        with transaction.atomic():
            regions = _regions(plan.drafts, by)
            at = clock.now()
            _insert(new, regions, plan.source, at, by)
            updated = _update(old, regions, by)
    except IntegrityError as error:
        raise Refused(_CHANGED_MEANWHILE) from error
    _keep_note(plan)
    base = plan.places.base
    data = {"added": len(new), "updated": len(updated), "region": base.name, "warnings": len(plan.warnings)}
    record("facility.imported", by=by, data=data, region_path=base.path)
    announce(TOPIC)
    return {"新增": len(new), "更新": len(updated), "提醒": len(plan.warnings)}


def _regions(drafts: Sequence[Draft], by: Viewer) -> dict[int, Region]:
    """行号 → 区划；要新增的先新增。"""
    made = create_towns([draft.new_town for draft in drafts if draft.new_town], by)
    found = {}
    for draft in drafts:
        region = made[draft.new_town] if draft.new_town else draft.region
        if region is None:
            raise Refused(f"第 {draft.row} 行没有对上区划。")
        found[draft.row] = region
    return found


def _insert(
    drafts: Sequence[Draft], regions: Mapping[int, Region], source: str, at: datetime, by: Viewer
) -> None:
    if not drafts:
        return
    wanted = [
        FacilityUnit(name=d.values["name"], region=regions[d.row], uscc=d.values["uscc"] or "")
        for d in drafts
    ]
    units: list[Unit] = add_facility_units(rows=wanted, by=by)
    bulk.insert(drafts, dict(regions), units, source, at)


def _update(drafts: Sequence[Draft], regions: Mapping[int, Region], by: Viewer) -> list[Facility]:
    updated = bulk.overwrite(drafts, dict(regions))
    for row in updated:
        unit = row.unit
        code = row.uscc or ""
        if unit and (unit.name, unit.region_id, unit.uscc) != (row.name, row.region_id, code):
            update_facility_unit(unit=unit, name=row.name, region=row.region, uscc=code, by=by)
    return updated


def _keep_note(plan: Plan) -> None:
    """提醒记在正在写入的那个批次上：它已置为已导入而还没有计数。"""
    batch = (
        ImportBatch.objects.filter(kind=KIND, state="committed", written={}).order_by("-committed_at").first()
    )
    if batch is not None:
        _note(batch.pk, plan.warnings)


def _note(batch_id: UUID, warnings: Sequence[Problem]) -> None:
    kept = [list(problem) for problem in warnings[:KEPT_WARNINGS]]
    ImportNote.objects.update_or_create(batch_id=batch_id, defaults={"warnings": kept})


SPEC = ImportKind(
    kind=KIND,
    title="机构档案",
    capability="facilities.import",
    columns=COLUMNS,
    write=_write,
    check_all=_check_all,
    notes=(
        "只有机构名称必填；其余能填的尽量填，没有的留空，不要填“无”或“/”。",
        "种类不填时按名称推断，性质不填时由代码推断，都会提醒您核实。",
    ),
)


def register_import() -> None:
    """启动时登记。"""
    register(SPEC)


def _warnings() -> tuple[Problem, ...]:
    held = _latest.get()
    _latest.set(None)
    return tuple(held[1].warnings) if held else ()


def stage_facilities(
    *,
    content: bytes,
    filename: str,
    options: Options,
    mapping: Mapping[str, int] | None = None,
    by: Viewer,
) -> ImportBatch:
    """上传待确认：核对后存为批次，供预览；同一文件已导入过，返回那一批。"""
    _latest.set(None)
    batch = sheets.stage(
        kind=KIND, content=content, filename=filename, mapping=mapping, options=options, by=by
    )
    found = _warnings()
    if batch.state == "staged":
        _note(batch.pk, found)
    return batch


def remap_facilities(*, batch_id: UUID | str, mapping: Mapping[str, int], by: Viewer) -> ImportBatch:
    """改对应关系，按新的对应重新核对。"""
    _latest.set(None)
    batch = sheets.remap(batch_id=batch_id, mapping=mapping, by=by)
    found = _warnings()
    if batch.state == "staged":
        _note(batch.pk, found)
    return batch


def commit_facilities(*, batch_id: UUID | str, by: Viewer) -> ImportBatch:
    """确认导入：重新核对后一次写入；重复点击只写一次。"""
    _latest.set(None)
    batch = sheets.commit(batch_id=batch_id, by=by)
    _latest.set(None)
    return batch


def import_facilities(
    *,
    content: bytes,
    filename: str,
    options: Options,
    mapping: Mapping[str, int] | None = None,
    commit: bool = True,
    again: bool = False,
    by: Viewer,
) -> Report:
    """导入（命令行用）：一次做完。任何时刻被杀，要么全部写入，要么什么也没有；再跑不重复写。"""
    _latest.set(None)
    report = sheets.run_import(
        kind=KIND,
        content=content,
        filename=filename,
        mapping=mapping,
        options=options,
        commit=commit,
        again=again,
        by=by,
    )
    found = _warnings()
    if report.already:
        kept = ImportNote.objects.filter(batch_id=report.batch_id).first()
        found = tuple(Problem(*warning) for warning in kept.warnings) if kept else ()
    return Report(report, found)
