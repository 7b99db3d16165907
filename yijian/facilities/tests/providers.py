"""权限总表用的机构对象，都在松鹤街道。"""

from collections.abc import Callable

from yijian.access.viewer import build_viewer
from yijian.facilities.models import Facility, Licence, Merge
from yijian.facilities.services import add_licence, create_facility, merge_facilities, stage_facilities
from yijian.facilities.tests.samples import csv_bytes, listed, make
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM


def home(cast: Cast) -> Facility:
    """松鹤长者养老院的档案。"""
    unit = cast.units["home_a"]
    found = Facility.objects.filter(unit=unit).first()
    if found is not None:
        return found
    values = {"name": unit.name, "kind": "nursing_home", "region": cast.street}
    return create_facility(values=values, unit=unit, by=SYSTEM)  # type: ignore[arg-type]


def licence(cast: Cast) -> object:
    """它的一张证照。"""
    found = Licence.objects.filter(facility=home(cast)).first()
    return (found or add_licence(facility=home(cast), kind="food", number="演示", by=SYSTEM)).pk


def merge(cast: Cast) -> object:
    """并入它的一次合并。"""
    found = Merge.objects.filter(kept=home(cast), undone_at=None).first()
    if found is not None:
        return found.pk
    other = make(cast, "旧名养老院（演示）")
    return merge_facilities(kept=home(cast), dropped=other, reason="同一家", by=SYSTEM).pk


def batch(cast: Cast, **wrong: object) -> object:
    """民政科员上传待确认的一份机构表。"""
    by = build_viewer(cast.civil_officer)
    content = csv_bytes(listed(2, **wrong))
    return stage_facilities(content=content, filename="机构.csv", options={"region": "990102"}, by=by).pk


PARAMS: dict[str, Callable[[Cast], object]] = {
    "licence_id": licence,
    "merge_id": merge,
    "facilities_batch": batch,
    "faulty_facilities_batch": lambda cast: batch(cast, 床位="很多"),
}
