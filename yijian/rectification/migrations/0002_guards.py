# ruff: noqa: S608  语句全由本文件的常量拼成
"""销号的规矩由触发器守住，两种数据库各写一份：哪条路都绕不过自己的验收与签名（曲靖 十四）。

问题只能由“整改中”开始，不能删；状态只走三步：有新的整改才待验收，这次整改验收不通过才退回，通过才销号。
整改、验收、告知移送的退回只追加；验收只收最近一次整改的，签名须是图片，摘要须与内容相符；
摘牌须先销号；退回满两次须先裁定，裁定过的不能再退。
"""

from django.db import migrations

APPEND_ONLY = (
    "rectification_rectification",
    "rectification_rectification_documents",
    "rectification_acceptance",
    "rectification_handoverreturn",
)
WORDS = "整改与验收的记录只能追加，不能修改或删除"
LATEST = "(SELECT MAX(r.id) FROM rectification_rectification r WHERE r.problem_id = NEW.id)"


def _verdict(verdict: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM rectification_acceptance a WHERE a.rectification_id = {LATEST} "
        f"AND a.verdict = '{verdict}')"
    )


_UNTRIED = (
    f"{LATEST} IS NOT NULL AND NOT EXISTS "
    f"(SELECT 1 FROM rectification_acceptance a WHERE a.rectification_id = {LATEST})"
)
_MOVES = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}' AND {condition})"
    for old, new, condition in (
        ("open", "replied", _UNTRIED),
        ("replied", "open", _verdict("failed")),
        ("replied", "closed", _verdict("passed")),
    )
)
_KNOWN = "EXISTS (SELECT 1 FROM {table} x WHERE x.id = NEW.id)"
_PROBLEM_OF = "(SELECT r.problem_id FROM rectification_rectification r WHERE r.id = NEW.rectification_id)"

# 名字、何时、哪张表、何种情形拒绝、说什么
GUARDS = (
    (
        "rectification_problem_begins_open", "INSERT", "rectification_problem",
        f"NEW.state <> 'open' OR {_KNOWN.format(table='rectification_problem')}",
        "问题须由整改中开始",
    ),
    (
        "rectification_problem_moves_by_acceptance", "UPDATE", "rectification_problem",
        f"NEW.id <> OLD.id OR NEW.uid <> OLD.uid OR NEW.facility_id <> OLD.facility_id "
        f"OR (OLD.state = 'closed' AND NEW.closed_at <> OLD.closed_at) "
        f"OR (NEW.state <> OLD.state AND NOT ({_MOVES}))",
        "没有本次整改自己的验收与签名，问题不能改变状态",
    ),
    ("rectification_problem_stays", "DELETE", "rectification_problem", "", "问题不能删除，只能验收销号"),
    (
        "rectification_round_follows_an_open_problem", "INSERT", "rectification_rectification",
        f"{_KNOWN.format(table='rectification_rectification')} OR NOT EXISTS "
        "(SELECT 1 FROM rectification_problem p WHERE p.id = NEW.problem_id AND p.state = 'open')",
        "只有整改中的问题可以回复整改",
    ),
    (
        "rectification_acceptance_meets_its_round", "INSERT", "rectification_acceptance",
        f"{_KNOWN.format(table='rectification_acceptance')} OR EXISTS "
        "(SELECT 1 FROM rectification_acceptance x WHERE x.rectification_id = NEW.rectification_id "
        "OR x.signature_id = NEW.signature_id OR x.signature_sha256 = NEW.signature_sha256) OR NOT EXISTS "
        f"(SELECT 1 FROM rectification_problem p WHERE p.id = {_PROBLEM_OF} AND p.state = 'replied') "
        "OR NEW.rectification_id <> (SELECT MAX(r.id) FROM rectification_rectification r "
        f"WHERE r.problem_id = {_PROBLEM_OF})",
        "只能验收最近一次、还没有验收的整改，且一个签名只用一次",
    ),
    (
        "rectification_acceptance_is_signed", "INSERT", "rectification_acceptance",
        "NOT EXISTS (SELECT 1 FROM documents_document d WHERE d.id = NEW.signature_id "
        "AND d.kind = 'photo' AND d.blob_id = NEW.signature_sha256) "
        "OR EXISTS (SELECT 1 FROM rectification_problem_documents e WHERE e.document_id = NEW.signature_id) OR "
        "EXISTS (SELECT 1 FROM rectification_rectification_documents e WHERE e.document_id = NEW.signature_id)",
        "验收须有签名图，摘要相符，且不是整改的照片",
    ),
    (
        "rectification_listing_ends_after_closing", "UPDATE", "rectification_listing",
        "NEW.state = 'delisted' AND NOT EXISTS "
        "(SELECT 1 FROM rectification_problem p WHERE p.id = NEW.problem_id AND p.state = 'closed')",
        "问题没有销号，不能摘牌",
    ),
    (
        "rectification_handover_returns_are_arbitrated", "UPDATE", "rectification_handover",
        "(OLD.arbitrated AND NOT NEW.arbitrated) OR (OLD.state = 'disputed' AND NEW.state <> 'disputed' "
        "AND NOT NEW.arbitrated) OR (OLD.arbitrated AND NEW.to_unit_id <> OLD.to_unit_id) "
        "OR (NEW.state = 'returned' AND OLD.state <> 'returned' AND EXISTS "
        "(SELECT 1 FROM rectification_handoverreturn h WHERE h.handover_id = NEW.id))",
        "两次退回的须由民政裁定，裁定后不能再退、再改",
    ),
)  # fmt: skip


def add(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for name, event, table, condition, words in (*GUARDS, *_append_only()):
        for statement in (
            _sqlite(name, event, table, condition, words)
            if sqlite
            else _postgres(name, event, table, condition, words)
        ):
            schema_editor.execute(statement)


def _append_only():
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            yield f"{table}_no_{event.lower()}", event, table, "", WORDS


def _sqlite(name, event, table, condition, words):
    when = f"WHEN {condition} " if condition else ""
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{words}'); END"
    ]


def _postgres(name, event, table, condition, words):
    body = (
        f"BEGIN IF {condition or 'TRUE'} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END"
    )
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def drop(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for name, _event, table, _condition, _words in (*GUARDS, *_append_only()):
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}" if postgres else f"DROP TRIGGER {name}")
        if postgres:
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [("rectification", "0001_initial")]
    operations = [migrations.RunPython(add, drop)]
