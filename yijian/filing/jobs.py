"""定时的事：证照到期提醒。"""

from yijian.access.viewer import SYSTEM
from yijian.filing.services.registers import remind_expiry
from yijian.worker.timetable import timed


@timed("filing.licences", title="证照到期提醒", at="08:40")
def remind_licences() -> str:
    """还剩 90、30、0 天各提醒一次；重跑不重复。"""
    return f"通知 {remind_expiry(by=SYSTEM)} 人"
