"""文书的表：文书样式、文号计数、制发的文书。制发以后内容不变，只能作废。"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from yijian.access.scope import Scope
from yijian.documents.kinds import PAPER_STATES
from yijian.documents.models.files import Blob
from yijian.kernel import clock
from yijian.people.models import Account, Region


class PaperTemplate(models.Model):
    """一版文书样式：某地上传的 docx，新版启用后旧版停用。"""

    UNSCOPED = "样式不含业务数据；查询按看的人所在区划取"

    kind = models.CharField("文书种类", max_length=40)
    title = models.CharField("名称", max_length=100)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="适用区划"
    )
    version = models.PositiveIntegerField("版次")
    docx = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name="样式文件")
    active = models.BooleanField("在用", default=True)
    uploaded_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    at = models.DateTimeField("上传时间", default=clock.now)

    class Meta:
        verbose_name = "文书样式"
        ordering = ["kind", "-version", "-id"]
        constraints = [
            UniqueConstraint(
                fields=["kind", "region", "version"], name="paper_template_version_is_unique_in_its_region"
            ),
            UniqueConstraint(
                fields=["kind", "region"],
                condition=Q(active=True),
                name="paper_template_has_one_active_version_in_its_region",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"


class NumberCounter(models.Model):
    """一个字号一年的下一个序号；只在制发文书的事务里加一，所以不跳号。"""

    UNSCOPED = "内部计数，不给人看"

    word = models.CharField("字号", max_length=40)
    year = models.PositiveIntegerField("年份")
    unit_id = models.BigIntegerField("制发单位编号")
    next = models.PositiveIntegerField("下一个序号", default=1)

    class Meta:
        verbose_name = "文号计数"
        constraints = [
            UniqueConstraint(
                fields=["word", "year", "unit_id"], name="number_counter_is_unique_per_word_and_year"
            ),
            CheckConstraint(condition=Q(next__gte=1), name="number_counter_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕{self.next}号"


class Paper(models.Model):
    """制发的一份文书：文号、填写的内容、docx 与 PDF 两个文件、核验码。"""

    SCOPE = Scope(
        region="region_path", unit="unit_id", facility_unit="facility_unit_id", account="issued_by_id"
    )

    kind = models.CharField("文书种类", max_length=40, db_index=True)
    title = models.CharField("标题", max_length=200)
    number = models.CharField("文号", max_length=80, db_index=True)
    issuer = models.CharField("制发单位", max_length=120)
    issuer_path = models.CharField("制发单位的区划路径", max_length=100)
    issuer_unit_id = models.BigIntegerField("制发单位编号")
    unit_id = models.BigIntegerField("所属单位编号", null=True, db_index=True)
    region_path = models.CharField("区划路径", max_length=100, db_index=True)
    facility_id = models.BigIntegerField("所涉机构", null=True, db_index=True)
    facility_unit_id = models.BigIntegerField("所涉机构的单位", null=True, db_index=True)
    values = models.JSONField("填写的内容")
    docx = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name="Word 文件")
    pdf = models.ForeignKey(Blob, models.PROTECT, related_name="+", verbose_name="PDF 文件")
    verify_code = models.CharField("核验码", max_length=32, unique=True)
    issued_at = models.DateTimeField("制发时间", default=clock.now, db_index=True)
    issued_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="制发人")
    issued_name = models.CharField("制发人姓名", max_length=60)
    state = models.CharField("状态", max_length=10, choices=list(PAPER_STATES.items()), default="issued")
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "文书"
        ordering = ["-issued_at", "-id"]
        constraints = [
            UniqueConstraint(
                fields=["issuer_unit_id", "number"], name="paper_number_is_unique_for_its_issuer"
            ),
            CheckConstraint(
                condition=Q(state="issued", void_reason="") | (Q(state="voided") & ~Q(void_reason="")),
                name="paper_is_voided_only_with_a_reason",
            ),
            CheckConstraint(condition=~Q(number=""), name="paper_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
