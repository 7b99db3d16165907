"""测试用的任务：写一行心跳表当作“效果”。"""

import time

from yijian.worker.models import WorkerBeat
from yijian.worker.tasks import in_steps, task


@task()
def leave_mark(mark: str) -> str:
    WorkerBeat.objects.create(worker_id=mark)
    return mark


@task()
def leave_mark_and_fail(mark: str) -> None:
    WorkerBeat.objects.create(worker_id=mark)
    raise ValueError("坏了")


@task()
def mark_slowly(mark: str, seconds: float) -> None:
    WorkerBeat.objects.create(worker_id=mark)
    time.sleep(seconds)


@task()
@in_steps
def mark_in_steps(mark: str) -> None:
    WorkerBeat.objects.get_or_create(worker_id=mark)


@task(takes_context=True)
def told_its_number(context: object) -> str:
    return str(context.task_result.id)  # type: ignore[attr-defined]


@task()
def leave_at_once(mark: str) -> None:
    WorkerBeat.objects.create(worker_id=mark)
    raise SystemExit
