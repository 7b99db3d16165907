"""合并与撤销合并（功能 B1）：重复的一家并入真正的一家，缺的值补上，随时可以撤销。"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from yijian.access.scope import in_scope
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.facilities.kinds import LABELS
from yijian.facilities.models import Facility, Licence, Merge
from yijian.facilities.services.facilities import follow_unit, word
from yijian.facilities.services.keeping import remember, subject_of, update
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused

# 留下的一家缺时，从并入的一家补
FILLABLE = (
    "nature uscc uscc_as_written registration_status filing_status filed_on opened_on address operator_name "
    "operator_uscc legal_person director phone beds residents staff_count premises building_area lon lat"
).split()
_EMPTY: tuple[object, ...] = (None, "", "unknown")


@verb("facilities.merge", on="kept")
def merge_facilities(*, kept: Facility, dropped: Facility, reason: str, by: Viewer) -> Merge:
    """合并重复机构：dropped 并入 kept，留行留历史；kept 缺的值由 dropped 补，证照转过来，名称记为曾用名。

    两家代码不同、任何一家已并入他家、没有写理由报 Refused；任何一家不在辖区内报 NotFound。
    """
    if not in_scope(by, dropped, capability="facilities.merge"):
        raise NotFound("没有找到要并入的机构，或它不在您的管辖范围内。")
    kept, dropped = _fresh(kept), _fresh(dropped)
    _insist_mergeable(kept, dropped, reason)
    filled = fillings(kept, dropped)
    changed = filled | _words_joined(kept, dropped)
    licences = _licences_to_move(kept, dropped)
    below = list(Facility.objects.filter(merged_into=dropped).order_by("pk"))
    before = {
        "kept": _plain({name: getattr(kept, name) for name in changed}),
        "filled": _plain(changed),
        "licences": [licence.pk for licence in licences],
        "repointed": [row.pk for row in below],
    }
    for row in (dropped, *below):
        update(row, {"merged_into": kept}, f"并入{kept.name}")
    update(kept, changed, f"并入了{dropped.name}")
    follow_unit(kept, changed, by)
    _move(licences, kept)
    merge = Merge.objects.create(kept=kept, dropped=dropped, before=before, reason=reason.strip())
    data = {"dropped": dropped.name, "dropped_id": dropped.pk, "filled": [LABELS[n] for n in filled]}
    record("facility.merged", by=by, subject=subject_of(kept), data=data, reason=reason)
    return merge


def _fresh(facility: Facility) -> Facility:
    return Facility.objects.select_related("region", "unit").get(pk=facility.pk)


def _insist_mergeable(kept: Facility, dropped: Facility, reason: str) -> None:
    if kept.pk == dropped.pk:
        raise Refused("这是同一家机构，不能并入自己。", field="dropped")
    for row in (kept, dropped):
        if row.merged_into_id is not None:
            raise Refused(f"“{row.name}”已并入另一家机构，请先撤销那次合并。", field="dropped")
    if kept.uscc and dropped.uscc and kept.uscc != dropped.uscc:
        raise Refused(
            "两家的统一社会信用代码不同，是两个法人。确属同一家的，请先更正其中一家的代码再合并。",
            field="dropped",
        )
    if not reason.strip():
        raise Refused("请写明合并的理由（依据什么认定是同一家）。", field="reason")
    if len(reason.strip()) > 200:
        raise Refused("理由太长，最多 200 字。", field="reason")


def fillings(kept: Facility, dropped: Facility) -> dict[str, Any]:
    """kept 缺而 dropped 有的各项；坐标成对补，收住日期不晚于 kept 的终止日期才补。"""
    found = {
        name: getattr(dropped, name)
        for name in FILLABLE
        if getattr(kept, name) in _EMPTY and getattr(dropped, name) not in _EMPTY
    }
    if not {"lon", "lat"} <= found.keys():
        found.pop("lon", None)
        found.pop("lat", None)
    if kept.uscc or "uscc" in found:
        found.pop("uscc_as_written", None)
    if kept.closed_on and found.get("opened_on", kept.closed_on) > kept.closed_on:
        found.pop("opened_on")
    return found


def _words_joined(kept: Facility, dropped: Facility) -> dict[str, Any]:
    """曾用名与标签合起来；kept 自己的名称不算曾用名。"""
    names = [*kept.aliases, dropped.name, *dropped.aliases]
    aliases = [name for name in dict.fromkeys(names) if name != kept.name]
    tags = list(dict.fromkeys([*kept.tags, *dropped.tags]))
    joined: dict[str, Any] = {"aliases": aliases} if aliases != kept.aliases else {}
    return joined | ({"tags": tags} if tags != kept.tags else {})


def _licences_to_move(kept: Facility, dropped: Facility) -> list[Licence]:
    """kept 没有的证照；同种类同编号的留在 dropped。"""
    own = set(kept.licences.values_list("kind", "number"))
    rows = dropped.licences.order_by("pk")
    return [row for row in rows if (row.kind, row.number) not in own]


def _move(licences: list[Licence], facility: Facility) -> None:
    Licence.objects.filter(pk__in=[row.pk for row in licences]).update(facility=facility)
    for row in licences:
        row.facility = facility
    remember(licences, f"转到{facility.name}", facility.updated_at)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """存进 JSON 的样子；_restored 的逆。"""
    return {n: str(v) if isinstance(v, (date, Decimal)) else v for n, v in values.items()}


def _restored(name: str, value: Any) -> Any:
    column: Any = Facility._meta.get_field(name)
    return column.to_python(value) if isinstance(value, str) else value


@verb("facilities.merge", on="merge")
def undo_merge(*, merge: Merge, reason: str, by: Viewer) -> Facility:
    """撤销合并：dropped 恢复为独立机构，补过的值和转过的证照退回；合并之后又改过的值保留。

    已撤销、之后又并入第三家、代码已被他家占用报 Refused。
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, dropped = _fresh(merge.kept), _fresh(merge.dropped)
    if not all(in_scope(by, row, capability="facilities.merge") for row in (kept, dropped)):
        raise NotFound("没有找到这次合并，或它不在您的管辖范围内。")
    _insist_undoable(merge, kept, dropped, reason)
    returned = returnable(merge, kept)
    update(kept, returned, f"撤销并入{dropped.name}")
    follow_unit(kept, returned, by)
    _insist_code_is_free(dropped)
    below = Facility.objects.filter(pk__in=merge.before["repointed"], merged_into=kept).order_by("pk")
    update(dropped, {"merged_into": None}, f"从{kept.name}恢复")
    for row in below:
        update(row, {"merged_into": dropped}, f"随{dropped.name}恢复")
    licences = Licence.objects.filter(pk__in=merge.before["licences"], facility=kept).order_by("pk")
    _move(list(licences), dropped)
    if not Merge.objects.filter(pk=merge.pk, undone_at=None).update(undone_at=clock.now()):
        raise Refused("这次合并刚刚已被撤销。")
    data = {"dropped": dropped.name, "dropped_id": dropped.pk, "returned": [LABELS[n] for n in returned]}
    record("facility.merge_undone", by=by, subject=subject_of(kept), data=data, reason=reason)
    return dropped


