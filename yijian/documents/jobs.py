"""定时的事：核验材料内容、清扫残留文件。"""

from yijian.access.viewer import SYSTEM
from yijian.documents import services
from yijian.documents.kinds import BLOB_STATES
from yijian.worker.timetable import timed


@timed("documents.scrub", title="核验材料内容", at="02:10")
def scrub() -> str:
    found = services.scrub(by=SYSTEM)
    return "，".join(f"{BLOB_STATES[state]} {count}" for state, count in found.items())


@timed("documents.sweep", title="清扫没有登记的残留文件", at="02:40")
def sweep() -> str:
    return f"{services.sweep(by=SYSTEM)} 个"
