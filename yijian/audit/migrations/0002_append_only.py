"""只追加：两种数据库各用自己的触发器拒绝修改与删除；树状态只许增长。"""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = [
    """
    CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, '审计记录只能追加，不能修改'); END
    """,
    """
    CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, '审计记录只能追加，不能删除'); END
    """,
    # INSERT OR REPLACE 在没有 recursive_triggers 时不触发删除触发器，这里另挡一道
    """
    CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
    WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, '审计记录只能追加，不能覆盖'); END
    """,
    """
    CREATE TRIGGER audit_treestate_only_grows BEFORE UPDATE ON audit_treestate
    WHEN NEW.size <= OLD.size OR NEW.id <> OLD.id
    BEGIN SELECT RAISE(ABORT, '审计树只能增长'); END
    """,
    """
    CREATE TRIGGER audit_treestate_no_delete BEFORE DELETE ON audit_treestate
    BEGIN SELECT RAISE(ABORT, '审计树状态不能删除'); END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER IF EXISTS audit_entry_no_update",
    "DROP TRIGGER IF EXISTS audit_entry_no_delete",
    "DROP TRIGGER IF EXISTS audit_entry_no_replace",
    "DROP TRIGGER IF EXISTS audit_treestate_only_grows",
    "DROP TRIGGER IF EXISTS audit_treestate_no_delete",
]
POSTGRESQL = [
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '审计记录只能追加，不能修改、删除或清空'; END $$
    """,
    """
    CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '审计树状态不能删除'; END IF;
        IF NEW.size <= OLD.size OR NEW.id <> OLD.id THEN RAISE EXCEPTION '审计树只能增长'; END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()
    """,
    """
    CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    """
    CREATE TRIGGER audit_treestate_only_grows BEFORE UPDATE OR DELETE ON audit_treestate
    FOR EACH ROW EXECUTE FUNCTION audit_only_grows()
    """,
    """
    CREATE TRIGGER audit_treestate_no_truncate BEFORE TRUNCATE ON audit_treestate
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER IF EXISTS audit_entry_no_change ON audit_entry",
    "DROP TRIGGER IF EXISTS audit_entry_no_truncate ON audit_entry",
    "DROP TRIGGER IF EXISTS audit_treestate_only_grows ON audit_treestate",
    "DROP TRIGGER IF EXISTS audit_treestate_no_truncate ON audit_treestate",
    "DROP FUNCTION IF EXISTS audit_refuse()",
    "DROP FUNCTION IF EXISTS audit_only_grows()",
]


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """种下空树，再装触发器。"""
    apps.get_model("audit", "TreeState").objects.create(id=1, size=0, frontier='{"size": 0, "peaks": []}')
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE_UNDO if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_UNDO:
        schema_editor.execute(statement)
    apps.get_model("audit", "TreeState").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunPython(guard, unguard),
        migrations.AlterModelOptions(
            name="entry",
            options={"managed": False, "verbose_name": "审计记录", "verbose_name_plural": "审计记录"},
        ),
        migrations.AlterModelOptions(
            name="treestate",
            options={"managed": False, "verbose_name": "审计树状态", "verbose_name_plural": "审计树状态"},
        ),
    ]
