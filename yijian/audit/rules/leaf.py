"""一条审计记录的规范写法与叶摘要：同样的内容在任何数据库里都得到同样的字节。"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any
from uuid import UUID

from yijian.kernel.merkle import leaf_hash


@dataclass(frozen=True)
class Content:
    """进入叶摘要的全部列；at 是 UTC 的 ISO 写法，data 是已规范的 JSON 值。"""

    seq: int
    at: str
    action: str
    actor_id: int | None
    actor: str
    unit: str
    region_path: str
    subject_kind: str
    subject_id: str
    subject: str
    data: Any
    reason: str

    def leaf(self) -> bytes:
        """叶摘要，32 字节；内容无法写成 JSON 时报 TypeError 或 ValueError。"""
        text = json.dumps(
            vars(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        return leaf_hash(text.encode())


def instant(at: datetime) -> str:
    """时刻的规范写法：UTC，精确到微秒。"""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def clean(text: object) -> str:
    """存得进两种数据库的文字：去掉 NUL 与孤立的代理字符。"""
    return str(text).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def plain(value: Any) -> Any:
    """规范为 JSON 值：日期、小数、标识写成文字，整值浮点写成整数；其余类型报 TypeError。"""
    match value:
        case None | bool() | int() | str() | float():
            return _scalar(value)
        case datetime():
            return instant(value)
        case date() | Decimal() | UUID() | PurePath():
            return str(value)
        case Mapping():
            return {clean(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=str)
    raise TypeError(f"审计数据里不能有 {type(value).__name__}")


def _scalar(value: bool | int | float | str | None) -> bool | int | float | str | None:
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise TypeError("审计数据里不能有无穷大或非数")
    return int(value) if value.is_integer() else value
