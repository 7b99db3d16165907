"""后台任务的词表与时限。"""

from datetime import timedelta

CAPABILITIES: dict[str, str] = {"worker.view": "查看后台任务"}

BEAT = timedelta(seconds=10)
DEAD_AFTER = timedelta(seconds=90)
TICK_EVERY = timedelta(seconds=15)
REAP_EVERY = timedelta(seconds=30)
MAX_ATTEMPTS = 5
KEEP_FINISHED = timedelta(days=30)

STATUS: dict[str, str] = {
    "READY": "排队",
    "RUNNING": "正在运行",
    "SUCCESSFUL": "完成",
    "FAILED": "失败",
}
