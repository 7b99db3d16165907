"""组织与人员的查询。第一个参数是看的人；给装配身份和后台用的几个除外。"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yijian.kernel.errors import NotFound
from yijian.people.models import Account, Deputy, Post, Region, Unit
from yijian.people.scope import scoped
from yijian.people.viewer import Viewer


def posts_on(account_id: int, day: date) -> QuerySet[Post]:
    """某人某日在任的岗位（离任日当日起不算）；停用单位的岗位不算。"""
    return (
        Post.objects.filter(account_id=account_id, starts_on__lte=day, unit__active=True)
        .filter(Q(ends_on=None) | Q(ends_on__gt=day))
        .select_related("unit")
        .order_by("starts_on", "id")
    )


def deputies_on(account_id: int, day: date) -> QuerySet[Deputy]:
    """某人某日有效的代理（起止日都算）；被代理的岗位当日也须有效，其账号停用不影响代理。"""
    return (
        Deputy.objects.filter(
            account_id=account_id,
            starts_on__lte=day,
            ends_on__gte=day,
            withdrawn_at=None,
            post__starts_on__lte=day,
            post__unit__active=True,
        )
        .filter(Q(post__ends_on=None) | Q(post__ends_on__gt=day))
        .select_related("post__unit", "post__account")
        .order_by("starts_on", "id")
    )


def units_of_function(function: str, region_path: str) -> QuerySet[Unit]:
    """某路径之下（含本级）某职能的在用单位。"""
    return Unit.objects.filter(function=function, active=True, region_path__under=region_path)


def accounts_of_units(unit_ids: list[int], day: date, *, heads_only: bool = False) -> QuerySet[Account]:
    """某日在这些单位任职（或代理）的在用账号，用于通知。heads_only 时只要负责人和院长。"""
    serving = Post.objects.filter(unit_id__in=unit_ids, starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gt=day)
    )
    if heads_only:
        serving = serving.filter(role__in=("chief", "director"))
    acting = Deputy.objects.filter(post__in=serving, starts_on__lte=day, ends_on__gte=day, withdrawn_at=None)
    return Account.objects.filter(
        Exists(serving.filter(account_id=OuterRef("pk"))) | Exists(acting.filter(account_id=OuterRef("pk"))),
        is_active=True,
    )


def units(viewer: Viewer) -> QuerySet[Unit]:
    """看的人范围内的单位。"""
    return scoped(viewer, Unit.objects.select_related("region"))


def unit(viewer: Viewer, unit_id: int) -> Unit:
    """范围内的一个单位；不存在或在范围外都是 NotFound。"""
    found = units(viewer).filter(pk=unit_id).first()
    if found is None:
        raise NotFound("没有找到这个单位，或它不在您的管辖范围内。")
    return found


def accounts(viewer: Viewer) -> QuerySet[Account]:
    """看的人范围内的账号：任过范围内岗位的人、本人；系统和三员看全部。"""
    rows = Account.objects.all()
    if viewer.everything or viewer.officer:
        return rows
    serving = scoped(viewer, Post.objects.filter(account_id=OuterRef("pk")))
    return rows.filter(Exists(serving) | Q(pk=viewer.account_id))


def account(viewer: Viewer, account_id: int) -> Account:
    """范围内的一个账号。"""
    found = accounts(viewer).filter(pk=account_id).first()
    if found is None:
        raise NotFound("没有找到这个账号，或它不在您的管辖范围内。")
    return found


def posts(viewer: Viewer) -> QuerySet[Post]:
    """看的人范围内的岗位。"""
    return scoped(viewer, Post.objects.select_related("unit", "account"))


def post(viewer: Viewer, post_id: int) -> Post:
    """范围内的一个岗位。"""
    found = posts(viewer).filter(pk=post_id).first()
    if found is None:
        raise NotFound("没有找到这个岗位，或它不在您的管辖范围内。")
    return found


def deputies(viewer: Viewer, day: date) -> QuerySet[Deputy]:
    """范围内当日及以后的代理。"""
    return scoped(viewer, Deputy.objects.select_related("post__unit", "post__account", "account")).filter(
        ends_on__gte=day, withdrawn_at=None
    )


def deputy(viewer: Viewer, deputy_id: int) -> Deputy:
    """范围内的一条代理。"""
    found = scoped(viewer, Deputy.objects.select_related("post__unit", "post__account", "account"))
    row = found.filter(pk=deputy_id).first()
    if row is None:
        raise NotFound("没有找到这条代理，或它不在您的管辖范围内。")
    return row


def region(code: str) -> Region:
    """一个区划（公开信息）。"""
    found = Region.objects.filter(pk=code).first()
    if found is None:
        raise NotFound(f"没有代码为“{code}”的区划。")
    return found


def region_rows(parent_code: str) -> list[dict[str, str]]:
    """某区划的下级：代码、名称、层级。"""
    rows = Region.objects.filter(parent_id=parent_code).order_by("sort", "code")
    return [{"code": r.code, "name": r.name, "level": r.level} for r in rows]


def has_official_towns(code: str) -> bool:
    """下级里有没有国家统计区划；手工新增的县没有，它的街道乡镇由名单带来。"""
    return Region.objects.filter(parent_id=code, custom=False).exists()


def region_by_path(path: str) -> Region | None:
    return Region.objects.filter(path=path).first()


def regions_under(path: str, level: str = "") -> QuerySet[Region]:
    """某路径之下（含自身）的区划，可限定层级。"""
    rows = Region.objects.filter(path__under=path)
    return rows.filter(level=level) if level else rows


@dataclass(frozen=True)
class Branch:
    """组织树的一枝：区划、直接下级数、本级在用单位数。"""

    region: Region
    children: int
    units: int


def tree(viewer: Viewer, parent_code: str | None) -> list[Branch]:
    """组织树的一层：parent_code 的下级区划（None 为看的人辖区的顶层），逐层懒加载。"""
    rows = Region.objects.all()
    if parent_code is None:
        rows = rows.filter(path__in=viewer.region_paths)
    else:
        allowed = Q(pk__in=[])
        for path in viewer.region_paths:
            allowed |= Q(path__under=path)
        rows = rows.filter(allowed, parent_id=parent_code)
    counted = rows.annotate(
        child_count=Count("children", distinct=True),
        unit_count=Count("units", filter=Q(units__active=True), distinct=True),
    ).order_by("sort", "path")
    return [Branch(row, row.child_count, row.unit_count) for row in counted]


def units_in(viewer: Viewer, region_code: str) -> QuerySet[Unit]:
    """组织树某一区划本级的单位（不含下级）。"""
    return units(viewer).filter(region_id=region_code)
