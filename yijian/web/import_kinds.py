"""可导入的表：单位、账号。账号导入后的初始密码只交给正在办理的这一次请求，不入库。"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from yijian.access.viewer import Viewer
from yijian.people.kinds import FUNCTIONS, ROLES
from yijian.people.services import ImportedAccount, import_accounts, import_units
from yijian.sheets.columns import Column
from yijian.sheets.importing import ImportKind, Options, Rows, register

_passwords: ContextVar[list[ImportedAccount] | None] = ContextVar("yijian_import_passwords", default=None)

UNIT_COLUMNS = (
    Column("name", "单位名称", required=True, width=30, example="示例区民政局"),
    Column("short_name", "简称", example="民政局"),
    Column("function", "职能", required=True, choices=tuple(FUNCTIONS.values()), example="民政"),
    Column("region", "所在区划", required=True, aliases=("区划", "区划代码"), code=True, example="120104"),
    Column("uscc", "统一社会信用代码", code=True, width=22),
)
ACCOUNT_COLUMNS = (
    Column("username", "账号名", required=True, code=True, aliases=("登录名", "用户名"), example="zhangsan"),
    Column("name", "姓名", required=True, example="张三（示例）"),
    Column("unit", "单位", required=True, aliases=("单位名称",), width=30, example="示例区民政局"),
    Column("role", "岗位", required=True, choices=tuple(ROLES.values()), example="工作人员"),
    Column("title", "职务", example="科员"),
    Column("phone", "电话", code=True, aliases=("手机", "联系电话")),
    Column("email", "邮箱", width=24),
    Column("region", "单位所在区划", code=True, note="有同名单位时才要填"),
)


@contextmanager
def passwords() -> Iterator[list[ImportedAccount]]:
    """在此期间导入的账号和初始密码。"""
    kept: list[ImportedAccount] = []
    token = _passwords.set(kept)
    try:
        yield kept
    finally:
        _passwords.reset(token)


def plain_rows(rows: Rows) -> list[Mapping[str, object]]:
    return list(rows.dicts())


def write_units(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    return {"新增单位": len(import_units(rows=plain_rows(rows), by=by))}


def write_accounts(*, rows: Rows, options: Options, by: Viewer) -> Mapping[str, int]:
    made = import_accounts(rows=plain_rows(rows), by=by)
    keep(made)
    return {"新增账号": len(made)}


def keep(made: Iterable[ImportedAccount]) -> None:
    """预览时的排练也会走到这里；没有人在等密码就丢掉。"""
    kept = _passwords.get()
    if kept is not None:
        kept[:] = made


UNITS = ImportKind(
    kind="units",
    title="单位",
    capability="people.manage",
    columns=UNIT_COLUMNS,
    write=write_units,
    rehearse=True,
    notes=("职能从下拉列表里选；所在区划填代码或全称。",),
)
ACCOUNTS = ImportKind(
    kind="accounts",
    title="账号",
    capability="people.manage",
    columns=ACCOUNT_COLUMNS,
    write=write_accounts,
    rehearse=True,
    notes=("先导入单位，再导入账号；初始密码由系统随机产生，导入后显示一次，首次登录须改。",),
)


def register_kinds() -> None:
    """启动时登记。"""
    register(UNITS)
    register(ACCOUNTS)
