"""状态：由存下的日期当场算出；同一套口径也能回到过去任何一天。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, DateField, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from yijian.kernel import clock
from yijian.ledger import kinds
from yijian.ledger.models import Obligation


@dataclass(frozen=True)
class AsOf:
    """看哪一天。known 为真时只用当日之前已经录入的事实（当时所知），否则用现在所知回看（当时实情）。"""

    day: date
    known: bool = False

    @property
    def past(self) -> bool:
        return self.day < clock.today()

    @property
    def moment(self) -> datetime:
        """当日二十四时；今天则是此刻。"""
        return clock.start_of(self.day + timedelta(days=1)) if self.past else clock.now()


NOW = None


def with_status(rows: QuerySet[Obligation], as_of: AsOf | None = NOW) -> QuerySet[Obligation]:
    """加上 status 列（文字）与 finished_at、finished_on 列。"""
    as_of = as_of or AsOf(clock.today())
    if as_of.past:
        rows = as_then(rows, as_of)
        done, na, breached = "finished_at", "na_then", "breached_then"
    else:
        rows = rows.annotate(finished_at=F("done_at"), finished_on=F("done_on"))
        done, na, breached = "done_at", "na_on", "breached_on"
    return rows.annotate(status=expression(as_of, done, na, breached))


def expression(as_of: AsOf, done: str, na: str, breached: str) -> Case:
    day, moment = as_of.day, as_of.moment
    finished = Q(**{f"{done}__isnull": False})
    return Case(
        When(Q(**{f"{na}__lte": day}), then=Value(kinds.NOT_APPLICABLE)),
        When(Q(**{f"{breached}__lte": day}), then=Value(kinds.OVERDUE)),
        When(Q(rule__cap=True, due_at__lte=moment), then=Value(kinds.DONE)),
        When(finished & (Q(due_at__isnull=True) | Q(**{f"{done}__lt": F("due_at")})), then=Value(kinds.DONE)),
        When(finished, then=Value(kinds.DONE_LATE)),
        When(rule__cap=True, then=Value(kinds.NOT_DUE)),
        When(due_at__lte=moment, then=Value(kinds.OVERDUE)),
        When(provisional=True, then=Value(kinds.PROVISIONAL)),
        When(warn_on__lte=day, then=Value(kinds.SOON)),
        default=Value(kinds.NOT_DUE),
        output_field=CharField(),
    )


def as_then(rows: QuerySet[Obligation], as_of: AsOf) -> QuerySet[Obligation]:
    """回到过去：只计当日及以前发生的履行；当时所知再限定当日及以前录入。"""
    then = "AND d.known_at < %s AND (d.retracted_at IS NULL OR d.retracted_at >= %s)"
    now = "AND d.retracted_at IS NULL"
    clause, extra = (then, [as_of.moment, as_of.moment]) if as_of.known else (now, [])
    nth = (
        "(SELECT z.{column} FROM (SELECT MIN(d.occurred_at) AS done_at, MIN(d.occurred_on) AS done_on, "
        "ROW_NUMBER() OVER (ORDER BY MIN(d.occurred_at), d.part) AS n FROM ledger_discharge d "
        "WHERE d.obligation_id = ledger_obligation.id AND d.occurred_on <= %s "
        + clause
        + " GROUP BY d.part) z "
        "WHERE z.n = ledger_obligation.needed)"
    )
    params = [as_of.day, *extra]
    rows = rows.annotate(
        reached_at=RawSQL(nth.format(column="done_at"), params, output_field=DateTimeField()),
        reached_on=RawSQL(nth.format(column="done_on"), params, output_field=DateField()),
    )
    rows = rows.annotate(
        finished_at=Case(When(rule__cap=False, then=F("reached_at")), output_field=DateTimeField()),
        finished_on=Case(When(rule__cap=False, then=F("reached_on")), output_field=DateField()),
        breached_then=Case(When(rule__cap=True, then=F("reached_on")), output_field=DateField()),
        na_then=F("na_on"),
    )
    rows = rows.filter(slot_start__lte=as_of.day)
    if as_of.known:
        return rows.filter(known_at__lt=as_of.moment).filter(
            Q(void_at__isnull=True) | Q(void_at__gte=as_of.moment)
        )
    return rows.filter(void_at__isnull=True)


def having(status: str, as_of: AsOf | None = NOW) -> Q:
    """某一状态的筛选条件（今天的口径用日期列，走索引）。"""
    as_of = as_of or AsOf(clock.today())
    if as_of.past:
        return Q(status=status)
    moment, day = as_of.moment, as_of.day
    undone = Q(done_at__isnull=True, na_on__isnull=True)  # 单列在外，好用上未办结的部分索引
    open_ = undone & Q(breached_on__isnull=True)
    ahead = open_ & Q(due_at__gt=moment)
    certain = Q(rule__cap=False, provisional=False)
    table = {
        kinds.OVERDUE: undone & (Q(due_at__lte=moment, rule__cap=False) | Q(breached_on__isnull=False)),
        kinds.SOON: ahead & certain & Q(warn_on__lte=day),
        kinds.PROVISIONAL: ahead & Q(rule__cap=False, provisional=True),
        kinds.DONE: Q(na_on__isnull=True, breached_on__isnull=True)
        & (
            Q(done_at__isnull=False) & (Q(due_at__isnull=True) | Q(done_at__lt=F("due_at")))
            | Q(rule__cap=True, due_at__lte=moment)
        ),
        kinds.DONE_LATE: Q(na_on__isnull=True, done_at__gte=F("due_at")),
        kinds.NOT_APPLICABLE: Q(na_on__isnull=False),
    }
    if status in table:
        return table[status]
    calm = certain & (Q(warn_on__gt=day) | Q(warn_on__isnull=True)) | Q(rule__cap=True)
    return open_ & (Q(due_at__isnull=True) | Q(due_at__gt=moment) & calm)


def unsettled(as_of: AsOf) -> Q:
    """还没办结的；期满没有超限的上限算办结。"""
    if as_of.past:
        return ~Q(status__in=(kinds.DONE, kinds.DONE_LATE, kinds.NOT_APPLICABLE))
    going = Q(rule__cap=False) | Q(due_at__gt=as_of.moment) | Q(breached_on__isnull=False)
    return Q(done_at__isnull=True, na_on__isnull=True) & going


def settled(as_of: AsOf) -> Q:
    """办结了的：已完成、逾期完成、不适用；期满没有超限的上限也算。"""
    if as_of.past:
        return ~unsettled(as_of)
    kept = Q(rule__cap=True, due_at__lte=as_of.moment, breached_on__isnull=True)
    return Q(done_at__isnull=False) | Q(na_on__isnull=False) | kept
