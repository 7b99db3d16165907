"""导入批次：上传的文件、核对的结果、是否已经写入。"""

from uuid import UUID

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from yijian.access.scope import Scope
from yijian.kernel import clock
from yijian.kernel.ids import uuid7
from yijian.people.models import Account
from yijian.sheets.kinds import STATES


def new_id() -> UUID:
    return UUID(uuid7())


class ImportBatch(models.Model):
    """一次导入。key 由种类、文件摘要、对应关系和选项算出；同一 key 只能导入一次。"""

    SCOPE = Scope(account="account_id", unit="unit_id")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=60)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    key = models.CharField("重复键", max_length=64, db_index=True)
    state = models.CharField("状态", max_length=10, default=STATES.initial)
    headers = models.JSONField("表头", default=list)
    places = models.JSONField("对应关系", default=dict)
    options = models.JSONField("选项", default=dict)
    notes = models.JSONField("提示", default=list)
    sample = models.JSONField("前几行", default=list)
    rows = models.PositiveIntegerField("行数", default=0)
    faults = models.PositiveIntegerField("错误数", default=0)
    written = models.JSONField("写入计数", default=dict)
    account = models.ForeignKey(Account, models.PROTECT, null=True, verbose_name="上传人", related_name="+")
    account_name = models.CharField("上传人姓名", max_length=60)
    unit_id = models.BigIntegerField("上传单位", null=True, db_index=True)
    created_at = models.DateTimeField("上传时间", default=clock.now)
    committed_at = models.DateTimeField("导入时间", null=True)

    class Meta:
        verbose_name = "导入批次"
        ordering = ["-created_at", "id"]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(STATES.states)), name="import_state_is_known"),
            CheckConstraint(
                condition=Q(state="committed", committed_at__isnull=False, faults=0)
                | (~Q(state="committed") & Q(committed_at=None)),
                name="import_is_committed_exactly_when_it_has_a_time_and_no_faults",
            ),
            UniqueConstraint(
                fields=["key"], condition=Q(state="committed"), name="the_same_import_is_committed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename}（{STATES.label(self.state)}）"


class ImportFile(models.Model):
    """待确认批次的原文件和全部错误；确认或过期后删去。"""

    UNSCOPED = "只经所属批次读取，范围随批次"

    batch = models.OneToOneField(ImportBatch, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField("文件内容")
    problems = models.JSONField("错误", default=list)

    class Meta:
        verbose_name = "导入文件"

    def __str__(self) -> str:
        return str(self.batch_id)


class ColumnMapping(models.Model):
    """记住的对应关系：同种类、同表头的文件下次自动对应。"""

    UNSCOPED = "只有表头与列的对应，不含业务数据"

    kind = models.CharField("种类", max_length=60)
    signature = models.CharField("表头签名", max_length=64)
    places = models.JSONField("对应关系", default=dict)
    updated_at = models.DateTimeField("更新时间", default=clock.now)

    class Meta:
        verbose_name = "列对应"
        constraints = [
            UniqueConstraint(fields=["kind", "signature"], name="one_mapping_per_kind_and_header"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.signature[:8]}"
