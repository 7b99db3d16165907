"""落笔：写机构行、写历史、宣布机构库有变。各动词都从这里过。"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from yijian.facilities.models import Facility, Licence
from yijian.facilities.services.values import searchable
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.worker.topics import announce

TOPIC = "registry.changed"
STALE = "这家机构的档案刚才已被别人修改，您的修改没有保存。请刷新页面，看过最新内容后再改。"


def subject_of(facility: Facility) -> tuple[str, int, str]:
    """审计里的对象。"""
    return ("facility", facility.pk, facility.name)


def after(seen: datetime) -> datetime:
    """改动时刻：现在；时钟停着也比上次晚，好让“改过没有”看得出来。"""
    return max(clock.now(), seen + timedelta(microseconds=1))


def insert(facility: Facility, why: str) -> Facility:
    """新写一行，连同历史。"""
    facility.created_at = facility.updated_at = clock.now()
    facility.region_path = facility.region.path
    facility.search_text = searchable(facility)
    try:
        with transaction.atomic():
            Facility.objects.bulk_create([facility])
    except IntegrityError as error:
        raise Refused(
            "机构没有建成：代码或来源编号刚被另一家使用，请刷新后查找核对。", field="uscc"
        ) from error
    remember([facility], why, facility.updated_at, new=True)
    announce(TOPIC)
    return facility


def update(
    facility: Facility, values: Mapping[str, Any], why: str, *, seen_at: datetime | None = None
) -> Facility:
    """改一行：以“见到时的 updated_at”为条件，别人先改过就报 Refused，什么也不写。"""
    seen = facility.updated_at if seen_at is None else seen_at
    for name, value in values.items():
        setattr(facility, name, value)
    facility.region_path = facility.region.path
    facility.search_text = searchable(facility)
    facility.updated_at = after(seen)
    columns = {*values, "region_path", "search_text", "updated_at"}
    row = Facility.objects.filter(pk=facility.pk, updated_at=seen)
    try:
        with transaction.atomic():
            won = row.update(**{name: getattr(facility, name) for name in columns})
    except IntegrityError as error:
        raise Refused("没有保存：代码或来源编号已被另一家使用，请刷新后查找核对。", field="uscc") from error
    if not won:
        raise Refused(STALE)
    remember([facility], why, facility.updated_at)
    announce(TOPIC)
    return facility


def remember(
    rows: Sequence[Facility] | Sequence[Licence], why: str, at: datetime, *, new: bool = False
) -> None:
    """记历史：那一刻起是什么样，为什么。"""
    if rows:
        history: Any = type(rows[0]).history
        history.bulk_history_create(
            rows, batch_size=500, update=not new, default_change_reason=why[:100], default_date=at
        )
