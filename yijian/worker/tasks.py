"""后台任务的写法：从这里取 task。换成 Django 6 自带的任务接口时只改这一处。

@task()
def send(notice_id: int) -> None: ...      整个任务与“已完成”同一事务：要么做完记完，要么没做
send.enqueue(5)

@task()
@in_steps
def scrub() -> None: ...                   分步提交：自己管事务，每一步都可以重做
"""

from collections.abc import Callable
from typing import TypeVar

from django_tasks import task

F = TypeVar("F", bound=Callable[..., object])

__all__ = ["in_steps", "task"]


def in_steps(function: F) -> F:
    """标明任务分步提交：不放进一个大事务（SQLite 上长事务会挡住所有人写）。"""
    function.in_steps = True  # type: ignore[attr-defined]
    return function
