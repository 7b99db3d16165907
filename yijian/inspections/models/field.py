"""现场：检查手机、逐项答案、照片、签名、上传台账；机构的评价与自查。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models.bases import ChecklistVersion, Inspector
from yijian.inspections.models.visit import Visit
from yijian.kernel import clock
from yijian.people.models import Account

OF_VISIT = Scope(
    region="visit__region_path", unit="visit__lead_unit_id", facility_unit="visit__facility__unit_id"
)


class Device(models.Model):
    """检查手机：一台手机一个令牌，库里只有令牌的摘要；丢了就停用。"""

    SCOPE = Scope(region="region_path", account="account_id")

    uid = models.CharField("手机自报的编号", max_length=36, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="使用人")
    region_path = models.CharField(max_length=120, db_index=True)
    label = models.CharField("名称", max_length=60)
    token_hash = models.CharField("令牌摘要", max_length=64, unique=True)
    registered_at = models.DateTimeField("登记时间", default=clock.now)
    last_seen = models.DateTimeField("最近上传", default=clock.now)
    clock_offset = models.IntegerField("手机时钟快了几秒", default=0)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.CharField("停用人", max_length=80, blank=True)
    revoked_why = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        ordering = ["-last_seen", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoked_why=""),
                name="a_revoked_phone_has_its_reason",
            )
        ]

    def __str__(self) -> str:
        return self.label


class SyncItem(models.Model):
    """上传台账：手机上的一件东西一行；编号与手机无关，同号同内容只收一次。"""

    SCOPE = OF_VISIT

    uid = models.CharField("编号", max_length=36, unique=True)
    kind = models.CharField("种类", max_length=10, choices=list(kinds.SYNC_KINDS.items()))
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="items")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    made_at = models.DateTimeField("手机上的时间（已按钟差校正）")
    offset = models.IntegerField("手机时钟快了几秒", default=0)
    received_at = models.DateTimeField("收到时间", default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="a_synced_item_is_not_empty"),
            models.CheckConstraint(condition=Q(sha256__length=64), name="a_synced_item_has_its_digest"),
        ]

    @property
    def clock_off(self) -> bool:
        """手机时钟差得太多，时间以校正后的为准。"""
        return abs(self.offset) > kinds.CLOCK_TOLERANCE


class SyncConflict(models.Model):
    """同号不同内容：后到的那份也留着，两份并排给人看。"""

    SCOPE = Scope(region="item__visit__region_path", unit="item__visit__lead_unit_id")

    item = models.ForeignKey(SyncItem, on_delete=models.PROTECT, related_name="conflicts")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("摘要", max_length=64)
    payload = models.JSONField("内容", default=dict)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("收到时间", default=clock.now)
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=80, blank=True)
    settled_note = models.CharField("处理说明", max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "sha256"], name="a_conflicting_copy_is_kept_once")
        ]


class Answer(models.Model):
    """检查项的一次作答，只追加；同一人再答以后一次为准，两人答得不同都留着。"""

    SCOPE = OF_VISIT

    item = models.OneToOneField(SyncItem, on_delete=models.PROTECT, related_name="answer")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField("检查项", max_length=60)
    value = models.CharField("结果", max_length=4, choices=list(kinds.ANSWERS.items()))
    note = models.CharField("说明", max_length=500, blank=True)
    phrase = models.CharField("常用语", max_length=200, blank=True)
    author = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+", verbose_name="检查人")
    made_at = models.DateTimeField("作答时间（已校正）")
    seq = models.PositiveBigIntegerField("手机上的次序", default=0)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["visit", "code"], name="answers_of_a_visit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__in=list(kinds.ANSWERS)), name="an_answer_is_one_of_three"
            )
        ]


class AnswerChoice(models.Model):
    """两人答得不同时，取哪一个：组长定，写明理由；among 是当时并排的几个答案。"""

    SCOPE = OF_VISIT

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="choices")
    code = models.CharField("检查项", max_length=60)
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="+")
    among = models.JSONField("当时并排的答案编号", default=list)
    reason = models.CharField("理由", max_length=200)
    chosen_at = models.DateTimeField(default=clock.now)
    chosen_by = models.CharField("决定人", max_length=80)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_choice_between_answers_has_its_reason")
        ]


class Photo(models.Model):
    """现场照片：原件原样存证，摘要由手机算出、服务器核对；显示时另画时间、地点、检查人。"""

    SCOPE = OF_VISIT

    item = models.OneToOneField(SyncItem, on_delete=models.PROTECT, related_name="photo")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    code = models.CharField("检查项", max_length=60)
    author = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+", verbose_name="拍摄人")
    taken_at = models.DateTimeField("拍摄时间（已校正）")
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", verbose_name="原件")

    class Meta:
        ordering = ["taken_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="a_photo_lies_on_the_earth_or_nowhere",
            )
        ]


class Signature(models.Model):
    """签名：检查人员各签各的；机构签名，或记明拒签的情况和见证人（行政处罚法 记明情况）。"""

    SCOPE = OF_VISIT

    item = models.OneToOneField(SyncItem, on_delete=models.PROTECT, related_name="signature")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField("谁签", max_length=10, choices=list(kinds.SIGNERS.items()))
    inspector = models.ForeignKey(
        Inspector, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signer = models.CharField("签名人", max_length=40)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refused = models.BooleanField("拒签", default=False)
    reason = models.CharField("拒签情况", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=60, blank=True)
    signed_at = models.DateTimeField("签名时间（已校正）")

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(refused=False, document__isnull=False)
                | (Q(refused=True, role="facility", document__isnull=True) & ~Q(reason="") & ~Q(witness="")),
                name="a_signature_is_drawn_or_its_refusal_is_witnessed",
            ),
            models.CheckConstraint(
                condition=Q(role="inspector", inspector__isnull=False)
                | Q(role="facility", inspector__isnull=True),
                name="an_inspector_signs_as_himself",
            ),
            models.UniqueConstraint(
                fields=["visit", "inspector"],
                condition=Q(inspector__isnull=False),
                name="an_inspector_signs_a_visit_once",
            ),
        ]


class Rating(models.Model):
    """机构对一次检查的匿名评价：不记是谁，检查单位看不到单条。"""

    UNSCOPED = "匿名，只给上一级和审计看汇总，查询里另行限定"

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField("分数")
    words = models.CharField("意见", max_length=500, blank=True)
    rated_on = models.DateField("评价日期", default=clock.today)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="a_rating_is_one_to_five")
        ]


class SelfCheck(models.Model):
    """机构自查：用与检查相同的检查表（泽州 十五；曲靖 二）。"""

    SCOPE = Scope(region="region_path", facility_unit="facility__unit_id")

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=120, db_index=True)
    version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField("自查日期")
    answers = models.JSONField("逐项结果", default=dict)
    signer = models.CharField("自查负责人", max_length=40)
    passed = models.PositiveIntegerField("合格项")
    failed = models.PositiveIntegerField("不合格项")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.CharField("填报人", max_length=80)

    class Meta:
        ordering = ["-checked_on", "-id"]
        indexes = [models.Index(fields=["facility", "checked_on"], name="self_checks_of_a_home")]
        constraints = [
            models.CheckConstraint(condition=~Q(signer=""), name="a_self_check_has_its_signer"),
            models.CheckConstraint(
                condition=Q(passed__gt=0) | Q(failed__gt=0), name="a_self_check_is_not_empty"
            ),
        ]
