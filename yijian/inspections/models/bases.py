"""三库：抽查事项清单、执法检查人员名录库（检查对象名录库就是机构档案）；检查表。"""

from django.db import models
from django.db.models import F, Q

from yijian.access.scope import Scope
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.kernel import clock
from yijian.people.models import Account, Region, Unit


class SpotItem(models.Model):
    """抽查事项清单的一项：类别、对象、方式、主体、依据（南开 任务30；酉阳 2.2；曲靖 十五）。"""

    UNSCOPED = "抽查事项清单依法公开"

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name="适用地方")
    code = models.CharField("编号", max_length=20)
    aspect = models.CharField("类别", max_length=20, choices=list(kinds.ASPECTS.items()))
    title = models.CharField("事项", max_length=120)
    object_kinds = models.JSONField("检查对象（机构种类）", default=list)
    method = models.CharField(
        "检查方式", max_length=10, choices=list(kinds.METHODS.items()), default="onsite"
    )
    functions = models.JSONField("检查主体（单位职能）", default=list)
    basis = models.CharField("检查依据", max_length=200)
    mark = models.CharField("核验标记", max_length=2, blank=True)
    active = models.BooleanField("在用", default=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["region_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "code"], name="a_spot_item_code_is_used_once_in_a_place"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="a_spot_item_has_its_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Inspector(models.Model):
    """执法检查人员名录库的一人：证号、有效期、专长（南开 十）。过期的不参加抽取。"""

    SCOPE = Scope(region="region_path", unit="unit_id", account="account_id")

    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    region_path = models.CharField(max_length=120, db_index=True)
    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    certificate_no = models.CharField("执法证号", max_length=40)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止")
    expertise = models.JSONField("专长（方面）", default=list)
    is_expert = models.BooleanField("专家（没有执法权，随队）", default=False)
    active = models.BooleanField("在岗", default=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["region_path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["certificate_no"], name="a_certificate_belongs_to_one_inspector"),
            models.CheckConstraint(condition=~Q(certificate_no=""), name="an_inspector_has_a_certificate"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_certificate_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Relation(models.Model):
    """检查人员申报的关系：与该机构回避，从不配对。"""

    SCOPE = Scope(region="inspector__region_path", unit="inspector__unit_id", account="inspector__account_id")

    inspector = models.ForeignKey(Inspector, on_delete=models.CASCADE, related_name="relations")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("关系", max_length=20, choices=list(kinds.RELATIONS.items()))
    note = models.CharField("说明", max_length=200, blank=True)
    declared_on = models.DateField("申报日期")
    ended_on = models.DateField("解除日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "facility", "kind"],
                condition=Q(ended_on__isnull=True),
                name="a_standing_relation_is_declared_once",
            )
        ]


class Checklist(models.Model):
    """一张检查表；内容在各版里，旧记录认旧版。"""

    UNSCOPED = "检查表依法公开"

    code = models.CharField("标识", max_length=40, unique=True)
    title = models.CharField("名称", max_length=80)
    aspect = models.CharField("方面", max_length=20, choices=list(kinds.ASPECTS.items()))
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="只用于"
    )
    active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class ChecklistVersion(models.Model):
    """检查表的一版：发布后不改，要改就出新版。

    items 是一列 {id, section, text, method, weight, basis, mark, photo_on_fail, phrases, situation}：
    method 由 D 看资料、S 看现场、Q 询问、T 抽查 相加；weight R 底线、K 重要、G 一般；mark M 待核；
    situation 是重大隐患情形号或空。
    """

    UNSCOPED = "检查表依法公开"

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版次")
    items = models.JSONField("检查项", default=list)
    sha256 = models.CharField("内容摘要", max_length=64)
    published_at = models.DateTimeField("发布时间", default=clock.now)
    published_by = models.CharField("发布人", max_length=80)
    note = models.CharField("修改说明", max_length=200, blank=True)

    class Meta:
        ordering = ["checklist_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "number"], name="a_checklist_version_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checklist_id} 第{self.number}版"
