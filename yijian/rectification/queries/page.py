"""一个问题的页面：从发现到销号一行到底，每次整改前后的照片，疑点，能办什么。"""

from dataclasses import dataclass, field
from datetime import date

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.rectification import kinds
from yijian.rectification.models import (
    Acceptance,
    CasePlan,
    DeadlineDraft,
    Extension,
    Handover,
    Listing,
    PhotoFlag,
    Problem,
    Rectification,
)
from yijian.rectification.queries.finding import problem as found
from yijian.rectification.queries.lists import days_left
from yijian.rectification.rules.severity import situations


@dataclass(frozen=True)
class Shown:
    """一份材料；open 表示看的人打得开。"""

    id: int
    label: str
    photo: bool
    open: bool


@dataclass(frozen=True)
class Doubt:
    """一条照片疑点：这张、像的那张（看得到才给编号）、说明。"""

    words: str
    document_id: int
    other_id: int | None
    other_of: str


@dataclass(frozen=True)
class Round:
    """一次整改：回复、照片、验收、疑点。"""

    row: Rectification
    shown: list[Shown]
    acceptance: Acceptance | None
    doubts: list[Doubt]


@dataclass(frozen=True)
class Moment:
    """一行到底上的一站；on 为空是还没有到。"""

    label: str
    on: date | None
    tone: str = ""


@dataclass(frozen=True)
class Page:
    """问题页。"""

    problem: Problem
    number: str
    days_left: int | None
    late: bool
    mark: str
    before: list[Shown]
    rounds: list[Round]
    line: list[Moment]
    extensions: list[Extension]
    drafts: list[DeadlineDraft]
    listings: list[Listing]
    plans: list[CasePlan]
    handovers: list[Handover]
    sees_doubts: bool
    may: frozenset[str] = field(default_factory=frozenset)

    @property
    def waiting(self) -> Round | None:
        """等着验收的那一次。"""
        last = self.rounds[-1] if self.rounds else None
        return last if last and self.problem.state == "replied" else None

    @property
    def past(self) -> list[Round]:
        """已经看过的各次整改；正等着本人验收的在验收那一栏，不重复列。"""
        return [one for one in self.rounds if one.acceptance or "accept" not in self.may]


def page(viewer: Viewer, problem_id: int) -> Page:
    """一个问题；范围外 NotFound。"""
    problem = found(viewer, problem_id)
    rounds = rounds_of(viewer, problem)
    left = days_left(problem)
    handovers = scoped(viewer, problem.handovers.select_related("to_unit", "from_unit")).order_by("pk")
    situation = situations().get(problem.situation)
    drafts = list(problem.drafts.order_by("pk"))
    listings = list(problem.listings.prefetch_related("notes").order_by("pk"))
    extensions = list(problem.extensions.order_by("pk"))
    sent = [] if viewer.is_facility else list(handovers)
    return Page(
        problem=problem,
        number=problem.number,
        days_left=left,
        late=left is not None and left < 0,
        mark=situation.mark if situation else "",
        before=shown(viewer, list(problem.documents.order_by("pk"))),
        rounds=rounds,
        line=line_of(problem, rounds, sent),
        extensions=extensions,
        drafts=[] if viewer.is_facility else drafts,
        listings=listings,
        plans=list(problem.plans.order_by("pk")),
        handovers=sent,
        sees_doubts=viewer.can("rectification.accept"),
        may=frozenset(allowed(viewer, problem, extensions, listings)),
    )


def allowed(
    viewer: Viewer, problem: Problem, extensions: list[Extension], listings: list[Listing]
) -> set[str]:
    """现在能办什么。"""
    may = set()
    if problem.state == "open" and viewer.can("rectification.reply"):
        may.add("reply")
        if not any(row.state == "asked" for row in extensions):
            may.add("extension")
    if problem.state == "replied" and viewer.can("rectification.accept"):
        may.add("accept")
    if problem.state != "closed":
        if viewer.can("rectification.handover"):
            may.add("handover")
        if viewer.can("rectification.accept"):
            may.add("plan")
        if viewer.can("rectification.decide"):
            may.add("urgent")
            if problem.grade == "major" and all(row.state == "delisted" for row in listings):
                may.add("listing")
    if viewer.can("rectification.decide"):
        may.add("decide")
    return may


