"""照片指纹：同一张或极相似的照片换了地方、日期、方向、裁切也认得出；只作提示，从不决定。"""

from django.db import models
from django.db.models import Q

from yijian.access.scope import Scope
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.rectification import kinds
from yijian.rectification.models.problem import Problem, Rectification


class PhotoPrint(models.Model):
    """一张照片的指纹、拍摄时间与地点；整改前的 rectification 为空。"""

    UNSCOPED = "只经问题页的提示读取，比对要跨辖区"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="prints")
    rectification = models.ForeignKey(
        Rectification, on_delete=models.PROTECT, null=True, blank=True, related_name="prints"
    )
    full = models.CharField("整幅的指纹", max_length=16)
    windows = models.JSONField("各裁切窗的指纹", default=list)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    lon = models.FloatField("拍摄经度", null=True, blank=True)
    lat = models.FloatField("拍摄纬度", null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "problem"], name="a_photo_is_printed_once_for_a_problem"
            )
        ]


class PhotoBand(models.Model):
    """指纹的一段：极相似的两张至少有一段几乎相同，据此查找。"""

    UNSCOPED = "指纹的索引"

    photo = models.ForeignKey(PhotoPrint, on_delete=models.CASCADE, related_name="bands")
    band = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()
    whole = models.BooleanField("整幅的")

    class Meta:
        indexes = [models.Index(fields=["band", "value", "whole"], name="photo_by_band")]


class PhotoFlag(models.Model):
    """一条提示，给验收的人看：哪张照片、与哪张像、为什么。"""

    SCOPE = Scope(
        region="problem__region_path",
        unit="problem__found_by_id",
        facility_unit="problem__facility__unit_id",
    )

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="flags")
    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField("提示", max_length=10, choices=list(kinds.FLAGS.items()))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(PhotoPrint, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField("说明", max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["rectification_id", "document_id", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rectification", "document", "kind", "other"], name="a_flag_is_raised_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(kinds.FLAGS)), name="flag_kind_is_known"),
        ]
