"""把整改中的每一步记入台账：同一个问题同一个串号；义务由台账自己转。"""

from datetime import date

from yijian.access.viewer import SYSTEM, Viewer
from yijian.kernel import clock
from yijian.ledger.models import Fact
from yijian.ledger.services.record import Act, append, check_evidence, retract_fact
from yijian.notices.services import notify
from yijian.rectification.models import Handover, Problem


def note(
    kind: str,
    problem: Problem,
    by: Viewer,
    *,
    on: date | None = None,
    documents: tuple[int, ...] = (),
    number: str = "",
    unit_id: int | None = None,
) -> Fact:
    """就一个问题记一条事实；文号缺省为问题编号。"""
    act = Act(
        kind=kind,
        occurred=on or clock.today(),
        facility_id=problem.facility_id,
        unit_id=unit_id,
        case_key=problem.uid,
        payload={"number": number or problem.number, "problem": problem.uid},
        documents=documents,
    )
    check_evidence(act)
    return append([act], by)[0]


def note_handover(kind: str, handover: Handover, by: Viewer, unit_id: int) -> Fact:
    """就一次交接记一条事实：有机构的落在机构上，没有的落在发出单位的辖区。"""
    act = Act(
        kind=kind,
        occurred=clock.today(),
        facility_id=handover.facility_id,
        unit_id=unit_id,
        region_id=None if handover.facility_id else handover.from_unit.region_id,
        case_key=handover.case_key,
        payload={"number": handover.number, "handover": handover.uid},
    )
    check_evidence(act)
    return append([act], by)[0]


def withdraw(fact_id: int | None, reason: str, by: Viewer) -> None:
    """撤回一条事实；已经撤回的不再撤。"""
    if fact_id is not None and not Fact.objects.filter(retracts_id=fact_id).exists():
        retract_fact(fact_id=fact_id, reason=reason[:300], by=by)


def tell(problem: Problem, subject: str, body: str, *, key: str, heads_only: bool = False) -> int:
    """告诉机构。"""
    unit_id = problem.facility.unit_id
    return notify(
        unit_ids=[unit_id] if unit_id else [],
        subject=f"{problem.number}：{subject}",
        body=body,
        link=f"/rectification/{problem.pk}/",
        key=f"rectification:{problem.uid}:{key}",
        heads_only=heads_only,
        by=SYSTEM,
    )


def tell_unit(unit_id: int, subject: str, body: str, link: str, key: str) -> int:
    """告诉一个单位。"""
    return notify(unit_ids=[unit_id], subject=subject, body=body, link=link, key=key, by=SYSTEM)
