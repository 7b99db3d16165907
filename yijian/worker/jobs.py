"""定时的事：清理旧任务记录。"""

from yijian.worker import services
from yijian.worker.timetable import timed


@timed("worker.forget", title="清除旧的任务记录", at="03:40")
def forget() -> str:
    return f"{services.forget()} 条"
