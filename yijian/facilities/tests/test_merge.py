"""合并与撤销。"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yijian.facilities import queries
from yijian.facilities.models import Facility, Licence, Merge
from yijian.facilities.services import add_licence, change_facility, merge_facilities, undo_merge
from yijian.facilities.tests.samples import code, make
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.viewer import SYSTEM, Viewer

pytestmark = pytest.mark.django_db
As = Callable[[str], Viewer]
IGNORED = {"updated_at", "_state"}


def everything(row: Facility) -> dict[str, Any]:
    fresh = Facility.objects.get(pk=row.pk)
    return {name: value for name, value in vars(fresh).items() if name not in IGNORED}


def pair(cast: Any) -> tuple[Facility, Facility]:
    kept = make(cast, "松鹤颐年养老院（演示）", beds=80, tags=["重点"])
    dropped = make(
        cast, "松鹤颐年院（演示）", beds=79, uscc=code(1), phone="0990-1234567", lon=117.1, lat=39.1,
        building_area=Decimal("1200.50"), opened_on=date(2015, 6, 1), tags=["待查"], nature="non_profit",
    )  # fmt: skip
    add_licence(facility=kept, kind="food", number="一", by=SYSTEM)
    add_licence(facility=dropped, kind="food", number="一", by=SYSTEM)
    add_licence(facility=dropped, kind="fire", number="二", by=SYSTEM)
    return kept, dropped


def test_merge_fills_what_is_missing_and_undo_gives_back_everything(cast: Any, viewer: As) -> None:
    kept, dropped = pair(cast)
    before = (
        everything(kept),
        everything(dropped),
        sorted(Licence.objects.values_list("facility_id", "number")),
    )
    by = viewer("civil_chief")
    merge = merge_facilities(kept=kept, dropped=dropped, reason="同一地址同一院长", by=by)
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.uscc, kept.phone, kept.beds, kept.opened_on) == (
        code(1),
        "0990-1234567",
        80,
        date(2015, 6, 1),
    )
    assert (kept.aliases, kept.tags) == (["松鹤颐年院（演示）"], ["重点", "待查"])
    assert dropped.merged_into_id == kept.pk
    assert dropped.name == "松鹤颐年院（演示）"
    assert sorted(kept.licences.values_list("kind", flat=True)) == ["fire", "food"]
    assert [hit.facility_id for hit in queries.search(by, "松鹤颐年院")] == [kept.pk]
    undo_merge(merge=merge, reason="认错了", by=by)
    after = (
        everything(kept),
        everything(dropped),
        sorted(Licence.objects.values_list("facility_id", "number")),
    )
    assert after == before
    assert Merge.objects.get().undone_at is not None
    with pytest.raises(Refused, match="已经撤销"):
        undo_merge(merge=merge, reason="再来", by=by)
    merge_facilities(kept=kept, dropped=dropped, reason="还是同一家", by=by)


def test_what_was_changed_after_the_merge_survives_the_undo(cast: Any) -> None:
    kept, dropped = pair(cast)
    merge = merge_facilities(kept=kept, dropped=dropped, reason="同一家", by=SYSTEM)
    change_facility(
        facility=kept, values={"phone": "0990-7654321", "tags": ["重点", "待查", "新"]}, by=SYSTEM
    )
    undo_merge(merge=merge, reason="认错了", by=SYSTEM)
    kept.refresh_from_db()
    assert (kept.phone, kept.uscc, kept.tags, kept.lon) == ("0990-7654321", None, ["重点", "新"], None)
    assert Facility.objects.get(pk=dropped.pk).uscc == code(1)


def test_refusals_change_nothing(cast: Any, viewer: As) -> None:
    kept, dropped = pair(cast)
    third = make(cast, "别院（演示）", uscc=code(2))
    other = make(cast, "康宁别院（演示）", region=cast.regions["990103001"])
    before = [everything(row) for row in (kept, dropped, third, other)]
    by = viewer("civil_chief")
    with pytest.raises(Refused, match="代码不同"):
        merge_facilities(kept=third, dropped=dropped, reason="同一家", by=by)
    with pytest.raises(Refused, match="理由"):
        merge_facilities(kept=kept, dropped=dropped, reason=" ", by=by)
    with pytest.raises(Refused, match="自己"):
        merge_facilities(kept=kept, dropped=kept, reason="同一家", by=by)
    with pytest.raises(NotFound):
        merge_facilities(kept=kept, dropped=other, reason="同一家", by=by)
    with pytest.raises(NotFound):
        merge_facilities(kept=other, dropped=kept, reason="同一家", by=by)
    with pytest.raises(Forbidden):
        merge_facilities(kept=kept, dropped=dropped, reason="同一家", by=viewer("civil_officer"))
    assert [everything(row) for row in (kept, dropped, third, other)] == before
    assert not Merge.objects.exists()


def test_a_chain_is_flattened_and_undone_from_the_last(cast: Any) -> None:
    a, b, c = (make(cast, f"院{n}（演示）") for n in "甲乙丙")
    first = merge_facilities(kept=b, dropped=a, reason="同一家", by=SYSTEM)
    second = merge_facilities(kept=c, dropped=b, reason="同一家", by=SYSTEM)
    a.refresh_from_db()
    assert a.merged_into_id == c.pk
    with pytest.raises(Refused, match="后来的"):
        undo_merge(merge=first, reason="错", by=SYSTEM)
    with pytest.raises(Refused, match="已并入"):
        merge_facilities(kept=c, dropped=a, reason="同一家", by=SYSTEM)
    with pytest.raises(Refused, match="并入另一家"):
        change_facility(facility=a, values={"beds": 1}, by=SYSTEM)
    undo_merge(merge=second, reason="错", by=SYSTEM)
    a.refresh_from_db()
    assert a.merged_into_id == b.pk
    undo_merge(merge=first, reason="错", by=SYSTEM)
    assert not Facility.objects.exclude(merged_into=None).exists()


def test_undo_is_refused_when_the_code_has_gone_to_another(cast: Any) -> None:
    kept, dropped = pair(cast)
    merge = merge_facilities(kept=kept, dropped=dropped, reason="同一家", by=SYSTEM)
    change_facility(facility=kept, values={"uscc": code(3)}, by=SYSTEM)
    make(cast, "新来的（演示）", uscc=code(1))
    before = everything(kept), everything(dropped)
    with pytest.raises(Refused, match="另一家"):
        undo_merge(merge=merge, reason="错", by=SYSTEM)
    assert (everything(kept), everything(dropped)) == before


def test_duplicates_are_suspected(cast: Any, viewer: As) -> None:
    make(cast, "松鹤颐年养老院（演示）")
    make(cast, "松鹤颐年养老院", region=cast.regions["990102002"])
    make(cast, "松鹤颐年养老院", region=cast.regions["990103001"])
    assert [p.strength for p in queries.duplicates(viewer("civil_chief"))] == [2]
