"""比较：同一文件两个版本逐句增删；两部文件同一义务并排。"""

from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from yijian.regimes.kinds import Catalogue, Obligation, Pack, squeeze
from yijian.regimes.shapes import describe, dump_when, strictness
from yijian.regimes.source import Found, found_in, sentences

PREFACE = "前言"


def same_document(a: Pack, b: Pack) -> bool:
    """是不是同一文件的两个版本：一个取代另一个，或一个是同地同源的草案。"""
    if a.id == b.head.supersedes or b.id == a.head.supersedes:
        return True
    return a.region == b.region and "draft" in {a.head.status, b.head.status}


def diff_versions(a: Pack, b: Pack, sources: tuple[Path, ...] | None = None) -> dict[str, Any]:
    """a 到 b 逐条逐句的增删；原文都在手头比原文（basis 为 text），否则比要点（basis 为 gist）。"""
    left, right = found_in(a, sources), found_in(b, sources)
    texts = left is not None and right is not None
    old = _texts(a, left) if texts else _gists(a)
    new = _texts(b, right) if texts else _gists(b)
    clauses: list[dict[str, Any]] = []
    for ref in dict.fromkeys((*new, *old)):
        added, removed = _changes(old.get(ref, ""), new.get(ref, ""))
        if added or removed:
            change = "added" if ref not in old else "removed" if ref not in new else "changed"
            clauses.append({"ref": ref, "change": change, "added": added, "removed": removed})
    basis = "text" if texts else "gist"
    return {"kind": "versions", "a": a.id, "b": b.id, "basis": basis, "clauses": clauses}


def _texts(pack: Pack, found: Found | None) -> dict[str, str]:
    if found is None:
        return {}
    texts = {clause.ref: found.clause(clause.ref) or "" for clause in pack.clauses}
    return {PREFACE: found.preface(), **texts}


def _gists(pack: Pack) -> dict[str, str]:
    return {clause.ref: squeeze(clause.gist) for clause in pack.clauses}


def _changes(old: str, new: str) -> tuple[list[str], list[str]]:
    """句子的增与删，各按原来的先后。"""
    before, after = sentences(old), sentences(new)
    added: list[str] = []
    removed: list[str] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            removed += before[i1:i2]
            added += after[j1:j2]
    return added, removed


def diff_packs(a: Pack, b: Pack, catalogue: Catalogue) -> dict[str, Any]:
    """两部文件同一义务并排；stricter 是 a、b、same、different、only_a、only_b。"""
    left, right = _by_duty(a), _by_duty(b)
    rows: list[dict[str, Any]] = []
    for duty in (duty for duty in catalogue.duties if duty in left or duty in right):
        mine, theirs = left.get(duty, []), right.get(duty, [])
        rows.append(
            {
                "duty": duty,
                "label": catalogue.duties[duty].label,
                "a": [_brief(item, catalogue) for item in mine],
                "b": [_brief(item, catalogue) for item in theirs],
                "stricter": _stricter(mine, theirs),
            }
        )
    return {"kind": "duties", "a": a.id, "b": b.id, "duties": rows}


def _by_duty(pack: Pack) -> dict[str, list[Obligation]]:
    found: dict[str, list[Obligation]] = {}
    for item in pack.obligations:
        found.setdefault(item.duty, []).append(item)
    return found


def _brief(item: Obligation, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "obligation": item.id,
        "title": item.title,
        "clause": item.clause,
        "phrase": item.phrase,
        "whom": item.whom.model_dump(mode="json"),
        "when": dump_when(item.when),
        "when_text": describe(item.when, catalogue.facts),
    }


def _stricter(mine: list[Obligation], theirs: list[Obligation]) -> str:
    if not mine or not theirs:
        return "only_a" if mine else "only_b"
    verdicts = {strictness(x.when, y.when) for x in mine for y in theirs if x.whom.each == y.whom.each}
    if verdicts == {0}:
        return "same"
    if verdicts and verdicts <= {0, 1}:
        return "a"
    return "b" if verdicts and verdicts <= {0, -1} else "different"
