"""完成检查：齐了才算完；不合格的逐项开成问题，了结的事记入台账。结果先告知机构，再公布。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.inspections import kinds
from yijian.inspections.models import Visit
from yijian.inspections.queries import field
from yijian.inspections.rules.answers import Deed, deeds
from yijian.inspections.rules.merge import Merged
from yijian.inspections.services.field import move, subject_of
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.services.record import Act, append
from yijian.rectification.services.problems import Finding, open_problem


@dataclass(frozen=True)
class Problem:
    """查出的一个问题：哪一项、怎么不合格、有哪些照片。"""

    item: Mapping[str, Any]
    aspect: str
    detail: str
    documents: tuple[int, ...]


@verb("inspections.visit", on="visit")
def finish_visit(*, visit: Visit, due_on: date | None = None, summary: str = "", by: Viewer) -> Visit:
    """完成检查（行政执法规范：两名以上人员、当事人签名或记明拒签）。

    缺签名、缺答案、缺照片、有分歧的报 Refused，逐条说明，什么也不改。有不合格项的须定整改期限。
    """
    kinds.VISIT.next(visit.state, "finish")
    missing = field.gaps_of(visit)
    if missing:
        more = f"（另有 {len(missing) - 8} 处）" if len(missing) > 8 else ""
        raise Refused("还不能完成：" + "".join(missing[:8]) + more)
    problems = problems_of(visit)
    if problems and due_on is None:
        raise Refused(f"有 {len(problems)} 项不合格，请定整改期限。", field="due_on")
    if due_on and due_on < clock.today():
        raise Refused("整改期限不能早于今天。", field="due_on")
    outcome = "problems" if problems else "clean"
    move(visit, "finish", finished_at=clock.now(), outcome=outcome, summary=summary.strip()[:2000])
    opened = open_findings(visit=visit, problems=problems, due_on=due_on, by=by)
    append(acts_of(visit), by)
    data = {"outcome": kinds.OUTCOMES[outcome], "problems": len(problems), "opened": opened}
    audit("inspections.visit_finished", by=by, subject=subject_of(visit), data=data)
    return visit


def problems_of(visit: Visit) -> list[Problem]:
    """合并后判为不合格的各项。"""
    merged = field.merged_answers(visit)
    notes = {a.item.uid: a for a in visit.answers.select_related("item")}
    photos: dict[str, list[int]] = {}
    for check, document in visit.photos.values_list("code", "document_id"):
        photos.setdefault(check, []).append(document)
    found = []
    for aspect, item in field.items_of(visit):
        one = merged.get(str(item["id"]))
        if one is None or one.value != "fail":
            continue
        documents = tuple(sorted(photos.get(one.check, [])))
        found.append(Problem(item, aspect, _detail(one, notes), documents))
    return found


def _detail(one: Merged, notes: Mapping[str, Any]) -> str:
    answer = notes[one.uid]
    said = [text for text in (answer.phrase, answer.note) if text]
    return "；".join(said) or "现场检查判为不合格。"


def open_findings(*, visit: Visit, problems: list[Problem], due_on: date | None, by: Viewer) -> int:
    """把不合格项逐项交给隐患整改立项，限期整改。返回立项数。"""
    for one in problems:
        finding = Finding(
            title=str(one.item["text"])[:120],
            detail=one.detail,
            item_code=str(one.item["id"]),
            aspect=one.aspect,
            basis=str(one.item.get("basis", "")),
            situation=str(one.item.get("situation") or ""),
            found_on=clock.today(),
            due_on=due_on or clock.today(),
            measure=f"限期做到：{one.item['text']}；整改后附照片回复，逐项验收。"[:500],
            documents=one.documents,
            origin_kind="visit",
            origin_ref=visit.uid,
        )
        open_problem(facility=visit.facility, finding=finding, by=by)
    return len(problems)


def acts_of(visit: Visit) -> list[Act]:
    """这次检查记入台账的事；证据是任务号和各方签名。"""
    done = deeds(
        kind=visit.kind,
        functions=visit.functions,
        lead=visit.lead_unit.function,
        aspects=[aspect for aspect, _ in field.items_of(visit)],
        drawn=bool(visit.draw_uid),
        case=bool(visit.case_key),
    )
    signed = visit.signatures.filter(document__isnull=False).order_by("pk")
    documents = tuple(signed.values_list("document_id", flat=True))
    return [_act(visit, deed, documents) for deed in done]


def _act(visit: Visit, deed: Deed, documents: tuple[int, ...]) -> Act:
    return Act(
        kind=deed.kind,
        variant=deed.variant,
        occurred=clock.today(),
        facility_id=visit.facility_id,
        unit_id=visit.lead_unit_id,
        case_key=visit.case_key if deed.kind == "inspection.case_done" else "",
        payload={"number": visit.uid, "visit": visit.uid},
        documents=documents,
    )


# ── 结果：先告知，后公布 ───────────────────────────────────────────────


@verb("inspections.visit", on="visit")
def send_draft(*, visit: Visit, days: int = 3, by: Viewer) -> Visit:
    """结果告知：公布之前让机构看到、可以陈述意见，至少留一天。"""
    if visit.state != "finished":
        raise Refused("检查完毕之后才能告知结果。")
    if not 1 <= days <= 30:
        raise Refused("陈述意见的时间请定 1 至 30 天。", field="days")
    until = clock.start_of(clock.today() + timedelta(days=days + 1)) - timedelta(seconds=1)
    rows = Visit.objects.filter(pk=visit.pk, draft_sent_at__isnull=True)
    if not rows.update(draft_sent_at=clock.now(), comment_until=until):
        raise Refused("结果已经告知过了。")
    visit.refresh_from_db()
    data = {"until": clock.local_date(until).isoformat()}
    audit("inspections.draft_sent", by=by, subject=subject_of(visit), data=data)
    return visit


@verb("inspections.selfcheck", on="visit")
def answer_draft(*, visit: Visit, comment: str, by: Viewer) -> Visit:
    """陈述意见：机构就事实部分说明，没有意见就写“无意见”；一次为限，过期不收。"""
    if not comment.strip():
        raise Refused("请写明意见；没有意见就写“无意见”。", field="comment")
    now = clock.now()
    rows = Visit.objects.filter(pk=visit.pk, state="finished", comment_until__gte=now, commented_at=None)
    if not rows.update(comment=comment.strip()[:1000], commented_at=now):
        raise Refused("现在不能陈述意见：还没有告知结果，已经答复过，或已过截止时间。")
    visit.refresh_from_db()
    audit("inspections.draft_answered", by=by, subject=subject_of(visit))
    return visit


@verb("inspections.publish", on="visit")
def publish_result(*, visit: Visit, by: Viewer) -> Visit:
    """公布检查结果（国办发 双随机、一公开；曲靖 十四）：告知过机构，且已答复或截止之后。"""
    kinds.VISIT.next(visit.state, "publish")
    if visit.draft_sent_at is None or visit.comment_until is None:
        raise Refused("公布之前请先把结果告知机构。")
    if visit.commented_at is None and clock.now() <= visit.comment_until:
        raise Refused("机构陈述意见的时间还没有到，也还没有答复，请到期后再公布。")
    move(visit, "publish", published_at=clock.now())
    act = Act("inspection.published", clock.today(), facility_id=visit.facility_id,
              unit_id=visit.lead_unit_id, payload={"number": visit.uid, "visit": visit.uid})  # fmt: skip
    append([act], by)
    audit("inspections.result_published", by=by, subject=subject_of(visit))
    return visit
