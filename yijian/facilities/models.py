from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from yijian.access.scope import Scope
from yijian.facilities import kinds
from yijian.kernel import clock
from yijian.people.models import Region, Unit


def _nobody() -> Any:
    """历史表不记人：谁改的在审计里，历史只答“那天是什么样”。"""
    return models.BigIntegerField(null=True, blank=True, editable=False)


def choices(words: dict[str, str]) -> list[tuple[str, str]]:
    return list(words.items())


class Facility(models.Model):
    """一院一档：一家养老服务机构的主档（南开 任务33、泽州 十二、曲靖 十二）。"""

    SCOPE = Scope(region="region_path", facility_unit="unit_id")

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("名称", max_length=120)
    aliases = models.JSONField("曾用名或简称", default=list, blank=True)
    kind = models.CharField("种类", max_length=20, choices=choices(kinds.KINDS))
    nature = models.CharField("性质", max_length=20, choices=choices(kinds.NATURES), default="unknown")
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    uscc_as_written = models.CharField("照录的代码（校验未通过，待核）", max_length=40, blank=True)
    registration_status = models.CharField(
        max_length=20, choices=choices(kinds.REGISTRATION), default="unknown"
    )
    filing_status = models.CharField(max_length=20, choices=choices(kinds.FILING), default="unknown")
    filed_on = models.DateField("备案日期", null=True, blank=True)
    opened_on = models.DateField("首次收住或开业日期", null=True, blank=True)
    closed_on = models.DateField("终止服务日期", null=True, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    address = models.CharField("地址", max_length=200, blank=True)
    operator_name = models.CharField("运营主体", max_length=120, blank=True)
    operator_uscc = models.CharField("运营主体代码", max_length=18, blank=True)
    legal_person = models.CharField("法定代表人", max_length=60, blank=True)
    director = models.CharField("主要负责人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    beds = models.PositiveIntegerField("床位数", null=True, blank=True)
    residents = models.PositiveIntegerField("在住老年人数", null=True, blank=True)
    staff_count = models.PositiveIntegerField("工作人员数", null=True, blank=True)
    premises = models.CharField("房屋来源", max_length=20, choices=choices(kinds.PREMISES), default="unknown")
    building_area = models.DecimalField(
        "建筑面积（平方米）", max_digits=10, decimal_places=2, null=True, blank=True
    )
    lon = models.FloatField("经度（WGS84）", null=True, blank=True)
    lat = models.FloatField("纬度（WGS84）", null=True, blank=True)
    risk_level = models.CharField("风险等级", max_length=10, blank=True)
    credit_level = models.CharField("信用等级", max_length=10, blank=True)
    tags = models.JSONField("标签", default=list, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField("数据来源", max_length=80, blank=True)
    source_key = models.CharField("来源中的编号", max_length=80, blank=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    history = HistoricalRecords(excluded_fields=["search_text"], history_user_id_field=_nobody())

    class Meta:
        indexes = [
            models.Index(fields=["kind", "region"], name="facility_by_kind"),
            models.Index(fields=["updated_at"], name="facility_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=Q(merged_into__isnull=True) & Q(uscc__isnull=False),
                name="one_live_facility_per_credit_code",
            ),
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source_key=""),
                name="one_facility_per_source_key",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=models.F("opened_on")),
                name="facility_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=(Q(lon__isnull=True) & Q(lat__isnull=True))
                | (Q(lon__gte=73) & Q(lon__lte=136) & Q(lat__gte=3) & Q(lat__lte=54)),
                name="facility_coordinates_lie_in_china_or_are_absent",
            ),
            models.CheckConstraint(condition=~Q(kind=""), name="facility_has_a_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """许可证照（南开 任务4、任务10；酉阳 4.8；曲靖 二）。"""

    SCOPE = Scope(region="facility__region_path", facility_unit="facility__unit_id")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="licences")
    kind = models.CharField("证照", max_length=30, choices=choices(kinds.LICENCES))
    number = models.CharField("编号", max_length=80, blank=True)
    issuer = models.CharField("发证机关", max_length=80, blank=True)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)

    history = HistoricalRecords(history_user_id_field=_nobody())

    class Meta:
        indexes = [models.Index(fields=["valid_to"], name="licence_by_expiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="licence_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Merge(models.Model):
    """一次合并：可撤销，撤销前的值都在（功能 B1）。"""

    UNSCOPED = "只经机构页读取，机构页已按范围过滤"

    kept = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    dropped = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField("合并前两家的值")
    reason = models.CharField("理由", max_length=200)
    merged_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=models.F("dropped")), name="a_facility_is_not_merged_into_itself"
            ),
            models.UniqueConstraint(
                fields=["dropped"],
                condition=Q(undone_at__isnull=True),
                name="a_facility_is_merged_once_at_a_time",
            ),
        ]


class ImportNote(models.Model):
    """一次机构导入的提醒：不妨碍导入、但要人去核实的事，与数据同一事务留下。"""

    UNSCOPED = "只经所属导入批次读取，范围随批次"

    batch_id = models.UUIDField(primary_key=True)
    warnings = models.JSONField("提醒", default=list)

    def __str__(self) -> str:
        return str(self.batch_id)
