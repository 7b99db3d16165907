"""账号：开通、密码、停用、三员、会话。"""

import re

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from yijian.audit.services import record
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.kinds import OFFICERS
from yijian.people.models import Account, Deputy, Post
from yijian.people.rules import check_officer
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer

_USERNAME = re.compile(r"[a-z0-9_.@\-\u4e00-\u9fff]{2,40}")


def subject_of(account: Account) -> tuple[str, int, str]:
    return ("account", account.pk, account.name)


def clean_username(text: str) -> str:
    """账号名一律小写；2–40 位汉字、字母、数字或 _ . - @。"""
    username = text.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Refused("账号名应为 2 至 40 位汉字、字母、数字或 _ . - @。", field="username")
    return username


def check_password(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refused("密码不合要求：" + "；".join(error.messages), field="password") from error


def _touching_officer(account: Account, by: Viewer) -> None:
    """三员的账号不能自己动自己，也不能由业务人员动。"""
    if account.officer and not by.everything and by.officer not in ("system", "security"):
        raise Forbidden("三员的账号只能由另一名系统或安全管理员处理。")
    if account.pk == by.account_id:
        raise Refused("不能对自己的账号做这项操作，请由另一名管理员办理。")


@verb("people.manage")
def create_account(
    *,
    username: str,
    name: str,
    phone: str = "",
    email: str = "",
    password: str | None = None,
    officer: str = "",
    must_use_totp: bool = False,
    by: Viewer,
) -> Account:
    """开通账号。password 为空时先不能用密码登录；由管理员代设的密码首次登录须改。

    三员账号只能由系统在初始化时开通（officer），平时先开普通账号再由安全管理员 set_officer。
    """
    username = clean_username(username)
    if not name.strip():
        raise Refused("请填写姓名。", field="name")
    check_officer(officer)
    if officer and not by.everything:
        raise Forbidden("三员须由安全管理员任命，不能在开通账号时指定。")
    if Account.objects.filter(username__iexact=username).exists():
        raise Refused(f"账号名“{username}”已被使用，请换一个。", field="username")
    account = Account(
        username=username,
        name=name.strip(),
        phone=phone.strip(),
        email=email.strip(),
        officer=officer,
        must_use_totp=must_use_totp,
    )
    _give_password(account, password, by)
    account.save()
    record("account.created", by=by, subject=subject_of(account), data={"username": username})
    return account


def _give_password(account: Account, password: str | None, by: Viewer) -> None:
    if password is None:
        account.set_unusable_password()
        return
    if not by.everything:
        check_password(password, account)
    account.set_password(password)
    account.must_change_password = not by.everything


@verb("people.manage")
def set_password(*, account: Account, password: str, by: Viewer) -> Account:
    """重置密码：原有会话全部下线，首次登录须改。三员的密码只能在服务器上用命令重置，免得一员冒用另一员。"""
    if account.officer and not by.everything:
        raise Forbidden("三员的密码不能由他人重置；请本人修改，或在服务器上用命令重置。")
    _give_password(account, password, by)
    account.save(update_fields=["password", "must_change_password"])
    count = _drop_sessions(account)
    record("account.password_set", by=by, subject=subject_of(account), data={"count": count})
    return account


def change_own_password(*, account: Account, password: str, by: Viewer) -> None:
    """本人修改密码（已由登录组件校验）；须在事务里，由登录适配器调用。"""
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    record("account.password_changed", by=by, subject=subject_of(account))


@verb("people.manage")
def disable_account(*, account: Account, reason: str, by: Viewer) -> Account:
    """停用账号：会话立即失效；岗位记录保留。每种三员至少留一人。"""
    _touching_officer(account, by)
    _disable(account, reason, by)
    return account


def _disable(account: Account, reason: str, by: Viewer) -> None:
    if not account.is_active:
        raise Refused(f"“{account.name}”的账号已经停用。")
    if not reason.strip():
        raise Refused("请写明停用的原因。", field="reason")
    _keep_one_officer(account)
    account.is_active = False
    account.save(update_fields=["is_active"])
    _drop_sessions(account)
    record("account.disabled", by=by, subject=subject_of(account), reason=reason)


def _keep_one_officer(account: Account) -> None:
    if not account.officer:
        return
    others = Account.objects.filter(officer=account.officer, is_active=True).exclude(pk=account.pk)
    if not others.exists():
        raise Refused(f"这是最后一名{OFFICERS[account.officer]}，请先任命接替的人。")


@verb("people.manage")
def enable_account(*, account: Account, by: Viewer) -> Account:
    """恢复账号。"""
    _touching_officer(account, by)
    if account.is_active:
        raise Refused(f"“{account.name}”的账号没有停用。")
    account.is_active = True
    account.save(update_fields=["is_active"])
    record("account.enabled", by=by, subject=subject_of(account))
    return account


@verb("people.security")
def require_totp(*, account: Account, required: bool, by: Viewer) -> Account:
    """两步验证要求：设为必须后，该账号下次操作前须先绑定验证器。"""
    account.must_use_totp = required
    account.save(update_fields=["must_use_totp"])
    data = {"required": "必须" if required else "自愿"}
    record("account.totp_required", by=by, subject=subject_of(account), data=data)
    return account


@verb("people.security")
def set_officer(*, account: Account, officer: str, by: Viewer) -> Account:
    """任免三员：系统、安全、审计管理员互不兼任；任过业务岗位的账号不能转任，须另开账号。"""
    check_officer(officer)
    if account.pk == by.account_id:
        raise Refused("不能任免自己，请由另一名安全管理员办理。")
    if officer and (Post.objects.filter(account=account).exists() or _acts(account)):
        raise Refused(f"“{account.name}”的账号有业务岗位，三员不得兼任；请为其另开账号。", field="officer")
    if account.officer != officer:
        _keep_one_officer(account)
    account.officer = officer
    account.save(update_fields=["officer"])
    _drop_sessions(account)
    data = {"officer": OFFICERS.get(officer, "普通账号")}
    record("account.officer_set", by=by, subject=subject_of(account), data=data)
    return account


def _acts(account: Account) -> bool:
    return Deputy.objects.filter(account=account).exists()


@verb("people.security")
def end_sessions(*, account: Account, by: Viewer) -> int:
    """强制下线：结束某人的全部会话，返回个数。"""
    count = _drop_sessions(account)
    record("account.sessions_ended", by=by, subject=subject_of(account), data={"count": count})
    return count


def _drop_sessions(account: Account) -> int:
    sessions = list(UserSession.objects.filter(user_id=account.pk))
    for session in sessions:
        session.end()
    return len(sessions)
