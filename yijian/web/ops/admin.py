"""第一个管理员：从环境变量、终端问答得来，都没有就给一次性密码。"""

import getpass
import os
import secrets
import sys

from yijian.kernel.errors import Refused

OFFICERS = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}


def create_first_admin() -> None:
    """run --empty 时建系统管理员；登录名取 YIJIAN_ADMIN，否则问，问不了就叫 admin。"""
    username = os.environ.get("YIJIAN_ADMIN", "")
    if not username and sys.stdin.isatty():
        username = input("第一个管理员的登录名 [admin]：").strip()
    create_admin(username or "admin", "system")


def create_admin(username: str, officer: str) -> None:
    """建三员之一的账号；密码取 YIJIAN_ADMIN_PASSWORD，否则问，问不了就生成并打印一次。"""
    from yijian.access.viewer import SYSTEM
    from yijian.people.services import create_account

    if not username:
        raise Refused("请写登录名，例如：./yj account create-admin wang")
    password, made = choose_password()
    check(password)
    create_account(username=username, name=OFFICERS[officer], password=password, officer=officer, by=SYSTEM)
    print(f"已建{OFFICERS[officer]}账号：{username}")
    if made:
        print(f"一次性密码：{password}   （只显示这一次，登录后请马上修改）", flush=True)


def choose_password() -> tuple[str, bool]:
    """返回 (密码, 是否由程序生成)。"""
    given = os.environ.get("YIJIAN_ADMIN_PASSWORD", "")
    if given:
        return given, False
    if not sys.stdin.isatty():
        return secrets.token_urlsafe(12), True
    first = getpass.getpass("密码（至少 12 位；直接回车则自动生成）：")
    if not first:
        return secrets.token_urlsafe(12), True
    if getpass.getpass("再输一遍：") != first:
        raise Refused("两次输入的密码不一样，账号没有建。")
    return first, False


def check(password: str) -> None:
    """密码要过部署的密码规则。"""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as problem:
        raise Refused("密码不合规定：" + "；".join(problem.messages)) from problem
