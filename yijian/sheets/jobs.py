"""定时的事：清除过期未确认的导入文件。"""

from yijian.access.viewer import SYSTEM
from yijian.sheets import services
from yijian.worker.timetable import timed


@timed("sheets.prune", title="清除过期未确认的导入文件", at="03:10")
def prune() -> str:
    return f"{services.prune(by=SYSTEM)} 个"
