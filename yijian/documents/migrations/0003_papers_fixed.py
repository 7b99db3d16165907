"""文书制发以后不变：两种数据库各用自己的触发器，只许由已制发改为已作废，不许删除。"""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "documents_paper"
FIXED = (
    "id", "kind", "title", "number", "issuer", "issuer_path", "issuer_unit_id", "unit_id", "region_path", "facility_id",
    "facility_unit_id", "values", "docx_id", "pdf_id", "verify_code", "issued_at", "issued_by_id", "issued_name",
)  # fmt: skip
WORDS = "文书制发以后不能修改或删除，只能作废"


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in FIXED)
    wrong = f"OLD.state <> 'issued' OR NEW.state <> 'voided' OR {changed}"
    if sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} WHEN {wrong} {refuse}"
        )
        schema_editor.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} {refuse}")
        return
    schema_editor.execute(
        f"CREATE FUNCTION papers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({wrong}) "
        "EXECUTE FUNCTION papers_refuse()"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION papers_refuse()"
    )


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{act}{on}")
    if on:
        schema_editor.execute("DROP FUNCTION IF EXISTS papers_refuse()")


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_papers")]
    operations = [migrations.RunPython(guard, unguard)]
