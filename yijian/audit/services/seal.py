"""封存：提交之后把新叶与签名树头写到数据库之外的 DATA_DIR/audit。"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from yijian.audit.models import Entry, TreeState
from yijian.audit.rules.heads import Head, append_head
from yijian.audit.rules.leaf import instant
from yijian.kernel import clock
from yijian.kernel.merkle import EMPTY_ROOT, Frontier

_held: ContextVar[bool] = ContextVar("yijian_audit_held", default=False)


def seal_on_commit() -> None:
    """本事务提交后封存一次。

    已登记而仍有效就不再登记：登记在已释放的保存点里的，与本处同进退。封存失败只记日志，
    业务已经提交，记录留作“尚未封存”，下次封存时补上。
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not any(function is _seal_unless_held for _, function, *_ in reversed(connection.run_on_commit)):
        transaction.on_commit(_seal_unless_held, robust=True)


def seal() -> Head | None:
    """封存到最新一条，返回新签的树头；没有新记录返回 None。密钥丢失报 HeadError。

    事务里不能封存（提交与否未定），报 RuntimeError。
    """
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise RuntimeError("事务提交之后才能封存")
    return append_head(Path(settings.DATA_DIR) / "audit", _state, _leaves, instant(clock.now()))


@contextmanager
def one_head() -> Iterator[None]:
    """成批办理：其间各事务提交都不封存，结束时封存一次。"""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            seal_on_commit()
        else:
            _seal_unless_held()


def _seal_unless_held() -> None:
    if not _held.get() and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        seal()


def _state() -> tuple[int, str]:
    state = TreeState.objects.filter(pk=1).first()
    if state is None:
        return 0, EMPTY_ROOT.hex()
    frontier = Frontier.from_json(state.frontier)
    return frontier.size, frontier.root().hex()


def _leaves(done: int, size: int) -> bytes:
    rows = Entry.objects.filter(seq__gt=done, seq__lte=size).order_by("seq").values_list("leaf", flat=True)
    return b"".join(bytes.fromhex(leaf) for leaf in rows.iterator(chunk_size=5000))
