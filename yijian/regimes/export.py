"""导出制度包：design 约定的机器可读格式。"""

from typing import Any

from yijian.regimes.kinds import Body, Campaign, Clause, Indicator, Obligation, Pack, Units
from yijian.regimes.shapes import dump_when


def export_pack(pack: Pack) -> dict[str, Any]:
    """整包导出，键的次序固定。"""
    head = pack.head
    return {
        "id": head.id,
        "title": head.title,
        "document_no": head.document_no,
        "issuer": head.issuer,
        "issued_on": head.issued_on.isoformat() if head.issued_on else None,
        "region": head.region,
        "extends": list(head.extends),
        "status": head.status,
        "effective_from": head.effective_from.isoformat(),
        "effective_to": head.effective_to.isoformat() if head.effective_to else None,
        "supersedes": head.supersedes,
        "version": head.version,
        "hash": pack.hash,
        "clauses": [_clause(clause) for clause in pack.clauses],
        "duties": [_duty(body) for body in pack.bodies],
        "tasks": [_task(clause, clause.units or Units()) for clause in task_clauses(pack)],
        "obligations": [_obligation(item) for item in pack.obligations],
        "indicators": [_indicator(item) for item in pack.indicators],
        "campaign": _campaign(pack.campaign) if pack.campaign else None,
    }


def task_clauses(pack: Pack) -> tuple[Clause, ...]:
    """任务：附了任务清单的，清单每项一条；没有的，写明单位的每条措施一条。"""
    return pack.of_kind("task") or tuple(c for c in pack.of_kind("article") if c.units and c.units.all)


def _clause(clause: Clause) -> dict[str, Any]:
    keys = ("ref", "kind", "part", "heading", "gist", "status", "why", "verify", "source")
    return {key: getattr(clause, key) for key in keys}


def _duty(body: Body) -> dict[str, Any]:
    return {
        "function": body.function,
        "clause": body.clause,
        "gist": body.gist,
        "also": list(body.also),
        "names": list(body.names),
    }


def _task(clause: Clause, units: Units) -> dict[str, Any]:
    return {
        "ref": clause.ref,
        "clause": clause.ref,
        "functions": list(units.all),
        "lead": list(units.lead),
        "responsible": list(units.responsible),
        "local": list(units.local),
    }


def _obligation(item: Obligation) -> dict[str, Any]:
    return {
        "id": item.id,
        "duty": item.duty,
        "title": item.title,
        "clause": item.clause,
        "also": list(item.also),
        "phrase": item.phrase,
        "who": item.who.model_dump(mode="json"),
        "by": item.by,
        "whom": item.whom.model_dump(mode="json"),
        "when": dump_when(item.when),
        "evidence": [evidence.model_dump(mode="json", exclude_none=True) for evidence in item.evidence],
        "all_of": item.all_of,
        "verify": item.verify,
        "source": item.source,
        "note": item.note,
        "effective_from": item.effective_from.isoformat() if item.effective_from else None,
        "effective_to": item.effective_to.isoformat() if item.effective_to else None,
    }


def _indicator(item: Indicator) -> dict[str, Any]:
    auto = [item.auto] if isinstance(item.auto, str) else list(item.auto or ())
    parts = [p if isinstance(p, str) else p.model_dump(mode="json", exclude_none=True) for p in item.parts]
    return {
        "ref": item.ref,
        "group": item.group,
        "label": item.label,
        "kind": item.kind,
        "basis": list(item.basis),
        "auto": auto,
        "parts": parts,
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    value: dict[str, Any] = campaign.model_dump(mode="json", by_alias=True)
    return value
