"""机构的动词：建档、变更、终止服务、撤销终止。"""

from datetime import date, datetime
from typing import Any

from yijian.access.scope import in_scope
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.facilities.kinds import KINDS, LABELS, WORDS
from yijian.facilities.models import Facility
from yijian.facilities.rules.words import nature_of_code
from yijian.facilities.services.keeping import STALE, insert, subject_of, update
from yijian.facilities.services.values import Values, clean, insist_region
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Unit
from yijian.people.services import FacilityUnit, add_facility_units, update_facility_unit


@verb("facilities.edit")
def create_facility(*, values: Values, unit: Unit | None = None, by: Viewer) -> Facility:
    """建档（一院一档，南开 任务33）：name、kind、region 必填；没有给出 unit 时同时建立其单位。

    代码校验不过、已属别家、坐标或日期不合理报 Refused；区划不在辖区内报 NotFound。
    """
    region = values.get("region")
    if region is None:
        raise Refused("请选择所属街道（乡镇）。", field="region")
    insist_region(by, region, "facilities.edit")
    found = clean(values)
    _infer(found)
    if unit is None:
        wanted = FacilityUnit(name=found["name"], region=region, uscc=found.get("uscc") or "")
        unit = add_facility_units(rows=[wanted], by=by)[0]
    else:
        _insist_unit(unit, by)
    facility = insert(Facility(**found, unit=unit), "建档")
    record("facility.created", by=by, subject=subject_of(facility), data={"kind": KINDS[facility.kind]})
    return facility


def _insist_unit(unit: Unit, by: Viewer) -> None:
    """已有的单位：须是辖区内还没有档案的机构单位。"""
    if not unit.is_facility or not in_scope(by, unit, capability="facilities.edit"):
        raise NotFound("没有找到这家机构单位，或它不在您的管辖范围内。")
    if Facility.objects.filter(unit=unit).exists():
        raise Refused(f"“{unit.name}”已有档案，不必重复建档。")


def _infer(found: dict[str, Any]) -> None:
    """没有说明的，由已知的推出：性质由代码，备案状态由备案日期。"""
    if found.get("nature", "unknown") == "unknown" and found.get("uscc"):
        found["nature"] = nature_of_code(found["uscc"]) or "unknown"
    if found.get("filing_status", "unknown") == "unknown" and found.get("filed_on"):
        found["filing_status"] = "filed"


@verb("facilities.edit", on="facility")
def change_facility(
    *, facility: Facility, values: Values, seen_at: datetime | None = None, by: Viewer
) -> Facility:
    """变更档案：只写 values 里的各项。seen_at 是填表时见到的 updated_at，别人先改过报 Refused。

    没有任何不同报 Refused；改名、迁址、改代码时单位一并改。
    """
    facility = Facility.objects.select_related("region", "unit").get(pk=facility.pk)
    insist_live(facility)
    if seen_at is not None and seen_at != facility.updated_at:
        raise Refused(STALE)
    if "region" in values:
        insist_region(by, values["region"], "facilities.edit")
    found = clean(values, facility)
    if found.get("uscc"):
        found["uscc_as_written"] = ""
    changed = {name: value for name, value in found.items() if getattr(facility, name) != value}
    if not changed:
        raise Refused("没有任何改动，不必保存。")
    before = {name: getattr(facility, name) for name in changed}
    update(facility, changed, "变更", seen_at=seen_at)
    follow_unit(facility, changed, by)
    record(
        "facility.changed",
        by=by,
        subject=subject_of(facility),
        data={"changes": said(before, changed), "before": _plain(before), "after": _plain(changed)},
    )
    return facility


def follow_unit(facility: Facility, changed: dict[str, Any], by: Viewer) -> None:
    """机构单位随档案改名、迁址、改代码。"""
    if facility.unit is not None and changed.keys() & {"name", "region", "uscc"}:
        update_facility_unit(
            unit=facility.unit,
            name=changed.get("name"),
            region=changed.get("region"),
            uscc=(changed["uscc"] or "") if "uscc" in changed else None,
            by=by,
        )


def insist_live(facility: Facility) -> None:
    """已并入他家的档案不再改动。"""
    if facility.merged_into_id is not None:
        raise Refused("这份档案已并入另一家机构，不能再改动；如合并有误，请先撤销合并。")


def word(name: str, value: Any) -> str:
    """一项值的中文写法。"""
    if value is None or value in ("", []):
        return "空"
    if name in WORDS:
        return WORDS[name].get(value, str(value))
    return "、".join(value) if isinstance(value, list) else str(value)


def said(before: dict[str, Any], after: dict[str, Any]) -> str:
    """变更说成一句：床位数 80→100；…"""
    return "；".join(f"{LABELS[n]} {word(n, before[n])}→{word(n, after[n])}" for n in sorted(after))


def _plain(values: dict[str, Any]) -> dict[str, str]:
    return {LABELS[name]: word(name, value) for name, value in values.items()}


@verb("facilities.edit", on="facility")
def close_facility(*, facility: Facility, closed_on: date, reason: str, by: Viewer) -> Facility:
    """终止服务（养老机构管理办法第四十条）：自 closed_on 起不再产生义务，以往的义务不变。须写明理由。"""
    facility = Facility.objects.select_related("region").get(pk=facility.pk)
    insist_live(facility)
    if facility.closed_on is not None:
        raise Refused(f"这家机构已登记自 {facility.closed_on} 起终止服务。")
    if not reason.strip():
        raise Refused("请写明终止服务的理由（注销、关停、迁出等）。", field="reason")
    if facility.opened_on and closed_on < facility.opened_on:
        raise Refused(f"终止服务日期早于首次收住日期 {facility.opened_on}，请核对。", field="closed_on")
    if closed_on > clock.today():
        raise Refused("终止服务日期晚于今天；请在实际终止后登记。", field="closed_on")
    update(facility, {"closed_on": closed_on}, "终止服务")
    data = {"closed_on": closed_on.isoformat()}
    record("facility.closed", by=by, subject=subject_of(facility), data=data, reason=reason)
    return facility


@verb("facilities.edit", on="facility")
def reopen_facility(*, facility: Facility, reason: str, by: Viewer) -> Facility:
    """撤销终止服务登记：登记有误或恢复服务。须写明理由。"""
    facility = Facility.objects.select_related("region").get(pk=facility.pk)
    insist_live(facility)
    if facility.closed_on is None:
        raise Refused("这家机构在营，没有终止服务登记可撤销。")
    if not reason.strip():
        raise Refused("请写明撤销的理由。", field="reason")
    data = {"closed_on": facility.closed_on.isoformat()}
    update(facility, {"closed_on": None}, "撤销终止服务")
    record("facility.reopened", by=by, subject=subject_of(facility), data=data, reason=reason)
    return facility
