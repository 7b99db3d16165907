"""三库的动词：抽查事项清单的装入与修改，检查人员的登记，关系的申报与解除，导出。"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db import IntegrityError, transaction
from ruamel.yaml import YAML

from yijian.access.scope import in_scope
from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.kinds import KINDS
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import Inspector, Relation, SpotItem
from yijian.inspections.queries.bases import InspectorFilter, inspectors, own_inspector, spot_items
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Account, Region, Unit
from yijian.people.rules import is_under
from yijian.sheets.services import export

DATA = Path(__file__).resolve().parent.parent / "data" / "spot_items.yaml"
MANAGE = "inspections.manage"


def insist_region(by: Viewer, region: Region) -> None:
    """只管自己辖区的清单。"""
    if not by.everything and not any(is_under(region.path, p.region_path) for p in by.posts_with(MANAGE)):
        raise NotFound("没有这个地方，或它不在您的管辖范围内。")


@verb(MANAGE)
def load_spot_items(*, by: Viewer) -> int:
    """装入抽查事项清单的起点（南开 任务30；酉阳 2.2；曲靖 十五）：还没有清单的地方才装。返回装了几项。"""
    with DATA.open(encoding="utf-8") as source:
        given = YAML(typ="safe", pure=True).load(source)
    known = {r.pk: r for r in Region.objects.filter(pk__in=list(given))}
    filled = set(SpotItem.objects.order_by().values_list("region_id", flat=True).distinct())
    made = []
    for code, rows in given.items():
        if code in known and code not in filled:
            made += [
                SpotItem(
                    region=known[code],
                    object_kinds=list(row["kinds"]),
                    functions=list(row["functions"]),
                    **{name: row[name] for name in ("code", "aspect", "title", "method", "basis")},
                )
                for row in rows
            ]
    SpotItem.objects.bulk_create(made)
    words = "、".join(dict.fromkeys(m.region.name for m in made))
    audit("inspections.spot_items_loaded", by=by, data={"place": words, "count": len(made)})
    return len(made)


@verb(MANAGE)
def save_spot_item(
    *,
    region: Region,
    code: str,
    aspect: str,
    title: str,
    object_kinds: Sequence[str],
    method: str,
    functions: Sequence[str],
    basis: str,
    active: bool = True,
    item: SpotItem | None = None,
    by: Viewer,
) -> SpotItem:
    """增改抽查事项：编号、类别、对象、方式、主体、依据都要有。"""
    insist_region(by, item.region if item else region)
    if not (code.strip() and title.strip() and basis.strip()):
        raise Refused("编号、事项和依据都要填。", field="basis")
    if aspect not in kinds.ASPECTS or method not in kinds.METHODS:
        raise Refused("类别和方式请从列出的里选。", field="aspect")
    if not object_kinds or any(k not in KINDS for k in object_kinds):
        raise Refused("请选检查对象（机构种类）。", field="object_kinds")
    if not functions or any(f not in FUNCTIONS for f in functions):
        raise Refused("请选检查主体（单位职能）。", field="functions")
    row = item or SpotItem(region=region)
    row.code, row.aspect, row.title, row.method = code.strip()[:20], aspect, title.strip()[:120], method
    row.object_kinds, row.functions = list(object_kinds), list(functions)
    row.basis, row.active, row.updated_at = basis.strip()[:200], active, clock.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(f"编号“{row.code}”在这里已经用过，请换一个。", field="code") from error
    audit("inspections.spot_item_saved", by=by, subject=("spot_item", row.pk, str(row)))
    return row


@verb(MANAGE)
def save_inspector(
    *,
    name: str,
    unit: Unit,
    certificate_no: str,
    valid_to: date,
    valid_from: date | None = None,
    expertise: Sequence[str] = (),
    is_expert: bool = False,
    active: bool = True,
    account: Account | None = None,
    inspector: Inspector | None = None,
    by: Viewer,
) -> Inspector:
    """登记执法检查人员（南开 十）：执法证号、有效期、专长。过期的照样在册，只是不参加抽取。"""
    if not in_scope(by, unit, capability=MANAGE) or (inspector and not in_scope(by, inspector)):
        raise NotFound("没有这个单位或这名人员，或不在您的管辖范围内。")
    if not name.strip() or not certificate_no.strip():
        raise Refused("姓名和执法证号都要填。", field="certificate_no")
    if valid_from and valid_to < valid_from:
        raise Refused("有效期止不能早于有效期起。", field="valid_to")
    if any(e not in kinds.ASPECTS for e in expertise):
        raise Refused("专长请从列出的方面里选。", field="expertise")
    row = inspector or Inspector()
    row.name, row.unit, row.region_path = name.strip()[:40], unit, unit.region_path
    row.certificate_no, row.valid_from, row.valid_to = certificate_no.strip()[:40], valid_from, valid_to
    row.expertise, row.is_expert, row.active = list(expertise), is_expert, active
    row.account = account or row.account
    row.updated_at = clock.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(
            f"执法证号“{row.certificate_no}”（或账号）已经登记给别人，请核对。", field="certificate_no"
        ) from error
    data = {"certificate": row.certificate_no, "valid_to": row.valid_to.isoformat()}
    audit("inspections.inspector_saved", by=by, subject=("inspector", row.pk, row.name), data=data)
    return row


# ── 关系与回避 ────────────────────────────────────────────────────────


def insist_own(by: Viewer, inspector: Inspector) -> None:
    """本人申报，或管名录的人代为登记。"""
    own = own_inspector(by)
    if own is not None and own.pk == inspector.pk:
        return
    if not by.can(MANAGE):
        raise Forbidden("只能申报自己的关系；别人的请其本人申报，或由民政部门登记。")


@verb("inspections.view", on="inspector")
def declare_relation(
    *, inspector: Inspector, facility: Facility, kind: str, note: str = "", by: Viewer
) -> Relation:
    """申报与机构的关系：申报之后不再派往、也不会抽到这一家。"""
    insist_own(by, inspector)
    if kind not in kinds.RELATIONS:
        raise Refused("关系请从列出的里选。", field="kind")
    if kind == "other" and not note.strip():
        raise Refused("选“其他”的，请写明是什么关系。", field="note")
    try:
        with transaction.atomic():
            row = Relation.objects.create(
                inspector=inspector,
                facility=facility,
                kind=kind,
                note=note.strip()[:200],
                declared_on=clock.today(),
            )
    except IntegrityError as error:
        raise Refused("这一条关系已经申报过。", field="facility") from error
    tell("inspections.relation_declared", row, by)
    return row


@verb("inspections.view", on="relation")
def end_relation(*, relation: Relation, by: Viewer) -> Relation:
    """解除申报的关系：留着历史，写下解除日期。"""
    insist_own(by, relation.inspector)
    if not Relation.objects.filter(pk=relation.pk, ended_on__isnull=True).update(ended_on=clock.today()):
        raise Refused("这一条关系已经解除过了。")
    relation.refresh_from_db()
    tell("inspections.relation_ended", relation, by)
    return relation


def tell(action: str, row: Relation, by: Viewer) -> None:
    audit(
        action,
        by=by,
        subject=("inspector", row.inspector_id, row.inspector.name),
        data={"facility": row.facility.name, "relation": kinds.RELATIONS[row.kind]},
    )


# ── 导出 ──────────────────────────────────────────────────────────────


def export_inspectors(*, where: InspectorFilter, by: Viewer) -> bytes:
    """导出执法检查人员名录库：列与导入相同。"""
    from yijian.inspections.services.bases_import import INSPECTORS, inspector_row

    require(by, "inspections.view")
    rows = (inspector_row(i) for i in inspectors(by, where))
    return export(title="执法检查人员名录库", columns=INSPECTORS, rows=rows, by=by)


def export_spot_items(*, region: Region, by: Viewer) -> bytes:
    """导出抽查事项清单：列与导入相同。"""
    from yijian.inspections.services.bases_import import SPOT_ITEMS

    require(by, "inspections.view")
    title = f"{region.name}抽查事项清单"
    return export(title=title, columns=SPOT_ITEMS, rows=spot_rows(region), by=by)


def spot_rows(region: Region) -> Iterator[list[object]]:
    from yijian.inspections.services.bases_import import spot_row

    for item in spot_items(region, every=True):
        yield spot_row(item)
