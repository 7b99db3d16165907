"""跨表的不变量由触发器守住：三员不任业务岗位、不作代理；代理不超过 60 日。两种数据库各写一份。"""

from django.db import migrations

OFFICER = "officer_account_holds_no_business_post"
LONG = "deputy_lasts_at_most_60_days"
_IS_OFFICER = "(SELECT officer FROM people_account WHERE id = NEW.account_id) <> ''"
_HAS_POST = (
    "NEW.officer <> '' AND (EXISTS (SELECT 1 FROM people_post WHERE account_id = NEW.id)"
    " OR EXISTS (SELECT 1 FROM people_deputy WHERE account_id = NEW.id))"
)
TRIGGERS = [
    ("people_post_officer_i", "INSERT", "people_post", _IS_OFFICER, OFFICER),
    ("people_post_officer_u", "UPDATE", "people_post", _IS_OFFICER, OFFICER),
    ("people_deputy_officer_i", "INSERT", "people_deputy", _IS_OFFICER, OFFICER),
    ("people_deputy_officer_u", "UPDATE", "people_deputy", _IS_OFFICER, OFFICER),
    ("people_account_officer_u", "UPDATE", "people_account", _HAS_POST, OFFICER),
    ("people_deputy_length_i", "INSERT", "people_deputy", None, LONG),
    ("people_deputy_length_u", "UPDATE", "people_deputy", None, LONG),
]
_LONG = {
    "sqlite": "julianday(NEW.ends_on) - julianday(NEW.starts_on) > 59",
    "postgresql": "NEW.ends_on - NEW.starts_on > 59",
}


def add(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, event, table, condition, message in TRIGGERS:
        for statement in _create(vendor, name, event, table, condition or _LONG[vendor], message):
            schema_editor.execute(statement)


def _create(vendor, name, event, table, condition, message):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    body = (
        f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; "
        "END IF; RETURN NEW; END"
    )
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def drop(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for name, _event, table, _condition, _message in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}" if postgres else f"DROP TRIGGER {name}")
        if postgres:
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(add, drop)]
