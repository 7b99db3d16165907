"""成批写入：机构行直接写，历史由库里一条语句抄出；SQLite 用 executemany，PostgreSQL 用 COPY。"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db import connection, models

from yijian.facilities.kinds import FILING, PREMISES, REGISTRATION, TO_CHECK
from yijian.facilities.models import Facility
from yijian.facilities.rules.search import search_text
from yijian.facilities.services.keeping import after
from yijian.facilities.services.planning import Draft
from yijian.people.models import Region, Unit

CHUNK = 900
UNKNOWN = {"registration_status": REGISTRATION, "filing_status": FILING, "premises": PREMISES}
Regions = dict[int, Region]


def insert(
    drafts: Sequence[Draft], regions: Regions, units: Sequence[Unit], source: str, at: datetime
) -> None:
    """新写各家，连同历史；regions 按行号给出区划，units 与 drafts 同序。"""
    fields: list[Any] = [f for f in Facility._meta.concrete_fields if not f.primary_key]
    shape = _Shape(fields)
    pairs = zip(drafts, units, strict=True)
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = (shape.row(new_values(draft, regions[draft.row], unit, source, moment)) for draft, unit in pairs)
    _write(Facility._meta.db_table, [f.column for f in fields], rows)
    for chunk in _chunks([unit.pk for unit in units]):
        copy_history("unit_id", chunk, "导入", "+", at)


def new_values(draft: Draft, region: Region, unit: Unit, source: str, moment: Any) -> dict[str, Any]:
    """一家新机构的各列；moment 是换算好的建档时刻。"""
    values = {name: value for name, value in draft.values.items() if value is not None}
    for name in UNKNOWN:
        values.setdefault(name, "unknown")
    code = values.get("uscc") or values["uscc_as_written"]
    aliases = values.get("aliases", [])
    values.update(
        unit_id=unit.pk,
        region_id=region.pk,
        region_path=region.path,
        tags=list(dict.fromkeys(draft.tags)),
        source=source,
        search_text=search_text(values["name"], aliases, code, values.get("phone", "")),
        created_at=moment,
        updated_at=moment,
    )
    return values


class _Shape:
    """按列备好缺省值；只在日期、金额、JSON 列上换算成数据库要的样子，其余整行一次取出。"""

    def __init__(self, fields: Sequence[Any]) -> None:
        self.defaults = {f.attname: _default(f) for f in fields}
        self.adapters = [(f.attname, adapt) for f in fields if (adapt := _adapter(f)) is not None]
        self.pick = itemgetter(*self.defaults)

    def row(self, values: dict[str, Any]) -> tuple[Any, ...]:
        full = self.defaults | values
        for name, adapt in self.adapters:
            if full[name] is not None:
                full[name] = adapt(full[name])
        return self.pick(full)  # type: ignore[no-any-return]


def _default(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return []
    return None if field.null else field.get_default()


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """时刻由调用者先换算好，一批都是同一个。"""
    ops = connection.ops
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return ops.adapt_datefield_value
    if isinstance(field, models.DecimalField):
        return lambda value: ops.adapt_decimalfield_value(value, field.max_digits, field.decimal_places)
    return None


def _write(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors:
                with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        statement: Any = rows  # 迭代器也收，不必先攒成列表
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", statement)  # noqa: S608


def _chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    source = iter(keys)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def copy_history(column: str, keys: Sequence[int], why: str, sign: str, at: datetime) -> None:
    """把这些机构的现值抄成历史：一条语句一批，不逐行取出。"""
    history: Any = Facility.history.model
    names = ", ".join(connection.ops.quote_name(f.column) for f in history.tracked_fields)
    marks = ", ".join(["%s"] * len(keys))
    sql = (
        f"INSERT INTO {history._meta.db_table} "  # noqa: S608
        f"({names}, history_date, history_change_reason, history_type, history_user_id) "
        f"SELECT {names}, %s, %s, %s, NULL FROM {Facility._meta.db_table} WHERE {column} IN ({marks})"
    )
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, why, sign, *keys])


def overwrite(drafts: Sequence[Draft], regions: Regions) -> list[Facility]:
    """用表里填了的各项更新已有的各家；没填的、标签都不动。返回改过的行。"""
    written: list[Facility] = []
    for start in range(0, len(drafts), CHUNK):
        part = {d.existing: d for d in drafts[start : start + CHUNK] if d.existing is not None}
        rows = Facility.objects.select_related("region", "unit").in_bulk(list(part))
        changed = [row for pk, row in rows.items() if _overlay(row, part[pk], regions[part[pk].row])]
        if changed:
            Facility.objects.bulk_update(
                changed, [*_OVERLAID, "region", "region_path", *_ALWAYS], batch_size=100
            )
            written += changed
    by_time: dict[datetime, list[int]] = {}
    for row in written:
        by_time.setdefault(row.updated_at, []).append(row.pk)
    for at, keys in by_time.items():
        for chunk in _chunks(keys):
            copy_history("id", chunk, "导入更新", "~", at)
    return written


_ALWAYS = ("search_text", "updated_at")
_OVERLAID = (
    "name kind nature uscc registration_status filing_status filed_on opened_on address operator_name lon "
    "lat operator_uscc legal_person director phone beds residents staff_count premises building_area aliases"
).split()


def _overlay(row: Facility, draft: Draft, region: Region) -> bool:
    """把填了的值盖上去；推断出来的不盖人工核过的。有没有不同。"""
    doubtful = set(draft.tags)
    given = {n: draft.values[n] for n in _OVERLAID if draft.values.get(n) not in (None, "", "unknown")}
    if TO_CHECK["kind"] in doubtful:
        given.pop("kind", None)
    different = {name: value for name, value in given.items() if getattr(row, name) != value}
    moved = region.pk != row.region_id and TO_CHECK["region"] not in doubtful
    if not different and not moved:
        return False
    for name, value in different.items():
        setattr(row, name, value)
    if moved:
        row.region, row.region_path = region, region.path
    row.search_text = search_text(row.name, row.aliases, row.uscc or row.uscc_as_written, row.phone)
    row.updated_at = after(row.updated_at)
    return True
