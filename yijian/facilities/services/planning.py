"""导入前的通盘核对：逐行换成档案的值，找出错误、提醒、已有的机构。只读库，不写。"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.kinds import DATUMS, KINDS, NATURES, TO_CHECK
from yijian.facilities.models import Facility
from yijian.facilities.queries.lookup import county, known
from yijian.facilities.rules.coordinates import wgs84_of_gcj02
from yijian.facilities.rules.suspicions import Known, find
from yijian.facilities.rules.words import kind_of_name, nature_of_code
from yijian.facilities.services.places import NewTown, Places, places
from yijian.facilities.services.values import position_fault
from yijian.kernel import clock
from yijian.kernel.codes import check_uscc
from yijian.kernel.errors import Refused
from yijian.people.models import Region
from yijian.sheets.importing import Options, Problem, Rows

# 逐项照抄的列；不填的写空
PLAIN = (
    "registration_status filing_status filed_on opened_on address operator_name operator_uscc legal_person "
    "director phone beds residents staff_count premises building_area aliases source_key"
).split()
KEPT_WARNINGS = 5_000


@dataclass
class Draft:
    """一行待写的机构；existing 是库里已有那家的主键。"""

    row: int
    values: dict[str, Any]
    region: Region | None
    new_town: NewTown | None
    tags: list[str]
    existing: int | None = None


@dataclass
class Plan:
    """核对的结果。"""

    places: Places
    source: str
    datum: str
    accept_codes: bool
    update: bool
    drafts: list[Draft] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, row: int, column: str, message: str) -> None:
        self.errors.append(Problem(row, column, message))

    def warn(self, row: int, column: str, message: str) -> None:
        self.warnings.append(Problem(row, column, message))


def prepare(rows: Rows, options: Options, by: Viewer) -> Plan:
    """通盘核对。options：region、datum、accept_codes、create_towns、existing、source。"""
    datum = options.get("datum", "")
    if datum and datum not in DATUMS:
        raise Refused(f"没有“{datum}”这种坐标系，可选：{'、'.join(DATUMS)}。", field="datum")
    found = places(by, options.get("region", ""), create=options.get("create_towns") == "1")
    plan = Plan(
        places=found,
        source=options.get("source", "")[:80] or f"导入 {found.base.code}",
        datum=datum,
        accept_codes=options.get("accept_codes") == "1",
        update=options.get("existing") == "update",
    )
    assumed = _draft_all(plan, rows)
    if assumed:
        plan.warn(0, "datum", f"{assumed} 行没有注明坐标系，按 GCJ-02（高德、腾讯地图）换算为 WGS84。")
    _twice_in_file(plan, "uscc", "统一社会信用代码")
    _twice_in_file(plan, "source_key", "来源中的编号")
    _existing(plan, by)
    _shared_spots(plan)
    _suspicions(plan, by)
    plan.errors.sort(key=lambda problem: problem.row)
    plan.warnings = _gathered(plan.warnings)
    return plan


def _gathered(warnings: list[Problem]) -> list[Problem]:
    """同一句话只说一遍，后面列出行号。"""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, column, message in warnings:
        groups[column, message].append(row)
    found = []
    for (column, message), numbers in groups.items():
        listed = "、".join(map(str, numbers[:30])) + (" 等" if len(numbers) > 30 else "")
        more = f"（第 {listed} 行，共 {len(numbers)} 行）" if len(numbers) > 1 else ""
        found.append(Problem(numbers[0], column, message + more))
    return sorted(found, key=lambda problem: problem.row)


def _draft_all(plan: Plan, rows: Rows) -> int:
    today, assumed = clock.today(), 0
    for given in rows.dicts():
        draft = Draft(given["row"], {"name": given["name"]}, None, None, list(given["tags"] or ()))
        draft.values.update({name: given[name] for name in PLAIN})
        _place(plan, draft, given)
        _code(plan, draft, given)
        _nature(plan, draft, given)
        _kind(plan, draft, given)
        _dates(plan, draft, today)
        assumed += _position(plan, draft, given)
        if given["beds"] is not None and (given["residents"] or 0) > given["beds"]:
            plan.warn(
                draft.row, "residents", f"在住 {given['residents']} 人多于床位 {given['beds']} 张，请核对。"
            )
        plan.drafts.append(draft)
    return assumed


def _place(plan: Plan, draft: Draft, given: Mapping[str, Any]) -> None:
    place = plan.places.find(given["county"], given["town"], given["region_code"])
    draft.region, draft.new_town = place.region, place.new
    if place.fault:
        plan.error(draft.row, place.column, place.fault)
    if place.warning:
        plan.warn(draft.row, place.column, place.warning)
        if place.region is not None:
            draft.tags.append(TO_CHECK["region"])


def _code(plan: Plan, draft: Draft, given: Mapping[str, Any]) -> None:
    written = given["uscc"]
    draft.values["uscc"], draft.values["uscc_as_written"] = None, ""
    if not written:
        plan.warn(draft.row, "uscc", "没有统一社会信用代码，请核实后补填。")
        draft.tags.append(TO_CHECK["uscc"])
        return
    checked = check_uscc(written)
    if checked.ok:
        draft.values["uscc"] = checked.normal
    elif plan.accept_codes:
        draft.values["uscc_as_written"] = written
        draft.tags.append(TO_CHECK["uscc"])
        plan.warn(draft.row, "uscc", f"代码“{written}”校验不过，已照录待核，不作为正式代码。")
    else:
        plan.error(
            draft.row,
            "uscc",
            f"{checked.reason}证照上确是这样的，请勾选“确认照录”后再导入；没有代码的请留空。",
        )


def _nature(plan: Plan, draft: Draft, given: Mapping[str, Any]) -> None:
    inferred = nature_of_code(draft.values["uscc"] or "")
    nature = given["nature"] or "unknown"
    if inferred and nature not in ("unknown", inferred):
        head = draft.values["uscc"][:2]
        usual = f"填的是“{NATURES[nature]}”，而代码 {head} 开头的一般是“{NATURES[inferred]}”。"
        plan.warn(draft.row, "nature", usual)
        draft.tags.append(TO_CHECK["nature"])
    draft.values["nature"] = inferred if inferred and nature == "unknown" else nature


def _kind(plan: Plan, draft: Draft, given: Mapping[str, Any]) -> None:
    if given["kind"]:
        draft.values["kind"] = given["kind"]
        return
    found = kind_of_name(given["name"])
    if found is None:
        plan.error(draft.row, "kind", f"没有填种类，从名称“{given['name']}”也看不出来，请填写。")
        return
    draft.values["kind"] = found[0]
    draft.tags.append(TO_CHECK["kind"])
    plan.warn(draft.row, "kind", f"没有填种类，按名称中的“{found[1]}”定为{KINDS[found[0]]}，请核实。")


def _dates(plan: Plan, draft: Draft, today: Any) -> None:
    values = draft.values
    if values["filed_on"] is not None:
        if values["filed_on"] > today:
            plan.error(draft.row, "filed_on", f"备案日期 {values['filed_on']} 晚于今天，请核对。")
        values["filing_status"] = values["filing_status"] or "filed"
    if values["opened_on"] is not None and values["opened_on"] > today:
        plan.warn(draft.row, "opened_on", f"开业日期 {values['opened_on']} 在将来，届时才产生义务。")


def _position(plan: Plan, draft: Draft, given: Mapping[str, Any]) -> bool:
    """坐标换成 WGS84；返回是否因没有注明坐标系而按 GCJ-02 换算。"""
    lon, lat = given["lon"], given["lat"]
    draft.values["lon"] = draft.values["lat"] = None
    if lon is None and lat is None:
        return False
    if lon is None or lat is None:
        plan.error(draft.row, "lon" if lon is None else "lat", "经度和纬度要么都填，要么都不填。")
        return False
    if lon == 0 and lat == 0:
        plan.warn(draft.row, "lon", "坐标是 0，0，当作没有填。")
        draft.tags.append(TO_CHECK["position"])
        return False
    datum = given["datum"] or plan.datum or "gcj02"
    place = wgs84_of_gcj02(lon, lat) if datum == "gcj02" else (lon, lat)
    fault = position_fault(*place)
    if fault:
        plan.error(draft.row, "lon", fault)
        return False
    draft.values["lon"], draft.values["lat"] = round(place[0], 7), round(place[1], 7)
    return not (given["datum"] or plan.datum)


def _twice_in_file(plan: Plan, name: str, label: str) -> None:
    first: dict[str, int] = {}
    for draft in plan.drafts:
        value = draft.values[name]
        if value and first.setdefault(value, draft.row) != draft.row:
            plan.error(draft.row, name, f"{label}“{value}”与第 {first[value]} 行相同，请删去重复的一行。")


def _existing(plan: Plan, by: Viewer) -> None:
    """按代码、再按来源编号对上库里已有的：要么更新，要么报错。"""
    codes = {d.values["uscc"]: d for d in plan.drafts if d.values["uscc"]}
    keys = {d.values["source_key"]: d for d in plan.drafts if d.values["source_key"]}
    live = Facility.objects.filter(merged_into=None)
    matched = [(codes[row.uscc], row, "uscc") for row in _in_chunks(live, "uscc", codes)]
    of_source = Facility.objects.filter(source=plan.source)
    matched += [
        (keys[row.source_key], row, "source_key") for row in _in_chunks(of_source, "source_key", keys)
    ]
    mine = scoped(by, live, capability="facilities.import").filter(
        pk__in=[row.pk for _, row, _ in matched][:10_000]
    )
    allowed = set(mine.values_list("pk", flat=True))
    for draft, row, column in matched:
        _match(plan, draft, row, column, row.pk in allowed)


def _in_chunks(rows: Any, name: str, wanted: Mapping[str, Draft]) -> Iterable[Facility]:
    values = sorted(wanted)
    for start in range(0, len(values), 900):
        found = rows.filter(**{f"{name}__in": values[start : start + 900]})
        yield from found.only("pk", "name", "uscc", "source_key").order_by("pk")


def _match(plan: Plan, draft: Draft, row: Facility, column: str, allowed: bool) -> None:
    if not allowed:
        plan.error(
            draft.row,
            column,
            "系统里已有这个代码或编号的机构，但不在您的管辖范围内或已并入他家，请联系上级核实。",
        )
    elif not plan.update:
        plan.error(
            draft.row, column, f"系统里已有这家机构（{row.name}）。要用表里的内容更新它，请选“更新已有机构”。"
        )
    elif draft.existing not in (None, row.pk):
        plan.error(draft.row, column, "代码和来源编号对上了两家不同的机构，请先核对合并。")
    else:
        draft.existing = row.pk


def _shared_spots(plan: Plan) -> None:
    spots: dict[tuple[float, float], list[Draft]] = defaultdict(list)
    for draft in plan.drafts:
        if draft.values["lon"] is not None:
            spots[draft.values["lon"], draft.values["lat"]].append(draft)
    for group in spots.values():
        if len(group) > 1:
            listed = "、".join(str(d.row) for d in group[:10]) + (" 等" if len(group) > 10 else "")
            plan.warn(
                group[0].row,
                "lon",
                f"第 {listed} 行（{len(group)} 家）坐标完全相同，可能填的是默认点，请核实。",
            )
            for draft in group:
                draft.tags.append(TO_CHECK["position"])


def _suspicions(plan: Plan, by: Viewer) -> None:
    """文件内、与库里疑似重复：只提醒。"""
    base = plan.places.base
    updated = {d.existing for d in plan.drafts if d.existing is not None}
    live = scoped(by, Facility.objects.filter(merged_into=None, region_path__under=base.path))
    others = [row._replace(key=-row.key) for row in known(live) if row.key not in updated]
    names = {row.key: row.name for row in others}
    for pair in find([*others, *(_known(draft) for draft in plan.drafts)]):
        first, second = sorted((pair.first, pair.second))
        if second <= 0 or (first > 0 and pair.strength == 1):
            continue
        other = f"第 {first} 行" if first > 0 else f"系统里的“{names[first]}”"
        plan.warn(second, "name", f"与{other}疑似同一家：{pair.reason}。确是同一家的，导入后可合并。")


def _known(draft: Draft) -> Known:
    values = draft.values
    where = draft.region or (draft.new_town.county if draft.new_town else None)
    return Known(
        draft.row,
        values["name"],
        county(where.path) if where else "",
        values["uscc"] or "",
        values["uscc_as_written"],
        values["lon"],
        values["lat"],
    )
