"""演示账号：装了演示才有；演示模块没有、或这些账号不在库里，就当没有。"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from yijian.people.queries import accounts
from yijian.people.viewer import SYSTEM

MODULE = "yijian.web.demo"


@dataclass(frozen=True)
class Demo:
    """一个演示账号：登录名、口令、角色的说法。"""

    username: str
    password: str
    role: str

    @property
    def place(self) -> str:
        """哪里的：“南开 · 局长”的前一半；没有地方的归“全系统”。"""
        return self.role.partition(" · ")[0] if " · " in self.role else "全系统"

    @property
    def title(self) -> str:
        return self.role.partition(" · ")[2] or self.role


def known() -> list[Demo]:
    """演示模块列出的账号。"""
    if find_spec(MODULE) is None:
        return []
    module = import_module(MODULE)
    given = getattr(module, "accounts", None)
    return [Demo(*row) for row in given()] if given else []


def listed() -> list[Demo]:
    """库里真有的、在用的演示账号，次序不变。"""
    wanted = known()
    if not wanted:
        return []
    rows = accounts(SYSTEM).filter(username__in=[d.username for d in wanted], is_active=True)
    there = set(rows.order_by().values_list("username", flat=True))
    return [d for d in wanted if d.username in there]


def loaded() -> bool:
    """这个库是不是演示库；演示模块的 accounts 在没装演示时给空表。"""
    return bool(listed()) if find_spec(MODULE) is not None else False
