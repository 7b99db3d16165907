"""定时的事：跟上机构库、展开台账、走督办阶梯。"""

from datetime import timedelta

from yijian.access.viewer import SYSTEM
from yijian.ledger.services import follow, load, supervise
from yijian.worker.timetable import timed


@timed("ledger.follow", title="按机构变动更新台账", every=timedelta(minutes=1))
def follow_registry() -> str:
    """机构库有改动才做；没有就什么也不写。"""
    if not follow.pending():
        return "没有改动"
    done = follow.follow_registry(by=SYSTEM)
    return f"机构 {done['facilities']} 家，义务增改 {done['added']}、作废 {done['voided']}"


@timed("ledger.open", title="展开台账到下一季度", at="00:10")
def open_ledger() -> str:
    """新的一天：时段往前展开一天。"""
    done = load.open_ledger(by=SYSTEM)
    return f"增 {done['added']}，撤 {done['voided']}"


@timed("ledger.steps", title="提醒、逾期告知、督办单", at="08:30")
def take_steps() -> str:
    """阶梯上有要走的一级才走。"""
    if not supervise.has_work():
        return "没有要走的"
    done = supervise.take_steps(by=SYSTEM)
    return f"提醒 {done['remind']}，逾期告知 {done['overdue']}，督办单 {done['orders']}"


def tick_ledger() -> dict[str, object]:
    """三件事依次做一遍：命令行 yijian ledger tick。"""
    return {"follow": follow_registry(), "open": open_ledger(), "steps": take_steps()}