def rounds_of(viewer: Viewer, problem: Problem) -> list[Round]:
    """各次整改，先后为序。"""
    rows = problem.rectifications.prefetch_related("documents").order_by("round")
    judged = {
        a.rectification_id: a
        for a in Acceptance.objects.filter(rectification__problem=problem).order_by("pk")
    }
    doubts = doubts_of(viewer, problem) if viewer.can("rectification.accept") else {}
    return [
        Round(
            row,
            shown(viewer, sorted(row.documents.all(), key=lambda d: d.pk)),
            judged.get(row.pk),
            doubts.get(row.pk, []),
        )
        for row in rows
    ]


def shown(viewer: Viewer, documents: list[Document]) -> list[Shown]:
    """这些材料，各自打不打得开。"""
    seen = visible(viewer, [d.pk for d in documents])
    return [Shown(d.pk, d.label, d.kind == "photo", d.pk in seen) for d in documents]


def visible(viewer: Viewer, ids: list[int]) -> set[int]:
    return set(scoped(viewer, Document.objects.filter(pk__in=ids)).order_by().values_list("pk", flat=True))


def doubts_of(viewer: Viewer, problem: Problem) -> dict[int, list[Doubt]]:
    """照片疑点，按第几次整改；别的辖区的照片只说有，不给看。"""
    rows = list(
        PhotoFlag.objects.filter(problem=problem)
        .select_related("other__problem", "other__facility")
        .order_by("rectification_id", "document_id", "kind", "pk")
    )
    seen = visible(viewer, [row.other.document_id for row in rows if row.other])
    doubts: dict[int, list[Doubt]] = {}
    for row in rows:
        other = row.other
        open_id = other.document_id if other and other.document_id in seen else None
        said = f"{other.facility.name} {other.problem.number}" if other and open_id else ""
        if other and not open_id:
            said = "别的辖区的一家机构"
        doubts.setdefault(row.rectification_id, []).append(Doubt(row.words, row.document_id, open_id, said))
    return doubts


def line_of(problem: Problem, rounds: list[Round], sent: list[Handover]) -> list[Moment]:
    """一行到底：发现、督促、告知、到场、每次回复与验收、销号。"""
    line = [
        Moment("发现", problem.found_on, "done"),
        Moment("督促整改", clock.local_date(problem.opened_at), "done"),
    ]
    for row in sent:
        word = kinds.HANDOVERS[row.kind]
        line.append(Moment(f"{word}{row.to_unit}", clock.local_date(row.sent_at), "done"))
        if row.arrived_at:
            line.append(Moment(f"{row.to_unit}到场", clock.local_date(row.arrived_at), "done"))
    for one in rounds:
        line.append(Moment(f"第{one.row.round}次回复", clock.local_date(one.row.at), "done"))
        if one.acceptance:
            failed = one.acceptance.verdict == "failed"
            word = "退回" if failed else "验收通过"
            line.append(Moment(word, clock.local_date(one.acceptance.at), "red" if failed else "done"))
    if problem.state == "closed" and problem.closed_at:
        return sorted_line([*line, Moment("销号", clock.local_date(problem.closed_at), "green")])
    if problem.state == "replied":
        return [*sorted_line(line), Moment("待验收", None, "now")]
    late = problem.due_on < clock.today()
    return [*sorted_line(line), Moment(f"待整改，限 {problem.due_on}", None, "red" if late else "now")]


def sorted_line(line: list[Moment]) -> list[Moment]:
    return sorted(line, key=lambda moment: moment.on or date.max)
