"""定时的事：核对整改期限。"""

from yijian.rectification.services.deadlines import draft_next_steps
from yijian.worker.timetable import timed


@timed("rectification.steps", title="提醒整改期限，为逾期的拟出下一步", at="08:00")
def take_steps() -> str:
    """只拟不决；没有逾期的什么也不写。"""
    done = draft_next_steps()
    return f"逾期 {done['overdue']}，拟稿 {done['drafts']}，提醒 {done['reminded']}"
