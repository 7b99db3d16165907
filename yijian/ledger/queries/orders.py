"""督办单与待审核的记录。"""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.ledger.models import Fact, SupervisionOrder
from yijian.ledger.queries.choices import pack_label
from yijian.ledger.queries.detail import Proof, proof
from yijian.ledger.queries.rows import Row, by_ids
from yijian.ledger.queries.scope import visible
from yijian.ledger.queries.status import AsOf
from yijian.ledger.queries.todo import awaiting_review


@dataclass(frozen=True)
class OrderPage:
    order: SupervisionOrder
    rows: list[Row]
    mine: bool
    late: bool

    @property
    def cited(self) -> list[tuple[Row, str]]:
        """打印件用：各项连同所依据文件的短名。"""
        return [(row, pack_label(row.pack)) for row in self.rows]


def orders(viewer: Viewer, state: str = "") -> QuerySet[SupervisionOrder]:
    """范围内的督办单，新的在前；lines 是所列项数。"""
    rows = scoped(viewer, SupervisionOrder.objects.select_related("unit")).annotate(n=Count("lines"))
    if state == "late":
        rows = rows.filter(state="issued", reply_due_on__lt=clock.today())
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("-issued_at", "-pk")


def state_counts(viewer: Viewer) -> dict[str, int]:
    rows = scoped(viewer, SupervisionOrder.objects.all()).order_by().values_list("state")
    return dict(rows.annotate(n=Count("pk")))


def order(viewer: Viewer, order_id: int) -> OrderPage:
    """一张督办单和它所列的义务（只列看得见的）。"""
    found = (
        scoped(viewer, SupervisionOrder.objects.select_related("unit__region")).filter(pk=order_id).first()
    )
    if found is None:
        raise NotFound("没有这张督办单，或不在您的范围内。")
    ids = found.lines.order_by("obligation__due_at", "pk").values_list("obligation_id", flat=True)
    seen = set(visible(viewer).filter(pk__in=list(ids)).values_list("pk", flat=True))
    rows = by_ids([i for i in ids if i in seen], AsOf(clock.today()))
    late = found.state == "issued" and found.reply_due_on < clock.today()
    return OrderPage(found, rows, found.unit_id in viewer.unit_ids, late)


@dataclass(frozen=True)
class Waiting:
    """一条待审核的记录。"""

    fact: Fact
    subject: str
    proofs: list[Proof]

    @property
    def note(self) -> str:
        return str(self.fact.payload.get("note") or "")

    @property
    def number(self) -> str:
        return str(self.fact.payload.get("number") or "")

    @property
    def link(self) -> str:
        return str(self.fact.payload.get("link") or "")


def to_review(viewer: Viewer) -> QuerySet[Fact]:
    return (
        awaiting_review(viewer)
        .select_related("facility", "unit", "region")
        .prefetch_related("evidence__document__blob")
    )


def waiting(fact: Fact) -> Waiting:
    thing = fact.facility or fact.unit or fact.region
    return Waiting(fact, thing.name, [proof(e.document, True) for e in fact.evidence.all()])
