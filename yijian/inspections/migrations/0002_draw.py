"""抽取与承诺的表；名单、种子、结果只写一次，由触发器守住。"""

import django.db.models.deletion
import yijian.kernel.clock
from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


WRITTEN_ONCE = "抽取的名单、种子、结果只写一次，不能修改；有问题请写明理由作废后另抽"
BORN = "抽取从冻结名单开始，冻结之前不能有种子"
KEPT = "抽取的记录不能删除；有问题请写明理由作废"
COMMITTED_ONCE = "承诺与揭示只写一次，不能修改"
COMMIT_FIRST = "冻结之后、揭示之前才能承诺"
REVEAL_LATER = "两家都承诺之后才能揭示"

DRAW_FIXED = ("uid", "region_id", "region_path", "unit_id", "title", "kind", "rule_version", "frozen",
              "frozen_sha256", "frozen_at", "frozen_by", "recusals")  # fmt: skip
DRAW_ONCE = {"seed": ("seed", "provenance", "seeded_at"),
             "result": ("result", "result_sha256", "drawn_at", "drawn_by")}  # fmt: skip
COMMITMENT_FIXED = ("draw_id", '"order"', "unit_id", "sha256", "committed_at", "committed_by")
COMMITMENT_ONCE = {"secret": ("secret", "revealed_at", "revealed_by")}


def changed(columns: tuple[str, ...], different: str) -> str:
    return " OR ".join(f"NEW.{name} {different} OLD.{name}" for name in columns)


def rewritten(fixed: tuple[str, ...], once: dict[str, tuple[str, ...]], different: str) -> str:
    """改了不许改的列，或第二次写只写一次的列。"""
    again = [f"(OLD.{key} <> '' AND ({changed(columns, different)}))" for key, columns in once.items()]
    return " OR ".join([changed(fixed, different), *again])


def rules(different: str) -> list[tuple[str, str, str, str]]:
    """（表，动作，条件，话）：条件成立就拒绝。"""
    draw, commitment = "inspections_draw", "inspections_commitment"
    both = f"(SELECT count(*) FROM {commitment} c WHERE c.draw_id = NEW.draw_id)"  # noqa: S608
    waiting = (
        f"(SELECT count(*) FROM {draw} d WHERE d.id = NEW.draw_id AND d.state = 'frozen' AND d.seed = '')"  # noqa: S608
    )
    return [
        (draw, "INSERT", "NEW.seed <> '' OR NEW.result <> '' OR NEW.state <> 'frozen'", BORN),
        (draw, "UPDATE", rewritten(DRAW_FIXED, DRAW_ONCE, different), WRITTEN_ONCE),
        (
            draw,
            "UPDATE",
            f"OLD.state IN ('published', 'voided') AND (NEW.state {different} OLD.state)",
            WRITTEN_ONCE,
        ),
        (draw, "UPDATE", "OLD.seed = '' AND NEW.result <> ''", BORN),
        (draw, "DELETE", "", KEPT),
        (commitment, "INSERT", f"NEW.secret <> '' OR {waiting} = 0", COMMIT_FIRST),
        (commitment, "UPDATE", rewritten(COMMITMENT_FIXED, COMMITMENT_ONCE, different), COMMITTED_ONCE),
        (commitment, "UPDATE", f"NEW.secret <> '' AND {both} < 2", REVEAL_LATER),
        (commitment, "DELETE", "", KEPT),
    ]


