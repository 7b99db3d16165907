"""告知移送的列表与一件；可选的单位。"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.rectification.models import Handover
from yijian.rectification.queries.finding import handover as found
from yijian.rectification.queries.finding import units_to
from yijian.rectification.queries.page import Shown, shown

BOXES: dict[str, str] = {
    "": "全部",
    "in": "待我单位办",
    "out": "我单位发出",
    "disputed": "待裁定",
    "answered": "已反馈",
}
WAITING = ("sent", "received", "arrived")


def handovers(viewer: Viewer, box: str = "", kind: str = "") -> QuerySet[Handover]:
    """看的人范围内的告知移送；机构不看。"""
    rows = scoped(viewer, Handover.objects.select_related("from_unit", "to_unit", "facility", "problem"))
    units = list(viewer.unit_ids)
    if box == "in":
        rows = rows.filter(to_unit_id__in=units, state__in=WAITING)
    elif box == "out":
        rows = rows.filter(from_unit_id__in=units)
    elif box:
        rows = rows.filter(state=box)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("-sent_at", "-pk")


def waiting_for(viewer: Viewer) -> int:
    """待我单位办的件数。"""
    units = list(viewer.unit_ids)
    return scoped(viewer, Handover.objects.filter(Q(to_unit_id__in=units, state__in=WAITING))).count()


@dataclass(frozen=True)
class Sheet:
    """一件告知移送的页面。"""

    row: Handover
    number: str
    shown: list[Shown]
    stops: list[tuple[str, datetime | None, str]]
    may: frozenset[str]
    choices: list[tuple[int, str]]


def sheet(viewer: Viewer, handover_id: int) -> Sheet:
    """一件；范围外 NotFound。"""
    row = found(viewer, handover_id)
    stops = [
        ("发出", row.sent_at, row.sent_name),
        ("签收", row.received_at, row.received_name),
        ("到场", row.arrived_at, row.arrived_name),
        ("反馈", row.answered_at, row.answered_name),
        ("互认", row.recognised_at, row.recognised_name),
    ]
    if row.facility_id is None:
        stops.pop(2)
    may = allowed(viewer, row)
    choosing = may & {"resend", "arbitrate"}
    choices = [(u.pk, u.name) for u in units_to(row.from_unit_id)] if choosing else []
    papers = shown(viewer, list(row.documents.order_by("pk")))
    return Sheet(row, row.number, papers, stops, frozenset(may), choices)


def allowed(viewer: Viewer, row: Handover) -> set[str]:
    """现在能办什么。"""
    may: set[str] = set()
    if not viewer.can("rectification.handover"):
        return may
    if row.to_unit_id in viewer.unit_ids:
        may |= {"sent": {"receive"}, "received": {"answer"}, "arrived": {"answer"}}.get(row.state, set())
        if row.state == "received" and row.facility_id:
            may.add("arrive")
        if row.state in ("sent", "received") and not row.arbitrated:
            may.add("return")
    if row.from_unit_id in viewer.unit_ids:
        if row.state == "returned":
            may.add("resend")
        if row.state == "answered" and row.recognised_at is None:
            may.add("recognise")
    if row.state == "disputed" and viewer.is_civil and viewer.can("rectification.decide"):
        may.add("arbitrate")
    return may
