"""动词装饰器：查权限、查范围、开事务、要求留下审计。别的应用经 yijian.access.verbs 使用。"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from yijian.audit.services import written_in_this_context
from yijian.kernel.errors import Forbidden, NotFound
from yijian.people.kinds import LABELS
from yijian.people.scope import in_scope
from yijian.people.viewer import Viewer

P = ParamSpec("P")
R = TypeVar("R")

VERBS: dict[str, str] = {}


class AuditMissingError(RuntimeError):
    """动词执行完没有留下审计记录：编程错误，事务已回滚。"""


def require(by: Viewer, capability: str) -> None:
    """没有权限时抛出 Forbidden，说明缺哪一项。"""
    if not by.can(capability):
        label = LABELS.get(capability, capability)
        raise Forbidden(f"您没有“{label}”的权限。如工作需要，请联系本单位负责人或系统管理员。")


def _check_shape(function: Callable[..., Any]) -> None:
    params = list(inspect.signature(function).parameters.values())
    if any(p.kind is not p.KEYWORD_ONLY for p in params) or not params or params[-1].name != "by":
        raise TypeError(f"动词 {function.__qualname__} 的参数须全部按名传入，且最后一个是 by")


def verb(capability: str, *, on: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """把函数变成动词。

    capability 是所需权限；on 是参数名，该参数（模型行）须在 by 的数据范围内，否则 NotFound。
    整个动词在一个事务里；结束时若没有写审计，抛出 AuditMissingError 并回滚。
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        _check_shape(function)
        VERBS[f"{function.__module__}.{function.__qualname__}"] = capability

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{function.__qualname__} 的参数须按名传入")
            by: Any = kwargs.get("by")
            if not isinstance(by, Viewer):
                raise TypeError(f"{function.__qualname__} 须给出 by（看的人）")
            require(by, capability)
            row: Any = kwargs.get(on) if on else None
            if row is not None and not in_scope(by, row, capability=capability):
                raise NotFound("没有找到该记录，或它不在您的管辖范围内。")
            with transaction.atomic():
                before = written_in_this_context()
                result = function(*args, **kwargs)
                if written_in_this_context() == before:
                    raise AuditMissingError(f"{function.__qualname__} 没有写审计记录")
            return result

        return run

    return wrap
