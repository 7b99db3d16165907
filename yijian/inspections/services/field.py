"""检查任务的走动：送达通知、开始、取消；答得不同的选定一个；同号两份的处理。"""

from typing import Any

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.inspections import kinds
from yijian.inspections.models import Answer, AnswerChoice, SyncConflict, Visit
from yijian.inspections.queries.field import merged_answers
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.services.record import Act, append


def subject_of(visit: Visit) -> tuple[str, object, str]:
    return ("visit", visit.pk, visit.facility.name)


def move(visit: Visit, word: str, **changes: Any) -> None:
    """按转移表走一步：状态还是原来的才改，被别人先改了就说明。"""
    new = kinds.VISIT.next(visit.state, word)
    rows = Visit.objects.filter(pk=visit.pk, state=visit.state)
    if not rows.update(state=new, **changes):
        raise Refused("这个任务刚被别人改动过，请刷新页面再看。")
    visit.refresh_from_db()


@verb("inspections.visit", on="visit")
def notify_visit(*, visit: Visit, number: str = "", by: Viewer) -> None:
    """送达检查通知书：记入台账；文号没有就用任务号。"""
    move(visit, "notify")
    payload: dict[str, object] = {"number": number.strip() or visit.uid, "visit": visit.uid}
    act = Act("inspection.notice_served", clock.today(), facility_id=visit.facility_id,
              unit_id=visit.lead_unit_id, payload=payload)  # fmt: skip
    append([act], by)
    audit("inspections.visit_noticed", by=by, subject=subject_of(visit), data=payload)


@verb("inspections.visit", on="visit")
def start_visit(*, visit: Visit, by: Viewer) -> None:
    """开始检查：至少两名检查人员；计划外的须有理由（库里也守着）。"""
    if visit.inspectors.count() < 2:
        raise Refused("检查人员不足两人，不能开始；请先补派。")
    if not (visit.planned_id or visit.draw_uid or visit.case_key or visit.reason.strip()):
        raise Refused("计划外的检查，请先写明理由。", field="reason")
    move(visit, "start", started_at=clock.now())
    audit("inspections.visit_started", by=by, subject=subject_of(visit))


@verb("inspections.visit", on="visit")
def cancel_visit(*, visit: Visit, reason: str, by: Viewer) -> None:
    """取消检查任务：写明理由。"""
    if not reason.strip():
        raise Refused("请写明取消的理由。", field="reason")
    move(visit, "cancel", cancel_reason=reason.strip()[:300])
    audit("inspections.visit_cancelled", by=by, subject=subject_of(visit), reason=reason.strip())


@verb("inspections.visit", on="visit")
def choose_answer(*, visit: Visit, answer_id: int, reason: str, by: Viewer) -> AnswerChoice:
    """选定答案：两人答得不同时取哪一个，写明理由；另一个仍留着。"""
    if visit.state != "started":
        raise Refused("检查进行中才能选定答案。")
    if not reason.strip():
        raise Refused("请写明为什么取这一个。", field="reason")
    answer = Answer.objects.select_related("item").filter(pk=answer_id, visit=visit).first()
    if answer is None:
        raise Refused("这个答案不在本次检查里，请刷新页面。")
    row = merged_answers(visit).get(answer.code)
    among = [g.uid for g in row.latest] if row else []
    if answer.item.uid not in among or len(among) < 2:
        raise Refused("这一项现在没有分歧，或这个答案已被作答人改过，请刷新页面。")
    choice = AnswerChoice.objects.create(
        visit=visit, code=answer.code, answer=answer, among=among, reason=reason.strip()[:200],
        chosen_by=by.name,
    )  # fmt: skip
    data = {"value": kinds.ANSWERS[answer.value], "check": answer.code}
    audit("inspections.answer_chosen", by=by, subject=subject_of(visit), data=data, reason=reason.strip())
    return choice


@verb("inspections.visit", on="conflict")
def settle_conflict(*, conflict: SyncConflict, note: str, by: Viewer) -> None:
    """处理同号两份：看过之后写明以哪份为准；两份都继续保存。"""
    if not note.strip():
        raise Refused("请写明以哪一份为准、为什么。", field="note")
    rows = SyncConflict.objects.filter(pk=conflict.pk, settled_at__isnull=True)
    if not rows.update(settled_at=clock.now(), settled_by=by.name, settled_note=note.strip()[:200]):
        raise Refused("这一处已经有人处理过了。")
    visit = conflict.item.visit
    audit("inspections.conflict_settled", by=by, subject=subject_of(visit), reason=note.strip())
