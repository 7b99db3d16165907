"""权限总表用的检查对象，都在松鹤街道。"""

from collections.abc import Callable
from datetime import date, timedelta

from yijian.access.viewer import build_viewer
from yijian.facilities.tests.providers import home
from yijian.inspections.models import (
    Checklist,
    Drive,
    DriveRow,
    Inspector,
    Plan,
    PlannedVisit,
    SpotItem,
    Visit,
)
from yijian.inspections.services.bases import save_inspector, save_spot_item
from yijian.inspections.services.checklists import make_checklist
from yijian.inspections.services.drives import open_drive
from yijian.inspections.services.visits_open import Order, open_visit
from yijian.kernel import clock
from yijian.ledger.models import Jurisdiction, Obligation, Place
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import Act, record_fact
from yijian.ledger.tests.world import make_rule
from yijian.people.cast import Cast
from yijian.people.models import Region
from yijian.people.viewer import SYSTEM
from yijian.regimes.library import NATION
from yijian.sheets.services import stage


def place() -> Place:
    """演示小区县归的地方；没有就建。"""
    found = Place.objects.filter(pk=NATION).first()
    if found is not None:
        return found
    keep = clock.today() - timedelta(days=400)
    made = Place.objects.create(region_id=NATION, packs=["cn"], keep_from=keep)
    inside = Region.objects.filter(path__under="/990000/")
    Jurisdiction.objects.bulk_create([Jurisdiction(region=r, place=made) for r in inside])
    return made


def inspector(cast: Cast) -> int:
    found = Inspector.objects.filter(certificate_no="示0001").first()
    made = found or save_inspector(
        name="方正清",
        unit=cast.units["street_a"],
        certificate_no="示0001",
        valid_to=date(2035, 1, 1),
        by=SYSTEM,
    )
    return made.pk


def item(cast: Cast) -> int:
    found = SpotItem.objects.filter(region=cast.district).first()
    made = found or save_spot_item(
        region=cast.district, code="YH01", aspect="fire", title="疏散通道", object_kinds=["nursing_home"],
        method="onsite", functions=["fire"], basis="消防法第16条", by=SYSTEM,
    )  # fmt: skip
    return made.pk


def code(cast: Cast) -> str:
    row = {
        "id": "Z1",
        "section": "门",
        "text": "门禁有效",
        "method": "S",
        "weight": "K",
        "basis": "GB38600 6",
    }
    if not Checklist.objects.filter(code="door").exists():
        make_checklist(code="door", title="门禁", aspect="safety", items=[row], by=SYSTEM)
    return "door"


def plan(cast: Cast) -> Plan:
    place()
    home(cast)
    found = Plan.objects.filter(region=cast.street).first()
    return found or Plan.objects.create(region=cast.street, region_path=cast.street.path, year=2026)


def planned(cast: Cast) -> int:
    made = PlannedVisit.objects.create(
        plan=plan(cast), facility=home(cast), month=3, functions=["civil_affairs"]
    )
    return made.pk


def visit(cast: Cast) -> int:
    found = Visit.objects.filter(facility=home(cast)).first()
    today = clock.today()
    order = Order("daily", "66号令38条", today, today, ("civil_affairs",), "群众反映")
    return (found or open_visit(facility=home(cast), order=order, by=build_viewer(cast.civil_officer))).pk


def drive(cast: Cast) -> Drive:
    home(cast)
    found = Drive.objects.filter(region=cast.street).first()
    return found or open_drive(
        region=cast.street, title="清零", basis="通知", starts_on=clock.today(), ends_on=clock.today(),
        aspects=["fire"], object_kinds=["nursing_home"], by=SYSTEM,
    )  # fmt: skip


def case_duty(cast: Cast) -> int:
    """松鹤养老院一条等着民政个案检查的线索。"""
    opened, done = "inspection.case_opened", ("inspection.case_done", "")
    if not place().rules.filter(key="个案").exists():
        who = {"lead": ["civil_affairs"], "responsible": [], "local": []}
        make_rule(
            place(), "个案", {"promptly": "及时", "of": opened}, "fact", by="unit", who=who, evidence=[done],
            subjects=[opened], pack="cn",
        )  # fmt: skip
        open_ledger(by=SYSTEM)
    act = Act(kind=opened, occurred=clock.today(), facility_id=home(cast).pk, payload={"number": "转1号"})
    fact = record_fact(act=act, by=SYSTEM)
    return Obligation.objects.get(trigger=fact).pk


def batch(cast: Cast, day: str = "2035-01-01") -> object:
    content = f"姓名,单位,执法证号,有效期至\n甲,颐和区民政局,示0009,{day}\n".encode()
    by = build_viewer(cast.civil_officer)
    return stage(kind="inspectors", content=content, filename="名录.csv", by=by).pk


PARAMS: dict[str, Callable[[Cast], object]] = {
    "inspector_id": inspector,
    "item_id": item,
    "code": code,
    "base": lambda cast: "inspectors",
    "plan_id": lambda cast: plan(cast).pk,
    "planned_id": planned,
    "task_id": visit,
    "drive_id": lambda cast: drive(cast).pk,
    "row_id": lambda cast: DriveRow.objects.get(drive=drive(cast), facility=home(cast)).pk,
    "case_duty": case_duty,
    "inspectors_batch": batch,
    "faulty_inspectors_batch": lambda cast: batch(cast, "某日"),
}
