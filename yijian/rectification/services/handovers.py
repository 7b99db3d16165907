"""单位之间的交接：告知、移送、转办、交办、吹哨；签收、到场、反馈、退回、裁定、互认。"""

from dataclasses import dataclass, field

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, Refused
from yijian.kernel.ids import uuid7
from yijian.people.models import Unit
from yijian.rectification import kinds
from yijian.rectification.models import Handover, HandoverReturn, Problem
from yijian.rectification.queries.finding import documents as known
from yijian.rectification.queries.finding import post_for, units_to
from yijian.rectification.rules.returns import return_step
from yijian.rectification.services.facts import note, note_handover, tell_unit
from yijian.rectification.services.moving import move

NEEDS_FACILITY = ("notify", "transfer")


@dataclass(frozen=True)
class Letter:
    """要发出的一件：种类、给谁、什么事；problem 与 facility 可以没有（吹哨、转办）。"""

    kind: str
    to_unit_id: int
    title: str
    content: str
    problem: Problem | None = None
    facility: Facility | None = None
    documents: tuple[int, ...] = field(default=())


@verb("rectification.handover")
def send_handover(*, letter: Letter, by: Viewer) -> Handover:
    """书面告知、移送、转办、交办、街道吹哨（南开 十、任务12、任务29；曲靖 十四；泽州 十）。"""
    facility = letter.problem.facility if letter.problem else letter.facility
    post = post_for(by, "rectification.handover", facility.region_path if facility else "")
    from_unit = Unit.objects.select_related("region").get(pk=post.unit_id)
    to_unit = check_letter(letter, facility, from_unit)
    uid = uuid7()
    made = Handover.objects.create(
        uid=uid,
        kind=letter.kind,
        problem=letter.problem,
        facility=facility,
        region_path=facility.region_path if facility else from_unit.region_path,
        case_key=letter.problem.uid if letter.problem else uid,
        from_unit=from_unit,
        to_unit=to_unit,
        title=letter.title.strip()[:120],
        content=letter.content.strip()[:5000],
        sent_name=by.name,
    )
    made.documents.set(known(by, letter.documents))
    record_sent(made, by)
    told(made, to_unit.pk, f"{from_unit.name}{kinds.HANDOVERS[made.kind]}，请签收", "sent")
    log("handover.sent", made, by, to=to_unit.name)
    return made


def check_letter(letter: Letter, facility: Facility | None, from_unit: Unit) -> Unit:
    """各栏填得对不对；返回接收单位。"""
    if letter.kind not in kinds.HANDOVERS:
        raise Refused("请选择种类：告知、移送、转办、交办或吹哨。", field="kind")
    if letter.kind == "whistle" and from_unit.function != "subdistrict":
        raise Refused("吹哨由街道（乡镇）发出；部门之间请用书面告知或移送。", field="kind")
    if letter.kind in NEEDS_FACILITY and facility is None:
        raise Refused("书面告知、移送须写明是哪家机构的事。", field="facility")
    if not letter.title.strip() or not letter.content.strip():
        raise Refused("请写明事由和内容。", field="title" if not letter.title.strip() else "content")
    to_unit = units_to(from_unit.pk).filter(pk=letter.to_unit_id).first()
    if to_unit is None:
        raise Refused("请从列出的单位里选接收单位。", field="to_unit")
    return to_unit


def record_sent(made: Handover, by: Viewer) -> None:
    """发出的事实：告知、移送落在问题的串号上；吹哨自成一件。"""
    unit_id = made.from_unit_id
    if made.kind == "notify":
        note_handover("hazard.notified", made, by, unit_id)
    elif made.kind == "transfer":
        if made.problem is not None:
            note("hazard.force_needed", made.problem, by, number=made.number, unit_id=unit_id)
        note_handover("hazard.transferred", made, by, unit_id)
    elif made.kind == "whistle":
        note_handover("clue.found", made, by, unit_id)
        note_handover("clue.whistled", made, by, unit_id)


def mine(handover: Handover, by: Viewer, *, receiver: bool) -> None:
    """接收（或发出）单位的人才能办。"""
    unit = handover.to_unit if receiver else handover.from_unit
    if not by.everything and unit.pk not in by.unit_ids:
        raise Forbidden(f"这件事由{unit.name}办理，只有该单位的人可以操作。")


@verb("rectification.handover", on="handover")
def receive_handover(*, handover: Handover, by: Viewer) -> Handover:
    """签收。"""
    mine(handover, by, receiver=True)
    move(handover, kinds.HANDOVER, "receive", received_name=by.name, received_at=clock.now())
    log("handover.received", handover, by)
    return handover


@verb("rectification.handover", on="handover")
def arrive_handover(*, handover: Handover, by: Viewer) -> Handover:
    """到场处理（南开 十 各专业部门及时到场）：登记到场时刻，记入台账。"""
    mine(handover, by, receiver=True)
    if handover.facility_id is None:
        raise Refused("这件事没有写明机构，不用登记到场，请直接反馈处理结果。")
    move(handover, kinds.HANDOVER, "arrive", arrived_name=by.name, arrived_at=clock.now())
    note_handover("hazard.arrived", handover, by, handover.to_unit_id)
    log("handover.arrived", handover, by)
    return handover


