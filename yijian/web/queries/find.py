"""一站式查询：一个框查机构、单位、义务、条款，各按权限；每条写明出处单位和日期（功能 N3）。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.facilities.queries import search as facilities
from yijian.facilities.rules.search import fold, romanised, terms
from yijian.kernel import clock
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Filter, tally_by
from yijian.people.kinds import FUNCTIONS
from yijian.people.queries import units
from yijian.web.places import clause_url, ledger_url, pack_title, pack_word

LIMIT = 20
SHORTEST = 1
LONGEST = 60


@dataclass(frozen=True)
class Hit:
    """一条结果：名称、说明、出处、日期、网址；counts 是名下义务的各灯条数。"""

    label: str
    detail: str
    source: str
    day: date | None
    url: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """一类结果；more 表示还有更多没有列出。"""

    kind: str
    label: str
    hits: list[Hit]
    more: bool


def search(viewer: Viewer, text: str) -> list[Found]:
    """一站式查询：词之间用空格隔开，都要出现；汉字、全拼、首字母、代码、条款号都可以。"""
    require(viewer, "search.use")
    words = terms(text[:LONGEST])
    if not words or len("".join(words)) < SHORTEST:
        return []
    parts = (
        ("facilities", "机构", facility_hits, "facilities.view"),
        ("units", "单位", unit_hits, "ledger.view"),
        ("duties", "义务", duty_hits, "ledger.rules_view"),
        ("clauses", "条款", clause_hits, "ledger.rules_view"),
    )
    found = []
    for kind, label, look, capability in parts:
        hits = look(viewer, text[:LONGEST], words) if viewer.can(capability) else []
        found.append(Found(kind, label, hits[:LIMIT], len(hits) > LIMIT))
    return found


@lru_cache(maxsize=20_000)
def spelled(text: str) -> str:
    """一段文字的检索用语：原文、全拼、首字母。"""
    folded = fold(text)
    return " ".join((folded, *romanised(folded)))


def matches(words: Iterable[str], *texts: str) -> bool:
    """每个词都在其中一段文字里。"""
    whole = " ".join(spelled(text) for text in texts if text)
    return all(word in whole for word in words)


def facility_hits(viewer: Viewer, text: str, words: list[str]) -> list[Hit]:
    """机构：由机构档案的查询给出。"""
    return [
        Hit(f.name, f.note, f.source, clock.local_date(f.updated_at), f"/facilities/{f.facility_id}/")
        for f in facilities(viewer, text, LIMIT + 1)
    ]


def unit_hits(viewer: Viewer, text: str, words: list[str]) -> list[Hit]:
    """单位：部门、街道；机构归在机构一类。"""
    rows = units(viewer).filter(active=True).exclude(function="facility").order_by("region_path", "id")
    return [
        Hit(
            label=u.name,
            detail=f"{FUNCTIONS[u.function]} · {u.region.name}",
            source=u.region.name,
            day=clock.local_date(u.created_at),
            url=f"/people/units/{u.pk}/" if viewer.can("people.view") else ledger_url(unit=u.pk),
        )
        for u in rows
        if matches(words, u.name, u.short_name, FUNCTIONS[u.function], u.uscc)
    ]


def duty_hits(viewer: Viewer, text: str, words: list[str]) -> list[Hit]:
    """义务：本地在用的制度，名下的灯按看的人的范围。"""
    found = [
        rule
        for place in places(viewer)
        for rule in place.rules.filter(retired_on__isnull=True).order_by("pk")
        if matches(words, rule.title, rule.duty_label, rule.clause, rule.phrase)
    ]
    if not found:
        return []
    counts = tally_by(viewer, Filter(), "rule_id")
    return [
        Hit(
            label=rule.title,
            detail=f"{rule.clause} · {rule.when_text}",
            source=pack_title(rule.pack),
            day=rule.in_force_from,
            url=ledger_url(rule=rule.pk),
            counts=counts.get(rule.pk, {}),
        )
        for rule in found
    ]


def clause_hits(viewer: Viewer, text: str, words: list[str]) -> list[Hit]:
    """条款：本地适用的各份文件。"""
    packs = dict.fromkeys(pack for place in places(viewer) for pack in place.packs)
    hits = []
    for pack_id in packs:
        pack = library().packs.get(pack_id)
        if pack is None or not pack.clauses:
            continue
        source = " ".join(filter(None, [pack.head.title, pack.head.document_no]))
        for clause in pack.clauses:
            if matches(words, clause.ref, clause.heading, clause.gist, f"{pack_word(pack_id)}{clause.ref}"):
                url = clause_url(pack_id, clause.ref)
                day = pack.head.issued_on or pack.head.effective_from
                hits.append(Hit(f"{clause.ref} {clause.heading}", clause.gist, source, day, url))
    return hits
