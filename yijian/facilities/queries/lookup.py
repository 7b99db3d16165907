"""查找一家机构；找出疑似重复。"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.kinds import KINDS
from yijian.facilities.models import Facility
from yijian.facilities.rules.search import terms
from yijian.facilities.rules.suspicions import Known, find


@dataclass(frozen=True)
class Found:
    """一条查找结果，供全站搜索框：名称、一行说明、数据单位与更新时间。"""

    facility_id: int
    name: str
    note: str
    source: str
    updated_at: datetime


def search(viewer: Viewer, text: str, limit: int = 20) -> list[Found]:
    """按名称、拼音全拼或首字母、代码、电话查找，多个词都要出现；名称开头相符的在前。"""
    words = terms(text)
    if not words:
        return []
    rows = _live(viewer)
    for word in words:
        rows = rows.filter(search_text__contains=word)
    first = words[0]
    rank = Case(
        When(name=text.strip(), then=Value(0)),
        When(search_text__startswith=first, then=Value(1)),
        When(Q(search_text__contains=f" {first}"), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = rows.annotate(rank=rank).order_by("rank", "name", "pk").select_related("region", "region__parent")
    return [_found(row) for row in found[: max(1, min(limit, 100))]]


def _live(viewer: Viewer) -> QuerySet[Facility]:
    return scoped(viewer, Facility.objects.filter(merged_into=None))


def _found(row: Facility) -> Found:
    place = f"{row.region.parent.name if row.region.parent else ''}{row.region.name}"
    parts = [KINDS[row.kind], place, row.uscc or "", "已终止服务" if row.closed_on else ""]
    return Found(row.pk, row.name, " · ".join(filter(None, parts)), row.source or place, row.updated_at)


@dataclass(frozen=True)
class Pair:
    """一对疑似重复；strength 3 代码相同，2 名称，1 只有坐标。"""

    first: Facility
    second: Facility
    reason: str
    strength: int


def known(rows: QuerySet[Facility]) -> list[Known]:
    """用来比较的机构；同一县区内才比名称。"""
    values = rows.order_by("pk").values_list(
        "pk", "name", "region_path", "uscc", "uscc_as_written", "lon", "lat"
    )
    return [
        Known(pk, name, county(path), uscc or "", written, lon, lat)
        for pk, name, path, uscc, written, lon, lat in values
    ]


def county(path: str) -> str:
    """区划路径到县级为止：县级及以上的代码六位，乡级更长。"""
    return "/".join(code for code in path.split("/") if len(code) <= 6)


def duplicates(viewer: Viewer, limit: int = 200) -> list[Pair]:
    """疑似重复的机构，最像的在前：代码相同、同县区名称相同、坐标相同或相距很近。"""
    found = find(known(_live(viewer)))[:limit]
    ids = {key for pair in found for key in (pair.first, pair.second)}
    rows = Facility.objects.select_related("region").in_bulk(ids)
    return [Pair(rows[s.first], rows[s.second], s.reason, s.strength) for s in found]
