"""成批导入单位和账号：行已由表格层读好；全部通过才写入，否则逐行给出错误。"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yijian.audit.services import record
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people.kinds import FUNCTIONS, ROLES
from yijian.people.models import Account, Post, Region, Unit
from yijian.people.queries import units
from yijian.people.rules import check_post
from yijian.people.services.accounts import clean_username
from yijian.people.services.units import check_region, clean_uscc
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer

Row = Mapping[str, object]
_READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_ROLE_WORDS = {**{label: word for word, label in ROLES.items()}, "院长": "director", **{w: w for w in ROLES}}


@dataclass(frozen=True)
class RowError:
    """一行的一个错误；row 是表格里的行号。"""

    row: int
    field: str
    message: str


@dataclass(frozen=True)
class ImportedAccount:
    """导入的账号和初始密码；初始密码只在这里出现一次，首次登录须改。"""

    username: str
    name: str
    password: str


class ImportRefused(Refused):
    """导入被拒：一行也没有写入，errors 是全部错误。"""

    def __init__(self, errors: list[RowError]) -> None:
        first = errors[0]
        super().__init__(f"共 {len(errors)} 处错误，一行也没有导入；第 {first.row} 行：{first.message}")
        self.errors = errors


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value).strip()


def _number(row: Row, index: int) -> int:
    given = row.get("row")
    return given if isinstance(given, int) else index + 1


def function_of(text: str) -> str:
    """职能：词表里的英文词、中文名，或带“局、委”等字的写法。"""
    if text in FUNCTIONS:
        return text
    stem = text.rstrip("局委办队") or text
    for word, label in FUNCTIONS.items():
        names = label.replace("（", " ").replace("）", " ").split()
        if text == label or text in names or stem in names:
            return word
    raise Refused(f"没有“{text}”这种单位职能，请按模板里的职能词填写。", field="function")


def _region(text: str, by: Viewer) -> Region:
    """区划：代码，或全系统唯一的名称；须在辖区内。"""
    found = list(Region.objects.filter(pk=text.upper())) or list(Region.objects.filter(name=text)[:2])
    if not found:
        raise Refused(f"没有区划“{text}”，请填代码或全称。", field="region")
    if len(found) > 1:
        raise Refused(f"有多个区划叫“{text}”，请改填代码。", field="region")
    try:
        check_region(by, found[0])
    except NotFound as error:
        raise Refused(error.message, field="region") from error
    return found[0]


def _parse_unit(row: Row, by: Viewer) -> Unit:
    name = _text(row, "name")
    if not name:
        raise Refused("单位名称不能为空。", field="name")
    function, region = function_of(_text(row, "function")), _region(_text(row, "region"), by)
    exists = Unit.objects.filter(region=region, name=name, active=True).exists()
    if exists and function != "facility":
        raise Refused(f"“{region.name}”已有单位“{name}”。", field="name")
    return Unit(
        name=name,
        short_name=_text(row, "short_name"),
        function=function,
        region=region,
        region_path=region.path,
        uscc=clean_uscc(_text(row, "uscc")),
    )


@verb("people.manage")
def import_units(*, rows: Sequence[Row], by: Viewer) -> list[Unit]:
    """导入单位：每行 name、function、region（代码或名称），可选 short_name、uscc、row。全有或全无。"""
    parsed: list[Unit] = []
    errors: list[RowError] = []
    seen: Counter[tuple[str, str]] = Counter()
    for index, row in enumerate(rows):
        try:
            unit = _parse_unit(row, by)
            seen[(unit.region_id, unit.name)] += 1
            if unit.function != "facility" and seen[(unit.region_id, unit.name)] > 1:
                raise Refused(f"表中“{unit.name}”重复出现。", field="name")
            parsed.append(unit)
        except Refused as error:
            errors.append(RowError(_number(row, index), error.field or "", error.message))
    _refuse(rows, errors)
    created = Unit.objects.bulk_create(parsed, batch_size=2000)
    record("unit.imported", by=by, data={"count": len(created)})
    return created


def _refuse(rows: Sequence[Row], errors: list[RowError]) -> None:
    if not rows:
        raise Refused("表中没有可导入的行。")
    if errors:
        raise ImportRefused(errors)


def _parse_account(row: Row, by: Viewer, taken: set[str]) -> tuple[Account, Unit, str]:
    username = clean_username(_text(row, "username"))
    if username in taken or Account.objects.filter(username__iexact=username).exists():
        raise Refused(f"账号名“{username}”重复或已被使用。", field="username")
    name = _text(row, "name")
    if not name:
        raise Refused("姓名不能为空。", field="name")
    unit = _find_unit(_text(row, "unit"), _text(row, "region"), by)
    role = _ROLE_WORDS.get(_text(row, "role"))
    if role is None:
        raise Refused(
            f"没有“{_text(row, 'role')}”这种岗位，应为：{'、'.join(ROLES.values())}。", field="role"
        )
    check_post(unit.function, role)
    taken.add(username)
    account = Account(username=username, name=name, phone=_text(row, "phone"), email=_text(row, "email"))
    return account, unit, role


def _find_unit(name: str, region: str, by: Viewer) -> Unit:
    found = units(by).filter(name=name, active=True)
    if region:
        found = found.filter(region=_region(region, by))
    matches = list(found[:2])
    if not matches:
        raise Refused(f"没有找到单位“{name}”，请先导入单位或改正名称。", field="unit")
    if len(matches) > 1:
        raise Refused(f"有多个单位叫“{name}”，请加填区划代码。", field="region")
    return matches[0]


@verb("people.manage")
def import_accounts(*, rows: Sequence[Row], by: Viewer) -> list[ImportedAccount]:
    """导入账号并任命：每行 username、name、unit、role，可选 phone、email、title、region、row。全有或全无。

    返回每个账号的随机初始密码，首次登录须改。
    """
    parsed: list[tuple[Account, Unit, str, str]] = []
    errors: list[RowError] = []
    taken: set[str] = set()
    for index, row in enumerate(rows):
        try:
            parsed.append((*_parse_account(row, by, taken), _text(row, "title")))
        except Refused as error:
            errors.append(RowError(_number(row, index), error.field or "", error.message))
    _refuse(rows, errors)
    imported = []
    for account, unit, role, title in parsed:
        password = "".join(secrets.choice(_READABLE) for _ in range(14))
        account.set_password(password)
        account.must_change_password = True
        account.save()
        Post.objects.create(account=account, unit=unit, role=role, title=title, starts_on=clock.today())
        imported.append(ImportedAccount(account.username, account.name, password))
    record("account.imported", by=by, data={"count": len(imported)})
    return imported
