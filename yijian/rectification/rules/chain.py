"""期限链与屡犯：逾期之后拟哪一步；是不是屡犯。不设法条没有的天数。"""

from collections.abc import Collection
from datetime import date

from yijian.kernel.periods import add_months
from yijian.rectification.kinds import REPEAT_MONTHS

SOON_DAYS = 3  # 限期前几天提醒机构：只是提醒，不是期限


def next_step(*, today: date, due_on: date, decided: Collection[str], pending: Collection[str]) -> str:
    """逾期该拟哪一步（曲靖 十四；泽州 十）：先停业整顿；那一步已有决定而仍未改的，拟移送。没有该拟的为空。

    decided 是就这个限期已经决定过的，pending 是拟好还没有决定的：有待决的就不再往下拟。
    """
    if today <= due_on or pending:
        return ""
    if "suspend" not in decided:
        return "suspend"
    return "" if "transfer" in decided else "transfer"


def is_repeat(*, closed_on: date, found_on: date) -> bool:
    """屡犯：同样的问题销号后两年内再犯。"""
    return closed_on <= found_on < add_months(closed_on, REPEAT_MONTHS)


def reminder(*, today: date, due_on: date) -> str:
    """提醒机构：将到期 soon，已逾期 late，其余为空。"""
    left = (due_on - today).days
    if left < 0:
        return "late"
    return "soon" if left <= SOON_DAYS else ""
