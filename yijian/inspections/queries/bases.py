"""三库与检查表的读：检查人员、事项清单、检查表各版。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import Checklist, ChecklistVersion, Inspector, Relation, SpotItem
from yijian.inspections.rules.checklist import Change, diff
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.ledger.queries.owners import ancestors
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region, Unit

SOON = 60
VALIDITY = {"": "全部", "valid": "有效", "soon": f"{SOON} 天内到期", "expired": "已过期"}


@dataclass(frozen=True)
class InspectorFilter:
    """名录的筛选。"""

    text: str = ""
    function: str = ""
    validity: str = ""

    @staticmethod
    def of(given: Mapping[str, str]) -> "InspectorFilter":
        validity = given.get("validity", "")
        function = given.get("function", "")
        return InspectorFilter(
            given.get("q", "").strip()[:40],
            function if function in FUNCTIONS else "",
            validity if validity in VALIDITY else "",
        )


def inspectors(viewer: Viewer, where: InspectorFilter | None = None) -> QuerySet[Inspector]:
    """看的人范围内的执法检查人员。"""
    where, today = where or InspectorFilter(), clock.today()
    rows = scoped(viewer, Inspector.objects.select_related("unit", "account"))
    if where.text:
        rows = rows.filter(
            Q(name__icontains=where.text)
            | Q(certificate_no__icontains=where.text)
            | Q(unit__name__icontains=where.text)
        )
    if where.function:
        rows = rows.filter(unit__function=where.function)
    if where.validity == "expired":
        rows = rows.filter(valid_to__lt=today)
    elif where.validity == "valid":
        rows = rows.filter(valid_to__gte=today)
    elif where.validity == "soon":
        rows = rows.filter(valid_to__gte=today, valid_to__lte=today + timedelta(days=SOON))
    return rows.order_by("region_path", "unit_id", "name", "pk")


def inspector(viewer: Viewer, inspector_id: int, *, capability: str | None = None) -> Inspector:
    """范围内的一名检查人员。"""
    rows = scoped(viewer, Inspector.objects.select_related("unit"), capability=capability)
    found = rows.filter(pk=inspector_id).first()
    if found is None:
        raise NotFound("没有找到这名检查人员，或其不在您的管辖范围内。")
    return found


def usable(viewer: Viewer, path: str, day: date) -> QuerySet[Inspector]:
    """某日可以派到某处的检查人员：在岗、证件有效、单位管得到那里。"""
    rows = Inspector.objects.filter(active=True, valid_to__gte=day, unit__active=True)
    rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    near = rows.filter(unit__region__path__in=ancestors(path)).select_related("unit")
    return near.order_by("unit__function", "name", "pk")


def standing(row: Inspector, today: date) -> str:
    """证件状态：有效、将到期、已过期。"""
    if row.valid_to < today:
        return "expired"
    return "soon" if row.valid_to <= today + timedelta(days=SOON) else "valid"


def relations(row: Inspector) -> list[Relation]:
    return list(row.relations.select_related("facility").order_by("ended_on", "-declared_on", "pk"))


def own_inspector(viewer: Viewer) -> Inspector | None:
    """看的人自己在名录里的那一条。"""
    return Inspector.objects.filter(account_id=viewer.account_id).first() if viewer.account_id else None


def units_for(viewer: Viewer, capability: str) -> list[tuple[int, str]]:
    """可以登记检查人员的单位。"""
    rows = scoped(viewer, Unit.objects.filter(active=True), capability=capability)
    rows = rows.exclude(function__in=("facility", "association"))
    return list(rows.order_by("region_path", "pk").values_list("pk", "name"))


# ── 事项清单 ──────────────────────────────────────────────────────────


def places(viewer: Viewer) -> list[Region]:
    """看的人辖区里（或所在的）有事项清单的地方。"""
    paths: set[str] = set()
    for path in viewer.region_paths or (viewer.region_path,):
        paths |= set(ancestors(path))
    below = Q()
    for path in viewer.region_paths:
        below |= Q(path__startswith=path)
    rows = Region.objects.filter(Q(path__in=paths) | below if below else Q(path__in=paths))
    return list(rows.filter(pk__in=SpotItem.objects.order_by().values("region_id")).order_by("path"))


def spot_items(region: Region, aspect: str = "", *, every: bool = False) -> QuerySet[SpotItem]:
    """一个地方的抽查事项。"""
    rows = SpotItem.objects.filter(region=region).order_by("code")
    if aspect in kinds.ASPECTS:
        rows = rows.filter(aspect=aspect)
    return rows if every else rows.filter(active=True)


def spot_item(item_id: int) -> SpotItem:
    found = SpotItem.objects.select_related("region").filter(pk=item_id).first()
    if found is None:
        raise NotFound("没有找到这个抽查事项。")
    return found


# ── 检查表 ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ListRow:
    """检查表目录的一行。"""

    checklist: Checklist
    version: ChecklistVersion
    items: int
    unverified: int


def latest_versions() -> dict[int, ChecklistVersion]:
    """每张检查表的最新一版。"""
    found: dict[int, ChecklistVersion] = {}
    for version in ChecklistVersion.objects.order_by("checklist_id", "number"):
        found[version.checklist_id] = version
    return found


def checklist_rows() -> list[ListRow]:
    latest = latest_versions()
    rows = []
    for one in Checklist.objects.select_related("region").order_by("code"):
        if one.pk in latest:
            items = latest[one.pk].items
            rows.append(ListRow(one, latest[one.pk], len(items), sum(i["mark"] == "M" for i in items)))
    order = list(kinds.ASPECTS)
    return sorted(
        rows, key=lambda r: (not r.checklist.active, order.index(r.checklist.aspect), r.checklist.code)
    )


def checklist(code: str) -> Checklist:
    found = Checklist.objects.filter(code=code).first()
    if found is None:
        raise NotFound("没有找到这张检查表。")
    return found


def versions(row: Checklist) -> list[ChecklistVersion]:
    return list(row.versions.order_by("-number"))


def version(row: Checklist, number: int | None = None) -> ChecklistVersion:
    """某一版；不给版次就是最新的。"""
    rows = row.versions.order_by("-number")
    found = (rows.filter(number=number) if number else rows).first()
    if found is None:
        raise NotFound("这张检查表没有这一版。")
    return found


def changes(row: Checklist, a: int, b: int) -> list[Change]:
    """两版之间的变化。"""
    return diff(version(row, a).items, version(row, b).items)


def version_choices() -> list[tuple[int, str]]:
    """派任务时可选的检查表（最新一版）。"""
    return [
        (r.version.pk, f"{r.checklist.title}（第{r.version.number}版，{r.items}项）")
        for r in checklist_rows()
        if r.checklist.active
    ]


def facility_choices(viewer: Viewer) -> list[tuple[int, str]]:
    rows = scoped(viewer, Facility.objects.filter(merged_into__isnull=True, closed_on__isnull=True))
    return list(rows.order_by("region_path", "name", "pk").values_list("pk", "name"))
