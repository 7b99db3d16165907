"""过去的样子：某日的档案，历次变更（功能 X7）。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from yijian.access.viewer import Viewer
from yijian.facilities.kinds import LABELS, LICENCES, WORDS
from yijian.facilities.models import Facility, Licence
from yijian.facilities.queries.listing import expiry_colour, facility
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Region

SHOWN = tuple(LABELS)


@dataclass(frozen=True)
class Snapshot:
    """某日日终时的档案：values 是（项目，值），licences 是（证照，编号，发证机关，有效期止，颜色）。"""

    day: date
    name: str
    since: datetime
    why: str
    values: list[tuple[str, str]]
    licences: list[tuple[str, str, str, date | None, str]]


@dataclass(frozen=True)
class Change:
    """一次变更：何时、因何、哪些项由什么变成什么。"""

    at: datetime
    why: str
    changes: list[tuple[str, str, str]]


def as_of(viewer: Viewer, facility_id: int, day: date) -> Snapshot:
    """某日日终（北京时间）时系统里的样子。日期在将来报 Refused，当日还没有建档报 NotFound。"""
    row = facility(viewer, facility_id)
    if day > clock.today():
        raise Refused(f"{day} 还没有到，请选择今天或以前的日期。", field="day")
    end = clock.start_of(day + timedelta(days=1))
    past = _rows(row.pk).filter(history_date__lt=end).order_by("-history_date", "-history_id").first()
    if past is None:
        raise NotFound(f"{day} 时还没有这家机构的档案，建档时间为 {clock.local_date(row.created_at)}。")
    places = _places([past])
    values = [(LABELS[name], _word(name, getattr(past, _column(name)), places)) for name in SHOWN]
    return Snapshot(
        day=day,
        name=past.name,
        since=past.history_date,
        why=past.history_change_reason or "",
        values=values,
        licences=_licences(row.pk, day, end),
    )


def _rows(facility_id: int) -> Any:
    return Facility.history.filter(id=facility_id)


def _column(name: str) -> str:
    return f"{name}_id" if name in ("region", "merged_into") else name


def _licences(facility_id: int, day: date, end: datetime) -> list[tuple[str, str, str, date | None, str]]:
    """当日属于这家的证照：每张取当日最后一条历史，已删或已转走的不算。"""
    past: Any = Licence.history
    ever = past.filter(facility_id=facility_id).values_list("id", flat=True)
    latest: dict[int, Any] = {}
    for row in past.filter(id__in=list(ever), history_date__lt=end).order_by("history_date", "history_id"):
        latest[row.id] = row
    rows = [r for r in latest.values() if r.history_type != "-" and r.facility_id == facility_id]
    rows.sort(key=lambda r: (r.valid_to or date.max, r.id))
    return [(LICENCES[r.kind], r.number, r.issuer, r.valid_to, expiry_colour(r.valid_to, day)) for r in rows]


def timeline(viewer: Viewer, facility_id: int, limit: int = 50) -> list[Change]:
    """历次变更，新的在前。"""
    row = facility(viewer, facility_id)
    rows = list(_rows(row.pk).order_by("-history_date", "-history_id")[: limit + 1])
    places = _places(rows)
    found = []
    for newer, older in zip(rows[:limit], [*rows[1:], None][:limit], strict=False):
        changes = [] if older is None else _differences(older, newer, places)
        found.append(Change(newer.history_date, newer.history_change_reason or "", changes))
    return found


def _differences(older: Any, newer: Any, places: dict[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for name in SHOWN:
        column = _column(name)
        before, now = getattr(older, column), getattr(newer, column)
        if before != now:
            found.append((LABELS[name], _word(name, before, places), _word(name, now, places)))
    return found


def _places(rows: Sequence[Any]) -> dict[str, str]:
    """历史行里提到的区划与机构的名称。"""
    regions = Region.objects.in_bulk({row.region_id for row in rows})
    merged = Facility.objects.in_bulk({row.merged_into_id for row in rows if row.merged_into_id})
    names = {f"region {code}": region.name for code, region in regions.items()}
    return names | {f"merged_into {pk}": row.name for pk, row in merged.items()}


def _word(name: str, value: Any, places: dict[str, str]) -> str:
    if value is None or value in ("", []):
        return "—"
    if name in WORDS:
        return WORDS[name].get(value, str(value))
    if name in ("region", "merged_into"):
        return places.get(f"{name} {value}", str(value))
    return "、".join(value) if isinstance(value, list) else str(value)
