"""演示机构：名称、代码、规模均为虚构，名称一律带（演示）。"""

from datetime import date, timedelta

from yijian.facilities.models import Facility
from yijian.facilities.services import add_licence, create_facility
from yijian.kernel.codes import uscc_check_sign
from yijian.people.models import Region
from yijian.people.viewer import SYSTEM
from yijian.web.demo.dice import between, chance, mobile, person, pick
from yijian.web.demo.places import SPOTS, Spot

WORDS = (
    "颐寿",
    "晚晴",
    "松鹤",
    "安康",
    "福泽",
    "静好",
    "暖阳",
    "百龄",
    "和顺",
    "长青",
    "枫林",
    "益年",
    "同乐",
    "仁爱",
    "康宁",
    "春晖",
)
MIX = (
    ("nursing_home", "养老院", 55),
    ("home_community", "居家养老服务中心", 17),
    ("day_care", "日间照料中心", 10),
    ("canteen", "老人家食堂", 12),
    ("embedded_clinic", "护理站", 6),
)
CENTRES = {
    "120104": (117.150, 39.138),
    "500242": (108.767, 28.842),
    "140525": (112.920, 35.610),
    "530300": (103.796, 25.490),
}
LICENCES = {
    "nursing_home": ("fire", "food"),
    "township_home": ("fire", "food"),
    "canteen": ("food",),
    "embedded_clinic": ("medical",),
}


def build_homes(spot: Spot, today: date) -> None:
    """一地的机构：散落在真实的街道乡镇里。"""
    towns = list(Region.objects.filter(path__contains=f"/{spot.code}/", level="town").order_by("pk"))
    zone = list(Region.objects.filter(path__contains=f"/{spot.code}/", custom=True).order_by("pk"))
    spread = [
        towns[i * len(towns) // max(1, spot.facilities - 4 * len(zone))]
        for i in range(spot.facilities - 4 * len(zone))
    ]
    for number, region in enumerate(spread + zone * 4):
        build_home(spot, region, number, today)


def build_home(spot: Spot, region: Region, number: int, today: date) -> Facility:
    kind, noun = kind_of(spot, region, number)
    word = WORDS[(number * 7 + len(spot.code) + number // len(WORDS)) % len(WORDS)]
    place = region.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
    name = f"{place}{word}{noun}（演示）"
    road = pick(("和平路", "建设街", "文化巷", "滨河路", "长安街"), name)
    residential = kind in ("nursing_home", "township_home")
    beds = (
        between(30, 180, name, "beds")
        if residential
        else between(8, 30, name, "beds")
        if kind == "day_care"
        else None
    )
    public = kind == "township_home" or chance(name, "public") < 0.18
    nature = "public" if public else pick(("for_profit", "non_profit"), name, "nature")
    opened = date(2012, 1, 1) + timedelta(days=between(0, 4000, name, "opened"))
    lon, lat = CENTRES[spot.code]
    filed = residential and chance(name, "filed") < 0.93
    facility = create_facility(
        values={
            "name": name,
            "kind": kind,
            "region": region,
            "opened_on": opened,
            "nature": nature,
            "uscc": code_of(spot, number, nature),
            "registration_status": "registered",
            "filing_status": "filed" if filed else "unfiled" if residential else "not_required",
            "filed_on": opened + timedelta(days=between(5, 40, name, "filing")) if filed else None,
            "address": f"{region.name}{road}{between(1, 299, name, 'no')}号",
            "operator_name": f"{word}养老服务（演示）有限公司" if not public else f"{region.name}（演示）",
            "legal_person": person(name, "法人"),
            "director": person(name, "院长"),
            "phone": mobile(name),
            "beds": beds,
            "residents": int(beds * (0.35 + 0.5 * chance(name, "full"))) if beds else None,
            "staff_count": max(3, (beds or 12) // 5),
            "premises": pick(("owned", "leased", "leased", "public_private"), name),
            "lon": round(lon + (chance(name, "lon") - 0.5) * spread_of(spot), 6),
            "lat": round(lat + (chance(name, "lat") - 0.5) * spread_of(spot), 6),
            "source": "演示数据",
        },
        by=SYSTEM,
    )
    for licence in LICENCES.get(kind, ()):
        left = between(-40, 1100, name, licence)
        add_licence(
            facility=facility,
            kind=licence,
            number=f"演示证{spot.code}{number:04d}",
            issuer=f"{spot.short}（演示发证）",
            valid_from=today - timedelta(days=1100 - left),
            valid_to=today + timedelta(days=left),
            by=SYSTEM,
        )
    return facility


def kind_of(spot: Spot, region: Region, number: int) -> tuple[str, str]:
    """县域的前几家是敬老院，其余按常见比例。"""
    if spot.key != "nankai" and number % 5 == 0:
        return "township_home", "敬老院"
    dice = chance(spot.code, region.pk, number, "kind") * 100
    for kind, noun, weight in MIX:
        dice -= weight
        if dice < 0:
            return kind, noun
    return "nursing_home", "养老院"


def spread_of(spot: Spot) -> float:
    return {"nankai": 0.06, "qujing": 1.6}.get(spot.key, 0.7)


def code_of(spot: Spot, number: int, nature: str) -> str:
    """校验位正确的虚构代码：主体标识以 MADE 开头，不与真实机构相同。"""
    head = {"public": "12", "for_profit": "91", "non_profit": "52"}[nature]
    body = f"MADE{number:04d}"
    code = f"{head}{spot.code}{body}{entity_sign(body)}"
    return code + uscc_check_sign(code)


def entity_sign(body: str) -> str:
    """主体标识码的校验位（GB 11714）。"""
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0X987654321"[total % 11] if total % 11 < 2 else str(11 - total % 11)


def all_homes(today: date) -> None:
    for spot in SPOTS:
        build_homes(spot, today)
