"""后台任务的查询：时间表、任务清单、积压。"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django_tasks_db.models import DBTaskResult

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.kernel.clock import TZ
from yijian.worker.kinds import DEAD_AFTER
from yijian.worker.models import TimedRun, WorkerBeat
from yijian.worker.timetable import TIMETABLE, Timed


@dataclass(frozen=True)
class TimetableRow:
    """时间表的一行：这件事、最近一次的情况、下一次。"""

    entry: Timed
    last: TimedRun | None
    following: datetime


def timetable_rows(viewer: Viewer) -> list[TimetableRow]:
    """时间表，按下一次的先后。"""
    require(viewer, "worker.view")
    return _rows()


def _rows() -> list[TimetableRow]:
    now = clock.now()
    last = {run.name: run for run in TimedRun.objects.all()}
    found = [TimetableRow(entry, last.get(entry.name), entry.following(now)) for entry in TIMETABLE]
    return sorted(found, key=lambda row: (row.following, row.entry.name))


def timetable() -> str:
    """时间表的文字，供命令行打印。"""
    lines = []
    for row in _rows():
        state = "尚未跑过"
        if row.last is not None and row.last.started_at:
            state = f"上次 {row.last.started_at.astimezone(TZ):%Y-%m-%d %H:%M} "
            state += f"失败：{row.last.error}" if row.last.error else f"完成 {row.last.result}"
        says = f"{row.entry.says()}，下次 {row.following.astimezone(TZ):%Y-%m-%d %H:%M}"
        lines.append(f"{row.entry.name:<28}{row.entry.title}（{says}）{state}".rstrip())
    return "\n".join(lines)


def tasks(viewer: Viewer, status: str = "") -> QuerySet[DBTaskResult[Any, Any]]:
    """任务清单，新的在前；可按状态。"""
    require(viewer, "worker.view")
    rows = DBTaskResult.objects.order_by("-enqueued_at", "id")
    return rows.filter(status=status) if status else rows


def backlog() -> dict[str, int]:
    """各状态的任务数，供健康检查。"""
    counted = DBTaskResult.objects.order_by().values("status").annotate(n=Count("id"))
    return {row["status"]: row["n"] for row in counted.order_by("status")}


def live_workers() -> int:
    """还有心跳的工作进程数。"""
    return WorkerBeat.objects.filter(seen_at__gte=clock.now() - DEAD_AFTER).count()
