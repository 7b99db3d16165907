"""单位：设立、更名、停用；机构档案在自己的动词里用 add_facility_units 建机构单位。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yijian.audit.services import record
from yijian.kernel import clock
from yijian.kernel.codes import check_uscc
from yijian.kernel.errors import NotFound, Refused
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region, Unit
from yijian.people.rules import check_function, is_under
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer


@dataclass(frozen=True)
class FacilityUnit:
    """待建的机构单位；uscc 可空，给出时须正确。"""

    name: str
    region: Region
    short_name: str = ""
    uscc: str = ""


def _subject(unit: Unit) -> tuple[str, int, str]:
    return ("unit", unit.pk, unit.name)


def check_region(by: Viewer, region: Region) -> None:
    """区划须在 by 的辖区内；不在时当作没有。"""
    if not any(is_under(region.path, path) for path in by.region_paths):
        raise NotFound(f"没有找到区划“{region.name}”，或它不在您的管辖范围内。")


def clean_uscc(text: str) -> str:
    if not text.strip():
        return ""
    check = check_uscc(text)
    if not check.ok:
        raise Refused(f"统一社会信用代码不正确：{check.reason}。", field="uscc")
    return check.normal


@verb("people.manage")
def create_unit(
    *,
    name: str,
    function: str,
    region: Region,
    short_name: str = "",
    parent: Unit | None = None,
    uscc: str = "",
    by: Viewer,
) -> Unit:
    """设立单位：政府部门、街道（乡镇）、行业组织、第三方，或机构。function 取职能词表。"""
    name = name.strip()
    if not name:
        raise Refused("请填写单位名称。", field="name")
    check_function(function)
    check_region(by, region)
    same = Unit.objects.filter(region=region, name=name, active=True).exclude(function="facility")
    if function != "facility" and same.exists():
        raise Refused(f"“{region.name}”已有单位“{name}”，不必重复设立。", field="name")
    unit = Unit.objects.create(
        name=name,
        short_name=short_name.strip(),
        function=function,
        region=region,
        region_path=region.path,
        parent=parent,
        uscc=clean_uscc(uscc),
    )
    record("unit.created", by=by, subject=_subject(unit), data={"function": FUNCTIONS[function]})
    return unit


@verb("people.manage", on="unit")
def rename_unit(*, unit: Unit, name: str, short_name: str = "", by: Viewer) -> Unit:
    """单位更名：原名留在审计里。"""
    name, before = name.strip(), unit.name
    if not name:
        raise Refused("请填写新的单位名称。", field="name")
    others = Unit.objects.filter(region_id=unit.region_id, name=name, active=True).exclude(pk=unit.pk)
    if not unit.is_facility and others.exclude(function="facility").exists():
        raise Refused(f"同一区划已有单位“{name}”。", field="name")
    unit.name, unit.short_name = name, short_name.strip()
    unit.save(update_fields=["name", "short_name"])
    record("unit.renamed", by=by, subject=_subject(unit), data={"before": before})
    return unit


@verb("people.manage", on="unit")
def close_unit(*, unit: Unit, closed_on: date | None = None, reason: str, by: Viewer) -> Unit:
    """停用单位：其岗位随即无权；义务台账不受影响，由台账另行移交。须写明原因。"""
    if not unit.active:
        raise Refused(f"“{unit.name}”已于 {unit.closed_on} 停用。")
    if not reason.strip():
        raise Refused("请写明停用的原因（机构改革、合并等）。", field="reason")
    unit.active, unit.closed_on = False, closed_on or clock.today()
    unit.save(update_fields=["active", "closed_on"])
    record("unit.closed", by=by, subject=_subject(unit), reason=reason)
    return unit


def add_facility_units(*, rows: Sequence[FacilityUnit], by: Viewer) -> list[Unit]:
    """成批建立机构单位，顺序与 rows 相同。

    供机构档案在自己的动词（建档、导入）里调用：权限由那个动词查；这里查辖区、写审计。须在事务里。
    """
    for region in {row.region.pk: row.region for row in rows}.values():
        check_region(by, region)
    units = Unit.objects.bulk_create(
        [
            Unit(
                name=row.name.strip(),
                short_name=row.short_name.strip(),
                function="facility",
                region=row.region,
                region_path=row.region.path,
                uscc=clean_uscc(row.uscc),
            )
            for row in rows
        ],
        batch_size=2000,
    )
    if len(units) == 1:
        data = {"function": FUNCTIONS["facility"]}
        record("unit.created", by=by, subject=_subject(units[0]), data=data)
    elif units:
        record("unit.imported", by=by, data={"count": len(units)})
    return units


def update_facility_unit(
    *, unit: Unit, name: str | None = None, region: Region | None = None, uscc: str | None = None, by: Viewer
) -> Unit:
    """机构单位随机构档案更名、迁址、改代码；只供机构档案在自己的动词里调用。"""
    if not unit.is_facility:
        raise Refused(f"“{unit.name}”不是养老服务机构，请在组织管理中修改。")
    before = unit.name
    if region is not None:
        check_region(by, region)
        unit.region, unit.region_path = region, region.path
    unit.name = name.strip() if name else unit.name
    unit.uscc = clean_uscc(uscc) if uscc is not None else unit.uscc
    unit.save(update_fields=["name", "region", "region_path", "uscc"])
    record("unit.renamed", by=by, subject=_subject(unit), data={"before": before})
    return unit
