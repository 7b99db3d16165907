"""后台任务的动词：推时间表、取任务、跑任务、收回死进程的任务、工作循环。

这些是机器自己的动作，不经 @verb，也不写审计；任务里办的业务自有审计。
"""

import logging
import os
import socket
import threading
from datetime import datetime
from traceback import format_exception
from typing import Any

from django.db import close_old_connections, connection, connections, transaction
from django.db.utils import OperationalError
from django_tasks import TaskContext, TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from yijian.kernel import clock
from yijian.kernel.ids import uuid7
from yijian.worker.kinds import (
    BEAT,
    DEAD_AFTER,
    KEEP_FINISHED,
    MAX_ATTEMPTS,
    REAP_EVERY,
    TICK_EVERY,
)
from yijian.worker.models import TimedRun, WorkerBeat
from yijian.worker.tasks import in_steps, task
from yijian.worker.timetable import TIMETABLE, Timed, entry_of

log = logging.getLogger("yijian.worker")
BACKEND = "default"
TaskRow = DBTaskResult[Any, Any]


class LeaseLostError(RuntimeError):
    """任务已被当作中断收回，本进程做的不算数，事务回滚。"""


# ── 时间表 ──────────────────────────────────────────────────────────────


def tick(now: datetime | None = None) -> list[str]:
    """推时间表：到点的各排队一次，多个进程同时推也只排一次；返回排了哪些。"""
    now = now or clock.now()
    reached = dict(TimedRun.objects.values_list("name", "slot"))
    due = [entry for entry in TIMETABLE if _is_due(reached.get(entry.name), entry.slot(now))]
    return [entry.name for entry in due if _claim_slot(entry, entry.slot(now))]


def _is_due(reached: datetime | None, slot: datetime) -> bool:
    return reached is None or reached < slot


def _claim_slot(entry: Timed, slot: datetime) -> bool:
    """推动 slot 与排队在同一事务：被杀在中间，等于没推。上一次还没跑完就不再排。"""
    with transaction.atomic():
        _, created = TimedRun.objects.get_or_create(name=entry.name, defaults={"slot": slot})
        won = created or TimedRun.objects.filter(name=entry.name, slot__lt=slot).update(slot=slot)
        if not won or _still_queued(entry.name):
            return False
        run_timed.enqueue(entry.name)
    return True


def _still_queued(name: str) -> bool:
    return DBTaskResult.objects.filter(
        task_path=run_timed.module_path,
        status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING),
        args_kwargs__args=[name],
    ).exists()


@task()
@in_steps
def run_timed(name: str) -> str:
    """跑一件定时的事，记下结果；名字已不在时间表里就跳过。"""
    entry = entry_of(name)
    if entry is None:
        return "已不在时间表里"
    row = TimedRun.objects.filter(name=name)
    row.update(started_at=clock.now(), finished_at=None, error="")
    try:
        result = str(entry.run() or "")[:500]
    except Exception as error:
        row.update(finished_at=clock.now(), error=f"{type(error).__name__}：{error}"[:500])
        raise
    row.update(finished_at=clock.now(), result=result)
    return result


# ── 取任务、跑任务 ─────────────────────────────────────────────────────


def claim(worker_id: str) -> TaskRow | None:
    """取一个到点的任务并占住；没有就是 None。两个进程不会取到同一个。"""
    now = clock.now()
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY, backend_name=BACKEND)
    ready = ready.filter(run_after=get_date_max()) | ready.filter(run_after__lte=now)
    if not ready.exists():
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            ready = ready.select_for_update(skip_locked=True)
        row = ready.first()
        if row is None:
            return None
        row.status, row.started_at = TaskResultStatus.RUNNING, now
        row.worker_ids = [*row.worker_ids, worker_id]
        row.save(update_fields=["status", "started_at", "worker_ids"])
    return row


def execute(row: TaskRow) -> bool:
    """跑一个已占住的任务；成功为真。非分步任务的效果与“已完成”同一事务，所以恰好一次。"""
    try:
        work = row.task
        if getattr(work.func, "in_steps", False):
            _finish(row, _call(row, work))
        else:
            with transaction.atomic():
                _finish(row, _call(row, work))
    except LeaseLostError:
        log.warning("任务 %s 已被收回，本次结果作废", row.pk)
        return False
    except Exception as error:
        log.exception("任务 %s（%s）失败", row.pk, row.task_path)
        _held(row).update(
            status=TaskResultStatus.FAILED,
            finished_at=clock.now(),
            exception_class_path=f"{type(error).__module__}.{type(error).__qualname__}",
            traceback="".join(format_exception(error)),
        )
        return False
    except BaseException:  # 被要求立刻退出：放回队列
        _held(row).update(status=TaskResultStatus.READY)
        raise
    return True


