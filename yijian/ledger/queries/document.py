"""一份文件从头到尾：条款分部分排好，带灯、义务、原文；指标、职责、原文摘要。"""

from collections.abc import Sequence
from dataclasses import dataclass

from yijian.access.viewer import Viewer
from yijian.kernel.errors import NotFound
from yijian.ledger.models import Place
from yijian.ledger.queries.clauses import ClauseLine, Counts, clause_lines, places, summed, worst
from yijian.ledger.queries.law import Piece, marked_clause, original
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Filter, tally_by
from yijian.ledger.queries.status import AsOf
from yijian.regimes.kinds import Indicator, Pack

KIND_WORDS: dict[str, str] = {
    "article": "条款",
    "task": "任务清单",
    "duty": "职责分工",
    "indicator": "自评指标",
    "stage": "阶段",
    "requirement": "要求",
    "form": "表单",
    "note": "填报说明",
}
INDICATOR_KINDS: dict[str, str] = {
    "yes_no": "是否",
    "number": "数",
    "ratio": "比率",
    "list": "清单",
    "text": "文字",
}


@dataclass(frozen=True)
class Line:
    """一条条款：灯、义务、单位、原文。"""

    line: ClauseLine
    roles: list[tuple[str, list[str]]]
    text: list[Piece]
    indicator: Indicator | None
    indicator_kind: str

    @property
    def clause(self):  # type: ignore[no-untyped-def]
        return self.line.clause


@dataclass(frozen=True)
class Part:
    """一个部分（附件、章）。"""

    name: str
    kind: str
    lines: list[Line]

    @property
    def counts(self) -> Counts:
        return summed(line.line.counts for line in self.lines)

    @property
    def is_indicators(self) -> bool:
        return self.kind == "indicator"


@dataclass(frozen=True)
class Paper:
    """一份文件的落实情况。"""

    pack: Pack
    parts: list[Part]
    has_text: bool
    totals: dict[str, int]

    @property
    def counts(self) -> Counts:
        return summed(part.counts for part in self.parts)


def place_of(viewer: Viewer, pack_id: str, code: str) -> Place:
    """这份文件在哪个地方看；没指明取看的人的第一个。"""
    found = [p for p in places(viewer) if pack_id in p.packs]
    if code:
        found = [p for p in found if p.pk == code]
    if not found:
        raise NotFound("这份文件不适用于您所在的地方，或这个地方不在您的范围内。")
    return found[-1] if not code and len(found) > 1 and found[0].pk == "000000" else found[0]


def paper(viewer: Viewer, place: Place, pack: Pack, as_of: AsOf, only: str = "") -> Paper:
    """逐条；only 只要某一条。"""
    text = original(pack)
    indicators = {item.ref: item for item in pack.indicators}
    lines = [line for line in clause_lines(viewer, place, pack, as_of) if not only or line.clause.ref == only]
    if only and not lines:
        raise NotFound(f"这份文件没有“{only[:40]}”这一条。")
    parts: list[Part] = []
    for line in lines:
        clause = line.clause
        item = indicators.get(clause.ref)
        shown = Line(
            line=line,
            roles=roles_of(line),
            text=marked_clause(text, clause, [r.rule.phrase for r in line.rules if r.rule.phrase]),
            indicator=item,
            indicator_kind=INDICATOR_KINDS.get(item.kind, "") if item else "",
        )
        name = clause.part or KIND_WORDS[clause.kind]
        if not parts or (parts[-1].name, parts[-1].kind) != (name, clause.kind):
            parts.append(Part(name, clause.kind, []))
        parts[-1].lines.append(shown)
    return Paper(pack, parts, text is not None, totals(pack))


def totals(pack: Pack) -> dict[str, int]:
    found: dict[str, int] = {}
    for clause in pack.clauses:
        word = KIND_WORDS[clause.kind]
        found[word] = found.get(word, 0) + 1
    return found


def roles_of(line: ClauseLine) -> list[tuple[str, list[str]]]:
    units, words = line.clause.units, library().catalogue.functions
    if units is None:
        return []
    roles = (("牵头", units.lead), ("责任", units.responsible), ("属地", units.local))
    return [(word, [words.get(name, name) for name in names]) for word, names in roles if names]


@dataclass(frozen=True)
class Shelf:
    """一个地方适用的文件，各亮着灯。"""

    place: Place
    papers: list[tuple[Pack, Counts, str]]


def shelves(viewer: Viewer, as_of: AsOf) -> list[Shelf]:
    """选择文件：各地、各文件的灯。"""
    books = library()
    found = []
    for place in places(viewer):
        counts = tally_by(viewer, Filter(place=place.pk, as_of=as_of.day, known=as_of.known), "rule__pack")
        papers = [books.packs[i] for i in place.packs if i in books.packs and not books.packs[i].settings]
        found.append(Shelf(place, [(p, counts.get(p.id, {}), worst(counts.get(p.id, {}))) for p in papers]))
    return found


def task_packs(shelf_list: Sequence[Shelf]) -> list[tuple[Place, Pack]]:
    """有任务清单或写明单位的文件。"""
    return [
        (shelf.place, pack)
        for shelf in shelf_list
        for pack, _, _ in shelf.papers
        if any(clause.units and clause.units.all for clause in pack.clauses)
    ]
