"""逐条看落实：文件一条条列出，每条亮着它名下义务的灯。"""

from collections import defaultdict
from dataclasses import dataclass, field

from yijian.access.viewer import Viewer
from yijian.kernel.errors import NotFound
from yijian.ledger import kinds
from yijian.ledger.models import Place, Rule
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Filter, tally_by
from yijian.ledger.queries.status import AsOf
from yijian.regimes.kinds import Clause, Pack

WORST: tuple[str, ...] = (
    kinds.OVERDUE,
    kinds.SOON,
    kinds.NOT_DUE,
    kinds.PROVISIONAL,
    kinds.DONE_LATE,
    kinds.DONE,
    kinds.NOT_APPLICABLE,
)
Counts = dict[str, int]


@dataclass(frozen=True)
class RuleLine:
    """条款下的一项义务和它的各状态条数。"""

    rule: Rule
    counts: Counts

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def status(self) -> str:
        return worst(self.counts)


@dataclass
class ClauseLine:
    """一条条款：原文编号、要旨、单位、名下义务。"""

    clause: Clause
    rules: list[RuleLine] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        return summed(line.counts for line in self.rules)

    @property
    def status(self) -> str:
        return worst(self.counts)


def summed(parts: object) -> Counts:
    total: Counts = defaultdict(int)
    for counts in parts:  # type: ignore[attr-defined]
        for status, n in counts.items():
            total[status] += n
    return dict(total)


def worst(counts: Counts) -> str:
    """一组义务合起来亮哪盏灯：最要紧的那盏；没有义务时为空。"""
    return next((status for status in WORST if counts.get(status)), "")


def pack_of(place: Place, pack_id: str) -> Pack:
    if pack_id not in place.packs:
        raise NotFound("这份文件不适用于本地。")
    return library().pack(pack_id)


def places(viewer: Viewer) -> list[Place]:
    """看得见的地方：岗位所在区划归属之地（及其下级之地）。"""
    found = list(Place.objects.select_related("region").order_by("region__path"))
    if viewer.everything or viewer.officer:
        return found
    paths = [p.region_path for p in viewer.posts]
    near = [
        max(
            (x for x in found if path.startswith(x.region.path)),
            key=lambda x: len(x.region.path),
            default=None,
        )
        for path in paths
    ]
    inside = [x for x in found if any(x.region.path.startswith(path) for path in paths)]
    keep = {x.pk for x in [*near, *inside] if x is not None}
    return [x for x in found if x.pk in keep]


def clause_lines(viewer: Viewer, place: Place, pack: Pack, as_of: AsOf) -> list[ClauseLine]:
    """一份文件的全部条款，灯按看的人的范围点亮。"""
    counts = tally_by(
        viewer, Filter(place=place.pk, pack=pack.id, as_of=as_of.day, known=as_of.known), "rule_id"
    )
    by_clause: dict[str, list[RuleLine]] = defaultdict(list)
    for rule in place.rules.filter(pack=pack.id, retired_on__isnull=True).order_by("pk"):
        line = RuleLine(rule, counts.get(rule.pk, {}))
        for ref in dict.fromkeys([rule.clause, *rule.clauses]):
            by_clause[ref].append(line)
    return [ClauseLine(clause, by_clause.get(clause.ref, [])) for clause in pack.clauses]


@dataclass(frozen=True)
class Cell:
    """任务与单位的交叉格：角色与灯。"""

    role: str
    counts: Counts

    @property
    def status(self) -> str:
        return worst(self.counts)


@dataclass(frozen=True)
class Matrix:
    functions: list[tuple[str, str]]
    lines: list[tuple[Clause, dict[str, Cell]]]
    totals: dict[str, int]


def matrix(viewer: Viewer, place: Place, pack: Pack, as_of: AsOf, function: str = "") -> Matrix:
    """单位×任务：附件任务清单（没有清单的取写明单位的条款），格里是角色和灯。"""
    rows = [c for c in pack.clauses if c.kind == "task" and c.units] or [c for c in pack.clauses if c.units]
    words = library().catalogue.functions
    used = {f for clause in rows if clause.units for f in clause.units.all}
    lines = []
    lights = {line.clause.ref: line.counts for line in clause_lines(viewer, place, pack, as_of)}
    for clause in rows:
        assert clause.units is not None
        if function and function not in clause.units.all:
            continue
        roles = {"lead": "牵头", "responsible": "责任", "local": "属地"}
        cells = {
            f: Cell(word, lights.get(clause.ref, {}))
            for name, word in roles.items()
            for f in getattr(clause.units, name)
        }
        lines.append((clause, cells))
    order = [(f, words[f]) for f in words if f in used and (not function or f == function)]
    totals = {f: sum(f in c.units.all for c in rows if c.units) for f, _ in order}
    return Matrix(order, lines, totals)
