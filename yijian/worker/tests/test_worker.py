"""工作进程：恰好一次、失败留痕、死了有人接手。"""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from yijian.access.viewer import ANONYMOUS, SYSTEM
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden
from yijian.worker import queries, services
from yijian.worker.kinds import DEAD_AFTER, KEEP_FINISHED, MAX_ATTEMPTS
from yijian.worker.models import WorkerBeat
from yijian.worker.tests import sample_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_database() -> Iterator[None]:
    with override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}):
        yield


def work() -> list[bool]:
    """取完跑完全部任务。"""
    done = []
    while (row := services.claim("甲")) is not None:
        done.append(services.execute(row))
    return done


def marks() -> set[str]:
    return set(WorkerBeat.objects.values_list("worker_id", flat=True))


def state(result: Any) -> str:
    return DBTaskResult.objects.get(pk=result.id).status


def test_a_task_runs_once_and_says_what_it_returned() -> None:
    result = sample_tasks.leave_mark.enqueue("效果")
    assert queries.backlog() == {"READY": 1} and work() == [True] and work() == []
    row = DBTaskResult.objects.get(pk=result.id)
    assert (row.status, row.return_value, marks()) == ("SUCCESSFUL", "效果", {"效果"})


def test_a_failing_task_leaves_no_effect_but_its_reason() -> None:
    result = sample_tasks.leave_mark_and_fail.enqueue("效果")
    assert work() == [False] and marks() == set()
    row = DBTaskResult.objects.get(pk=result.id)
    assert (
        row.status == "FAILED"
        and "坏了" in row.traceback
        and row.exception_class_path == "builtins.ValueError"
    )


def test_a_task_of_unknown_code_fails_and_does_not_stop_the_worker() -> None:
    lost, good = sample_tasks.leave_mark.enqueue("甲"), sample_tasks.leave_mark.enqueue("乙")
    DBTaskResult.objects.filter(pk=lost.id).update(task_path="yijian.no.such")
    work()
    assert (state(lost), state(good)) == ("FAILED", "SUCCESSFUL")


def test_later_tasks_wait_and_urgent_ones_come_first() -> None:
    later = sample_tasks.leave_mark.using(run_after=clock.now() + timedelta(hours=1)).enqueue("后")
    sample_tasks.leave_mark.enqueue("常")
    sample_tasks.leave_mark.using(priority=50).enqueue("急")
    row = services.claim("甲")
    assert row is not None and row.args_kwargs["args"] == ["急"]
    services.execute(row)
    work()
    assert marks() == {"急", "常"} and state(later) == "READY"


def test_context_and_steps() -> None:
    told, stepped = sample_tasks.told_its_number.enqueue(), sample_tasks.mark_in_steps.enqueue("步")
    assert work() == [True, True] and state(stepped) == "SUCCESSFUL"
    assert DBTaskResult.objects.get(pk=told.id).return_value == str(told.id)


def test_a_dead_workers_task_is_taken_back_and_a_live_ones_is_not() -> None:
    services.beat("活")
    results = [sample_tasks.leave_mark.enqueue(str(i)) for i in range(2)]
    for worker in ("活", "死"):
        assert services.claim(worker) is not None
    assert services.reap() == 1
    assert sorted(state(result) for result in results) == ["READY", "RUNNING"]
    assert services.reap(clock.now() + DEAD_AFTER * 2) == 1
    assert {state(result) for result in results} == {"READY"}
    work()
    assert {"0", "1"} <= marks()


def test_work_done_after_being_given_up_for_dead_does_not_count() -> None:
    sample_tasks.leave_mark.enqueue("效果")
    slow = services.claim("慢")
    assert slow is not None and services.reap() == 1
    assert services.execute(slow) is False and marks() == set()
    assert work() == [True] and marks() == {"效果"}


def test_a_task_that_kills_its_worker_again_and_again_is_given_up() -> None:
    result = sample_tasks.leave_mark.enqueue("效果")
    for _ in range(MAX_ATTEMPTS):
        assert services.claim(uuid.uuid4().hex) is not None
        assert services.reap() == 1
    row = DBTaskResult.objects.get(pk=result.id)
    assert row.status == "FAILED" and "中断了 5 次" in row.traceback and services.claim("甲") is None


def test_leaving_in_the_middle_puts_the_task_back() -> None:
    result = sample_tasks.leave_at_once.enqueue("效果")
    row = services.claim("甲")
    assert row is not None
    with pytest.raises(SystemExit):
        services.execute(row)
    assert state(result) == "READY" and marks() == set()


def test_old_results_are_forgotten() -> None:
    sample_tasks.leave_mark.enqueue("旧")
    work()
    sample_tasks.leave_mark.enqueue("新")
    assert services.forget() == 0 and services.forget(clock.now() + KEEP_FINISHED * 2) == 1
    assert queries.backlog() == {"READY": 1}


def test_timed_work_is_queued_once_while_it_waits() -> None:
    names = services.tick()
    assert "worker.forget" in names and queries.backlog()["READY"] == len(names)
    assert services.tick(clock.now() + timedelta(days=1)) == []
    work()
    assert "worker.forget" in services.tick(clock.now() + timedelta(days=2))


def test_only_those_entitled_see_the_tasks() -> None:
    sample_tasks.leave_mark.enqueue("甲")
    assert queries.tasks(SYSTEM, "READY").count() == 1 and len(queries.timetable_rows(SYSTEM)) > 3
    for ask in (queries.tasks, queries.timetable_rows):
        with pytest.raises(Forbidden):
            ask(ANONYMOUS)


def test_a_stopped_loop_does_nothing() -> None:
    stop = threading.Event()
    stop.set()
    sample_tasks.leave_mark.enqueue("甲")
    assert services.run_worker(stop) == 0 and marks() == set() and queries.live_workers() == 0
