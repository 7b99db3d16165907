"""导出机构：列与导入相同，改好可再导回；代码为文本，坐标为 WGS84。"""

from collections.abc import Iterator

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.facilities.kinds import WORDS
from yijian.facilities.models import Facility
from yijian.facilities.queries.listing import Filters, export_rows
from yijian.facilities.services.columns import COLUMNS
from yijian.sheets.services import export

_DIRECT = {column.name for column in COLUMNS} - {"county", "town", "region_code", "datum", "aliases", "tags"}


def export_facilities(*, filters: Filters, by: Viewer) -> bytes:
    """导出筛选后的全部机构为 xlsx，并留下审计。"""
    require(by, "facilities.view")
    note = "坐标为 WGS84；本表可改后再导入。"
    return export(title="机构档案", columns=COLUMNS, rows=_rows(by, filters), note=note, by=by)


def _rows(by: Viewer, filters: Filters) -> Iterator[list[object]]:
    for facility in export_rows(by, filters):
        yield [_cell(facility, column.name) for column in COLUMNS]


def _cell(facility: Facility, name: str) -> object:
    region = facility.region
    town = region.level in ("town", "community")
    if name == "uscc":
        return facility.uscc or facility.uscc_as_written
    if name in WORDS:
        return WORDS[name][getattr(facility, name)]
    if name in _DIRECT:
        return getattr(facility, name)
    derived = {
        "county": (region.parent.name if region.parent else "") if town else region.name,
        "town": region.name if town else "",
        "region_code": region.pk,
        "datum": "WGS84" if facility.lon is not None else "",
        "aliases": "、".join(facility.aliases),
        "tags": "、".join(facility.tags),
    }
    return derived[name]
