"""话题：低层说一声“变了”，高层在提交之后跟上。不用 Django 信号，听众按名登记，一查便知。

topics.subscribe("registry.changed", "yijian.ledger.services.follow.on_registry_changed")
topics.announce("registry.changed")
"""

import logging
from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils.module_loading import import_string

_listeners: dict[str, list[str]] = {}
_log = logging.getLogger(__name__)


def subscribe(topic: str, path: str) -> None:
    """登记听众：path 是不带参数的函数的全名；重复登记无妨。"""
    paths = _listeners.setdefault(topic, [])
    if path not in paths:
        paths.append(path)


def subscribers(topic: str) -> tuple[str, ...]:
    """某话题的听众，按登记先后。"""
    return tuple(_listeners.get(topic, ()))


def announce(topic: str) -> None:
    """提交之后叫各听众一次；同一事务里说多遍也只叫一次，事务撤销就不叫。

    业务已经提交，听众出错只记日志，由定时任务补上。
    """
    waiting = connections[DEFAULT_DB_ALIAS].run_on_commit
    if not any(isinstance(call, _Call) and call.topic == topic for _, call, *_ in waiting):
        transaction.on_commit(_Call(topic), robust=True)


class _Call:
    """提交后的一次通知；能认出同一话题，免得重复。"""

    __name__ = __qualname__ = "announce"

    def __init__(self, topic: str) -> None:
        self.topic = topic

    def __call__(self) -> None:
        for path in subscribers(self.topic):
            try:
                listener: Callable[[], object] = import_string(path)
                listener()
            except Exception:
                _log.exception("话题 %s 的听众 %s 出错", self.topic, path)
