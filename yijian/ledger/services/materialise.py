"""展开与结算：把制度、登记、日历、事实算成义务与履行。增量与重建走同一组语句。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from yijian.kernel import clock
from yijian.kernel.workdays import Calendar
from yijian.ledger import rules
from yijian.ledger.kinds import NOT_APPLICABLE_FACT
from yijian.ledger.models import Fact, Jurisdiction, Obligation, Rule, Slot
from yijian.ledger.queries.packs import calendar
from yijian.ledger.services import sql

CHUNK = 400
MANY = 10_000


@dataclass(frozen=True)
class Change:
    """一次展开的结果：新增或恢复的义务数、作废的义务数。"""

    added: int
    voided: int


def run(statement: str, params: Sequence[date | datetime] = ()) -> int:
    """执行一条集合语句，返回影响行数。"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [plain(value) for value in params])
        return max(int(cursor.rowcount), 0)


def plain(value: date | datetime) -> Any:
    """日期时刻按所用数据库的存法给出，好与列里的值比较。"""
    ops = connection.ops
    return (
        ops.adapt_datetimefield_value(value)
        if isinstance(value, datetime)
        else ops.adapt_datefield_value(value)
    )


def numbers(ids: Iterable[int]) -> str:
    """整数列表拼进 IN：只收整数，不收文字。"""
    return ",".join(str(int(i)) for i in ids) or "-1"


def chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def plan_slots(rule: Rule, keep_from: date, until: date) -> None:
    """写下一项义务到 until 为止的时段；日历或制度变了就改到一致。"""
    wanted = rules.plan(
        rule.when,
        keep_from=keep_from,
        in_force=(rule.in_force_from, rule.in_force_to),
        retired_on=rule.retired_on,
        until=until,
        warn_days=rule.warn_days,
    )
    Slot.objects.bulk_create(
        [
            Slot(
                rule=rule,
                start=s.start,
                end=s.end,
                label=s.label,
                due_on=s.due_on,
                due_at=rules.instant_after(s.due_on),
                warn_on=s.warn_on,
                window_from=s.window_from,
                window_to=s.window_to,
                bind_on=s.bind_on,
                provisional=s.provisional,
            )
            for s in wanted
        ],
        update_conflicts=True,
        unique_fields=["rule", "start"],
        update_fields=["end", "label", "due_on", "due_at", "warn_on", "window_from", "window_to", "bind_on"],
    )
    rule.slots.exclude(start__in=[s.start for s in wanted]).delete()


def open_slots(narrow_facility: str = "", narrow: str = "") -> int:
    """把时段落到机构、单位、辖区头上。返回新增或改动的行数。"""
    added = run(sql.open_facilities(narrow + narrow_facility))
    if not narrow_facility:
        added += run(sql.open_units(narrow)) + run(sql.open_regions(narrow))
    if added > MANY and connection.vendor == "postgresql":
        run("ANALYZE ledger_obligation")  # 刚写进一大批：不更新统计，接着的连接会走错索引（慢几十倍）
    return added


def open_newcomers() -> int:
    """新设的单位、新增的辖区：补上它们的义务。"""
    return run(sql.open_units("")) + run(sql.open_regions(""))


def void_stale(narrow: str = "") -> int:
    return run(sql.void_stale(narrow), [clock.now()])


def open_events(
    facts: Iterable[Fact], rules_by_trigger: dict[tuple[str, str], list[Rule]], places: dict[str, str]
) -> int:
    """每次发生的事实开出相应义务（收到投诉、备案完成、计划停业……）。"""
    rows = []
    for fact in facts:
        for rule in rules_by_trigger.get((places.get(fact.region_id, ""), fact.kind), []):
            row = event_row(rule, fact)
            if row is not None:
                rows.append(row)
    Obligation.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["rule", "subject", "slot_start"],
        update_fields=["due_on", "due_at", "warn_on", "provisional", "void_at", "slot_end"],
    )
    return len(rows)


def event_row(rule: Rule, fact: Fact) -> Obligation | None:
    """一条事实触发的一条义务；事发早于台账启用日、早于制度施行或晚于其废止的不开。"""
    if fact.occurred_on < rule.place.keep_from or not rules.in_force(
        fact.occurred_on, (rule.in_force_from, rule.in_force_to), rule.retired_on
    ):
        return None
    due = rules.event_due(
        rule.when, occurred_at=fact.occurred_at, about_on=fact.about_on, calendar=calendar()
    )
    retraction = getattr(fact, "retraction", None)
    return Obligation(
        rule=rule,
        place_id=rule.place_id,
        subject=f"t{fact.uid}",
        facility_id=fact.facility_id,
        trigger=fact,
        case_key=fact.case_key,
        region_path=fact.region_path,
        slot_start=fact.occurred_on,
        slot_end=max(fact.occurred_on, due.day or fact.occurred_on),
        due_on=due.day,
        due_at=due.at,
        warn_on=rules.warn_from(due.day, rule.warn_days, fact.occurred_on),
        window_from=due.window_from,
        window_to=rules.FAR,
        needed=rule.needed,
        provisional=due.provisional,
        pack_version=rule.pack_version,
        known_at=fact.recorded_at,
        void_at=retraction.recorded_at if retraction else None,
    )


