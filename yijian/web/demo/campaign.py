"""酉阳 2023 年“效能提升年”：各乡镇报送三次材料，个别晚报、漏报。"""

from datetime import date, timedelta

from yijian.kernel import clock
from yijian.ledger.models import Obligation
from yijian.ledger.services.record import Act, record_for
from yijian.people.viewer import SYSTEM
from yijian.web.demo.dice import between, chance, mobile, person


def submit_all() -> None:
    """三次报送：九成按期，少数晚报，极少数没报。"""
    duties = Obligation.objects.filter(rule__proofs__fact_kind="campaign.submission", void_at=None)
    planned = sorted(
        ((day, duty) for duty in duties.select_related("rule", "unit") if (day := day_of(duty)) is not None),
        key=lambda pair: (pair[0], pair[1].pk),
    )
    for day, duty in planned:
        with clock.travel(clock.start_of(day) + timedelta(hours=10)):
            record_for(obligation_id=duty.pk, act=material(duty, day), by=SYSTEM)


def day_of(duty: Obligation) -> date | None:
    dice = chance(duty.subject, duty.rule.key, "报送")
    assert duty.due_on is not None
    if dice > 0.975:
        return None
    if dice > 0.9:
        return duty.due_on + timedelta(days=between(1, 6, duty.subject, duty.rule.key))
    return duty.due_on - timedelta(days=int(chance(duty.subject, duty.rule.key, "day") < 0.5))


def material(duty: Obligation, day: date) -> Act:
    """一份材料：联络员信息表写上联络人。"""
    proof = duty.rule.evidence[0]
    payload: dict[str, object] = {"number": f"演示报送〔{day.year}〕{duty.pk}号"}
    if proof["variant"] == "contact":
        name = duty.subject
        payload |= {"name": person(name, "联络员"), "title": "民政办负责人", "phone": mobile(name)}
    return Act(
        kind=proof["fact"], variant=proof["variant"], occurred=day, unit_id=duty.unit_id, payload=payload
    )
