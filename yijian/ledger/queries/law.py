"""条文：义务的各个出处、原文里的关键语、条款所在文件。原文没有挂接时只有条款与关键语。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yijian.kernel.errors import YijianError
from yijian.ledger.models import Rule
from yijian.ledger.queries.choices import pack_label
from yijian.ledger.queries.packs import library
from yijian.regimes.kinds import VERIFY_LABELS, Clause, Pack, squeeze
from yijian.regimes.source import Found, find_source, found_in


@dataclass(frozen=True)
class Piece:
    """原文的一段；marked 是被义务引用的关键语。"""

    text: str
    marked: bool


@dataclass(frozen=True)
class Cited:
    """义务的一个出处：哪份文件、哪一条、怎么说、严不严。"""

    pack: str
    label: str
    title: str
    clause: str
    heading: str
    gist: str
    phrase: str
    when_text: str
    strictest: bool
    local: bool
    conflict: str
    verify: str
    verify_word: str
    note: str
    sentence: list[Piece]


def cited(rule: Rule) -> list[Cited]:
    """一条规则的全部出处，最严的在前。"""
    found = [one_source(source) for source in rule.sources] or [own_source(rule)]
    return sorted(found, key=lambda c: not c.strictest)


def own_source(rule: Rule) -> Cited:
    return one_source(
        {"pack": rule.pack, "pack_title": pack_label(rule.pack), "clause": rule.clause, "phrase": rule.phrase,
         "when_text": rule.when_text, "strictest": True, "local": rule.local, "conflict": "",
         "verify": rule.verify, "note": rule.note}
    )  # fmt: skip


def one_source(source: Mapping[str, Any]) -> Cited:
    pack = library().packs.get(source["pack"])
    clause = pack.clause(source["clause"]) if pack else None
    phrase = source.get("phrase") or ""
    verify = source.get("verify") or ""
    return Cited(
        pack=source["pack"],
        label=pack_label(source["pack"]),
        title=source.get("pack_title") or "",
        clause=source["clause"],
        heading=clause.heading if clause else "",
        gist=clause.gist if clause else "",
        phrase=phrase,
        when_text=source["when_text"],
        strictest=bool(source["strictest"]),
        local=bool(source["local"]),
        conflict=source.get("conflict") or "",
        verify=verify,
        verify_word=VERIFY_LABELS.get(verify, ""),
        note=source.get("note") or "",
        sentence=sentence(pack, source["clause"], phrase) if pack and phrase else [],
    )


def original(pack: Pack) -> Found | None:
    """定位好的原文；没挂接、摘要不符或读不出时为空。"""
    path = find_source(pack)
    if path is None:
        return None
    try:
        stat = path.stat()
        return _located(pack.id, pack.hash, str(path), stat.st_mtime_ns)
    except (OSError, YijianError):
        return None


@lru_cache(maxsize=16)
def _located(pack_id: str, pack_hash: str, path: str, modified: int) -> Found | None:
    """同一版本的包和原文只定位一次。"""
    return found_in(library().pack(pack_id))


def sentence(pack: Pack, ref: str, phrase: str) -> list[Piece]:
    """关键语所在的一句原文，关键语标出。"""
    found = original(pack)
    parts = found.highlight(ref, phrase) if found else None
    if parts is None:
        return []
    before, mark, after = parts
    start = max((before.rfind(stop) for stop in "。；\n"), default=-1) + 1
    ends = [at for stop in "。；\n" if (at := after.find(stop)) >= 0]
    end = min(ends) + 1 if ends else len(after)
    return [Piece(before[start:].lstrip(), False), Piece(mark, True), Piece(after[:end].rstrip(), False)]


def marked_clause(found: Found | None, clause: Clause, phrases: Iterable[str]) -> list[Piece]:
    """条款原文全文，各义务的关键语都标出；没有原文为空。"""
    span = found.spans.get(clause.ref) if found else None
    if found is None or span is None:
        return []
    marks = []
    for phrase in dict.fromkeys(phrases):
        wanted = squeeze(phrase)
        place = found.text.tight.find(wanted, *span) if wanted else -1
        if place >= 0:
            marks.append(found.text.span(place, place + len(wanted)))
    start, end = found.text.span(*span)
    return cut(found.text.raw, start, end, marks)


def cut(raw: str, start: int, end: int, marks: list[tuple[int, int]]) -> list[Piece]:
    """按标记的起止切开；重叠的合成一段。"""
    pieces: list[Piece] = []
    at = start
    for first, last in sorted(marks):
        if last <= at:
            continue
        if first > at:
            pieces.append(Piece(raw[at:first], False))
        pieces.append(Piece(raw[max(first, at) : last], True))
        at = last
    if at < end:
        pieces.append(Piece(raw[at:end].rstrip(), False))
    return pieces