def guard(apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """只写一次：两种数据库各用自己的触发器。"""
    lite = schema_editor.connection.vendor == "sqlite"
    for number, (table, act, condition, words) in enumerate(rules("IS NOT" if lite else "IS DISTINCT FROM")):
        name, when = f"{table}_guard_{number}", f"WHEN ({condition})" if condition else ""
        if lite:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
            continue
        body = (
            f"IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW;"
            if condition
            else (f"RAISE EXCEPTION '{words}';")
        )
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def unguard(apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor) -> None:
    lite = schema_editor.connection.vendor == "sqlite"
    for number, (table, *_) in enumerate(rules("")):
        name = f"{table}_guard_{number}"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if lite else f" ON {table}"))
        if not lite:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0001_initial"),
        ("people", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=36, unique=True, verbose_name="抽取编号")),
                ("region_path", models.CharField(db_index=True, max_length=120)),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("number", "按家数"), ("rate", "按比例")], max_length=10, verbose_name="名额"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("frozen", "已冻结"),
                            ("committed", "已承诺"),
                            ("seeded", "种子已产生"),
                            ("drawn", "已抽取"),
                            ("published", "已公布"),
                            ("voided", "已作废"),
                            ("commit", "两家承诺"),
                            ("seed", "产生种子"),
                            ("draw", "抽取"),
                            ("publish", "公布抽取"),
                            ("void", "作废"),
                        ],
                        default="frozen",
                        max_length=10,
                    ),
                ),
                ("rule_version", models.CharField(max_length=20, verbose_name="规则版本")),
                ("frozen", models.TextField(verbose_name="冻结的名单（规范写法）")),
                ("frozen_sha256", models.CharField(max_length=64, unique=True, verbose_name="名单的摘要")),
                ("frozen_at", models.DateTimeField(default=yijian.kernel.clock.now, verbose_name="冻结时间")),
                ("frozen_by", models.CharField(max_length=80, verbose_name="冻结人")),
                ("recusals", models.JSONField(default=list, verbose_name="回避的缘由（不公布）")),
                ("seed", models.CharField(blank=True, max_length=64, verbose_name="种子")),
                ("provenance", models.TextField(blank=True, verbose_name="种子的来历（规范写法）")),
                ("seeded_at", models.DateTimeField(blank=True, null=True, verbose_name="种子产生时间")),
                ("result", models.TextField(blank=True, verbose_name="抽取结果（规范写法）")),
                ("result_sha256", models.CharField(blank=True, max_length=64, verbose_name="结果的摘要")),
                ("drawn_at", models.DateTimeField(blank=True, null=True, verbose_name="抽取时间")),
                ("drawn_by", models.CharField(blank=True, max_length=80, verbose_name="抽取人")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="公布时间")),
                ("published_by", models.CharField(blank=True, max_length=80, verbose_name="公布人")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
                ("voided_by", models.CharField(blank=True, max_length=80, verbose_name="作废人")),
                ("void_reason", models.CharField(blank=True, max_length=300, verbose_name="作废理由")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.region",
                        verbose_name="地方",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="组织单位",
                    ),
                ),
            ],
            options={
                "ordering": ["-frozen_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="次序")),
                ("sha256", models.CharField(max_length=64, verbose_name="承诺")),
                (
                    "committed_at",
                    models.DateTimeField(default=yijian.kernel.clock.now, verbose_name="承诺时间"),
                ),
                ("committed_by", models.CharField(max_length=80, verbose_name="承诺人")),
                ("secret", models.CharField(blank=True, max_length=128, verbose_name="揭示的暗数")),
                ("revealed_at", models.DateTimeField(blank=True, null=True, verbose_name="揭示时间")),
                ("revealed_by", models.CharField(blank=True, max_length=80, verbose_name="揭示人")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="部门",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="inspections.draw",
                    ),
                ),
            ],
            options={
                "ordering": ["draw_id", "order"],
            },
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("frozen", ""), _negated=True), name="a_draw_has_its_frozen_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("frozen_sha256__length", 64)), name="a_frozen_list_has_its_whole_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("provenance", ""), ("seed", ""), ("seeded_at", None)),
                    models.Q(
                        ("seed__length", 64),
                        ("seeded_at__gte", models.F("frozen_at")),
                        models.Q(("provenance", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="no_seed_exists_before_the_freeze",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("drawn_at", None), ("result", ""), ("result_sha256", "")),
                    models.Q(
                        ("drawn_at__gte", models.F("seeded_at")),
                        ("result_sha256__length", 64),
                        models.Q(("result", ""), _negated=True),
                        models.Q(("seed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="no_result_exists_before_the_seed",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("result", ""), ("seed", ""), ("state__in", ["frozen", "committed"])),
                    models.Q(("result", ""), ("state", "seeded"), models.Q(("seed", ""), _negated=True)),
                    models.Q(("state__in", ["drawn", "published"]), models.Q(("result", ""), _negated=True)),
                    ("state", "voided"),
                    _connector="OR",
                ),
                name="a_draw_holds_what_its_state_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", False), ("state", "published")),
                    models.Q(("published_at", None), models.Q(("state", "published"), _negated=True)),
                    _connector="OR",
                ),
                name="a_draw_is_published_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "voided"),
                        ("voided_at__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("void_reason", ""), ("voided_at", None), models.Q(("state", "voided"), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_voided_draw_gives_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.UniqueConstraint(
                fields=("draw", "order"), name="a_place_in_the_commitments_is_taken_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.UniqueConstraint(fields=("draw", "unit"), name="a_unit_commits_once_to_a_draw"),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.UniqueConstraint(
                fields=("draw", "sha256"), name="two_units_do_not_commit_the_same"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__in", [1, 2])), name="two_units_commit_to_a_draw"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__length", 64)), name="a_commitment_is_a_whole_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revealed_at", None), ("secret", "")),
                    models.Q(
                        ("revealed_at__gte", models.F("committed_at")),
                        models.Q(("secret", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_secret_is_revealed_after_it_was_committed",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