@verb("rectification.handover", on="handover")
def answer_handover(*, handover: Handover, answer: str, by: Viewer) -> Handover:
    """反馈处理结果；街道吹哨的，记下部门处置反馈（南开 任务12）。"""
    mine(handover, by, receiver=True)
    if not answer.strip():
        raise Refused("请写明处理结果。", field="answer")
    done = {"answer": answer.strip()[:5000], "answered_name": by.name, "answered_at": clock.now()}
    move(handover, kinds.HANDOVER, "answer", **done)
    if handover.kind == "whistle":
        note_handover("clue.solved", handover, by, handover.to_unit_id)
    told(handover, handover.from_unit_id, f"{handover.to_unit.name}已反馈处理结果", "answered")
    log("handover.answered", handover, by)
    return handover


@verb("rectification.handover", on="handover")
def return_handover(*, handover: Handover, reason: str, by: Viewer) -> Handover:
    """退回：写明理由；第二次退回转由民政部门裁定，裁定过的不能再退。"""
    mine(handover, by, receiver=True)
    held = Handover.objects.select_for_update().get(pk=handover.pk)
    times = held.returns.count()
    step = return_step(state=held.state, returned=times, arbitrated=held.arbitrated, reason=reason)
    move(handover, kinds.HANDOVER, step, received_at=None, received_name="")
    HandoverReturn.objects.create(
        handover=handover,
        times=times + 1,
        unit=handover.to_unit,
        reason=reason.strip()[:300],
        by_name=by.name,
    )
    words = "退回，请另选单位" if step == "return" else "再次退回，已送民政部门裁定"
    told(handover, handover.from_unit_id, f"{handover.to_unit.name}{words}", f"returned:{times + 1}")
    log("handover.returned", handover, by, reason=reason.strip(), times=times + 1)
    return handover


@verb("rectification.handover", on="handover")
def resend_handover(*, handover: Handover, to_unit_id: int, by: Viewer) -> Handover:
    """退回之后重新发出：可以换一个单位。"""
    mine(handover, by, receiver=False)
    to_unit = units_to(handover.from_unit_id).filter(pk=to_unit_id).first()
    if to_unit is None:
        raise Refused("请从列出的单位里选接收单位。", field="to_unit")
    move(handover, kinds.HANDOVER, "resend", to_unit=to_unit)
    told(handover, to_unit.pk, f"{handover.from_unit.name}{kinds.HANDOVERS[handover.kind]}，请签收", "resent")
    log("handover.resent", handover, by, to=to_unit.name)
    return handover


@verb("rectification.decide", on="handover")
def arbitrate_handover(*, handover: Handover, to_unit_id: int, words: str, by: Viewer) -> Handover:
    """裁定由哪个单位办理：两次退回的由民政部门负责人裁定，此后不能再退。"""
    if not (
        by.everything or any(p.function == "civil_affairs" for p in by.posts_with("rectification.decide"))
    ):
        raise Forbidden("裁定由民政部门负责人作出。")
    if not words.strip():
        raise Refused("请写明裁定的意见。", field="words")
    to_unit = units_to(handover.from_unit_id).filter(pk=to_unit_id).first()
    if to_unit is None:
        raise Refused("请从列出的单位里选接收单位。", field="to_unit")
    decided = {"arbitration": words.strip()[:300], "arbitrated_name": by.name, "arbitrated_at": clock.now()}
    move(handover, kinds.HANDOVER, "arbitrate", to_unit=to_unit, arbitrated=True, **decided)
    told(handover, to_unit.pk, "民政部门裁定由贵单位办理，不能退回", "arbitrated")
    log("handover.arbitrated", handover, by, to=to_unit.name, reason=words.strip())
    return handover


@verb("rectification.handover", on="handover")
def recognise_result(*, handover: Handover, by: Viewer) -> Handover:
    """处理结果互认：发出单位认可对方的处理结果，不再另行处理。"""
    mine(handover, by, receiver=False)
    if handover.state != "answered":
        raise Refused("对方还没有反馈处理结果。")
    changed = Handover.objects.filter(pk=handover.pk, state="answered", recognised_at=None)
    if not changed.update(recognised_at=clock.now(), recognised_name=by.name):
        raise Refused("已经认可过了。")
    handover.refresh_from_db()
    log("handover.recognised", handover, by, to=handover.to_unit.name)
    return handover


def told(handover: Handover, unit_id: int, words: str, key: str) -> None:
    subject = f"{handover.number}：{words}"
    times = handover.returns.count()
    link = f"/rectification/handovers/{handover.pk}/"
    tell_unit(unit_id, subject, handover.title, link, f"handover:{handover.uid}:{key}:{times}:{unit_id}")


def log(action: str, handover: Handover, by: Viewer, *, reason: str = "", **data: object) -> None:
    where = handover.facility.name if handover.facility else handover.from_unit.name
    audit(
        action,
        by=by,
        subject=("handover", handover.pk, where),
        data={"kind": kinds.HANDOVERS[handover.kind], "title": handover.title, **data},
        reason=reason,
        region_path=handover.region_path,
    )
