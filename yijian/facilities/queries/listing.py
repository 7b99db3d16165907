"""机构列表与档案：筛选、先取编号再取行的分页、导出、一家的详情。"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.kinds import EXPIRY, KINDS, NATURES, STANDINGS
from yijian.facilities.models import Facility, ImportNote, Licence, Merge
from yijian.facilities.rules.search import terms
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Region
from yijian.sheets import queries as sheets
from yijian.sheets.importing import Problem

PAGE = 50
SORTS: dict[str, tuple[str, ...]] = {
    "": ("region_path", "name", "pk"),
    "name": ("name", "pk"),
    "beds": ("-beds", "pk"),
    "updated": ("-updated_at", "pk"),
}
_CHOICES: dict[str, Mapping[str, str]] = {
    "kind": KINDS,
    "nature": NATURES,
    "standing": STANDINGS,
    "expiring": EXPIRY,
}
_STANDING: dict[str, Q] = {
    "in_service": Q(merged_into=None, closed_on=None),
    "closed": Q(merged_into=None, closed_on__isnull=False),
    "unfiled": Q(merged_into=None, closed_on=None, filing_status__in=("unfiled", "unknown")),
    "unregistered": Q(merged_into=None, closed_on=None, registration_status__in=("unregistered", "unknown")),
    "merged": Q(merged_into__isnull=False),
    "all": Q(),
}


@dataclass(frozen=True)
class Filters:
    """列表的筛选；网址参数原样可得，也原样可回。"""

    text: str = ""
    kind: str = ""
    nature: str = ""
    region: str = ""
    standing: str = "in_service"
    tag: str = ""
    expiring: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Filters":
        """由网址参数得到；没有的选项报 Refused。"""
        found = cls(text=given.get("q", "").strip()[:100], region=given.get("region", "")[:12])
        for name, words in _CHOICES.items():
            value = given.get(name, "")
            if value and value not in words:
                raise Refused(f"网址里的筛选条件“{value[:20]}”不认识，请回到列表重新选择。", field=name)
            found = replace(found, **{name: value or getattr(found, name)})
        sort = given.get("sort", "")
        if sort not in SORTS:
            raise Refused("网址里的排序方式不认识，请回到列表重新选择。", field="sort")
        return replace(found, sort=sort, tag=given.get("tag", "").strip()[:20])


@dataclass(frozen=True)
class Row:
    """列表的一行；expires 是最早到期的证照日，colour 是它的颜色。"""

    facility: Facility
    expires: date | None
    colour: str


@dataclass(frozen=True)
class Page:
    """一页；total 是筛选后的总数。"""

    rows: list[Row]
    total: int
    number: int
    pages: int


def expiry_colour(day: date | None, today: date) -> str:
    """证照到期的颜色：过期红，30 天内黄，此外绿，没有日期为空。"""
    if day is None:
        return ""
    if day < today:
        return "red"
    return "amber" if day <= today + timedelta(days=30) else "green"


def _tagged(rows: QuerySet[Facility], tag: str) -> QuerySet[Facility]:
    """带某标签：PostgreSQL 用 jsonb 包含，SQLite 在 JSON 文字里找带引号的整词。"""
    if connection.vendor == "postgresql":
        return rows.filter(tags__contains=[tag])
    return rows.annotate(tag_text=Cast("tags", TextField())).filter(tag_text__contains=json.dumps(tag))


def filtered(viewer: Viewer, filters: Filters) -> QuerySet[Facility]:
    """筛选后的机构，未排序。"""
    rows = scoped(viewer, Facility.objects.all()).filter(_STANDING[filters.standing])
    for name in ("kind", "nature"):
        if getattr(filters, name):
            rows = rows.filter(**{name: getattr(filters, name)})
    if filters.region:
        place = Region.objects.filter(pk=filters.region).first()
        if place is None:
            raise NotFound("没有这个区划，请回到列表重新选择。")
        rows = rows.filter(region_path__under=place.path)
    if filters.tag:
        rows = _tagged(rows, filters.tag)
    for word in terms(filters.text):
        rows = rows.filter(search_text__contains=word)
    if filters.expiring:
        rows = rows.filter(Exists(_expiring(int(filters.expiring))))
    return rows


def _expiring(days: int) -> QuerySet[Licence]:
    today = clock.today()
    rows = Licence.objects.filter(facility_id=OuterRef("pk"))
    if days == 0:
        return rows.filter(valid_to__lt=today)
    return rows.filter(valid_to__gte=today, valid_to__lte=today + timedelta(days=days))


def page(viewer: Viewer, filters: Filters, number: int = 1) -> Page:
    """一页机构，每页五十家；页码超出时给最后一页。"""
    rows = filtered(viewer, filters)
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * PAGE
    ids = list(_sorted(rows, filters.sort).values_list("pk", flat=True)[start : start + PAGE])
    return Page(_rows(ids), total, number, pages)


def _sorted(rows: QuerySet[Facility], sort: str) -> QuerySet[Facility]:
    if sort == "beds":
        return rows.order_by(F("beds").desc(nulls_last=True), "pk")
    return rows.order_by(*SORTS[sort])


def _rows(ids: list[int]) -> list[Row]:
    today = clock.today()
    found = Facility.objects.select_related("region", "region__parent").in_bulk(ids)
    ends = dict(
        Licence.objects.filter(facility_id__in=ids, valid_to__isnull=False)
        .values_list("facility_id")
        .annotate(first=Min("valid_to"))
        .order_by()
    )
    return [Row(found[pk], ends.get(pk), expiry_colour(ends.get(pk), today)) for pk in ids if pk in found]


def export_rows(viewer: Viewer, filters: Filters) -> Iterator[Facility]:
    """筛选后的全部机构，供导出；分批取，内存不随总数增长。"""
    ids = iter(_sorted(filtered(viewer, filters), filters.sort).values_list("pk", flat=True))
    while chunk := list(islice(ids, 500)):
        found = Facility.objects.select_related("region", "region__parent").in_bulk(chunk)
        yield from (found[pk] for pk in chunk if pk in found)


def facility(viewer: Viewer, facility_id: int, *, capability: str | None = None) -> Facility:
    """范围内的一家；不存在或在范围外都是 NotFound。"""
    rows = scoped(viewer, Facility.objects.all(), capability=capability)
    found = rows.select_related("region", "region__parent", "unit", "merged_into").filter(pk=facility_id)
    row = found.first()
    if row is None:
        raise NotFound("没有找到这家机构，或它不在您的管辖范围内。")
    return row


def licences(viewer: Viewer, facility_id: int) -> list[tuple[Licence, str]]:
    """一家的证照，各带到期颜色，先到期的在前。"""
    rows = scoped(viewer, Licence.objects.filter(facility_id=facility_id))
    today = clock.today()
    listed = rows.order_by(F("valid_to").asc(nulls_last=True), "kind", "pk")
    return [(row, expiry_colour(row.valid_to, today)) for row in listed]


def licence(viewer: Viewer, licence_id: int) -> Licence:
    """范围内的一张证照。"""
    found = scoped(viewer, Licence.objects.select_related("facility")).filter(pk=licence_id).first()
    if found is None:
        raise NotFound("没有找到这张证照，或它不在您的管辖范围内。")
    return found


def merges(viewer: Viewer, facility_id: int) -> list[Merge]:
    """与一家有关、还没有撤销的合并，新的在前。"""
    facility(viewer, facility_id)
    rows = Merge.objects.filter(Q(kept_id=facility_id) | Q(dropped_id=facility_id), undone_at=None)
    return list(rows.select_related("kept", "dropped").order_by("-merged_at", "-pk"))


def merge(viewer: Viewer, merge_id: int) -> Merge:
    """一次合并；两家都在范围内才看得到。"""
    found = Merge.objects.select_related("kept", "dropped").filter(pk=merge_id).first()
    if found is None:
        raise NotFound("没有找到这次合并。")
    facility(viewer, found.kept_id)
    facility(viewer, found.dropped_id)
    return found


def regions(viewer: Viewer, capability: str | None = None) -> QuerySet[Region]:
    """看的人（凭某一权限）管辖的县级及以下区划，供选择。"""
    if viewer.everything:
        allowed = Q()
    else:
        allowed = Q(pk__in=[])
        for post in viewer.posts_with(capability):
            if post.group not in ("facility", "outside"):
                allowed |= Q(path__under=post.region_path)
    rows = Region.objects.filter(allowed, level__in=("county", "town", "community"))
    return rows.select_related("parent").order_by("path")


def tags(viewer: Viewer) -> list[str]:
    """范围内用过的标签，按字排序；供筛选。"""
    rows = scoped(viewer, Facility.objects.exclude(tags=[])).order_by("pk").values_list("tags", flat=True)
    return sorted({tag for found in rows[:5000] for tag in found})


def import_warnings(viewer: Viewer, batch_id: UUID | str) -> list[Problem]:
    """一次导入的提醒；批次在范围外报 NotFound。"""
    batch = sheets.batch(viewer, batch_id)
    note = ImportNote.objects.filter(pk=batch.pk).first()
    return [Problem(*warning) for warning in note.warnings] if note else []
