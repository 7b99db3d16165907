"""登记中途已传好的证据；各条义务凭什么记录办成。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.documents.models import Document
from yijian.ledger.models import Discharge
from yijian.ledger.queries.status import AsOf


def kept_documents(viewer: Viewer, ids: Sequence[int]) -> list[Document]:
    """本人刚传的这几份材料。"""
    rows = scoped(viewer, Document.objects.filter(pk__in=list(ids), uploaded_by_id=viewer.account_id))
    return list(rows.order_by("pk"))


@dataclass(frozen=True)
class Basis:
    """一条义务的一件凭据。"""

    fact_id: int
    label: str
    on: date
    number: str
    files: int


def proofs_of(obligation_ids: Sequence[int], as_of: AsOf) -> dict[int, list[Basis]]:
    """这些义务各凭哪些记录，先发生的在前，各至多三件。"""
    rows = Discharge.objects.filter(obligation_id__in=list(obligation_ids), retracted_at__isnull=True)
    rows = rows.filter(occurred_on__lte=as_of.day).select_related("fact").prefetch_related("fact__evidence")
    found: dict[int, list[Basis]] = {}
    for row in rows.order_by("occurred_at", "pk"):
        listed = found.setdefault(row.obligation_id, [])
        if len(listed) < 3:
            number = str(row.fact.payload.get("number") or row.fact.payload.get("link") or "")
            files = len(row.fact.evidence.all())
            listed.append(Basis(row.fact_id, row.fact.label, row.occurred_on, number, files))
    return found
