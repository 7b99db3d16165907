"""台账状态：由存下的日期算出，不用计数器。台账、制度包自带的例子、重放都用这几个纯函数。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from yijian.kernel.clock import local_date
from yijian.regimes.kinds import Evidence
from yijian.regimes.shapes import Slot, moment

Status = Literal["未到期", "临期", "逾期", "已完成", "逾期完成", "不适用", "暂定"]
STATUSES: tuple[Status, ...] = get_args(Status)


def status(
    due_on: date | None,
    warn_on: date | None,
    done_on: date | None,
    done_in_time: bool,
    na: bool,
    provisional: bool,
    today: date,
) -> Status:
    """某一天的状态。

    不适用优先；today 之前（含）办成的为已完成或逾期完成；没有到期日的一直是未到期；
    过了到期日为逾期；期限暂定而未过的为暂定；到了 warn_on 为临期。
    """
    if na:
        return "不适用"
    if done_on is not None and done_on <= today:
        return "已完成" if done_in_time else "逾期完成"
    if due_on is None:
        return "未到期"
    if today > due_on:
        return "逾期"
    if provisional:
        return "暂定"
    return "临期" if warn_on is not None and today >= warn_on else "未到期"


@dataclass(frozen=True)
class Happened:
    """一件已记载的事实，供纯函数计算用；about_on 是它所说的日期（补记、计划日）。"""

    kind: str
    occurred: datetime | date
    variant: str | None = None
    about_on: date | None = None
    id: str | None = None
    answers: str | None = None

    @property
    def on(self) -> date:
        """发生日。"""
        return local_date(moment(self.occurred))

    @property
    def counts_on(self) -> date:
        """算在哪一天所在的周期：写明所说日期的按所说日期。"""
        return self.about_on or self.on


def matches(fact: Happened, evidence: Evidence) -> bool:
    """这件事实是不是这种证据；没有限定分类的，任何分类都算。"""
    return fact.kind == evidence.fact and evidence.variant in {None, fact.variant}


def settle(
    facts: Iterable[Happened], evidence: Sequence[Evidence], all_of: bool, needed: int = 1
) -> Happened | None:
    """哪一件事实使义务办成：任一种证据凑足 needed 件；all_of 时每一种都要凑足。没办成为空。"""
    ranked = sorted(facts, key=lambda fact: moment(fact.occurred))
    groups = [[e] for e in evidence] if all_of else [list(evidence)]
    last: list[Happened] = []
    for group in groups:
        hits = [fact for fact in ranked if any(matches(fact, item) for item in group)]
        if not group or len(hits) < max(needed, 1):
            return None
        last.append(hits[max(needed, 1) - 1])
    return max(last, key=lambda fact: moment(fact.occurred), default=None)


def in_slot(fact: Happened, slot: Slot) -> bool:
    """这件事实算不算在这一格里。"""
    return slot.start <= fact.counts_on and (slot.end is None or fact.counts_on <= slot.end)
