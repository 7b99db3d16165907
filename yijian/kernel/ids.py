"""标识：随时间递增的 UUID 第 7 版（RFC 9562）。"""

import secrets
from uuid import UUID

from yijian.kernel import clock


def uuid7() -> str:
    """新的 UUIDv7 文字；毫秒以下的时间也参与排序，其余 62 位随机。"""
    moment = clock.now()
    millis = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
    fraction = moment.microsecond % 1000 * 4096 // 1000
    number = millis << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return str(UUID(int=number))
