"""提醒、逾期告知、督办单：阶梯逐级走，每级一次（南开 十四；曲靖 十六）。"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger import kinds
from yijian.ledger.models import Escalation, Obligation, SupervisionOrder
from yijian.ledger.queries.owners import Owners, charged_units
from yijian.ledger.queries.packs import calendar
from yijian.notices.services import notify
from yijian.people.models import Unit

REPLY_WORKDAYS = 5
STEP_LIMIT = 5000


@verb("ledger.supervise")
def take_steps(*, by: Viewer) -> dict[str, int]:
    """走督办阶梯：临期提醒、逾期告知，逾期过了宽限仍未办的出督办单。"""
    reminded = announce("remind", due_soon(), by)
    overdue = announce("overdue", past_due(), by)
    orders = issue_orders(by)
    if reminded or overdue or not orders:
        audit("ledger.reminded", by=by, subject=("ledger", "", "台账"), data={"count": reminded + overdue})
    return {"remind": reminded, "overdue": overdue, "orders": orders}


def has_work() -> bool:
    """阶梯上有没有要走的一级；没有就不必走，也不留空的审计。"""
    return (
        due_soon().exists()
        or past_due().exists()
        or waiting().filter(without("order"), due_at__lte=clock.now()).exists()
    )


def waiting() -> QuerySet[Obligation]:
    return Obligation.objects.filter(
        done_at__isnull=True, na_on__isnull=True, void_at__isnull=True, due_at__isnull=False, rule__cap=False
    ).select_related("rule", "facility", "unit", "region")


def without(step: str) -> Q:
    return ~Q(Exists(Escalation.objects.filter(obligation=OuterRef("pk"), step=step)))


def due_soon() -> QuerySet[Obligation]:
    return waiting().filter(warn_on__lte=clock.today(), due_at__gt=clock.now()).filter(without("remind"))


def past_due() -> QuerySet[Obligation]:
    return waiting().filter(due_at__lte=clock.now()).filter(without("overdue"))


def announce(step: str, duties: QuerySet[Obligation], by: Viewer) -> int:
    """同一单位的同级提醒合成一条通知，逐条登记已走到哪一级。"""
    grouped: dict[int, list[Obligation]] = defaultdict(list)
    taken = list(duties.order_by("due_at", "pk")[:STEP_LIMIT])
    owners = Owners()
    for duty in taken:
        for unit_id in owners.of(duty):
            grouped[unit_id].append(duty)
    words = {"remind": "项义务临近到期", "overdue": "项义务已逾期"}[step]
    for unit_id, owed in grouped.items():
        lines = [f"{d.due_on} {d.rule.title}（{name_of(d)}）" for d in owed[:20]]
        more = [f"……另有{len(owed) - 20}项"] if len(owed) > 20 else []
        status = kinds.SOON if step == "remind" else kinds.OVERDUE
        notify(
            unit_ids=[unit_id],
            subject=f"{len(owed)}{words}",
            body="\n".join(lines + more),
            link=f"/ledger/?mine=on&status={status}",
            by=by,
        )
    Escalation.objects.bulk_create([Escalation(obligation=d, step=step, at=clock.now()) for d in taken])
    return len(taken)


def ripe(duty: Obligation, today: date) -> bool:
    """逾期满了宽限的工作日。"""
    assert duty.due_on is not None
    return calendar().add_workdays(duty.due_on, duty.rule.supervise_after).day < today


def issue_orders(by: Viewer) -> int:
    """逾期过了宽限的，按责任单位各出一张督办单，一单多项。"""
    today = clock.today()
    duties = waiting().filter(due_at__lte=clock.now()).filter(without("order")).order_by("due_at", "pk")
    grouped: dict[int, list[Obligation]] = defaultdict(list)
    owners = Owners()
    for duty in duties[:STEP_LIMIT]:
        charged = owners.of(duty)
        if charged and ripe(duty, today):
            grouped[charged[0]].append(duty)
    for unit_id, owed in grouped.items():
        issue(Unit.objects.get(pk=unit_id), owed, by)
    return len(grouped)


def issue(unit: Unit, duties: Iterable[Obligation], by: Viewer) -> SupervisionOrder:
    """签发督办单：编号按年连续，五个工作日内回复。"""
    duties = list(duties)
    order = SupervisionOrder.objects.create(
        number=next_number(),
        unit=unit,
        region_path=unit.region_path,
        issued_at=clock.now(),
        issued_by=by.name,
        reply_due_on=calendar().add_workdays(clock.today(), REPLY_WORKDAYS).day,
    )
    Escalation.objects.bulk_create(
        [Escalation(obligation=d, step="order", at=clock.now(), order=order) for d in duties]
    )
    notify(
        unit_ids=[unit.pk],
        subject=f"{order.number}：{len(duties)}项逾期义务",
        body=f"请于{order.reply_due_on}前回复办理情况。",
        link=f"/ledger/orders/{order.pk}/",
        by=by,
    )
    audit(
        "ledger.order_issued",
        by=by,
        subject=("order", order.pk, unit.name),
        data={"number": order.number, "count": len(duties)},
    )
    return order


def next_number() -> str:
    """督办〔年〕号：当年最大号加一，唯一约束兜底。"""
    year = clock.today().year
    last = SupervisionOrder.objects.filter(number__startswith=f"督办〔{year}〕").order_by("-pk").first()
    serial = int(last.number.split("〕")[1].rstrip("号")) + 1 if last else 1
    return f"督办〔{year}〕{serial}号"


@verb("ledger.supervise")
def order_one(*, obligation_id: int, by: Viewer) -> SupervisionOrder:
    """就一条逾期义务立即签发督办单。"""
    duty = scoped(by, waiting()).filter(pk=obligation_id).first()
    if duty is None:
        raise NotFound("没有这条待办义务，或不在您的范围内。")
    if duty.due_at is None or duty.due_at > clock.now():
        raise Refused("尚未逾期，不能督办；可先提醒责任单位。")
    if Escalation.objects.filter(obligation=duty, step="order").exists():
        raise Refused("这条义务已经出过督办单。")
    owners = charged_units(duty)
    if not owners:
        raise Refused("这条义务没有对应的责任单位，请先在组织里建立该单位。")
    return issue(Unit.objects.get(pk=owners[0]), [duty], by)


@verb("ledger.record")
def answer_order(*, order_id: int, reply: str, by: Viewer) -> SupervisionOrder:
    """回复督办单：写明办理情况。"""
    if not reply.strip():
        raise Refused("请写明办理情况。", field="reply")
    order = SupervisionOrder.objects.filter(pk=order_id, unit_id__in=by.unit_ids).first()
    if order is None:
        raise NotFound("没有这张督办单，或不是发给贵单位的。")
    move(order, "answer", reply=reply.strip(), replied_at=clock.now(), replied_by=by.name)
    audit(
        "ledger.order_answered",
        by=by,
        subject=("order", order.pk, order.number),
        data={"number": order.number, "reply": reply.strip()},
    )
    return order


@verb("ledger.supervise")
def close_order(*, order_id: int, by: Viewer) -> SupervisionOrder:
    """办结督办单。"""
    order = found(order_id, by)
    move(order, "close", closed_at=clock.now())
    audit(
        "ledger.order_closed", by=by, subject=("order", order.pk, order.number), data={"number": order.number}
    )
    return order


@verb("ledger.supervise")
def return_order(*, order_id: int, reason: str, by: Viewer) -> SupervisionOrder:
    """退回督办单：回复不足，写明理由，重新办理。"""
    if not reason.strip():
        raise Refused("请写明退回理由。", field="reason")
    order = found(order_id, by)
    move(order, "return")
    notify(
        unit_ids=[order.unit_id],
        subject=f"{order.number}被退回",
        body=reason.strip(),
        link=f"/ledger/orders/{order.pk}/",
        by=by,
    )
    audit(
        "ledger.order_returned",
        by=by,
        subject=("order", order.pk, order.number),
        data={"number": order.number},
        reason=reason.strip(),
    )
    return order


def found(order_id: int, by: Viewer) -> SupervisionOrder:
    order = scoped(by, SupervisionOrder.objects.filter(pk=order_id)).first()
    if order is None:
        raise NotFound("没有这张督办单，或不在您的范围内。")
    return order


def move(order: SupervisionOrder, verb_name: str, **changes: object) -> None:
    """按状态表移动；别人抢先一步则拒绝。"""
    new = kinds.ORDER.next(order.state, verb_name)
    moved = SupervisionOrder.objects.filter(pk=order.pk, state=order.state).update(state=new, **changes)
    if not moved:
        raise Refused("这张督办单刚被别人处理过，请刷新页面。")
    order.refresh_from_db()


def name_of(duty: Obligation) -> str:
    thing = duty.facility or duty.unit or duty.region
    return thing.name if thing else ""
