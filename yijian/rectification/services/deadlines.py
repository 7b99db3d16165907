"""限期：申请与决定延期；逾期后拟出下一步，由人决定采取与否（曲靖 十四；泽州 十；南开 任务29）。"""

from datetime import date

from django.db import IntegrityError, transaction

from yijian.access.verbs import verb
from yijian.access.viewer import SYSTEM, Viewer
from yijian.audit.services import record as audit
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.rectification import kinds
from yijian.rectification.models import DeadlineDraft, Extension, Problem
from yijian.rectification.queries.overdue import Todo, due_reminders, todo
from yijian.rectification.services.facts import note, tell, tell_unit
from yijian.rectification.services.moving import move
from yijian.rectification.services.rectify import subject_of


@verb("rectification.reply", on="problem")
def ask_extension(*, problem: Problem, wanted_on: date, reason: str, by: Viewer) -> Extension:
    """申请延期整改：写明理由与延至何日；一个问题一次只能有一件待决定的。"""
    problem = Problem.objects.select_for_update().get(pk=problem.pk)
    if problem.state != "open":
        raise Refused("只有整改中的问题可以申请延期。")
    if not reason.strip():
        raise Refused("请写明延期的理由。", field="reason")
    if wanted_on <= max(problem.due_on, clock.today()):
        raise Refused("申请延至的日期应晚于原限期，也应晚于今天。", field="wanted_on")
    try:
        with transaction.atomic():
            asked = Extension.objects.create(
                problem=problem,
                reason=reason.strip()[:300],
                from_on=problem.due_on,
                wanted_on=wanted_on,
                asked_name=by.name,
            )
    except IntegrityError as error:
        raise Refused("这个问题已经有一件延期申请在等决定。") from error
    tell_unit(
        problem.found_by_id,
        f"{problem.number}申请延期至 {wanted_on}",
        asked.reason,
        f"/rectification/{problem.pk}/",
        f"rectification:{problem.uid}:extension:{asked.pk}",
    )
    audit(
        "rectification.extension_asked",
        by=by,
        subject=subject_of(problem),
        data={"number": problem.number, "wanted_on": wanted_on.isoformat()},
        reason=asked.reason,
        region_path=problem.region_path,
    )
    return asked


@verb("rectification.decide", on="extension")
def decide_extension(*, extension: Extension, grant: bool, words: str = "", by: Viewer) -> Extension:
    """决定延期：同意的限期随之改，不同意的写明理由。"""
    if not grant and not words.strip():
        raise Refused("不同意延期，请写明理由。", field="words")
    problem = Problem.objects.select_for_update().get(pk=extension.problem_id)
    if grant and problem.state == "closed":
        raise Refused("这个问题已经销号，不用再延期。")
    step = "grant" if grant else "refuse"
    decided = {"decided_name": by.name, "decided_at": clock.now(), "words": words.strip()[:300]}
    move(extension, kinds.EXTENSION, step, **decided)
    if grant:
        Problem.objects.filter(pk=problem.pk).update(due_on=extension.wanted_on)
        problem.drafts.filter(state="drafted").update(state=kinds.DRAFT.next("drafted", "lapse"))
    word = kinds.EXTENSION.label(extension.state)
    tell(
        problem, word, extension.words or f"限期改为 {extension.wanted_on}。", key=f"extension:{extension.pk}"
    )
    audit(
        "rectification.extension_decided",
        by=by,
        subject=subject_of(problem),
        data={"number": problem.number, "verdict": word},
        reason=extension.words,
        region_path=problem.region_path,
    )
    return extension


def draft_next_steps(*, by: Viewer = SYSTEM) -> dict[str, int]:
    """核对整改期限：提醒将到期、已逾期的机构，为逾期的拟出下一步。只拟不决，重做不重复。"""
    reminded = sum(remind(problem, word) for problem, word in due_reminders())
    waiting = todo()
    if not waiting:
        return {"overdue": 0, "drafts": 0, "reminded": reminded}
    return _step(waiting=waiting, reminded=reminded, by=by)


def remind(problem: Problem, word: str) -> int:
    """提醒机构一次；同一限期同一种只提醒一次。"""
    said = f"限 {problem.due_on} 前整改，还没有回复" if word == "soon" else f"已过 {problem.due_on} 的限期"
    return tell(problem, said, f"整改要求：{problem.measure}", key=f"{word}:{problem.due_on}")


