"""登记备案的指标：1.5、1.11、2.6、2.7、4.9、4.12、4.20，数与清单出自同一组行。"""

from dataclasses import dataclass

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.filing.kinds import FIRE_REASONS
from yijian.filing.models import ExchangeBatch, FireApproval, RegisteredEntity, UnregisteredPlace
from yijian.filing.queries import registers
from yijian.ledger.models import Fact, Obligation
from yijian.ledger.queries.scope import visible


@dataclass(frozen=True)
class Item:
    """清单的一行。"""

    name: str
    note: str
    link: str = ""


@dataclass(frozen=True)
class Indicator:
    """一项指标。"""

    ref: str
    title: str
    value: str
    rows: list[Item]
    link: str = ""


def indicators(viewer: Viewer) -> list[Indicator]:
    """七项指标，依编号。"""
    return [one(viewer) for one in (_i1_5, _i1_11, _i2_6, _i2_7, _i4_9, _i4_12, _i4_20)]


def _facts(viewer: Viewer, kind: str, variant: str = "") -> list[Fact]:
    rows = scoped(viewer, Fact.objects.filter(kind=kind, retracts=None, retraction__isnull=True))
    rows = rows.filter(variant=variant) if variant else rows
    return list(rows.select_related("region").order_by("-occurred_on", "-pk"))


def _i1_5(viewer: Viewer) -> Indicator:
    """消防审验专题报告与会议决定。"""
    reports = _facts(viewer, "report.submitted", "fire_approval")
    decided = scoped(viewer, FireApproval.objects.exclude(decision="")).select_related("facility")
    rows = [Item(f"{fact.region.name}消防审验专题报告", str(fact.occurred_on)) for fact in reports]
    rows += [
        Item(row.facility.name, row.decision, f"/filing/registers/fire/{row.facility_id}/")
        for row in decided.order_by("pk")
    ]
    value = f"报告 {len(reports)} 份，会议决定 {len(rows) - len(reports)} 家"
    return Indicator("1.5", "消防审验问题专题报告和会议研究", value, rows, "/filing/registers/fire/")


def _i1_11(viewer: Viewer) -> Indicator:
    """整治文件与摸排的场所。"""
    papers = _facts(viewer, "document.issued", "unlicensed")
    rows = scoped(viewer, UnregisteredPlace.objects.all()).order_by("-found_on", "-pk")
    items = [Item("整治文件", f"{fact.occurred_on} {fact.payload.get('number', '')}") for fact in papers]
    items += [_place(row) for row in rows]
    value = f"文件 {len(papers)} 份，场所 {len(items) - len(papers)} 处"
    return Indicator("1.11", "依法打击未经登记养老服务的文件与场所", value, items, "/filing/places/")


def _place(row: UnregisteredPlace) -> Item:
    said = f"收住 {row.residents} 人，{row.found_on} 发现"
    return Item(row.name, said, f"/filing/places/{row.pk}/")


def _i2_6(viewer: Viewer) -> Indicator:
    """发现未备案收住老人的，20 个工作日内现场检查：数台账里的义务。"""
    rows = visible(viewer).filter(rule__trigger="filing.unfiled_found", void_at=None, due_on__isnull=False)
    duties = list(rows.select_related("facility", "region").order_by("-due_on", "pk"))
    done = sum(duty.done_at is not None for duty in duties)
    items = [_duty(duty) for duty in duties]
    return Indicator(
        "2.6", "未备案收住老人的限期现场检查", f"{done} / {len(duties)} 件已检查", items, "/ledger/"
    )


def _duty(duty: Obligation) -> Item:
    name = duty.facility.name if duty.facility else duty.region.name if duty.region else ""
    said = f"期限 {duty.due_on}，{'已检查' if duty.done_at else '未检查'}"
    return Item(name, said, f"/ledger/{duty.pk}/")


def _i2_7(viewer: Viewer) -> Indicator:
    rows = scoped(viewer, ExchangeBatch.objects.all()).order_by("-received_at", "-pk")
    checked = scoped(viewer, RegisteredEntity.objects.filter(checked_at__isnull=False)).count()
    items = [
        Item(f"{b.sender} {b.batch_no}", f"{b.rows} 个主体", f"/filing/exchange/batches/{b.pk}/")
        for b in rows
    ]
    value = f"交换 {len(items)} 批，街道核查 {checked} 个主体"
    return Indicator("2.7", "登记备案信息共享", value, items, "/filing/exchange/")


def _i4_9(viewer: Viewer) -> Indicator:
    figures = registers.fire_figures(viewer)
    items = [
        Item(
            row.facility.name,
            FIRE_REASONS.get(row.reason) or row.number,
            f"/filing/registers/fire/{row.facility_id}/",
        )
        for row in registers.fire_rows(viewer)
    ]
    value = f"{figures.done} / {figures.total} 家，{figures.ratio}"
    return Indicator("4.9", "消防审验或备案数量和比例", value, items, "/filing/registers/fire/")


def _i4_12(viewer: Viewer) -> Indicator:
    """业务办理公开：公开了备案办理指南等；附上已备案的家数。"""
    facts = _facts(viewer, "disclosure.published", "business")
    filed = scoped(viewer, Facility.objects.filter(merged_into=None, closed_on=None, filing_status="filed"))
    items = [Item(fact.label, f"{fact.occurred_on} {fact.payload.get('note', '')}") for fact in facts]
    value = f"公开 {len(items)} 项，已备案 {filed.count()} 家"
    return Indicator(
        "4.12", "业务办理公开（备案办理指南等）", value, items, "/facilities/?standing=in_service"
    )


def _i4_20(viewer: Viewer) -> Indicator:
    rows = registers.bad_names(viewer)
    items = [
        Item(c.name, "、".join(str(b["says"]) for b in c.broken), f"/facilities/{c.facility_id}/")
        for c in rows
    ]
    return Indicator("4.20", "备案名称不规范数量", f"{len(items)} 家", items, "/filing/exchange/names/")
