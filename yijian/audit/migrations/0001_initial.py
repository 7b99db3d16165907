from django.db import migrations, models

import yijian.kernel.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                (
                    "at",
                    models.DateTimeField(db_index=True, default=yijian.kernel.clock.now, verbose_name="时间"),
                ),
                ("action", models.CharField(db_index=True, max_length=80, verbose_name="动作")),
                ("actor_id", models.BigIntegerField(db_index=True, null=True, verbose_name="账号编号")),
                ("actor", models.TextField(verbose_name="操作人")),
                ("unit", models.TextField(blank=True, verbose_name="单位")),
                (
                    "region_path",
                    models.CharField(blank=True, db_index=True, max_length=200, verbose_name="区划路径"),
                ),
                ("subject_kind", models.CharField(blank=True, max_length=60, verbose_name="对象种类")),
                ("subject_id", models.CharField(blank=True, max_length=100, verbose_name="对象编号")),
                ("subject", models.TextField(blank=True, verbose_name="对象")),
                ("data", models.JSONField(default=dict, verbose_name="数据")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("leaf", models.CharField(max_length=64, verbose_name="叶摘要")),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "db_table": "audit_entry",
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_by_subject")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="audit_entries_count_from_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TreeState",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0, verbose_name="记录数")),
                ("frontier", models.TextField(verbose_name="前沿")),
            ],
            options={
                "verbose_name": "审计树状态",
                "verbose_name_plural": "审计树状态",
                "db_table": "audit_treestate",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="audit_has_one_tree")
                ],
            },
        ),
    ]