def _insist_undoable(merge: Merge, kept: Facility, dropped: Facility, reason: str) -> None:
    if merge.undone_at is not None:
        raise Refused("这次合并已经撤销过了。")
    if kept.merged_into_id is not None or dropped.merged_into_id != kept.pk:
        raise Refused("此后又发生过别的合并，请先撤销后来的那一次。")
    if not reason.strip():
        raise Refused("请写明撤销的理由。", field="reason")


def returnable(merge: Merge, kept: Facility) -> dict[str, Any]:
    """要退回的各项：合并时补入、此后没有再改过的；曾用名和标签只去掉合并带来的。"""
    before, filled = merge.before["kept"], merge.before["filled"]
    now = _plain({name: getattr(kept, name) for name in filled})
    found = {}
    for name in filled:
        if name in ("aliases", "tags"):
            brought = set(filled[name]) - set(before[name])
            found[name] = [entry for entry in now[name] if entry not in brought]
        elif now[name] == filled[name]:
            found[name] = _restored(name, before[name])
    if ("lon" in found) != ("lat" in found):  # 只改过其中一个：整对保留
        found.pop("lon", None)
        found.pop("lat", None)
    return found


def _insist_code_is_free(dropped: Facility) -> None:
    taken = Facility.objects.filter(uscc=dropped.uscc, merged_into=None).exclude(pk=dropped.pk)
    if dropped.uscc and taken.exists():
        raise Refused("并入的那家的代码现在登记在另一家名下，撤销会造成重复；请先更正代码。")


def shown(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """合并页上的（项目，值）。"""
    return [(LABELS[name], word(name, value)) for name, value in values.items()]