def match_facts(narrow: str) -> int:
    """事实对义务：narrow 以 f.（事实）或 o.（义务）限定范围。"""
    done = sum(run(sql.match(each, narrow)) for each in sql.JOINS)
    return done + run(sql.match_targets(narrow))


def settle_where(condition: str) -> None:
    """重算一批义务的完成时刻；condition 用 {column} 指义务编号列。"""
    run(sql.unsettle(f"AND {condition.format(column='ledger_obligation.id')}" if condition else ""))
    run(sql.settle(f"AND {condition.format(column='d.obligation_id')}" if condition else ""))
    if Fact.objects.filter(kind=NOT_APPLICABLE_FACT).exists():
        run(sql.NOT_APPLICABLE)


def absorb(fact_ids: Sequence[int]) -> None:
    """新记的事实：只碰它们触发或履行的那些义务。"""
    for part in chunks(fact_ids):
        listed = numbers(part)
        match_facts(f"AND f.id IN ({listed})")
        settle_where(
            f"{{column}} IN (SELECT obligation_id FROM ledger_discharge WHERE fact_id IN ({listed}))"
        )


def catch_up(above: int) -> None:
    """编号大于 above 的义务是刚展开的：补上此前已有的事实。"""
    match_facts(f"AND o.id > {int(above)}")
    settle_where(f"{{column}} > {int(above)}")


def highest() -> int:
    return Obligation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def withdraw(fact: Fact, at: datetime) -> None:
    """一条事实被撤回：它的履行失效，它触发的义务作废，认定的不适用恢复。"""
    fact.discharges.filter(retracted_at__isnull=True).update(retracted_at=at)
    fact.opened.filter(void_at__isnull=True).update(void_at=at)
    if fact.target_start is not None:
        Obligation.objects.filter(
            subject=fact.target_subject, slot_start=fact.target_start, na_on__isnull=False
        ).update(na_on=None)
    settle_where(f"{{column}} IN (SELECT obligation_id FROM ledger_discharge WHERE fact_id = {int(fact.pk)})")


def triggers(place_ids: Iterable[str]) -> dict[tuple[str, str], list[Rule]]:
    """各地由事实触发的规则，按（地方，事实种类）。"""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in Rule.objects.filter(each="fact", place_id__in=list(place_ids)).select_related("place"):
        found.setdefault((rule.place_id, rule.trigger), []).append(rule)
    return found


def places_of(region_ids: Iterable[str]) -> dict[str, str]:
    """区划归哪一地。"""
    return dict(
        Jurisdiction.objects.filter(region_id__in=set(region_ids)).values_list("region_id", "place_id")
    )


def reopen_events(place_ids: Sequence[str]) -> int:
    """按已有事实补齐事件义务（制度新载入、重建时用）。"""
    rules_by_trigger = triggers(place_ids)
    kinds = {kind for _, kind in rules_by_trigger}
    facts = Fact.objects.filter(kind__in=kinds, retracts__isnull=True, region__in=regions_in(place_ids))
    opened = 0
    batch: list[Fact] = []
    for fact in facts.select_related("retraction").order_by("pk").iterator(chunk_size=2000):
        batch.append(fact)
        if len(batch) == 2000:
            opened += open_events(batch, rules_by_trigger, places_of(f.region_id for f in batch))
            batch = []
    return opened + open_events(batch, rules_by_trigger, places_of(f.region_id for f in batch))


def regions_in(place_ids: Sequence[str]) -> list[str]:
    return list(Jurisdiction.objects.filter(place_id__in=place_ids).values_list("region_id", flat=True))


def recount_provisional(days: Calendar) -> int:
    """暂定的事件期限重算；改动的才写。"""
    changed = []
    for duty in Obligation.objects.filter(provisional=True, trigger__isnull=False).select_related(
        "rule", "trigger"
    ):
        fact = duty.trigger
        assert fact is not None
        due = rules.event_due(
            duty.rule.when, occurred_at=fact.occurred_at, about_on=fact.about_on, calendar=days
        )
        if (due.at, due.provisional) != (duty.due_at, duty.provisional):
            duty.due_on, duty.due_at, duty.provisional = due.day, due.at, due.provisional
            duty.warn_on = rules.warn_from(due.day, duty.rule.warn_days, fact.occurred_on)
            changed.append(duty)
    Obligation.objects.bulk_update(changed, ["due_on", "due_at", "provisional", "warn_on"], batch_size=500)
    return len(changed)
