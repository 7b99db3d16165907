"""组织与人员的表：区划、单位、账号、岗位、代理。能由数据库守住的规则写成约束，名字就是句子。"""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length, Lower

from yijian.kernel import clock
from yijian.people.kinds import FUNCTIONS, LEVELS, OFFICERS, ROLES
from yijian.people.scope import Scope

models.CharField.register_lookup(Length)


class Region(models.Model):
    """行政区划。path 从全国“/”起逐级相加，据它判断上下级。"""

    UNSCOPED = "行政区划是公开信息"

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=list(LEVELS.items()))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=100, unique=True)
    sort = models.IntegerField("排序", default=0)
    custom = models.BooleanField("非国家统计区划", default=False)

    class Meta:
        verbose_name = "行政区划"
        ordering = ["path"]
        constraints = [
            CheckConstraint(condition=Q(level__in=list(LEVELS)), name="region_level_is_known"),
            CheckConstraint(
                condition=Q(level="nation", parent=None, path="/") | Q(parent__isnull=False),
                name="region_except_the_nation_has_a_parent",
            ),
            CheckConstraint(condition=~Q(parent=F("code")), name="region_is_not_its_own_parent"),
            UniqueConstraint(fields=["parent", "name"], name="region_name_is_unique_under_its_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """单位：政府部门、街道（乡镇）、养老服务机构、行业组织、第三方。"""

    SCOPE = Scope(region="region_path", unit="id", facility_unit="id", officers=True)

    name = models.CharField("单位名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    function = models.CharField("职能", max_length=40, choices=list(FUNCTIONS.items()), db_index=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="units", verbose_name="所在区划")
    region_path = models.CharField("区划路径", max_length=100, db_index=True, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位"
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    active = models.BooleanField("在用", default=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = "单位"
        ordering = ["region_path", "function", "id"]
        constraints = [
            CheckConstraint(condition=Q(function__in=list(FUNCTIONS)), name="unit_function_is_known"),
            CheckConstraint(condition=~Q(parent=F("id")), name="unit_is_not_its_own_parent"),
            CheckConstraint(
                condition=Q(uscc="") | Q(uscc__length=18), name="unit_uscc_is_empty_or_18_characters"
            ),
            CheckConstraint(
                condition=Q(active=True, closed_on=None) | Q(active=False, closed_on__isnull=False),
                name="unit_is_closed_exactly_when_it_has_a_closing_date",
            ),
            UniqueConstraint(
                fields=["region", "name"],
                condition=~Q(function="facility") & Q(active=True),
                name="government_unit_name_is_unique_in_its_region",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def is_facility(self) -> bool:
        return self.function == "facility"


class Account(AbstractUser):
    """账号。三员（系统、安全、审计管理员）由 officer 一列区分，天然互斥；三员不任业务岗位。"""

    UNSCOPED = "账号的范围由岗位决定，见 queries.accounts"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("电话", max_length=20, blank=True)
    officer = models.CharField("三员", max_length=10, choices=list(OFFICERS.items()), blank=True)
    must_use_totp = models.BooleanField("必须两步验证", default=False)
    must_change_password = models.BooleanField("须修改初始密码", default=False)

    REQUIRED_FIELDS = []

    class Meta(AbstractUser.Meta):
        verbose_name = "账号"
        ordering = ["username"]
        constraints = [
            CheckConstraint(condition=Q(officer__in=["", *OFFICERS]), name="account_officer_is_known"),
            CheckConstraint(
                condition=Q(is_superuser=False, is_staff=False), name="nobody_is_a_superuser_of_this_house"
            ),
            CheckConstraint(condition=~Q(name=""), name="account_has_a_name"),
            UniqueConstraint(Lower("username"), name="username_is_unique_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """不用 Django 自带的权限表：一律由 access 判断。"""
        return False


class Post(models.Model):
    """岗位：某人自 starts_on 起在某单位任某职；ends_on 是离任日，自该日起不再有权。"""

    SCOPE = Scope(
        region="unit__region_path",
        unit="unit_id",
        facility_unit="unit_id",
        account="account_id",
        officers=True,
    )

    account = models.ForeignKey(Account, models.PROTECT, related_name="posts", verbose_name="账号")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="单位")
    role = models.CharField("岗位", max_length=10, choices=list(ROLES.items()))
    title = models.CharField("职务", max_length=60, blank=True)
    starts_on = models.DateField("任职日")
    ends_on = models.DateField("离任日", null=True, blank=True)

    class Meta:
        verbose_name = "岗位"
        ordering = ["account", "starts_on", "id"]
        constraints = [
            CheckConstraint(condition=Q(role__in=list(ROLES)), name="post_role_is_known"),
            CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="post_does_not_end_before_it_starts",
            ),
            UniqueConstraint(
                fields=["account", "unit", "role"],
                condition=Q(ends_on=None),
                name="account_holds_an_open_post_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.title or ROLES.get(self.role, self.role)}"


class Deputy(models.Model):
    """代理：某人在起止日（都计入）代行某岗位，权限和范围与该岗位相同。"""

    SCOPE = Scope(
        region="post__unit__region_path",
        unit="post__unit_id",
        facility_unit="post__unit_id",
        account="account_id",
        officers=True,
    )

    post = models.ForeignKey(Post, models.PROTECT, related_name="deputies", verbose_name="岗位")
    account = models.ForeignKey(Account, models.PROTECT, related_name="deputies", verbose_name="代理人")
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("截止日")
    reason = models.CharField("原因", max_length=200)
    withdrawn_at = models.DateTimeField("提前终止时间", null=True, blank=True)

    class Meta:
        verbose_name = "代理"
        verbose_name_plural = "代理"
        ordering = ["post", "starts_on", "id"]
        constraints = [
            CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="deputy_does_not_end_before_it_starts"
            ),
            CheckConstraint(condition=~Q(reason=""), name="deputy_has_a_reason"),
            UniqueConstraint(
                fields=["post", "account", "starts_on"],
                condition=Q(withdrawn_at=None),
                name="deputy_is_appointed_once_for_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}代理{self.post}"