def _call(row: TaskRow, work: Any) -> object:
    args, kwargs = row.args_kwargs["args"], row.args_kwargs["kwargs"]
    if work.takes_context:
        result: Any = row.task_result
        return work.call(TaskContext(task_result=result), *args, **kwargs)
    return work.call(*args, **kwargs)


def _held(row: TaskRow) -> Any:
    """仍归本次占用的这一行；started_at 就是租约的凭证。"""
    return DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)


def _finish(row: TaskRow, value: object) -> None:
    kept = value if value is None or isinstance(value, (str, int, float, bool, list, dict)) else str(value)
    done = _held(row).update(
        status=TaskResultStatus.SUCCESSFUL,
        finished_at=clock.now(),
        return_value=kept,
        exception_class_path="",
        traceback="",
    )
    if not done:
        raise LeaseLostError(str(row.pk))


# ── 收回 ────────────────────────────────────────────────────────────────


def reap(now: datetime | None = None) -> int:
    """收回死进程的任务：执行者没有心跳的放回队列，中断满五次的记失败；返回处理了几个。"""
    now = now or clock.now()
    alive = set(WorkerBeat.objects.filter(seen_at__gte=now - DEAD_AFTER).values_list("worker_id", flat=True))
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, backend_name=BACKEND)
    count = 0
    for row in running.order_by("started_at", "id"):
        if not row.worker_ids or row.worker_ids[-1] not in alive:
            count += _release(row, now)
    WorkerBeat.objects.filter(seen_at__lt=now - 100 * DEAD_AFTER).delete()
    return count


def _release(row: TaskRow, now: datetime) -> int:
    if len(row.worker_ids) < MAX_ATTEMPTS:
        log.warning("任务 %s 的进程已中断，放回队列（第 %d 次）", row.pk, len(row.worker_ids))
        return int(_held(row).update(status=TaskResultStatus.READY))
    return int(
        _held(row).update(
            status=TaskResultStatus.FAILED,
            finished_at=now,
            exception_class_path="yijian.worker.Interrupted",
            traceback=f"执行它的进程中断了 {len(row.worker_ids)} 次，不再重试。",
        )
    )


def forget(now: datetime | None = None) -> int:
    """清除三十天前已了结的任务记录；返回条数。"""
    old = DBTaskResult.objects.filter(
        status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED),
        finished_at__lt=(now or clock.now()) - KEEP_FINISHED,
    )
    return old.delete()[0]


# ── 工作循环 ───────────────────────────────────────────────────────────


def beat(worker_id: str) -> None:
    """心跳：告诉别人这个进程还活着。"""
    now = clock.now()
    if not WorkerBeat.objects.filter(pk=worker_id).update(seen_at=now):
        WorkerBeat.objects.get_or_create(
            pk=worker_id, defaults={"host": socket.gethostname()[:120], "pid": os.getpid(), "seen_at": now}
        )


class _Heart(threading.Thread):
    """另起线程心跳：任务再长也不被当作已死。"""

    def __init__(self, worker_id: str, seconds: float) -> None:
        super().__init__(name="yijian-heart", daemon=True)
        self.worker_id, self.seconds, self.stop = worker_id, seconds, threading.Event()

    def run(self) -> None:
        while not self.stop.wait(self.seconds):
            try:
                close_old_connections()
                beat(self.worker_id)
            except OperationalError:
                log.warning("心跳没有写上，下次再试")
        connections.close_all()


def run_worker(stop: threading.Event, *, interval: float = 1.0, until_idle: bool = False) -> int:
    """工作循环：推时间表、收回、逐个跑任务，直到 stop；返回跑了几个任务。

    stop 置位后把手头的任务做完再退出。until_idle 为真时没有任务就退出（命令行与测试用）。
    """
    worker_id = uuid7()
    beat(worker_id)
    heart = _Heart(worker_id, BEAT.total_seconds())
    heart.start()
    done, chores = 0, _Chores()
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                chores.run()
                row = claim(worker_id)
            except OperationalError:
                log.warning("数据库暂时不可用，稍后再试", exc_info=True)
                row = None
            if row is not None:
                execute(row)
                done += 1
            elif until_idle:
                break
            else:
                stop.wait(interval)
    finally:
        heart.stop.set()
        heart.join(timeout=5)
        WorkerBeat.objects.filter(pk=worker_id).delete()
        if not connection.in_atomic_block:
            connection.close()
    return done


class _Chores:
    """循环里按间隔做的杂事：收回、推时间表。"""

    def __init__(self) -> None:
        self.ticked = self.reaped = float("-inf")

    def run(self) -> None:
        now = clock.monotonic()
        if now - self.reaped >= REAP_EVERY.total_seconds():
            self.reaped = now
            reap()
        if now - self.ticked >= TICK_EVERY.total_seconds():
            self.ticked = now
            tick()
