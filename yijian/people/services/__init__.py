"""组织与人员的动词。本应用的表只由这里写；参数一律按名传入，最后是 by。"""

from yijian.people.services.accounts import (
    change_own_password,
    create_account,
    disable_account,
    enable_account,
    end_sessions,
    require_totp,
    set_officer,
    set_password,
)
from yijian.people.services.imports import (
    ImportedAccount,
    ImportRefused,
    RowError,
    import_accounts,
    import_units,
)
from yijian.people.services.posts import appoint_deputy, close_post, end_deputy, open_post
from yijian.people.services.regions import add_region, create_region, load_regions
from yijian.people.services.units import (
    FacilityUnit,
    add_facility_units,
    close_unit,
    create_unit,
    rename_unit,
    update_facility_unit,
)

__all__ = [
    "FacilityUnit",
    "ImportRefused",
    "ImportedAccount",
    "RowError",
    "add_facility_units",
    "add_region",
    "appoint_deputy",
    "change_own_password",
    "close_post",
    "close_unit",
    "create_account",
    "create_region",
    "create_unit",
    "disable_account",
    "enable_account",
    "end_deputy",
    "end_sessions",
    "import_accounts",
    "import_units",
    "load_regions",
    "open_post",
    "rename_unit",
    "require_totp",
    "set_officer",
    "set_password",
    "update_facility_unit",
]
