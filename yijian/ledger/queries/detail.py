"""一条义务的全貌：状态与为什么、出处、责任单位、记录与证据、历期、督办阶梯。"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.ledger import kinds
from yijian.ledger.models import Escalation, Fact, Obligation, Review
from yijian.ledger.queries import why
from yijian.ledger.queries.choices import function_words, pack_label
from yijian.ledger.queries.law import Cited, cited
from yijian.ledger.queries.owners import charged_units
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import Row, by_ids
from yijian.ledger.queries.scope import visible
from yijian.ledger.queries.status import AsOf
from yijian.people.models import Unit

RECORD_LIMIT = 60
SIBLINGS = 12


@dataclass(frozen=True)
class Proof:
    """一份证据：名称、种类、摘要、大小；open 表示看的人打得开。"""

    id: int
    label: str
    kind: str
    url: str
    sha256: str
    size: int
    open: bool


@dataclass(frozen=True)
class Record:
    """一条履责记录及它的下落。"""

    fact: Fact
    state: str
    tone: str
    reason: str
    by: str
    proofs: list[Proof]
    can_retract: bool
    can_review: bool

    @property
    def note(self) -> str:
        return str(self.fact.payload.get("note") or "")

    @property
    def number(self) -> str:
        return str(self.fact.payload.get("number") or "")

    @property
    def link(self) -> str:
        return str(self.fact.payload.get("link") or "")

    @property
    def place(self) -> str:
        return str(self.fact.payload.get("place") or "")


@dataclass(frozen=True)
class Charged:
    """牵头、责任、属地：文件所列的单位，以及落到本地的是谁。"""

    role: str
    words: list[str]


@dataclass(frozen=True)
class Detail:
    duty: Obligation
    row: Row
    label: str
    as_of: AsOf
    status_why: str
    due_why: list[str]
    sources: list[Cited]
    charged: list[Charged]
    owners: list[str]
    records: list[Record]
    evidence: list[str]
    siblings: list[Row]
    steps: list[Escalation]
    done_parts: int

    @property
    def open(self) -> bool:
        """还能登记、认定不适用。"""
        return self.duty.void_at is None and not self.as_of.past and self.duty.na_on is None

    @property
    def overdue(self) -> bool:
        return self.row.status == kinds.OVERDUE


def obligation(viewer: Viewer, obligation_id: int) -> Obligation:
    """范围内的一条义务（含已作废的）。"""
    rows = visible(viewer).select_related("rule", "facility", "unit", "region", "trigger", "place__region")
    found = rows.filter(pk=obligation_id).first()
    if found is None:
        raise NotFound("没有这条义务，或不在您的范围内。")
    return found


def detail(viewer: Viewer, obligation_id: int, as_of: AsOf) -> Detail:
    """一条义务的页面。"""
    duty = obligation(viewer, obligation_id)
    rows = by_ids([duty.pk], as_of)
    if not rows:
        raise NotFound(f"到 {as_of.day} 为止还没有这条义务，请换一个日期。")
    row = rows[0]
    names = dict(Unit.objects.filter(pk__in=charged_units(duty)).values_list("pk", "name"))
    return Detail(
        duty=duty,
        row=row,
        label=pack_label(row.pack),
        as_of=as_of,
        status_why=why.status_words(duty, row.status, as_of.day, row.finished_on),
        due_why=why.due_words(duty),
        sources=cited(duty.rule),
        charged=charged(duty),
        owners=[names[u] for u in charged_units(duty) if u in names],
        records=records(viewer, duty, as_of),
        evidence=proof_words(duty.rule.evidence),
        siblings=siblings(viewer, duty, as_of),
        steps=list(duty.steps.select_related("order").order_by("at", "pk")),
        done_parts=parts(duty, as_of),
    )


def charged(duty: Obligation) -> list[Charged]:
    return [
        Charged(word, function_words(duty.rule.who.get(role) or []))
        for role, word in kinds.ROLES.items()
        if duty.rule.who.get(role)
    ]


def proof_words(evidence: Iterable[dict[str, str]]) -> list[str]:
    """凭什么算办成：记录种类的说法。"""
    facts = library().catalogue.facts
    words = []
    for item in evidence:
        kind, variant = facts.get(item["fact"]), item.get("variant") or ""
        label = kind.label if kind else item["fact"]
        words.append(f"{label}·{kind.variants.get(variant, variant)}" if kind and variant else label)
    return list(dict.fromkeys(words))


def parts(duty: Obligation, as_of: AsOf) -> int:
    """已经凑足几件（几类）；重复的一类只算一次。"""
    live = duty.discharges.filter(retracted_at__isnull=True, occurred_on__lte=as_of.day)
    return live.order_by().values("part").distinct().count()


def siblings(viewer: Viewer, duty: Obligation, as_of: AsOf) -> list[Row]:
    """同一对象同一义务的历期，新的在前。"""
    if duty.rule.each == "fact":
        return []
    same = visible(viewer).filter(rule_id=duty.rule_id, subject=duty.subject, void_at__isnull=True)
    ids = list(same.order_by("-slot_start").values_list("pk", flat=True)[:SIBLINGS])
    return by_ids(ids, as_of) if len(ids) > 1 else []


# ── 记录 ──────────────────────────────────────────────────────────────


def records(viewer: Viewer, duty: Obligation, as_of: AsOf) -> list[Record]:
    """与这条义务有关的记录：计入的、待审的、不认可的、撤回的，新的在前。"""
    facts = list(related(duty, as_of).order_by("-occurred_at", "-pk")[:RECORD_LIMIT])
    counted = set(
        duty.discharges.filter(fact__in=facts, retracted_at__isnull=True).values_list("fact_id", flat=True)
    )
    cited_ids = [e.document_id for f in facts for e in f.evidence.all()]
    shown = set(
        scoped(viewer, Document.objects.filter(pk__in=cited_ids)).order_by().values_list("pk", flat=True)
    )
    return [record(viewer, duty, fact, fact.pk in counted, shown) for fact in facts]


def related(duty: Obligation, as_of: AsOf) -> QuerySet[Fact]:
    rule = duty.rule
    wanted = Q(discharges__obligation=duty) | Q(
        target_rule=f"{rule.pack}/{rule.key}", target_subject=duty.subject, target_start=duty.slot_start
    )
    mine = subject_of(duty)
    if mine is not None:
        inside = Q(occurred_on__gte=duty.window_from, occurred_on__lte=duty.window_to)
        wanted |= mine & inside & Q(kind__in={e["fact"] for e in rule.evidence})
    found = Fact.objects.filter(wanted, retracts__isnull=True)
    if as_of.past:
        found = found.filter(occurred_on__lte=as_of.day)
    if as_of.known and as_of.past:
        found = found.filter(recorded_at__lt=as_of.moment)
    return found.select_related("retraction", "review").prefetch_related("evidence__document").distinct()


def subject_of(duty: Obligation) -> Q | None:
    """同一对象的记录；事件义务按串号。"""
    if duty.case_key:
        return Q(case_key=duty.case_key) & ~Q(pk=duty.trigger_id)
    if duty.facility_id:
        return Q(facility_id=duty.facility_id)
    if duty.unit_id:
        return Q(unit_id=duty.unit_id)
    return Q(region_id=duty.region_id) if duty.region_id else None


def record(viewer: Viewer, duty: Obligation, fact: Fact, counted: bool, shown: set[int]) -> Record:
    state, tone, reason, by = outcome(duty, fact, counted)
    live = not hasattr(fact, "retraction")
    mine = fact.recorded_by == viewer.account_id or viewer.can("ledger.review")
    waiting = duty.rule.review and not hasattr(fact, "review")
    return Record(
        fact=fact,
        state=state,
        tone=tone,
        reason=reason,
        by=by,
        proofs=[proof(e.document, e.document_id in shown) for e in fact.evidence.all()],
        can_retract=live and mine and viewer.can("ledger.record"),
        can_review=live and waiting and viewer.can("ledger.review"),
    )


def outcome(duty: Obligation, fact: Fact, counted: bool) -> tuple[str, str, str, str]:
    """记录的下落：（说法，色调，理由，谁）。"""
    undone = getattr(fact, "retraction", None)
    if undone is not None:
        return "已撤回", "red", undone.reason, f"{undone.recorded_name} {undone.occurred_on}"
    if fact.kind == kinds.NOT_APPLICABLE_FACT:
        return "认定不适用", "amber", str(fact.payload.get("note") or ""), fact.recorded_name
    review: Review | None = getattr(fact, "review", None)
    if duty.rule.review and review is None:
        return "待审核", "amber", "牵头单位认可后才计入。", ""
    if review is not None and not review.accepted:
        return "不认可", "red", review.reason, review.by_name
    if counted:
        return "已计入", "green", "", review.by_name if review else ""
    return "未计入", "", "这条记录补在另一期，或属另一分类。", ""


def proof(document: Document, open_: bool) -> Proof:
    blob = document.blob
    return Proof(
        id=document.pk,
        label=document.label,
        kind=document.get_kind_display(),
        url=document.url,
        sha256=blob.sha256 if blob else "",
        size=blob.size if blob else 0,
        open=open_,
    )


def fact_of(viewer: Viewer, fact_id: int) -> Fact:
    """范围内的一条记录。"""
    found = (
        scoped(viewer, Fact.objects.select_related("facility", "unit", "region")).filter(pk=fact_id).first()
    )
    if found is None:
        raise NotFound("没有这条记录，或不在您的范围内。")
    return found


def fact_record(viewer: Viewer, fact: Fact) -> Record:
    """一条记录自己的页面：凭据、撤回、审核。"""
    undone: Fact | None = getattr(fact, "retraction", None)
    review: Review | None = getattr(fact, "review", None)
    state, tone, reason = "有效", "green", ""
    if undone is not None:
        state, tone, reason = (
            "已撤回",
            "red",
            f"{undone.reason}（{undone.recorded_name} {undone.occurred_on}）",
        )
    elif review is not None:
        word = "认可" if review.accepted else "不认可"
        state, tone, reason = (
            word,
            "green" if review.accepted else "red",
            f"{review.by_name} {review.reason}".strip(),
        )
    mine = fact.recorded_by == viewer.account_id or viewer.can("ledger.review")
    proofs = [proof(e.document, True) for e in fact.evidence.select_related("document__blob").order_by("pk")]
    may = undone is None and mine and viewer.can("ledger.record")
    return Record(fact, state, tone, reason, "", proofs, may, False)


def visible_rows(viewer: Viewer, ids: list[int]) -> list[Row]:
    """这些义务里看得见的。"""
    seen = set(visible(viewer).filter(pk__in=ids[:RECORD_LIMIT]).values_list("pk", flat=True))
    return by_ids([i for i in ids if i in seen], AsOf(clock.today()))


def opened_by(fact: Fact) -> list[int]:
    """一条记录触发的义务编号。"""
    return list(
        fact.opened.filter(void_at__isnull=True).order_by("due_on", "pk").values_list("pk", flat=True)
    )


def discharged_by(fact: Fact) -> list[int]:
    """一条记录履行的义务编号。"""
    return list(
        fact.discharges.filter(retracted_at__isnull=True)
        .order_by("pk")
        .values_list("obligation_id", flat=True)
    )
