"""测试用的登记主体与酉阳小世界（演示数据）。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from yijian.access.viewer import Viewer, build_viewer
from yijian.filing.models import ExchangeBatch, RegisteredEntity
from yijian.filing.queries.exchange import county_of
from yijian.filing.services.exchange import Envelope, push_entities, receive
from yijian.filing.services.exchange_sheet import digest
from yijian.kernel import clock
from yijian.kernel.codes import uscc_check_sign
from yijian.ledger.services.load import load_packs
from yijian.people.models import Region
from yijian.people.services import create_account, create_unit, load_regions, open_post
from yijian.people.viewer import SYSTEM

YOUYANG = date(2026, 2, 10)


def code(number: int, head: str = "91") -> str:
    """校验位正确的虚构代码。"""
    body = f"{head}990102MA{number:07d}"
    return body + uscc_check_sign(body)


def row(name: str, **more: Any) -> dict[str, Any]:
    values = {"name": name, "code": "", "old_code": "", "kind": "market", "business": "养老服务；家政服务",
              "address": "松鹤街道演示路1号", "town": "", "legal_person": "", "status": "存续",
              "registered_on": None}  # fmt: skip
    return values | more


def take(county: Region, rows: list[dict[str, Any]], by: Viewer, number: str = "一批") -> ExchangeBatch:
    """接收一批。"""
    envelope = Envelope("演示市场监管局", number, digest(rows), "sheet", county)
    return receive(envelope=envelope, rows=rows, by=by)


def pushed(cast: Any, by: Viewer, name: str = "松鹤安颐养老服务有限公司") -> RegisteredEntity:
    """松鹤街道一个已推送、待核查的主体。"""
    take(cast.district, [row(name)], by)
    push_entities(county=cast.district, by=by)
    return RegisteredEntity.objects.get(name=name)


@dataclass
class Youyang:
    """酉阳民政和桃花源街道各一人。"""

    town: Region
    county: Region
    chief: Viewer
    clerk: Viewer


def youyang() -> Youyang:
    """载入真实的制度包；两个单位、两个人（人员为演示数据）。"""
    with clock.travel(date(2026, 1, 5)):
        load_regions(by=SYSTEM)
        found = []
        for key, name, function, where, role in (
            ("yy_chief", "酉阳县民政局", "civil_affairs", "500242", "chief"),
            ("yy_clerk", "桃花源街道办事处", "subdistrict", "500242001", "clerk"),
        ):
            unit = create_unit(name=name, function=function, region=Region.objects.get(pk=where), by=SYSTEM)
            account = create_account(username=key, name=f"演示{key[-1]}", password=None, by=SYSTEM)
            open_post(account=account, unit=unit, role=role, starts_on=date(2026, 1, 5), by=SYSTEM)
            found.append(account)
        load_packs(keep_from=date(2026, 1, 1), by=SYSTEM)
    town = Region.objects.get(pk="500242001")
    with clock.travel(YOUYANG):
        return Youyang(town, county_of(town), build_viewer(found[0]), build_viewer(found[1]))
