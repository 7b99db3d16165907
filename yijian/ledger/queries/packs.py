"""制度包与工作日历：每个进程读一次；重新载入制度包时清掉重读。"""

from functools import lru_cache

from django.conf import settings

from yijian.kernel.errors import Refused
from yijian.kernel.workdays import Calendar, load_calendar
from yijian.regimes.kinds import FactKind
from yijian.regimes.library import Library, load_all


@lru_cache(maxsize=1)
def library() -> Library:
    """全部制度包：随软件发布的，加上数据目录 packs/ 里使用单位自己的。"""
    extra = settings.DATA_DIR / "packs"
    return load_all(settings.PACKS_DIR, extra if extra.is_dir() else None, strict=False)


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """工作日历（packs/holidays）。"""
    return load_calendar(settings.PACKS_DIR / "holidays")


def forget() -> None:
    """制度包或节假日表变了：下次重读。"""
    library.cache_clear()
    calendar.cache_clear()


def fact_kind(name: str) -> FactKind:
    """事实目录里的一种；没有则拒绝。"""
    found = library().catalogue.facts.get(name)
    if found is None:
        raise Refused("没有这种记录，请从列出的种类里选。", field="kind")
    return found