@verb("rectification.decide")
def _step(*, waiting: list[Todo], reminded: int, by: Viewer) -> dict[str, int]:
    """记下逾期，拟出下一步。"""
    drafts = overdue = 0
    for one in waiting:
        if one.first_time:
            note("hazard.overdue", one.problem, by, unit_id=one.problem.found_by_id)
            overdue += 1
        if one.step:
            _, made = DeadlineDraft.objects.get_or_create(
                problem=one.problem,
                step=one.step,
                due_on=one.problem.due_on,
                defaults={"why": f"已过 {one.problem.due_on} 的限期仍未整改"},
            )
            drafts += made
            if made:
                tell_drafted(one.problem, one.step)
    audit(
        "rectification.stepped",
        by=by,
        subject=("problems", "", "隐患整改"),
        data={"overdue": overdue, "drafts": drafts, "reminded": reminded},
    )
    return {"overdue": overdue, "drafts": drafts, "reminded": reminded}


def tell_drafted(problem: Problem, step: str) -> None:
    """告诉发现单位有一份拟稿等着决定。"""
    tell_unit(
        problem.found_by_id,
        f"{problem.number}逾期未改，已拟“{kinds.STEPS[step]}”，请决定",
        f"{problem.facility.name}：{problem.title}",
        f"/rectification/{problem.pk}/",
        f"rectification:{problem.uid}:draft:{step}:{problem.due_on}",
    )


@verb("rectification.decide", on="draft")
def decide_draft(
    *, draft: DeadlineDraft, adopt: bool, number: str = "", reason: str = "", by: Viewer
) -> DeadlineDraft:
    """决定下一步（泽州 十 责令停业整顿、申请人民法院；曲靖 十四）：采取的写文号，不采取的写理由。"""
    problem = draft.problem
    if problem.state == "closed":
        raise Refused("这个问题已经销号，不用再决定。")
    if adopt and not number.strip():
        raise Refused("采取这一步，请写明文书的文号。", field="number")
    if not adopt and not reason.strip():
        raise Refused("不采取这一步，请写明理由。", field="reason")
    decided = {"decided_name": by.name, "decided_at": clock.now()}
    if adopt:
        move(draft, kinds.DRAFT, "adopt", number=number.strip()[:80], **decided)
        record_step(draft, by)
        tell(problem, kinds.STEPS[draft.step], f"文号：{draft.number}", key=f"step:{draft.pk}")
    else:
        move(draft, kinds.DRAFT, "drop", reason=reason.strip()[:300], **decided)
    audit(
        "rectification.draft_decided",
        by=by,
        subject=subject_of(problem),
        data={
            "number": problem.number,
            "step": kinds.STEPS[draft.step],
            "verdict": kinds.DRAFT.label(draft.state),
            "paper": draft.number,
        },
        reason=draft.reason,
        region_path=problem.region_path,
    )
    return draft


def record_step(draft: DeadlineDraft, by: Viewer) -> None:
    """采取的一步记入台账；移送的，先记下认定需要强制，再记移送。"""
    if draft.step == "suspend":
        note("hazard.suspended", draft.problem, by, number=draft.number)
        return
    note("hazard.force_needed", draft.problem, by, number=draft.number)
    note("hazard.transferred", draft.problem, by, number=draft.number)


@verb("rectification.decide", on="problem")
def find_urgent(*, problem: Problem, reason: str, by: Viewer) -> DeadlineDraft:
    """认定隐患突出或情况紧急（泽州 十）：不等逾期，即拟责令停业整顿，由人决定。"""
    if problem.state == "closed":
        raise Refused("这个问题已经销号。")
    if not reason.strip():
        raise Refused("请写明紧急在哪里。", field="reason")
    draft, made = DeadlineDraft.objects.get_or_create(
        problem=problem,
        step="suspend",
        due_on=problem.due_on,
        defaults={"why": f"隐患突出或情况紧急：{reason.strip()}"[:200]},
    )
    if not made:
        raise Refused("这个问题已经拟过“责令停业整顿”，请直接决定。")
    note("hazard.urgent_found", problem, by)
    audit(
        "rectification.urgent_found",
        by=by,
        subject=subject_of(problem),
        data={"number": problem.number},
        reason=reason.strip(),
        region_path=problem.region_path,
    )
    return draft
