"""看的人：谁、凭哪些岗位、可以做什么。纯数据，由 access 据当日岗位装配。"""

from dataclasses import dataclass, field

from yijian.people.kinds import group_of


@dataclass(frozen=True)
class PostView:
    """一个当日有效的岗位；deputy_for 非空时是代理他人。"""

    post_id: int
    unit_id: int
    unit_name: str
    function: str
    role: str
    region_path: str
    title: str = ""
    deputy_for: str = ""
    capabilities: frozenset[str] = frozenset()

    @property
    def group(self) -> str:
        return group_of(self.function)


@dataclass(frozen=True)
class Viewer:
    """请求者。姓名和主要岗位用于审计，岗位决定权限和数据范围。"""

    account_id: int | None
    name: str
    unit_name: str = ""
    region_path: str = ""
    posts: tuple[PostView, ...] = ()
    officer: str = ""
    capabilities: frozenset[str] = frozenset()
    everything: bool = field(default=False, repr=False)

    def can(self, capability: str) -> bool:
        return self.everything or capability in self.capabilities

    def posts_with(self, capability: str | None) -> tuple[PostView, ...]:
        """给出这一权限的岗位；None 表示全部岗位。"""
        if capability is None:
            return self.posts
        return tuple(p for p in self.posts if capability in p.capabilities)

    @property
    def is_authenticated(self) -> bool:
        return self.account_id is not None

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(p.function for p in self.posts)

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(p.group for p in self.posts)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(p.role for p in self.posts)

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(p.unit_id for p in self.posts)

    @property
    def region_paths(self) -> tuple[str, ...]:
        """政府岗位的辖区路径；机构岗位不带辖区。三员与系统为全域。"""
        if self.everything or self.officer:
            return ("/",)
        government = (p for p in self.posts if p.group not in ("facility", "outside"))
        return tuple(dict.fromkeys(p.region_path for p in government))

    @property
    def is_civil(self) -> bool:
        return "civil_affairs" in self.functions

    @property
    def is_facility(self) -> bool:
        return bool(self.posts) and self.groups <= {"facility"}


SYSTEM = Viewer(None, "系统", region_path="/", everything=True)
ANONYMOUS = Viewer(None, "未登录")
