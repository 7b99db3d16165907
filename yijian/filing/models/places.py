"""未登记场所的表：场所、经过、照片。"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.filing import kinds
from yijian.kernel import clock
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region


class UnregisteredPlace(models.Model):
    """未经登记但实际收住老年人的场所（酉阳 重点任务四、1.11；南开 任务16—18；泽州 四；曲靖 三）。"""

    SCOPE = Scope(region="region_path")

    case_key = models.CharField("串号", max_length=40, unique=True)
    name = models.CharField("招牌或俗称", max_length=120)
    source = models.CharField("发现途径", max_length=12)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    address = models.CharField("位置", max_length=200)
    lon = models.FloatField("经度（WGS84）", null=True, blank=True)
    lat = models.FloatField("纬度（WGS84）", null=True, blank=True)
    building = models.CharField("房屋性质", max_length=12)
    residents = models.PositiveIntegerField("收住老年人数", default=0)
    staff = models.PositiveIntegerField("工作人员数", default=0)
    price_low = models.PositiveIntegerField("月收费低（元）", null=True, blank=True)
    price_high = models.PositiveIntegerField("月收费高（元）", null=True, blank=True)
    risks = models.JSONField("风险隐患", default=list)
    risk_note = models.CharField("风险说明", max_length=500, blank=True)
    operator = models.CharField("经营者", max_length=60, blank=True)
    claims = models.CharField("以何名义", max_length=12, choices=list(kinds.CLAIMS.items()))
    unit_function = models.CharField("建议处理单位", max_length=30, choices=list(FUNCTIONS.items()))
    unit_reason = models.CharField("理由", max_length=200)
    unit_clause = models.CharField("条款", max_length=120)
    state = models.CharField(
        "状态", max_length=12, default=kinds.PLACE.initial, choices=kinds.choices(kinds.PLACE)
    )
    found_on = models.DateField("发现日期")
    check_due_on = models.DateField("现场检查期限", null=True)
    plan = models.TextField("处置方案", blank=True)
    outcome = models.TextField("处置结果", blank=True)
    report = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=list(kinds.PLACE.states)), name="place_state_is_known"),
            CheckConstraint(condition=Q(claims__in=list(kinds.CLAIMS)), name="place_claim_is_known"),
            CheckConstraint(
                condition=Q(price_high__isnull=True)
                | Q(price_low__isnull=True)
                | Q(price_high__gte=models.F("price_low")),
                name="place_high_price_is_not_below_the_low",
            ),
            UniqueConstraint(
                fields=["region", "address"],
                condition=~Q(state="closed"),
                name="one_open_place_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceStep(models.Model):
    """一处场所的经过：一步一行，只增不改。"""

    SCOPE = Scope(region="place__region_path")

    place = models.ForeignKey(UnregisteredPlace, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField("做了什么", max_length=12)
    note = models.TextField("说明", blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("登记时间", default=clock.now)
    by_name = models.CharField("登记人", max_length=60)
    unit_name = models.CharField("单位", max_length=120)


class PlacePhoto(models.Model):
    """场所的照片。"""

    SCOPE = Scope(region="place__region_path")

    place = models.ForeignKey(UnregisteredPlace, on_delete=models.CASCADE, related_name="photos")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
