"""专项行动的读。"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.inspections import kinds
from yijian.inspections.models import Drive, DriveRow
from yijian.kernel.errors import NotFound
from yijian.ledger.queries.owners import ancestors


@dataclass(frozen=True)
class Progress:
    """一次行动在看的人范围里的进度。"""

    drive: Drive
    done: int
    undone: int
    waiting: int

    @property
    def total(self) -> int:
        return self.done + self.undone + self.waiting


def near(viewer: Viewer) -> QuerySet[Drive]:
    """自己辖区的和上级开展的行动；机构看得到有自己一行的。"""
    rows = Drive.objects.select_related("region", "checklist__checklist")
    if viewer.everything:
        return rows
    above = {p for path in viewer.region_paths for p in ancestors(path)}
    own = DriveRow.objects.filter(pk__in=scoped(viewer, DriveRow.objects.all()).order_by().values("pk"))
    within = scoped(viewer, Drive.objects.all()).order_by().values("pk")
    return (
        rows.filter(pk__in=within)
        | rows.filter(region_path__in=above)
        | rows.filter(pk__in=own.order_by().values("drive_id"))
    )


def drives(viewer: Viewer) -> list[Progress]:
    found = []
    for drive in near(viewer).distinct().order_by("-starts_on", "-pk"):
        states = Counter(rows(viewer, drive).order_by().values_list("state", flat=True))
        found.append(Progress(drive, states["done"], states["undone"], states["waiting"]))
    return found


def drive(viewer: Viewer, drive_id: int) -> Drive:
    found = near(viewer).filter(pk=drive_id).distinct().first()
    if found is None:
        raise NotFound("没有找到这次专项行动，或它不在您的管辖范围内。")
    return found


def rows(viewer: Viewer, drive: Drive, state: str = "") -> QuerySet[DriveRow]:
    """行动里看的人管得到的各家。"""
    found = scoped(viewer, DriveRow.objects.filter(drive=drive)).select_related("facility__region", "visit")
    if state in kinds.DRIVE_STATES:
        found = found.filter(state=state)
    return found.order_by("facility__region_path", "facility_id")


def row(viewer: Viewer, row_id: int) -> DriveRow:
    rows_ = scoped(viewer, DriveRow.objects.select_related("drive", "facility"))
    found = rows_.filter(pk=row_id).first()
    if found is None:
        raise NotFound("没有找到这一家，或它不在您的管辖范围内。")
    return found
