"""登记簿的查询：名称核验、消防审验、证照矩阵、违法线索。"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.kinds import LICENCES
from yijian.facilities.models import Facility, Licence
from yijian.filing import kinds
from yijian.filing.models import FireApproval, LicencePhoto, NameCheck, Violation
from yijian.filing.rules.matching import place_words
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.people.models import Region, Unit

HOMES = ("nursing_home", "township_home")
SOON = 90
COLOURS = {"expired": "red", "soon": "amber", "valid": "green", "absent": ""}


def region_words(rows: QuerySet[Facility]) -> dict[str, tuple[str, ...]]:
    """区划 → 它和上级的各种叫法。"""
    found = {}
    for region in Region.objects.filter(pk__in=rows.order_by().values("region_id")):
        codes = [code for code in region.path.split("/") if code]
        found[region.pk] = place_words(
            Region.objects.filter(pk__in=codes).order_by("pk").values_list("name", flat=True)
        )
    return found


def government_units(path: str) -> list[int]:
    """管着这里的民政部门。"""
    paths = ["/".join(path.split("/")[: n + 1]) + "/" for n in range(1, path.count("/"))]
    rows = Unit.objects.filter(function="civil_affairs", region_path__in=[*paths, path])
    last = rows.order_by("-region_path").first()
    return [last.pk] if last else []


def live(viewer: Viewer) -> QuerySet[Facility]:
    """在营、没有并入他家的机构。"""
    return scoped(viewer, Facility.objects.filter(merged_into=None, closed_on=None)).select_related("region")


def bad_names(viewer: Viewer) -> QuerySet[NameCheck]:
    """备案名称不规范的（4.20）。"""
    rows = scoped(viewer, NameCheck.objects.exclude(broken=[]))
    return rows.select_related("facility", "facility__region").order_by(
        "facility__region_path", "facility_id"
    )


@dataclass(frozen=True)
class FireFigures:
    """消防审验的数（4.9）：登记数、办了几家、比例、原因。unknown 是在营而没有登记的。"""

    total: int
    done: int
    missing: int
    unknown: int
    reasons: list[tuple[str, str, int]]

    @property
    def ratio(self) -> str:
        return f"{self.done * 100 / self.total:.1f}%" if self.total else "—"


def fire_rows(viewer: Viewer, given: Mapping[str, str] | None = None) -> QuerySet[FireApproval]:
    rows = scoped(viewer, FireApproval.objects.filter(facility__closed_on=None, facility__merged_into=None))
    rows = rows.select_related("facility", "facility__region", "minutes")
    given = given or {}
    if given.get("status") in kinds.FIRE:
        rows = rows.filter(status=given["status"])
    if given.get("reason") in kinds.FIRE_REASONS:
        rows = rows.filter(reason=given["reason"])
    if given.get("region"):
        rows = rows.filter(facility__region_id=given["region"])
    return rows.order_by("facility__region_path", "facility__name", "pk")


def fire_figures(viewer: Viewer) -> FireFigures:
    rows = list(fire_rows(viewer))
    missing = Counter(row.reason for row in rows if row.status == "missing")
    homes = live(viewer).filter(kind__in=HOMES).exclude(pk__in=[row.facility_id for row in rows]).count()
    return FireFigures(
        len(rows),
        sum(row.status != "missing" for row in rows),
        sum(missing.values()),
        homes,
        [(reason, kinds.FIRE_REASONS[reason], count) for reason, count in missing.most_common()],
    )


def fire_row(viewer: Viewer, facility_id: int) -> FireApproval | None:
    return fire_rows(viewer).filter(facility_id=facility_id).first()


@dataclass(frozen=True)
class Cell:
    """矩阵的一格：状态、说法、颜色、证照。"""

    state: str
    said: str
    colour: str
    label: str
    licence: Licence | None = None
    photo_id: int | None = None


def expiry(day: date | None, held: bool, today: date) -> tuple[str, str]:
    """（状态，说法）：已过期、N天内到期、有效、无。没写有效期止的算长期有效。"""
    if not held:
        return "absent", "无"
    if day is None:
        return "valid", "有效（长期）"
    left = (day - today).days
    if left < 0:
        return "expired", f"已过期 {-left} 天"
    if left <= SOON:
        return "soon", f"{left} 天内到期" if left else "今天到期"
    return "valid", "有效"


@dataclass(frozen=True)
class Wallet:
    """一家机构的一行。"""

    facility: Facility
    cells: list[Cell]


def wallet_homes(viewer: Viewer, given: Mapping[str, str]) -> QuerySet[Facility]:
    """证照一览列哪些机构：按区划、种类、到期情况筛。"""
    rows = live(viewer)
    if given.get("region"):
        rows = rows.filter(region_id=given["region"])
    if given.get("q"):
        rows = rows.filter(Q(name__contains=given["q"][:60]))
    kind, state = given.get("licence", ""), given.get("state", "")
    held = Licence.objects.filter(kind=kind) if kind in LICENCES else Licence.objects.all()
    today = clock.today()
    if state == "absent" and kind in LICENCES:
        rows = rows.exclude(pk__in=held.values("facility_id"))
    elif state == "expired":
        rows = rows.filter(pk__in=held.filter(valid_to__lt=today).values("facility_id"))
    elif state == "soon":
        held = held.filter(valid_to__gte=today, valid_to__lte=today + timedelta(days=SOON))
        rows = rows.filter(pk__in=held.values("facility_id"))
    elif kind in LICENCES:
        rows = rows.filter(pk__in=held.values("facility_id"))
    return rows.order_by("region_path", "name", "pk")


def wallets(facilities: list[Facility]) -> list[Wallet]:
    """机构 × 证照；同种多张取到期最晚的。"""
    rows = Licence.objects.filter(facility__in=[f.pk for f in facilities]).order_by("pk")
    best: dict[tuple[int, str], Licence] = {}
    for row in rows:
        held = best.get((row.facility_id, row.kind))
        if held is None or (row.valid_to or date.max) >= (held.valid_to or date.max):
            best[row.facility_id, row.kind] = row
    photos = dict(
        LicencePhoto.objects.filter(licence__in=[r.pk for r in best.values()])
        .order_by("pk")
        .values_list("licence_id", "document_id")
    )
    today = clock.today()
    return [
        Wallet(f, [_cell(label, best.get((f.pk, kind)), photos, today) for kind, label in LICENCES.items()])
        for f in facilities
    ]


def _cell(label: str, licence: Licence | None, photos: dict[int, int], today: date) -> Cell:
    state, said = expiry(licence.valid_to if licence else None, licence is not None, today)
    return Cell(state, said, COLOURS[state], label, licence, photos.get(licence.pk) if licence else None)


def licence(viewer: Viewer, licence_id: int) -> Licence:
    found = scoped(viewer, Licence.objects.select_related("facility")).filter(pk=licence_id).first()
    if found is None:
        raise NotFound("没有这张证照，或不在您的范围内。")
    return found


def violations(viewer: Viewer, given: Mapping[str, str] | None = None) -> QuerySet[Violation]:
    """违法线索：民政、街道看辖区的，部门看转给自己的在前。"""
    rows = scoped(viewer, Violation.objects.all()).select_related("facility", "region")
    given = given or {}
    if given.get("kind") in kinds.VIOLATIONS:
        rows = rows.filter(kind=given["kind"])
    if given.get("state") in kinds.VIOLATION.states:
        rows = rows.filter(state=given["state"])
    return rows.order_by("-found_on", "-pk")


def violation(viewer: Viewer, violation_id: int) -> Violation:
    found = violations(viewer).filter(pk=violation_id).first()
    if found is None:
        raise NotFound("没有这条线索，或不在您的范围内。")
    return found


def facility(viewer: Viewer, facility_id: int) -> Facility:
    found = live(viewer).filter(pk=facility_id).first()
    if found is None:
        raise NotFound("没有这家机构，或不在您的范围内。")
    return found
