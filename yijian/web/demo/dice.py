"""可重来的骰子：由名字决定点数，不碰随机数。"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chance(*names: object) -> float:
    """0 到 1 之间的数，只由名字决定。"""
    text = "|".join(str(n) for n in names)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / float(1 << 48)


def pick(options: Sequence[T], *names: object) -> T:
    return options[int(chance(*names) * len(options))]


def between(low: int, high: int, *names: object) -> int:
    """low 到 high 的整数，两端都算。"""
    return low + int(chance(*names) * (high - low + 1))


SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹柏窦章苏潘葛范彭鲁韦马苗方任袁柳唐薛雷贺倪汤罗齐伍余顾"
    "孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒项祝董梁杜阮蓝"
)
GIVEN = (
    "安平永和清宁嘉瑞文德承泽志远思齐明礼若谷怀瑾景行向晚知秋乐山望舒静姝雨桐书云慧敏春晖松龄鹤鸣长庚启明润之"
)


def person(*names: object) -> str:
    """虚构人名。"""
    first = pick(SURNAMES, "姓", *names)
    start = int(chance("名", *names) * (len(GIVEN) // 2)) * 2
    return first + GIVEN[start : start + 2]


def mobile(*names: object) -> str:
    """不可能接通的演示电话：1990000 开头的号段不存在于任何人。"""
    return f"1990000{between(0, 9999, '电话', *names):04d}"
