"""审计的两张表：记录（只追加）与默克尔树状态（一行）。只有 services 写。

两张表都不受 managed 管理：清库（flush）不会碰它们，改表结构须在迁移里写明并重建触发器。
"""

from django.db import models

from yijian.audit.rules.leaf import Content, instant
from yijian.kernel import clock


class Entry(models.Model):
    """审计记录：谁、何时、对什么、做了什么。触发器拒绝修改与删除。"""

    SCOPE = {"region": "region_path", "account": "actor_id", "officers": True}

    seq = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间", default=clock.now, db_index=True)
    action = models.CharField("动作", max_length=80, db_index=True)
    actor_id = models.BigIntegerField("账号编号", null=True, db_index=True)
    actor = models.TextField("操作人")
    unit = models.TextField("单位", blank=True)
    region_path = models.CharField("区划路径", max_length=200, blank=True, db_index=True)
    subject_kind = models.CharField("对象种类", max_length=60, blank=True)
    subject_id = models.CharField("对象编号", max_length=100, blank=True)
    subject = models.TextField("对象", blank=True)
    data = models.JSONField("数据", default=dict)
    reason = models.TextField("理由", blank=True)
    leaf = models.CharField("叶摘要", max_length=64)

    class Meta:
        managed = False
        db_table = "audit_entry"
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_by_subject")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="audit_entries_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    def content(self) -> Content:
        """进入叶摘要的内容。"""
        return Content(
            seq=self.seq,
            at=instant(self.at),
            action=self.action,
            actor_id=self.actor_id,
            actor=self.actor,
            unit=self.unit,
            region_path=self.region_path,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            subject=self.subject,
            data=self.data,
            reason=self.reason,
        )


class TreeState(models.Model):
    """默克尔树的前沿：写一条记录就锁住这一行往前推一步。"""

    UNSCOPED = "全系统只有一行，只供写审计与核验使用，不在页面上列出"

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField("记录数", default=0)
    frontier = models.TextField("前沿")

    class Meta:
        managed = False
        db_table = "audit_treestate"
        verbose_name = "审计树状态"
        verbose_name_plural = "审计树状态"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_has_one_tree")]

    def __str__(self) -> str:
        return f"审计树：{self.size} 条"
