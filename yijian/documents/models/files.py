"""材料的表：内容（按摘要存放的文件）与材料（一份证据或文书）。"""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Length

from yijian.access.scope import Scope
from yijian.documents.kinds import BLOB_STATES, KINDS
from yijian.kernel import clock
from yijian.people.models import Account

models.CharField.register_lookup(Length)


class Blob(models.Model):
    """一份内容：摘要就是主键，内容不变、不删。"""

    UNSCOPED = "只经材料读取，范围随材料"

    sha256 = models.CharField("摘要", max_length=64, primary_key=True)
    size = models.BigIntegerField("字节数")
    media_type = models.CharField("媒体类型", max_length=100)
    state = models.CharField("状况", max_length=10, default="ok")
    stored_at = models.DateTimeField("存入时间", default=clock.now)
    verified_at = models.DateTimeField("最近核验", null=True, db_index=True)

    class Meta:
        verbose_name = "内容"
        constraints = [
            CheckConstraint(condition=Q(sha256__length=64), name="blob_key_is_a_sha256"),
            CheckConstraint(condition=Q(size__gt=0), name="blob_is_not_empty"),
            CheckConstraint(condition=Q(state__in=list(BLOB_STATES)), name="blob_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Document(models.Model):
    """一份材料：文件、照片、链接或文号。照片的 blob 是封存的原件，display 是显示图。"""

    SCOPE = Scope(
        region="region_path", unit="unit_id", facility_unit="facility_unit_id", account="uploaded_by_id"
    )

    kind = models.CharField("种类", max_length=10, choices=list(KINDS.items()))
    label = models.CharField("名称", max_length=200)
    blob = models.ForeignKey(
        Blob, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="内容"
    )
    display = models.ForeignKey(
        Blob, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="显示图"
    )
    filename = models.CharField("文件名", max_length=120, blank=True)
    url = models.CharField("网址", max_length=500, blank=True)
    number = models.CharField("文号", max_length=80, blank=True)
    unit_id = models.BigIntegerField("上传单位", null=True, db_index=True)
    region_path = models.CharField("区划路径", max_length=100, blank=True, db_index=True)
    facility_id = models.BigIntegerField("所涉机构", null=True, db_index=True)
    facility_unit_id = models.BigIntegerField("所涉机构的单位", null=True, db_index=True)
    uploaded_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_name = models.CharField("上传人姓名", max_length=60)
    created_at = models.DateTimeField("上传时间", default=clock.now, db_index=True)

    class Meta:
        verbose_name = "材料"
        ordering = ["-created_at", "-id"]
        constraints = [
            CheckConstraint(
                condition=Q(kind="file", blob__isnull=False, display=None, url="", number="")
                | Q(kind="photo", blob__isnull=False, display__isnull=False, url="", number="")
                | (Q(kind="link", blob=None, display=None, number="") & ~Q(url=""))
                | (Q(kind="number", blob=None, display=None, url="") & ~Q(number="")),
                name="document_holds_exactly_what_its_kind_says",
            ),
            CheckConstraint(condition=~Q(label=""), name="document_has_a_label"),
        ]

    def __str__(self) -> str:
        return self.label
