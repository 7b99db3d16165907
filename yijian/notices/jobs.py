"""定时的事：发邮件。"""

from datetime import timedelta

from yijian.notices import services
from yijian.worker.timetable import timed


@timed("notices.mail", title="发送邮件通知", every=timedelta(minutes=1))
def mail() -> str:
    stuck = services.unstick()
    counts = services.send_mail()
    return f"送达 {counts['sent']}，未送达 {counts['failed']}" + (f"，收回 {stuck}" if stuck else "")
