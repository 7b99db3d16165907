"""运行制度包自带的例子：给定机构、事实和日期，用纯函数算出台账行，与预期逐行比对。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from yijian.kernel.clock import local_date
from yijian.kernel.workdays import Calendar
from yijian.regimes.kinds import Case, CaseExpect, EachFacility, EachFact, EachUnit, Obligation, Pack
from yijian.regimes.shapes import Slot, due_for, moment, slots, warn_days
from yijian.regimes.status import Happened, Status, in_slot, settle, status
from yijian.regimes.whens import Ahead, Promptly, Within

_ONE_DAY = timedelta(days=1)
_HORIZON = timedelta(days=366)


@dataclass(frozen=True)
class Row:
    """算出来的一行台账；period 是周期或起因的起始日。"""

    obligation: str
    key: str
    label: str
    period: date
    due_on: date | None
    due_at: datetime | None
    done_on: date | None
    status: Status

    def as_dict(self) -> dict[str, Any]:
        """可入 JSON 的字典。"""
        return {
            "obligation": self.obligation,
            "key": self.key,
            "label": self.label,
            "period": self.period.isoformat(),
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "done_on": self.done_on.isoformat() if self.done_on else None,
            "status": self.status,
        }


@dataclass(frozen=True)
class CaseResult:
    """一个例子的结果：ok 表示全部相符；differences 说明哪里不符。"""

    pack: str
    name: str
    on: date
    ok: bool
    differences: tuple[str, ...]
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        """可入 JSON 的字典。"""
        return {
            "pack": self.pack,
            "name": self.name,
            "on": self.on.isoformat(),
            "ok": self.ok,
            "differences": list(self.differences),
            "rows": [row.as_dict() for row in self.rows],
        }


def run_cases(pack: Pack, calendar: Calendar) -> list[CaseResult]:
    """一个包的全部例子。"""
    return [run_case(pack, case, calendar) for case in pack.cases]


def run_case(pack: Pack, case: Case, calendar: Calendar) -> CaseResult:
    """一个例子。"""
    wanted = {expect.obligation for expect in case.expect}
    rows = tuple(
        row for item in pack.obligations if item.id in wanted for row in evaluate(pack, item, case, calendar)
    )
    differences = tuple(why for expect in case.expect for why in _compare(expect, rows))
    return CaseResult(pack.id, case.name, case.on, not differences, differences, rows)


def _compare(expect: CaseExpect, rows: tuple[Row, ...]) -> Iterator[str]:
    found = [row for row in rows if row.obligation == expect.obligation]
    if expect.period is not None:
        found = [row for row in found if row.period == expect.period]
    which = f"{expect.obligation}{f'（{expect.period}）' if expect.period else ''}"
    if expect.status is None and expect.due_on is None:
        if not found:
            yield f"{which}：没有这一行"
        return
    if not found:
        yield f"{which}：应为{expect.status or expect.due_on}，却没有这一行"
    elif not any(_fits(expect, row) for row in found):
        got = "、".join(f"{row.status} {row.due_on or '无期限'}" for row in found)
        yield f"{which}：应为{expect.status or ''} {expect.due_on or ''}，实为{got}"


def _fits(expect: CaseExpect, row: Row) -> bool:
    if expect.status is not None and expect.status != row.status:
        return False
    if isinstance(expect.due_on, datetime):
        return row.due_at == moment(expect.due_on)
    return expect.due_on is None or expect.due_on == row.due_on


def evaluate(pack: Pack, item: Obligation, case: Case, calendar: Calendar) -> list[Row]:
    """一项义务在这个例子里的各行；只看例子那天已经发生的事实。"""
    facts = [
        Happened(f.kind, f.occurred_on, f.variant, f.about_on, f.id, f.answers) for f in case.given.facts
    ]
    known = [fact for fact in facts if fact.on <= case.on]
    if isinstance(item.whom, EachFact):
        return _event_rows(item, case, known, calendar)
    if not _concerns(item, case):
        return []
    return [_slot_row(item, slot, known, case.on) for slot in _open_slots(pack, item, case)]


def _concerns(item: Obligation, case: Case) -> bool:
    """这项义务管不管例子里的对象；没说机构的只看辖区和单位。"""
    facility = case.given.facility
    if isinstance(item.whom, EachFacility):
        return facility is not None and facility.kind in item.whom.kinds
    if isinstance(item.whom, EachUnit):
        units = case.given.units
        return not units or any(function in units for function in item.whom.functions)
    return True


def _open_slots(pack: Pack, item: Obligation, case: Case) -> list[Slot]:
    """例子那天所在及以前的格；机构开业之前、停业之后到期的不算。"""
    since, until = pack.since(item), pack.until(item)
    facility = case.given.facility if isinstance(item.whom, EachFacility) else None
    if facility and facility.opened_on:
        since = max(since, facility.opened_on)
    if facility and facility.closed_on:
        until = min(until or facility.closed_on, facility.closed_on)
    return slots(item.when, since, case.on + _HORIZON, since, until)


def _slot_row(item: Obligation, slot: Slot, facts: list[Happened], today: date) -> Row:
    inside = [fact for fact in facts if in_slot(fact, slot)]
    if slot.cap is not None:
        return _cap_row(item, slot, inside, today)
    done = settle(inside, item.evidence, item.all_of, slot.needed)
    timely = done is not None and (slot.due_on is None or done.on <= slot.due_on)
    return _row(item, (slot.key, slot.label, slot.start), slot.due_on, None, (done, timely), False, today)


def _cap_row(item: Obligation, slot: Slot, inside: list[Happened], today: date) -> Row:
    """上限：超过即逾期，周期过完没有超过即已完成。"""
    over = settle(inside, item.evidence, False, (slot.cap or 0) + 1)
    state: Status = "逾期" if over else "已完成" if slot.due_on and today > slot.due_on else "未到期"
    done_on = over.on if over else None
    return Row(item.id, slot.key, slot.label, slot.start, slot.due_on, None, done_on, state)


def _event_rows(item: Obligation, case: Case, facts: list[Happened], calendar: Calendar) -> list[Row]:
    """每件起因一行；证据指明答复哪一件的归那一件，否则先到先得。"""
    assert isinstance(item.whom, EachFact)
    triggers = [fact for fact in facts if fact.kind == item.whom.fact]
    triggers.sort(key=lambda fact: moment(fact.occurred))
    taken: set[int] = set()
    rows: list[Row] = []
    for trigger in triggers:
        answers = [fact for fact in facts if id(fact) not in taken and _answers(fact, trigger, item)]
        done = settle(answers, item.evidence, item.all_of)
        if done is not None:
            taken.add(id(done))
        rows.append(_event_row(item, trigger, done, case.on, calendar))
    return rows


def _answers(fact: Happened, trigger: Happened, item: Obligation) -> bool:
    if fact.answers is not None:
        return fact.answers == trigger.id
    return isinstance(item.when, Ahead) or moment(fact.occurred) >= moment(trigger.occurred)


def _event_row(
    item: Obligation, trigger: Happened, done: Happened | None, today: date, calendar: Calendar
) -> Row:
    place = (trigger.id or trigger.on.isoformat(), trigger.on.isoformat(), trigger.on)
    if isinstance(item.when, Promptly) or not isinstance(item.when, Within | Ahead):
        return _row(item, place, None, None, (done, True), False, today)
    start = trigger.counts_on if isinstance(item.when, Ahead) else trigger.occurred
    due = due_for(item.when, start, calendar)
    timely = done is not None and _in_time(done, due.at)
    return _row(item, place, due.on, due.at, (done, timely), due.provisional, today)


def _in_time(done: Happened, due_at: datetime) -> bool:
    """按期：时刻不晚于期限；只记了日期的按当日算。"""
    if isinstance(done.occurred, datetime):
        return moment(done.occurred) <= due_at
    return done.on <= local_date(due_at - timedelta(microseconds=1))


def _row(
    item: Obligation,
    place: tuple[str, str, date],
    due_on: date | None,
    due_at: datetime | None,
    done: tuple[Happened | None, bool],
    provisional: bool,
    today: date,
) -> Row:
    warn_on = due_on - timedelta(days=warn_days(item.when, item.warn)) if due_on else None
    fact, timely = done
    done_on = fact.on if fact else None
    state = status(due_on, warn_on, done_on, timely, False, provisional, today)
    return Row(item.id, *place, due_on, due_at, done_on, state)
