"""交接的退回规则：写明理由才能退；第二次退回由民政裁定；裁定不能再退。"""

from yijian.kernel.errors import Refused
from yijian.rectification.kinds import HANDOVER


def return_step(*, state: str, returned: int, arbitrated: bool, reason: str) -> str:
    """这次退回走哪一步：return 退给发出单位，escalate 送民政裁定。不许退的报 Refused。"""
    if not reason.strip():
        raise Refused("退回须写明理由。", field="reason")
    if arbitrated:
        raise Refused("民政部门已经裁定由贵单位办理，不能再退回；有新情况请在处理结果里说明。")
    step = "escalate" if returned else "return"
    HANDOVER.next(state, step)
    return step
