"""权限总表用的检查对象：松鹤养老院的任务、手机、照片、自查。"""

from collections.abc import Callable

from yijian.access.viewer import build_viewer
from yijian.facilities.models import Facility
from yijian.inspections.models import Device, SelfCheck, Visit
from yijian.inspections.services.selfcheck import submit_selfcheck
from yijian.inspections.tests.visit_world import ITEMS, Phone, jpeg, world
from yijian.people.cast import Cast


def visit(cast: Cast) -> int:
    """已开始的一次检查。"""
    found = Visit.objects.filter(answers__isnull=False).first()
    if found is None:
        made = world(cast)
        made.civil.send(made.civil.answer(made.visit, "F1", "pass"))
        found = made.visit
    return found.pk


def photo(cast: Cast) -> int:
    """这次检查的一张照片。"""
    made = Visit.objects.get(pk=visit(cast))
    if not made.photos.exists():
        phone = Device.objects.get(uid="device-civil_officer")
        inspector = made.inspectors.get(leader=True).inspector
        viewer = build_viewer(cast.civil_officer)
        Phone("civil_officer", viewer, inspector, "", phone).snap(made, "F1", jpeg(1))
    return made.photos.get().pk


def device(cast: Cast) -> int:
    """民政科员的检查手机。"""
    visit(cast)
    return Device.objects.get(uid="device-civil_officer").pk


def entry_code(cast: Cast) -> str:
    return Visit.objects.get(pk=visit(cast)).entry_code


def version(cast: Cast) -> int:
    return Visit.objects.get(pk=visit(cast)).checklists.get().pk


def self_check(cast: Cast) -> int:
    """松鹤养老院的一次自查。"""
    found = SelfCheck.objects.first()
    if found is None:
        made = Visit.objects.get(pk=visit(cast))
        home = Facility.objects.get(pk=made.facility_id)
        answers = {i["id"]: {"value": "pass"} for i in ITEMS}
        found = submit_selfcheck(
            facility=home, version=made.checklists.get(), answers=answers, signer="温如松",
            by=build_viewer(cast.director),
        )  # fmt: skip
    return found.pk


PARAMS: dict[str, Callable[[Cast], object]] = {
    "visit_id": visit,
    "photo_id": photo,
    "device_id": device,
    "entry_code": entry_code,
    "version_id": version,
    "check_id": self_check,
    "visit_step": lambda cast: "notify",
}
