"""一院一案、挂牌督办、三个清单对账（南开 任务3；泽州 一；曲靖 二、十四）。"""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.models import Fact
from yijian.ledger.services.record import Act, append
from yijian.people.models import Unit
from yijian.rectification import kinds
from yijian.rectification.models import CasePlan, Listing, ListingNote, Problem
from yijian.rectification.queries.finding import documents as known
from yijian.rectification.queries.finding import post_for
from yijian.rectification.queries.lists import Where, counts
from yijian.rectification.services.facts import note
from yijian.rectification.services.moving import move
from yijian.rectification.services.rectify import subject_of


@verb("rectification.accept", on="facility")
def make_case_plan(
    *,
    facility: Facility,
    problems: Sequence[Problem],
    title: str,
    measures: str,
    adopted_on: date,
    number: str = "",
    document: int | None = None,
    by: Viewer,
) -> CasePlan:
    """一院一案（曲靖 十四）：为一家机构的问题定下联合采取的专项措施；每个问题各记一条事实。"""
    check_plan(facility, problems, title, measures, adopted_on)
    if not number.strip() and document is None:
        raise Refused("请写明方案的文号，或上传方案。", field="number")
    ids = (document,) if document is not None else ()
    known(by, ids)
    plan = CasePlan.objects.create(
        facility=facility,
        region_path=facility.region_path,
        title=title.strip()[:120],
        measures=measures.strip(),
        adopted_on=adopted_on,
        number=number.strip()[:80],
        document_id=document,
        made_name=by.name,
    )
    plan.problems.set(problems)
    for problem in problems:
        note("hazard.plan_made", problem, by, on=adopted_on, documents=ids, number=plan.number or plan.title)
    audit(
        "rectification.plan_made",
        by=by,
        subject=("facility", facility.pk, facility.name),
        data={"title": plan.title, "count": len(problems), "paper": plan.number},
        region_path=plan.region_path,
    )
    return plan


def check_plan(
    facility: Facility, problems: Sequence[Problem], title: str, measures: str, adopted_on: date
) -> None:
    """一院一案各栏填得对不对。"""
    if not problems:
        raise Refused("请选择这份方案要解决的问题。", field="problems")
    if any(problem.facility_id != facility.pk for problem in problems):
        raise Refused("一院一案只能列这一家机构的问题。", field="problems")
    if not title.strip():
        raise Refused("请写明方案名称。", field="title")
    if not measures.strip():
        raise Refused("请写明专项措施。", field="measures")
    if adopted_on > clock.today():
        raise Refused("印发日期在将来，请检查。", field="adopted_on")
    if any(adopted_on < problem.found_on for problem in problems):
        raise Refused("印发日期早于发现问题的日期，请检查。", field="adopted_on")


# ---- 挂牌督办 -----------------------------------------------------------------------------------


@verb("rectification.decide", on="problem")
def request_listing(*, problem: Problem, government: str, letter_number: str, by: Viewer) -> Listing:
    """提请挂牌督办（南开 任务3；泽州 一）：只有重大隐患可以提请。"""
    if problem.grade != "major":
        raise Refused("只有重大隐患可以提请挂牌督办。")
    if problem.state == "closed":
        raise Refused("这个问题已经销号，不用再提请挂牌。")
    if not government.strip() or not letter_number.strip():
        raise Refused("请写明提请哪一级政府，以及提请函的文号。", field="letter_number")
    try:
        with transaction.atomic():
            made = Listing.objects.create(
                problem=problem,
                government=government.strip()[:80],
                letter_number=letter_number.strip()[:80],
                requested_on=clock.today(),
                requested_name=by.name,
            )
    except IntegrityError as error:
        raise Refused("这个问题已经提请过挂牌督办。") from error
    say("rectification.listing_requested", problem, by, {"letter": made.letter_number})
    return made


@verb("rectification.decide", on="listing")
def list_problem(*, listing: Listing, order_number: str, by: Viewer) -> Listing:
    """挂牌：政府批准挂牌督办，登记文号。"""
    if not order_number.strip():
        raise Refused("请写明挂牌督办的文号。", field="order_number")
    order = order_number.strip()[:80]
    move(listing, kinds.LISTING, "list", order_number=order, listed_on=clock.today())
    note("hazard.listed", listing.problem, by, number=order)
    say("rectification.listed", listing.problem, by, {"order": order})
    return listing


@verb("rectification.decide", on="listing")
def note_listing(*, listing: Listing, words: str, by: Viewer) -> ListingNote:
    """登记挂牌督办的进展。"""
    if listing.state == "delisted":
        raise Refused("已经摘牌，不再登记进展。")
    if not words.strip():
        raise Refused("请写明进展。", field="words")
    made = ListingNote.objects.create(listing=listing, words=words.strip()[:500], by_name=by.name)
    say("rectification.listing_noted", listing.problem, by, {"words": made.words})
    return made


@verb("rectification.decide", on="listing")
def delist_problem(*, listing: Listing, reason: str, by: Viewer) -> Listing:
    """摘牌：问题验收销号之后才能摘。"""
    if not reason.strip():
        raise Refused("请写明摘牌的说明。", field="reason")
    if not Problem.objects.filter(pk=listing.problem_id, state="closed").exists():
        raise Refused("这个问题还没有验收销号，不能摘牌。")
    move(listing, kinds.LISTING, "delist", delisted_on=clock.today(), delist_reason=reason.strip()[:300])
    say("rectification.delisted", listing.problem, by, {"why": listing.delist_reason})
    return listing


def say(action: str, problem: Problem, by: Viewer, data: dict[str, object]) -> None:
    audit(
        action,
        by=by,
        subject=subject_of(problem),
        data={"number": problem.number, **data},
        region_path=problem.region_path,
    )


# ---- 三个清单对账 ---------------------------------------------------------------------------------


@verb("rectification.accept")
def reconcile_lists(*, by: Viewer) -> Fact:
    """三个清单对账（南开 任务3 建立并更新三个清单）：核对本单位辖区的清单，把当日的数记入台账。"""
    post = post_for(by, "rectification.accept")
    unit = Unit.objects.select_related("region").filter(pk=post.unit_id).first()
    if unit is None:
        raise NotFound("没有找到您的单位。")
    told = counts(by, Where())
    payload = {"number": f"三个清单对账 {clock.today()}", **told}
    act = Act(
        kind="lists.updated",
        occurred=clock.today(),
        unit_id=unit.pk,
        region_id=unit.region_id,
        payload=payload,
    )
    fact = append([act], by)[0]
    audit(
        "rectification.reconciled",
        by=by,
        subject=("unit", unit.pk, unit.name),
        data=told,
        region_path=unit.region_path,
    )
    return fact
