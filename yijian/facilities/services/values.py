"""一院一档的各项值：写入前的核对。表单、导入、演示都从这里过。"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django.db.models import CharField

from yijian.access.viewer import Viewer
from yijian.facilities.kinds import LABELS, WORDS
from yijian.facilities.models import Facility
from yijian.facilities.rules.coordinates import in_china
from yijian.facilities.rules.search import search_text
from yijian.kernel import clock
from yijian.kernel.codes import check_uscc
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Region
from yijian.people.rules import is_under
from yijian.sheets.cells import tidy


class Values(TypedDict, total=False):
    """可由人填写的各项；建档时 name、kind、region 必填。坐标为 WGS84，度。"""

    name: str
    aliases: list[str]
    kind: str
    nature: str
    uscc: str | None
    uscc_as_written: str
    registration_status: str
    filing_status: str
    filed_on: date | None
    opened_on: date | None
    region: Region
    address: str
    operator_name: str
    operator_uscc: str
    legal_person: str
    director: str
    phone: str
    beds: int | None
    residents: int | None
    staff_count: int | None
    premises: str
    building_area: Decimal | None
    lon: float | None
    lat: float | None
    tags: list[str]
    source: str
    source_key: str


LONGEST = {f.name: f.max_length for f in Facility._meta.fields if isinstance(f, CharField) and f.max_length}
COUNTS = ("beds", "residents", "staff_count")
MOST = 1_000_000
MOST_TAGS = 20


def insist_region(by: Viewer, region: Region, capability: str) -> None:
    """区划须在 by 凭这一权限管辖的范围内；不在时当作没有。"""
    if by.everything:
        return
    posts = (p for p in by.posts_with(capability) if p.group not in ("facility", "outside"))
    if not any(is_under(region.path, p.region_path) for p in posts):
        raise NotFound(f"没有找到区划“{region.name}”，或它不在您的管辖范围内。")


def clean(values: Values, current: Facility | None = None) -> dict[str, Any]:
    """核对各项值，得到规范写法；不对报 Refused 并指出是哪一项。current 是变更前的行。"""
    unknown = set(values) - set(Values.__annotations__)
    if unknown:
        raise Refused(f"没有“{'、'.join(sorted(unknown))}”这一项。")
    found: dict[str, Any] = {name: _clean_one(name, value) for name, value in values.items()}
    merged = {name: found.get(name, getattr(current, name, None)) for name in Values.__annotations__}
    if not merged["name"]:
        raise Refused("请填写机构名称。", field="name")
    if not merged["kind"]:
        raise Refused("请选择机构种类。", field="kind")
    _check_dates(merged, current)
    _check_position(merged)
    _check_code_is_free(found, current)
    return found


def _clean_one(name: str, value: Any) -> Any:
    if name in ("uscc", "operator_uscc"):
        return _code(name, value)
    if name in WORDS:
        if value not in WORDS[name]:
            raise Refused(f"“{LABELS[name]}”没有“{value}”这个选项，请重新选择。", field=name)
        return value
    if name in ("tags", "aliases"):
        return _words(name, value)
    if name in COUNTS:
        if value is not None and not 0 <= value <= MOST:
            raise Refused(f"“{LABELS[name]}”应在 0 到 {MOST} 之间。", field=name)
        return value
    if name in LONGEST:
        return _text(name, value)
    return value


def _text(name: str, value: str | None) -> str:
    try:
        found = tidy(value or "")
    except Refused as error:
        raise Refused(f"“{LABELS[name]}”{error.message}", field=name) from error
    if len(found) > LONGEST[name]:
        raise Refused(f"“{LABELS[name]}”太长（{len(found)} 字），最多 {LONGEST[name]} 字。", field=name)
    return found


def _code(name: str, value: str | None) -> str | None:
    if not (value or "").strip():
        return None if name == "uscc" else ""
    checked = check_uscc(value or "")
    if not checked.ok:
        label = "" if name == "uscc" else f"{LABELS[name]}："
        raise Refused(label + checked.reason, field=name)
    return checked.normal


def _words(name: str, value: list[str]) -> list[str]:
    words = list(dict.fromkeys(word for word in (tidy(str(v)) for v in value) if word))
    longest = 20 if name == "tags" else 120
    if len(words) > MOST_TAGS or any(len(word) > longest for word in words):
        raise Refused(f"“{LABELS[name]}”最多 {MOST_TAGS} 个，每个不超过 {longest} 字。", field=name)
    return words


def _check_dates(merged: Mapping[str, Any], current: Facility | None) -> None:
    if merged["filed_on"] and merged["filed_on"] > clock.today():
        raise Refused("备案日期晚于今天，请核对。", field="filed_on")
    closed = current.closed_on if current else None
    if merged["opened_on"] and closed and merged["opened_on"] > closed:
        raise Refused(f"首次收住日期晚于终止服务日期 {closed}，请核对。", field="opened_on")


def _check_position(merged: Mapping[str, Any]) -> None:
    lon, lat = merged["lon"], merged["lat"]
    if (lon is None) != (lat is None):
        missing = "lat" if lat is None else "lon"
        raise Refused("经度和纬度要么都填，要么都不填。", field=missing)
    if lon is None or lat is None:
        return
    fault = position_fault(lon, lat)
    if fault:
        raise Refused(fault, field="lon")


def position_fault(lon: float, lat: float) -> str:
    """坐标的毛病；没有为空。范围与数据库约束一致。"""
    if 73 <= lon <= 136 and 3 <= lat <= 54 and in_china(lon, lat):
        return ""
    if 73 <= lat <= 136 and 3 <= lon <= 54:
        return "经度和纬度可能填反了：经度在 73 到 136 之间，纬度在 3 到 54 之间。"
    return "坐标不在我国境内：经度应在 73 到 136 之间，纬度应在 3 到 54 之间，单位为度。"


def _check_code_is_free(found: Mapping[str, Any], current: Facility | None) -> None:
    code = found.get("uscc")
    if not code:
        return
    others = Facility.objects.filter(uscc=code, merged_into=None)
    if current is not None:
        others = others.exclude(pk=current.pk)
    if others.exists():
        raise Refused(
            "该统一社会信用代码已登记在另一家机构名下。请先查找那一家；如系重复建档，请用“合并”。",
            field="uscc",
        )


def searchable(facility: Facility) -> str:
    """按现值算检索用语。"""
    code = facility.uscc or facility.uscc_as_written
    return search_text(facility.name, facility.aliases, code, facility.phone)
