"""登记—备案信息交换的表：报送单位、批次（回执）、登记主体、疑似配对、街道核查。"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.filing import kinds
from yijian.kernel import clock
from yijian.people.models import Region, Unit


class ExchangePartner(models.Model):
    """报送登记信息的单位（酉阳 重点任务三）：口令只存摘要。"""

    SCOPE = Scope(region="unit__region_path")

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField("口令摘要", max_length=64, unique=True)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField(default=clock.now)


class ExchangeBatch(models.Model):
    """一批登记信息，也是双方的回执：同一报送单位同一批号只收一次。"""

    SCOPE = Scope(region="region_path")

    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, null=True, related_name="+")
    sender = models.CharField("报送单位", max_length=120)
    receiver = models.CharField("接收单位", max_length=120)
    batch_no = models.CharField("批号", max_length=80)
    channel = models.CharField("渠道", max_length=10)
    sha256 = models.CharField("内容摘要", max_length=64)
    receipt_hash = models.CharField("回执摘要", max_length=64)
    rows = models.PositiveIntegerField("行数")
    added = models.PositiveIntegerField("新增")
    updated = models.PositiveIntegerField("更新")
    region_path = models.CharField(max_length=120, db_index=True)
    received_at = models.DateTimeField("接收时间", default=clock.now)
    received_name = models.CharField("经办人", max_length=60)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["region_path", "sender", "batch_no"], name="a_batch_of_one_sender_is_taken_once"
            ),
            CheckConstraint(condition=Q(channel__in=list(kinds.CHANNELS)), name="batch_channel_is_known"),
        ]


class RegisteredEntity(models.Model):
    """登记主体：经营（业务）范围含养老服务的市场主体、社会服务机构、事业单位（酉阳 重点任务三、2.7）。"""

    SCOPE = Scope(region="region_path")

    key = models.CharField("同一主体的键", max_length=160)
    county = models.CharField("县级区划", max_length=6)
    name = models.CharField("名称", max_length=120)
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    old_code = models.CharField("旧注册号或组织机构代码", max_length=30, blank=True)
    kind = models.CharField("主体类别", max_length=12, choices=list(kinds.ENTITY_KINDS.items()))
    business = models.TextField("经营（业务）范围", blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    legal_person = models.CharField("法定代表人", max_length=60, blank=True)
    status = models.CharField("登记状态", max_length=30, blank=True)
    registered_on = models.DateField("登记日期", null=True, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    batch = models.ForeignKey(ExchangeBatch, on_delete=models.PROTECT, related_name="entities")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, related_name="+")
    match = models.CharField("比对结果", max_length=10, default="none", choices=list(kinds.MATCHES.items()))
    match_why = models.CharField("比对理由", max_length=200, blank=True)
    klass = models.CharField("分类", max_length=16, default="pending", choices=list(kinds.CLASSES.items()))
    pushed_at = models.DateTimeField("推送街道", null=True)
    checked_at = models.DateTimeField("核查时间", null=True)
    answered_at = models.DateTimeField("反馈登记机关", null=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["klass", "match"], name="entity_by_class")]
        constraints = [
            UniqueConstraint(fields=["county", "key"], name="one_registered_entity_per_key"),
            CheckConstraint(condition=Q(kind__in=list(kinds.ENTITY_KINDS)), name="entity_kind_is_known"),
            CheckConstraint(condition=Q(match__in=list(kinds.MATCHES)), name="entity_match_is_known"),
            CheckConstraint(condition=Q(klass__in=list(kinds.CLASSES)), name="entity_ends_in_a_known_class"),
            CheckConstraint(
                condition=(Q(match="certain") & Q(facility__isnull=False))
                | (~Q(match="certain") & Q(facility__isnull=True)),
                name="only_a_certain_match_names_a_facility",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MatchPair(models.Model):
    """疑似配对与人的认定：认定留存，下次导入照办。"""

    SCOPE = Scope(region="entity__region_path")

    entity = models.ForeignKey(RegisteredEntity, on_delete=models.CASCADE, related_name="pairs")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField("相似度")
    why = models.CharField("理由", max_length=200)
    verdict = models.CharField("认定", max_length=10, blank=True)
    decided_by = models.CharField("认定人", max_length=60, blank=True)
    decided_at = models.DateTimeField("认定时间", null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["entity", "facility"], name="one_pair_per_entity_and_facility"),
            CheckConstraint(
                condition=Q(verdict="", decided_at=None)
                | (Q(verdict__in=list(kinds.VERDICTS)) & Q(decided_at__isnull=False)),
                name="a_verdict_has_a_time",
            ),
        ]


class StreetCheck(models.Model):
    """街道（乡镇）现场核查一个登记主体：离线填写，按设备编号只收一次。"""

    SCOPE = Scope(region="region_path")

    client_uid = models.CharField("设备上的编号", max_length=40, unique=True)
    sha256 = models.CharField("内容摘要", max_length=64)
    entity = models.ForeignKey(RegisteredEntity, on_delete=models.PROTECT, related_name="checks")
    klass = models.CharField("分类", max_length=16)
    residents = models.PositiveIntegerField("在住老人", default=0)
    note = models.CharField("说明", max_length=500, blank=True)
    photos = models.ManyToManyField(Document, related_name="+")
    checked_on = models.DateField("核查日期")
    received_at = models.DateTimeField("收到时间", default=clock.now)
    by_name = models.CharField("核查人", max_length=60)
    unit_name = models.CharField("核查单位", max_length=120)
    region_path = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(klass__in=[k for k in kinds.CLASSES if k != "pending"]),
                name="a_street_check_gives_one_of_three_classes",
            )
        ]
