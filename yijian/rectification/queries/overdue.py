"""逾期的、将到期的：该提醒谁，该拟哪一步。供定时的事使用，看全部。"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from yijian.kernel import clock
from yijian.ledger.models import Fact
from yijian.rectification.models import DeadlineDraft, Problem
from yijian.rectification.rules.chain import SOON_DAYS, next_step, reminder

LIMIT = 2000


@dataclass(frozen=True)
class Todo:
    """一个逾期的问题：该拟哪一步（没有为空），是不是头一回记逾期。"""

    problem: Problem
    step: str
    first_time: bool


def waiting() -> QuerySet[Problem]:
    """机构还没有回复的。"""
    return Problem.objects.filter(state="open").select_related("facility", "found_by")


def todo() -> list[Todo]:
    """逾期而还有事要做的。"""
    today = clock.today()
    rows = list(waiting().filter(due_on__lt=today).order_by("due_on", "pk")[:LIMIT])
    noted = recorded(rows)
    steps: dict[int, list[DeadlineDraft]] = defaultdict(list)
    for draft in DeadlineDraft.objects.filter(problem__in=rows).order_by("pk"):
        steps[draft.problem_id].append(draft)
    found = []
    for row in rows:
        drafts = [d for d in steps[row.pk] if d.due_on == row.due_on]
        step = next_step(
            today=today,
            due_on=row.due_on,
            decided={d.step for d in drafts if d.state != "drafted"},
            pending={d.step for d in drafts if d.state == "drafted"},
        )
        first = row.pk not in noted
        if step or first:
            found.append(Todo(row, step, first))
    return found


def recorded(rows: list[Problem]) -> set[int]:
    """哪些问题已经就现在的限期记过逾期。"""
    by_key = {row.uid: row for row in rows}
    facts = Fact.objects.filter(
        kind="hazard.overdue", case_key__in=list(by_key), retracts__isnull=True, retraction__isnull=True
    )
    return {
        by_key[key].pk for key, on in facts.values_list("case_key", "occurred_on") if on > by_key[key].due_on
    }


def due_reminders() -> Iterator[tuple[Problem, str]]:
    """该提醒的机构：将到期、已逾期。"""
    today = clock.today()
    rows = waiting().filter(Q(due_on__lte=today + timedelta(days=SOON_DAYS)))
    for row in rows.order_by("due_on", "pk")[:LIMIT]:
        word = reminder(today=today, due_on=row.due_on)
        if word:
            yield row, word
