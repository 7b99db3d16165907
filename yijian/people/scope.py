"""数据范围：模型声明 SCOPE 或 UNSCOPED，此处编译为查询条件。别的应用经 yijian.access.scope 使用。"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import CharField, Lookup, Model, Q, QuerySet

from yijian.people.viewer import PostView, Viewer

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Scope:
    """一张表的行归谁看。每一项是到该列的查询路径，空表示不按此项。

    region         行政区划路径列：政府岗位看本级和下级
    unit           单位主键列：本单位的行
    facility_unit  机构所属单位主键列：机构岗位看本机构的行
    account        账号主键列：本人的行
    function       单位职能列：给出时，民政和街道以外的部门只看归口于本职能的行
    officers       三员是否看全部行：只有组织、账号这类管理数据才是
    """

    region: str = ""
    unit: str = ""
    facility_unit: str = ""
    account: str = ""
    function: str = ""
    officers: bool = False


class Under(Lookup[str]):
    """区划路径在某一路径之下（含自身）。SQLite 用范围比较走索引，PostgreSQL 用前缀匹配。"""

    lookup_name = "under"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        prefix = str(self.rhs)
        if connection.vendor == "postgresql":
            escaped = prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
            return f"{column} LIKE %s", [*params, escaped + "%"]
        upper = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return f"({column} >= %s AND {column} < %s)", [*params, prefix, *params, upper]


CharField.register_lookup(Under)


def scope_of(model: type[Model]) -> Scope | None:
    """模型的 SCOPE；UNSCOPED 返回 None；历史表随本表。两者都没有是编程错误。"""
    source: Any = getattr(model, "instance_type", model)
    declared = source.__dict__.get("SCOPE")
    if isinstance(declared, Scope):
        return declared
    if isinstance(declared, dict):
        return Scope(**declared)
    if isinstance(source.__dict__.get("UNSCOPED"), str):
        return None
    raise TypeError(f"{source.__module__}.{source.__name__} 未声明 SCOPE 或 UNSCOPED")


def compile_scope(viewer: Viewer, scope: Scope, capability: str | None = None) -> Q:
    """看的人能看到的行。给出权限名时只计给出该权限的岗位，避免一岗的权力用到另一岗的辖区。"""
    if viewer.everything or (viewer.officer and scope.officers):
        return Q()
    allowed = Q(pk__in=[])
    if scope.account and viewer.account_id is not None:
        allowed |= Q(**{scope.account: viewer.account_id})
    for post in viewer.posts_with(capability):
        allowed |= _of_post(post, scope)
    return allowed


def _of_post(post: PostView, scope: Scope) -> Q:
    allowed = Q(pk__in=[])
    if scope.unit:
        allowed |= Q(**{scope.unit: post.unit_id})
    if post.group == "facility":
        return allowed | Q(**{scope.facility_unit: post.unit_id}) if scope.facility_unit else allowed
    if post.group == "outside" or not scope.region:
        return allowed
    region = Q(**{f"{scope.region}__under": post.region_path})
    if scope.function and post.group == "department":
        region &= Q(**{scope.function: post.function})
    return allowed | region


def scoped(viewer: Viewer, rows: QuerySet[M], *, capability: str | None = None) -> QuerySet[M]:
    """把查询限定在看的人的数据范围内；每个返回多行的查询都要经过这里。"""
    scope = scope_of(rows.model)
    if scope is None or viewer.everything:
        return rows
    return rows.filter(compile_scope(viewer, scope, capability))


def in_scope(viewer: Viewer, row: Model, *, capability: str | None = None) -> bool:
    """某一行是否在看的人的数据范围内。"""
    rows: QuerySet[Model] = type(row)._default_manager.filter(pk=row.pk)
    return scoped(viewer, rows, capability=capability).exists()
