"""按状态表走一步：条件更新，别人抢先就说明。"""

from typing import Any

from django.db.models import Model

from yijian.kernel.errors import Refused
from yijian.kernel.states import Machine

STALE = "这件事刚被别人办过，您的操作没有生效。请刷新页面，看过最新情况后再办。"


def move(row: Model, machine: Machine, step: str, **changes: Any) -> None:
    """row.state 经 step 走到下一个状态，同时写 changes；状态不允许、别人抢先都报 Refused。"""
    held: Any = row
    new = machine.next(held.state, step)
    rows = type(row)._default_manager.filter(pk=row.pk, state=held.state)
    if not rows.update(state=new, **changes):
        raise Refused(STALE)
    row.refresh_from_db()
