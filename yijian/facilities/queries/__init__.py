"""机构档案的查询；第一个参数是看的人。"""

from yijian.facilities.queries.listing import (
    Filters,
    Page,
    Row,
    export_rows,
    facility,
    import_warnings,
    licence,
    licences,
    merge,
    merges,
    page,
    regions,
    tags,
)
from yijian.facilities.queries.lookup import Found, duplicates, search
from yijian.facilities.queries.past import Change, Snapshot, as_of, timeline

__all__ = [
    "Change",
    "Filters",
    "Found",
    "Page",
    "Row",
    "Snapshot",
    "as_of",
    "duplicates",
    "export_rows",
    "facility",
    "import_warnings",
    "licence",
    "licences",
    "merge",
    "merges",
    "page",
    "regions",
    "search",
    "tags",
    "timeline",
]
