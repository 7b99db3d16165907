"""整改与验收：一问题一整改、一整改一验收、一验收一签名（曲靖 十四）。销号只有这一条路。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.documents.queries import served
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.models import Unit
from yijian.rectification import kinds
from yijian.rectification.models import Acceptance, Problem, Rectification
from yijian.rectification.queries.finding import documents as known
from yijian.rectification.queries.finding import post_for
from yijian.rectification.rules.prints import Seen
from yijian.rectification.rules.signature import check_signature
from yijian.rectification.services import photos
from yijian.rectification.services.facts import note, tell, tell_unit, withdraw
from yijian.rectification.services.moving import move

USED = "这个签名已经用于另一次验收；一验收一签名，请为这次验收重新签名。"


@dataclass(frozen=True)
class Judgement:
    """一次验收：哪个问题、第几次整改、结论、签名（材料编号）、意见。"""

    problem: Problem
    verdict: str
    signature: int
    reason: str = ""
    round: int | None = None


def reply(*, problem: Problem, text: str, documents: tuple[int, ...], by: Viewer) -> Rectification:
    """回复整改（曲靖 十四 一问题一整改；南开 任务21）：写明怎么改的，附整改后的照片，进入待验收。"""
    require(by, "rectification.reply")
    if not text.strip():
        raise Refused("请写明整改情况。", field="text")
    rows = known(by, documents)
    if not rows:
        raise Refused("请至少上传一张整改后的照片或一份材料。", field="photos")
    return _reply(problem=problem, text=text, documents=rows, seen=photos.look_at(rows), by=by)


@verb("rectification.reply", on="problem")
def _reply(
    *, problem: Problem, text: str, documents: list[Document], seen: Mapping[int, Seen], by: Viewer
) -> Rectification:
    """回复整改。"""
    problem = Problem.objects.select_for_update().get(pk=problem.pk)
    kinds.PROBLEM.next(problem.state, "reply")
    ids = tuple(row.pk for row in documents)
    fact = note("hazard.rectified", problem, by, documents=ids, unit_id=problem.facility.unit_id)
    done = Rectification.objects.create(
        problem=problem,
        round=problem.rectifications.count() + 1,
        text=text.strip()[:5000],
        fact_id=fact.pk,
        by_id=by.account_id,
        by_name=by.name,
    )
    done.documents.set(documents)
    photos.flag(problem, done, seen)
    photos.keep(problem, done, seen)
    move(problem, kinds.PROBLEM, "reply")
    tell_unit(
        problem.found_by_id,
        f"{problem.number}已回复整改，请验收",
        f"{problem.facility.name}：{problem.title}",
        f"/rectification/{problem.pk}/",
        f"rectification:{problem.uid}:reply:{done.round}",
    )
    audit(
        "rectification.replied",
        by=by,
        subject=subject_of(problem),
        data={"number": problem.number, "round": done.round, "documents": list(ids)},
        region_path=problem.region_path,
    )
    return done


def accept(
    *,
    problem: Problem,
    verdict: str,
    signature: int,
    reason: str = "",
    round: int | None = None,
    by: Viewer,
) -> Acceptance:
    """整改验收并签名（曲靖 十四 一整改一验收、一验收一签名）：通过即销号，不通过退回整改。

    signature 是签名图的材料编号，只能用一次；round 给出所看的是第几次整改，已有新的整改就不收。
    没有签名、签名空白或用过、别人已经验收，报 Refused，什么也不变。
    """
    return accept_many(judgements=[Judgement(problem, verdict, signature, reason, round)], by=by)[0]


def accept_many(*, judgements: Sequence[Judgement], by: Viewer) -> list[Acceptance]:
    """逐项验收（曲靖 十四 不得合并销号）：可以一起提交，但每项各有自己的签名；一项不成，全不成。"""
    require(by, "rectification.accept")
    if not judgements:
        raise Refused("没有选中要验收的问题。")
    if len({j.signature for j in judgements}) != len(judgements):
        raise Refused(USED, field="signature")
    if len({j.problem.pk for j in judgements}) != len(judgements):
        raise Refused("同一个问题选了两遍，请去掉一个。")
    signed = [(judgement, signature_of(judgement, by)) for judgement in judgements]
    with transaction.atomic():
        return [_accept(problem=j.problem, judgement=j, signature=s, by=by) for j, s in signed]


def signature_of(judgement: Judgement, by: Viewer) -> Document:
    """签名图：在范围内、是图片、真有笔迹、没有用过。"""
    if judgement.verdict not in kinds.VERDICTS:
        raise Refused("请选择验收结论：通过或不通过。", field="verdict")
    if judgement.verdict == "failed" and not judgement.reason.strip():
        raise Refused("验收不通过，请写明哪里没有改好。", field="reason")
    (row,) = known(by, (judgement.signature,))
    if row.kind != "photo" or row.blob_id is None:
        raise Refused("验收须有签名图：请在签名板上签名，或上传签名的照片。", field="signature")
    if Acceptance.objects.filter(signature_sha256=row.blob_id).exists():
        raise Refused(USED, field="signature")
    if Problem.objects.filter(documents=row).exists() or Rectification.objects.filter(documents=row).exists():
        raise Refused("这是整改的照片，不能当作验收签名。", field="signature")
    check_signature(served(row, original=True).path.read_bytes())
    return row


@verb("rectification.accept", on="problem")
def _accept(*, problem: Problem, judgement: Judgement, signature: Document, by: Viewer) -> Acceptance:
    """整改验收。"""
    problem = Problem.objects.select_for_update().get(pk=problem.pk)
    last = waiting(problem, judgement.round)
    step = "pass" if judgement.verdict == "passed" else "fail"
    done = sign(problem, last, judgement, signature, by)
    if step == "pass":
        move(problem, kinds.PROBLEM, step, closed_at=clock.now())
        problem.drafts.filter(state="drafted").update(state=kinds.DRAFT.next("drafted", "lapse"))
        note("hazard.accepted", problem, by, documents=(signature.pk,), unit_id=done.unit_id)
    else:
        move(problem, kinds.PROBLEM, step)
        withdraw(last.fact_id, f"验收不通过：{done.reason}", by)
    word = kinds.VERDICTS[done.verdict]
    tell(problem, word, done.reason or "这个问题已经销号。", key=f"accepted:{last.round}")
    audit(
        "rectification.accepted",
        by=by,
        subject=subject_of(problem),
        data={
            "title": problem.title,
            "number": problem.number,
            "verdict": word,
            "round": last.round,
            "signature": signature.blob_id,
        },
        reason=done.reason,
        region_path=problem.region_path,
    )
    return done


def waiting(problem: Problem, round: int | None) -> Rectification:
    """等着验收的那次整改；没有的说明是谁已经验收、还是机构没有回复。"""
    last = problem.rectifications.order_by("-round").first()
    judged = Acceptance.objects.filter(rectification=last).first() if last else None
    if judged is not None:
        word = kinds.VERDICTS[judged.verdict]
        raise Refused(f"{judged.by_name}刚才已经验收（{word}），您的验收没有生效。请刷新页面查看。")
    if last is None or problem.state != "replied":
        raise Refused("机构还没有回复整改，没有可以验收的。")
    if round is not None and round != last.round:
        raise Refused("机构又回复了一次整改，请刷新页面，看过最新的照片再验收。")
    return last


def sign(
    problem: Problem, last: Rectification, judgement: Judgement, signature: Document, by: Viewer
) -> Acceptance:
    """写一条验收；数据库的唯一约束与触发器兜底。"""
    try:
        with transaction.atomic():
            return Acceptance.objects.create(
                rectification=last,
                verdict=judgement.verdict,
                reason=judgement.reason.strip()[:500],
                signature=signature,
                signature_sha256=signature.blob_id or "",
                unit=unit_of(problem, by),
                by_id=by.account_id,
                by_name=by.name,
            )
    except IntegrityError as error:
        waiting(problem, judgement.round)
        raise Refused(USED, field="signature") from error


def unit_of(problem: Problem, by: Viewer) -> Unit:
    """以哪个单位的名义验收。"""
    if not by.posts:
        return problem.found_by
    return Unit.objects.get(pk=post_for(by, "rectification.accept", problem.region_path).unit_id)


def subject_of(problem: Problem) -> tuple[str, int, str]:
    """审计里的对象。"""
    return ("problem", problem.pk, problem.facility.name)
