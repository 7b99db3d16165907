"""写审计：与业务同一事务，取号、算叶、推进树状态；提交后封存。"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.db import DEFAULT_DB_ALIAS, connections

from yijian.audit import kinds
from yijian.audit.models import Entry, TreeState
from yijian.audit.rules.leaf import clean, plain
from yijian.audit.services.seal import seal_on_commit
from yijian.kernel import clock
from yijian.kernel.merkle import Frontier

_written: ContextVar[int] = ContextVar("yijian_audit_written", default=0)


class Actor(Protocol):
    """操作人：凡有这四项的都可以（登录者的身份、系统）。"""

    @property
    def account_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def region_path(self) -> str: ...


class PlainActor(NamedTuple):
    """最简单的操作人。"""

    account_id: int | None
    name: str
    unit_name: str = ""
    region_path: str = ""


SYSTEM = PlainActor(None, "系统", "", "/")

Subject = tuple[str, object, str]


@dataclass(frozen=True)
class Item:
    """一条待写的记录；subject 是（种类, 编号, 名称）或模型行，region_path 为空时随对象、再随操作人。"""

    action: str
    subject: object = None
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    region_path: str = ""


class Watch:
    """数一段代码里写了几条审计。"""

    def __init__(self) -> None:
        self._start = _written.get()

    @property
    def count(self) -> int:
        return _written.get() - self._start


@contextmanager
def watch() -> Iterator[Watch]:
    """数这一段里写了几条：with watch() as w: …; w.count。"""
    yield Watch()


def written_in_this_context() -> int:
    """本上下文至今写了几条审计（只增不减，供前后相减）。"""
    return _written.get()


def record(
    action: str,
    *,
    by: Actor,
    subject: object = None,
    data: Mapping[str, Any] | None = None,
    reason: str = "",
    region_path: str = "",
) -> Entry:
    """写一条审计记录（网络安全法第二十一条：留存日志）。

    必须在事务里：业务撤销则记录一并撤销。动作未登记报 UnknownActionError，不在事务里报 RuntimeError。
    """
    return record_many([Item(action, subject, data or {}, reason, region_path)], by=by)[0]


def record_many(items: Iterable[Item], *, by: Actor) -> list[Entry]:
    """一次写多条审计记录，只锁一次、只推进一次；供成批办理。要求同 record。"""
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("写审计必须在事务里，和业务改动同进退")
    wanted = list(items)
    for item in wanted:
        kinds.sentence_of(item.action)
    if not wanted:
        return []
    state = TreeState.objects.select_for_update().filter(pk=1).first()
    if state is None:
        raise RuntimeError("审计树状态缺失，已停止写入，请运行 yijian audit verify 查明")
    frontier = Frontier.from_json(state.frontier)
    entries = [_append(frontier, item, by) for item in wanted]
    Entry.objects.bulk_create(entries, batch_size=500)
    state.size, state.frontier = frontier.size, frontier.to_json()
    state.save(update_fields=["size", "frontier"])
    _written.set(_written.get() + len(entries))
    seal_on_commit()
    return entries


def export_noted(*, count: int, by: Actor) -> Entry:
    """导出审计记录：导出本身也记一条。"""
    return record("audit.exported", by=by, data={"count": count})


def _append(frontier: Frontier, item: Item, by: Actor) -> Entry:
    kind, key, label = _subject(item.subject)
    path = item.region_path or getattr(item.subject, "region_path", "") or by.region_path
    entry = Entry(
        seq=frontier.size + 1,
        at=clock.now(),
        action=item.action,
        actor_id=by.account_id,
        actor=clean(by.name),
        unit=clean(by.unit_name),
        region_path=clean(path),
        subject_kind=kind,
        subject_id=key,
        subject=label,
        data=plain(item.data),
        reason=clean(item.reason),
    )
    leaf = entry.content().leaf()
    entry.leaf = leaf.hex()
    frontier.append(leaf)
    return entry


def _subject(subject: object) -> tuple[str, str, str]:
    if subject is None:
        return "", "", ""
    if isinstance(subject, tuple):
        kind, key, label = subject
        return clean(kind), clean(key), clean(label)
    meta: Any = getattr(subject, "_meta", None)
    kind = meta.model_name if meta is not None else type(subject).__name__.lower()
    return clean(kind), clean(getattr(subject, "pk", "") or ""), clean(subject)
