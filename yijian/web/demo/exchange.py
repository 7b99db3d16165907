"""演示的登记备案交换：各地一批登记主体、两处未登记场所、消防审验、证照、违法线索。"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from yijian.facilities.models import Facility
from yijian.facilities.services import add_licence
from yijian.filing.models import RegisteredEntity
from yijian.filing.queries.exchange import county_of
from yijian.filing.services.exchange import Envelope, push_entities, receive
from yijian.filing.services.exchange_sheet import digest
from yijian.filing.services.places import Seen, add_place, move_place
from yijian.filing.services.registers import Fire, check_names, record_fire
from yijian.filing.services.streetcheck import Answer, answer_check
from yijian.filing.services.violations import Clue, add_violation
from yijian.kernel.codes import uscc_check_sign
from yijian.people.models import Region
from yijian.people.viewer import SYSTEM
from yijian.web.demo.dice import between, pick
from yijian.web.demo.places import SPOTS

BRANDS = "安颐 福乐 康龄 瑞松 和润 慈航 泰宁 永寿 嘉德 祥云 晚晴 怡心".split()
TAILS = ("养老服务有限公司", "康养管理有限公司", "老年公寓", "居家养老服务中心", "家政服务有限公司")
CLASSES = (("not_operating", 0), ("not_operating", 0), ("off_file", 0), ("off_file", 6), ("not_operating", 0))


def exchange(today: date) -> None:
    """各地依次做一遍；同一天做出来的一样。"""
    for spot in SPOTS:
        place = Region.objects.get(pk=spot.code)
        inside = Facility.objects.filter(
            region_path__under=place.path, kind__in=("nursing_home", "township_home")
        )
        homes = list(inside.filter(merged_into=None, closed_on=None).select_related("region").order_by("pk"))
        towns = list(Region.objects.filter(path__under=place.path, level="town").order_by("pk")[:4])
        if not homes or not towns:
            continue
        entities(spot.code, county_of(homes[0].region), homes, towns, today)
        places(spot.code, towns, today)
        register(homes, today)
    check_names(by=SYSTEM)


def row(name: str, town: Region, number: int, **more: Any) -> dict[str, Any]:
    body = f"91{town.pk[:6]}MA{number:07d}"
    return {
        "name": name, "code": body + uscc_check_sign(body), "old_code": "", "kind": "market",
        "business": "养老服务；家政服务", "address": f"{town.name}演示路{number % 90 + 1}号",
        "town": town.name,
        "legal_person": "", "status": "存续", "registered_on": date(2022, number % 12 + 1, 8), **more,
    }  # fmt: skip


def entities(key: str, county: Region, homes: list[Facility], towns: list[Region], today: date) -> None:
    """一批：在册的（代码相同）、名称相像的、没见过的；推送后街道已核查几个。"""
    rows = [row(h.name, h.region, 500 + n, code=h.uscc or "") for n, h in enumerate(homes[:6])]
    rows += [
        row(h.name.replace("（演示）", "").replace("养老院", "养老公寓"), h.region, 600 + n, code="")
        for n, h in enumerate(homes[6:9])
    ]
    rows += [
        row(
            f"{brand}{pick(TAILS, key, brand)}（演示）", pick(towns, key, brand), between(1, 9999, key, brand)
        )
        for brand in BRANDS
    ]
    rows = list({(r["code"] or r["name"]): r for r in rows}.values())
    envelope = Envelope(
        f"{county.name}市场监督管理局", f"{today.year}年第一批", digest(rows), "sheet", county
    )
    receive(envelope=envelope, rows=rows, by=SYSTEM)
    push_entities(county=county, by=SYSTEM)
    waiting = RegisteredEntity.objects.filter(
        county=county.pk, pushed_at__isnull=False, match="none"
    ).order_by("pk")
    for n, (entity, (klass, residents)) in enumerate(zip(waiting, CLASSES, strict=False)):
        answer = Answer(f"demo-{key}-{n}-check", klass, residents, "现场核查（演示）", today)
        answer_check(entity_id=entity.pk, answer=answer, by=SYSTEM)


def places(key: str, towns: list[Region], today: date) -> None:
    """两处：一处刚发现，一处已走到处置。"""
    fresh = Seen("无招牌养老点（演示）", "street", towns[0], "演示里12号", "residence", "business",
                 today - timedelta(days=5), residents=6, staff=2, price_low=1800, price_high=2600,
                 risks=("fire", "food"), risk_note="楼道堆放杂物，液化气在室内")  # fmt: skip
    add_place(seen=fresh, by=SYSTEM)
    old = Seen("夕阳之家（演示）", "complaint", towns[-1], "演示巷3号", "self_built", "social",
               today - timedelta(days=40), residents=11, staff=3, price_low=1500, price_high=2200,
               risks=("fire", "structure", "care"), risk_note="三层自建房，只有一部楼梯")  # fmt: skip
    place = add_place(seen=old, by=SYSTEM)
    for step, days, note in (
        ("inspect", 30, "民政、街道到场检查，督促停止收住"),
        ("report", 25, "专题报告已报送"),
        ("dispose", 20, "由民政牵头，逐人告知家属，两周内转送在册机构"),
    ):
        move_place(place=place, step=step, note=f"{note}（演示）", on=today - timedelta(days=days), by=SYSTEM)
    clue = Clue(
        "pollution",
        "厨房污水直排雨水管（演示）",
        today - timedelta(days=9),
        region=towns[0],
        address="演示路8号",
    )
    add_violation(clue=clue, by=SYSTEM)


def register(homes: list[Facility], today: date) -> None:
    """消防审验十家；证照里有过期的、快到期的。"""
    reasons = ("property", "planning", "standard", "property", "lease")
    for n, home in enumerate(homes[:10]):
        done = Fire("accepted" if n % 2 else "recorded", number=f"演示消验〔2021〕{n + 1}号")
        gap = Fire("missing", reasons[n % 5], area=Decimal(800 + n * 90), residents=home.residents)
        record_fire(facility=home, fire=gap if n % 3 == 0 else done, by=SYSTEM)
        for kind, days in (("food", (-20, 25, 70, 500)[n % 4]), ("medical", (400, -3, 88, 900)[n % 4]),
                           ("equipment", (12, 300)[n % 2])):  # fmt: skip
            number = f"演示{kind}{home.pk}"
            if not home.licences.filter(kind=kind).exists():
                add_licence(
                    facility=home, kind=kind, number=number, valid_to=today + timedelta(days=days), by=SYSTEM
                )
