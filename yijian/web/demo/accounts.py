"""演示账号：每类角色一个，登录页列出。"""

from datetime import date

from django.contrib.auth.hashers import make_password

from yijian.facilities.models import Facility
from yijian.people.models import Account, Unit
from yijian.people.services import create_account, open_post, set_officer
from yijian.people.viewer import SYSTEM
from yijian.web.demo.dice import person
from yijian.web.demo.places import SPOTS

PASSWORD = "yijian-2026-demo"  # noqa: S105  演示账号的公开口令，登录页就写着
ROLES = (
    ("chief", "civil_affairs", "chief", "局长"),
    ("civil", "civil_affairs", "officer", "养老服务科科员"),
    ("fire", "fire", "officer", "防火监督员"),
    ("market", "market", "officer", "餐饮监管科科员"),
    ("health", "health", "officer", "医政科科员"),
    ("housing", "housing", "officer", "质量安全科科员"),
)
OFFICERS = (
    ("system", "system", "系统管理员"),
    ("security", "security", "安全管理员"),
    ("auditor", "audit", "审计管理员"),
)
SINCE = date(2021, 1, 4)


def accounts() -> list[tuple[str, str, str]]:
    """登录页上的演示账号：账号、口令、角色。没有演示数据时为空。"""
    if not Account.objects.filter(username=f"{SPOTS[0].key}.chief").exists():
        return []
    listed = []
    for spot in SPOTS:
        for key, _, _, title in ROLES:
            listed.append((f"{spot.key}.{key}", PASSWORD, f"{spot.short} · {title}"))
        listed.append((f"{spot.key}.street", PASSWORD, f"{spot.short} · 街道（乡镇）民政助理员"))
        listed.append((f"{spot.key}.home", PASSWORD, f"{spot.short} · 养老机构院长"))
    listed.append(("qujing.county", PASSWORD, "曲靖市麒麟区 · 区民政局科员"))
    return listed + [(f"demo.{key}", PASSWORD, title) for key, _, title in OFFICERS]


def build_accounts(units: dict[tuple[str, str], Unit]) -> None:
    for spot in SPOTS:
        for key, function, role, title in ROLES:
            account(f"{spot.key}.{key}", units[spot.code, function], role, title)
        home = Facility.objects.filter(
            region_path__contains=f"/{spot.code}/", kind__in=("nursing_home", "township_home"), closed_on=None
        ).order_by("pk")[0]
        account(f"{spot.key}.street", units[home.region_id, "subdistrict"], "clerk", "民政助理员")
        assert home.unit is not None
        account(f"{spot.key}.home", home.unit, "director", "院长")
    account("qujing.county", units["530302", "civil_affairs"], "officer", "养老服务科科员")
    for key, officer, _ in OFFICERS:
        made = create_account(username=f"demo.{key}", name=person(key), by=SYSTEM)
        set_officer(account=made, officer=officer, by=SYSTEM)
    hand_out_password()


def hand_out_password() -> None:
    """公开的演示口令只散列一次，几十个账号共用；真实账号各算各的。"""
    Account.objects.update(password=make_password(PASSWORD))


def account(username: str, unit: Unit, role: str, title: str) -> Account:
    made = create_account(username=username, name=person(username), by=SYSTEM)
    open_post(account=made, unit=unit, role=role, title=title, starts_on=SINCE, by=SYSTEM)
    return made


__all__ = ["PASSWORD", "accounts", "build_accounts"]
