"""数据范围的门：模型从这里取 Scope，查询从这里取 scoped。"""

from yijian.people.scope import Scope, compile_scope, in_scope, scope_of, scoped

__all__ = ["Scope", "compile_scope", "in_scope", "scope_of", "scoped"]
