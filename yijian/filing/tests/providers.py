"""权限总表用的登记备案对象，都在松鹤街道。"""

from collections.abc import Callable

from yijian.access.viewer import build_viewer
from yijian.facilities.tests.providers import home
from yijian.facilities.tests.samples import csv_bytes
from yijian.filing.models import ExchangeBatch, RegisteredEntity, UnregisteredPlace, Violation
from yijian.filing.services.exchange_sheet import KIND
from yijian.filing.services.places import Seen, add_place
from yijian.filing.services.violations import Clue, add_violation
from yijian.filing.tests.samples import pushed
from yijian.kernel import clock
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM
from yijian.sheets.services import stage


def entity(cast: Cast) -> object:
    """松鹤街道待核查的登记主体。"""
    found = RegisteredEntity.objects.first()
    return (found or pushed(cast, build_viewer(cast.civil_officer))).pk


def batch(cast: Cast) -> object:
    entity(cast)
    return ExchangeBatch.objects.get().pk


def sheet(cast: Cast) -> object:
    """民政科员上传待确认的一张登记主体表。"""
    content = csv_bytes([{"名称": "松鹤乐龄养老院", "业务范围": "养老服务"}])
    by = build_viewer(cast.civil_officer)
    return stage(kind=KIND, content=content, filename="民非.csv", options={"region": "990102"}, by=by).pk


def place(cast: Cast) -> object:
    found = UnregisteredPlace.objects.first()
    if found is None:
        seen = Seen(
            "无名养老点", "street", cast.street, "演示巷3号", "residence", "business", clock.today(), 5
        )
        found = add_place(seen=seen, by=SYSTEM)
    return found.pk


def violation(cast: Cast) -> object:
    found = Violation.objects.first()
    if found is None:
        clue = Clue("pollution", "污水外排", clock.today(), region=cast.street, address="演示巷9号")
        found = add_violation(clue=clue, by=SYSTEM)
    return found.pk


def facility(cast: Cast) -> object:
    """松鹤养老院的档案。"""
    return home(cast).pk


PARAMS: dict[str, Callable[[Cast], object]] = {
    "entity_id": entity,
    "filing_batch": batch,
    "filing_sheet": sheet,
    "place_id": place,
    "violation_id": violation,
    "filing_facility": facility,
}
