"""还没有盖好的房间：按名字取函数，没有就说没有，不冒栈。"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from yijian.kernel.errors import Refused


def optional(module: str, name: str) -> Callable[..., Any] | None:
    """取 module.name；模块或名字不存在时返回 None，模块内部的错误照常抛出。"""
    parent, _, _ = module.rpartition(".")
    try:
        if importlib.util.find_spec(parent) is None or importlib.util.find_spec(module) is None:
            return None
    except ModuleNotFoundError:
        return None
    found: Callable[..., Any] | None = getattr(importlib.import_module(module), name, None)
    return found


def needed(module: str, name: str) -> Callable[..., Any]:
    """同 optional，没有时抛 Refused。"""
    found = optional(module, name)
    if found is None:
        raise Refused(f"这个版本还没有这项功能（{module}.{name}）。")
    return found
