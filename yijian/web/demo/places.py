"""四地的单位：职能照文件，名称照当地叫法，人员虚构。"""

from dataclasses import dataclass

from yijian.people.models import Region, Unit
from yijian.people.services import create_unit
from yijian.people.viewer import SYSTEM

DISTRICT = {
    "civil_affairs": "民政局",
    "development": "发展和改革委员会",
    "public_security": "公安分局",
    "approval": "政务服务办公室",
    "finance": "财政局",
    "human_resources": "人力资源和社会保障局",
    "natural_resources": "规划和自然资源局",
    "ecology": "生态环境局",
    "housing": "住房和城乡建设委员会",
    "health": "卫生健康委员会",
    "emergency": "应急管理局",
    "fire": "消防救援支队",
    "audit": "审计局",
    "market": "市场监督管理局",
    "medical_insurance": "医疗保障局",
    "financial_affairs": "金融工作局",
    "establishment": "委编办",
    "cyberspace": "委网信办",
    "tax": "税务局",
    "association": "养老服务协会",
}
COUNTY = {
    "civil_affairs": "民政局",
    "development": "发展和改革局",
    "public_security": "公安局",
    "approval": "行政审批服务管理局",
    "finance": "财政局",
    "human_resources": "人力资源和社会保障局",
    "natural_resources": "自然资源局",
    "ecology": "生态环境分局",
    "housing": "住房和城乡建设管理局",
    "health": "卫生健康和体育局",
    "emergency": "应急管理局",
    "fire": "消防救援大队",
    "audit": "审计局",
    "market": "市场监督管理局",
    "medical_insurance": "医疗保障局",
    "establishment": "委编办",
    "association": "养老服务协会",
    "financial_affairs": "金融服务中心",
}
CITY = COUNTY | {
    "health": "卫生健康委员会",
    "housing": "住房和城乡建设局",
    "ecology": "生态环境局",
    "fire": "消防救援支队",
    "natural_resources": "自然资源和规划局",
    "development": "发展和改革委员会",
    "education": "教育体育局",
    "justice": "司法局",
    "banking_insurance_regulator": "银保监分局",
    "joint_meeting": "养老服务联席会议办公室",
    "municipal_departments": "养老服务联席会议（市直有关部门）",
}
BELOW_CITY = (
    "civil_affairs",
    "market",
    "fire",
    "housing",
    "health",
    "emergency",
    "finance",
    "public_security",
    "human_resources",
)


@dataclass(frozen=True)
class Spot:
    """演示的一地：区划、简称、机构数。"""

    code: str
    short: str
    key: str
    facilities: int


SPOTS = (
    Spot("120104", "南开区", "nankai", 30),
    Spot("500242", "酉阳县", "youyang", 30),
    Spot("140525", "泽州县", "zezhou", 30),
    Spot("530300", "曲靖市", "qujing", 120),
)


def build_units() -> dict[tuple[str, str], Unit]:
    """四地的政府单位，按（区划，职能）取用。"""
    units: dict[tuple[str, str], Unit] = {}
    for spot in SPOTS:
        region = Region.objects.get(pk=spot.code)
        words = CITY if region.level == "city" else DISTRICT if spot.key == "nankai" else COUNTY
        for function, name in words.items():
            units[spot.code, function] = unit(f"{spot.short}{name}", function, region)
        for town in Region.objects.filter(path__startswith=region.path).exclude(pk=region.pk).order_by("pk"):
            add_below(units, town)
    return units


def add_below(units: dict[tuple[str, str], Unit], region: Region) -> None:
    """下级：县级单位一套，街道乡镇一个。"""
    if region.level == "town":
        office = "街道办事处" if region.name.endswith("街道") else "人民政府"
        units[region.pk, "subdistrict"] = unit(
            region.name.removesuffix("街道") + office, "subdistrict", region
        )
        return
    for function in BELOW_CITY:
        units[region.pk, function] = unit(f"{region.name}{COUNTY[function]}", function, region)
    ruler = "development_zone" if region.custom else "county_governments"
    units[region.pk, ruler] = unit(f"{region.name}{'管委会' if region.custom else '人民政府'}", ruler, region)


def unit(name: str, function: str, region: Region) -> Unit:
    return create_unit(name=name, function=function, region=region, by=SYSTEM)
