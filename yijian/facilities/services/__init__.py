"""机构档案的动词。本应用的表只由这里写；参数一律按名传入，最后是 by。"""

from yijian.facilities.services.facilities import (
    change_facility,
    close_facility,
    create_facility,
    reopen_facility,
)
from yijian.facilities.services.importing import (
    commit_facilities,
    import_facilities,
    remap_facilities,
    stage_facilities,
)
from yijian.facilities.services.licences import add_licence, change_licence, remove_licence
from yijian.facilities.services.merging import merge_facilities, undo_merge
from yijian.facilities.services.values import Values

__all__ = [
    "Values",
    "add_licence",
    "change_facility",
    "change_licence",
    "close_facility",
    "commit_facilities",
    "create_facility",
    "import_facilities",
    "merge_facilities",
    "remap_facilities",
    "remove_licence",
    "reopen_facility",
    "stage_facilities",
    "undo_merge",
]
