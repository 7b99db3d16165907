"""核验：重算每一条，与封存在外的树头、叶以及树状态比对，并查触发器还在不在。"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from yijian.audit.models import TreeState
from yijian.audit.rules.examine import Examiner, Finding, Report, Row
from yijian.audit.rules.heads import read_sealed
from yijian.audit.rules.leaf import Content, instant
from yijian.kernel.merkle import Frontier

Anchors = Sequence[tuple[int, str]]
PAGE = 2000
# 按文字取值：被改坏的时间、JSON 也要读得出来，不能让核验半途而废。
_PAGE_SQL = """
    SELECT seq, CAST(at AS text), action, actor_id, actor, unit, region_path, subject_kind, subject_id,
           subject, CAST(data AS text), reason, leaf
    FROM audit_entry WHERE seq > %s ORDER BY seq LIMIT %s
"""
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%%'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
        "AND tgrelid IN ('audit_entry'::regclass, 'audit_treestate'::regclass)"
    ),
}
_EXPECTED = {
    "sqlite": {
        "audit_entry_no_update",
        "audit_entry_no_delete",
        "audit_entry_no_replace",
        "audit_treestate_only_grows",
        "audit_treestate_no_delete",
    },
    "postgresql": {
        "audit_entry_no_change",
        "audit_entry_no_truncate",
        "audit_treestate_only_grows",
        "audit_treestate_no_truncate",
    },
}


def examine(anchors: Anchors = ()) -> Report:
    """核验全部审计记录，给出完整结果。anchors 是另行保存的（条数, 根的开头几位）。

    可以在有人写入时进行：先读外部凭据，再读记录，最后读树状态并补读其间新增的记录。
    """
    sealed = read_sealed(Path(settings.DATA_DIR) / "audit")
    examiner = Examiner(sealed, anchors)
    last = -(2**63)
    for row in _rows(last):
        last = row.seq
        examiner.add(row)
    state = _state()
    for row in _rows(last, until=state.size if state else last):
        examiner.add(row)
    report = examiner.finish(state)
    report.findings += _missing_triggers()
    return report


def verify(anchors: Anchors = ()) -> list[Finding]:
    """核验审计记录；没有问题为空列表，每个问题指明第一处出错的序号。"""
    return examine(anchors).findings


def verify_command(*, as_json: bool = False, anchors: Anchors = (), out: TextIO | None = None) -> int:
    """yijian audit verify：打印结果，完好返回 0，有问题返回 1。"""
    report, out = examine(anchors), out or sys.stdout
    if as_json:
        shown = {**asdict(report), "unsealed": report.unsealed, "ok": not report.findings}
        out.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    else:
        out.write(in_words(report))
    return 1 if report.findings else 0


def in_words(report: Report) -> str:
    """核验结果的大白话。"""
    lines = [f"审计记录 {report.size} 条，根 {report.root}。"]
    lines.append(f"已由 {report.heads} 个签名树头封存到第 {report.sealed} 条。")
    if report.unsealed:
        lines.append(f"最后 {report.unsealed} 条尚未封存，下一次写入时一并封存。")
    if not report.findings:
        lines.append("核验通过：没有发现改动、删除、插入、截尾或重算。")
    else:
        lines.append(f"发现 {len(report.findings)} 处问题：")
        lines += [f"  {number}. {found.text}" for number, found in enumerate(report.findings, 1)]
        lines.append("请保全现场（数据库与 audit 目录各复制一份），再从备份比对。")
    return "\n".join(lines) + "\n"


def _rows(after: int, until: int | None = None) -> Iterator[Row]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        while until is None or after < until:
            cursor.execute(_PAGE_SQL, [after, PAGE])
            page = cursor.fetchall()
            for values in page:
                if until is not None and values[0] > until:
                    return
                yield _row(values)
            if len(page) < PAGE:
                return
            after = page[-1][0]


def _row(values: Sequence[Any]) -> Row:
    seq, at, action, actor_id, *texts, data, reason, leaf = values
    actor, unit, path, kind, key, subject = texts
    try:
        moment = datetime.fromisoformat(at)
        at = instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        content = Content(
            seq, at, action, actor_id, actor, unit, path, kind, key, subject, json.loads(data), reason
        )
    except (ValueError, TypeError, OverflowError):
        return Row(seq, None, str(leaf))
    return Row(seq, content, str(leaf))


def _state() -> Frontier | None:
    row = TreeState.objects.filter(pk=1).first()
    try:
        frontier = Frontier.from_json(row.frontier) if row else None
    except ValueError:
        return None
    return frontier if row and frontier and frontier.size == row.size else None


def _missing_triggers() -> list[Finding]:
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        missing = _EXPECTED[connection.vendor] - {name for (name,) in cursor.fetchall()}
    text = "数据库的只追加触发器 {name} 不见了或被停用，请查明何人所为并重建。"
    return [Finding("trigger", 0, 0, text.format(name=name)) for name in sorted(missing)]
