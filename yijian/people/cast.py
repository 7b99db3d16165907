"""固定的人物：一个虚构的小区县，供全部测试和演示使用（演示数据，地名、单位、人名均为虚构）。

颐和区辖松鹤、柏龄两个街道，有民政、消防、市监等部门和两家机构；邻区康宁区用来检验“看不到别人的”。
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from yijian.people.models import Account, Post, Region, Unit
from yijian.people.services import (
    FacilityUnit,
    add_facility_units,
    create_account,
    create_region,
    create_unit,
    load_regions,
    open_post,
)
from yijian.people.viewer import SYSTEM, Viewer

SINCE = date(2021, 1, 4)

# 代码、名称、层级、上级
PLACES = [
    ("990000", "演示省", "province", "000000"),
    ("990100", "演示市", "city", "990000"),
    ("990102", "颐和区", "county", "990100"),
    ("990102001", "松鹤街道", "town", "990102"),
    ("990102002", "柏龄街道", "town", "990102"),
    ("990103", "康宁区", "county", "990100"),
    ("990103001", "安平街道", "town", "990103"),
]

# 键、名称、简称、职能、所在区划
UNITS = [
    ("civil", "颐和区民政局", "民政局", "civil_affairs", "990102"),
    ("fire", "颐和区消防救援大队", "消防大队", "fire", "990102"),
    ("market", "颐和区市场监督管理局", "市场监管局", "market", "990102"),
    ("health", "颐和区卫生健康委员会", "卫健委", "health", "990102"),
    ("housing", "颐和区住房和城乡建设委员会", "住建委", "housing", "990102"),
    ("emergency", "颐和区应急管理局", "应急局", "emergency", "990102"),
    ("public_security", "颐和区公安分局", "公安分局", "public_security", "990102"),
    ("audit", "颐和区审计局", "审计局", "audit", "990102"),
    ("street_a", "松鹤街道办事处", "松鹤街道", "subdistrict", "990102001"),
    ("street_b", "柏龄街道办事处", "柏龄街道", "subdistrict", "990102002"),
    ("other_civil", "康宁区民政局", "康宁区民政局", "civil_affairs", "990103"),
    ("other_street", "安平街道办事处", "安平街道", "subdistrict", "990103001"),
]

# 键、名称、所在区划
FACILITIES = [
    ("home_a", "松鹤长者养老院（演示）", "990102001"),
    ("home_b", "柏龄敬老院（演示）", "990102002"),
    ("other_home", "康宁颐园养老院（演示）", "990103001"),
]

# 键（也是账号名）、姓名、单位、岗位、职务
STAFF = [
    ("civil_chief", "苏慧明", "civil", "chief", "局长"),
    ("civil_officer", "陆文静", "civil", "officer", "养老服务科科员"),
    ("fire_officer", "雷振声", "fire", "officer", "防火监督员"),
    ("market_officer", "方正清", "market", "officer", "餐饮监管科科员"),
    ("health_officer", "钟守仁", "health", "officer", "医政科科员"),
    ("street_clerk", "何家和", "street_a", "clerk", "民政助理员"),
    ("other_street_clerk", "柳依依", "street_b", "clerk", "民政助理员"),
    ("director", "温如松", "home_a", "director", "院长"),
    ("facility_staff", "白小鸥", "home_a", "staff", "办公室文员"),
    ("other_director", "段青山", "home_b", "director", "院长"),
    ("auditor", "严守一", "audit", "auditor", "审计员"),
    ("other_district_officer", "江远帆", "other_civil", "officer", "养老服务科科员"),
    ("other_district_director", "莫问天", "other_home", "director", "院长"),
]

OFFICER_STAFF = [
    ("system_officer", "程序安", "system"),
    ("security_officer", "安如山", "security"),
    ("audit_officer", "审之明", "audit"),
]


@dataclass
class Cast:
    """小区县里的全部区划、单位、账号、岗位，按键取用。"""

    regions: dict[str, Region] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    @property
    def district(self) -> Region:
        return self.regions["990102"]

    @property
    def street(self) -> Region:
        return self.regions["990102001"]

    @property
    def other_district(self) -> Region:
        return self.regions["990103"]

    def __getattr__(self, key: str) -> Account:
        accounts: dict[str, Account] = self.__dict__.get("accounts", {})
        if key in accounts:
            return accounts[key]
        raise AttributeError(key)


@transaction.atomic
def small_district(*, password: str | None = None, by: Viewer = SYSTEM) -> Cast:
    """建立演示小区县。password 给出时所有账号都用它（演示）；不给时不能用密码登录（测试）。"""
    if not Region.objects.filter(pk="000000").exists():
        load_regions(by=by)
    cast = Cast(regions={"000000": Region.objects.get(pk="000000")})
    for code, name, level, parent in PLACES:
        cast.regions[code] = create_region(
            code=code, name=name, level=level, parent=cast.regions[parent], by=by
        )
    _units(cast, by)
    for key, name, unit, role, title in STAFF:
        cast.accounts[key] = create_account(username=key, name=name, password=password, by=by)
        cast.posts[key] = open_post(
            account=cast.accounts[key], unit=cast.units[unit], role=role, starts_on=SINCE, title=title, by=by
        )
    for key, name, officer in OFFICER_STAFF:
        cast.accounts[key] = create_account(
            username=key, name=name, password=password, officer=officer, by=by
        )
    return cast


def _units(cast: Cast, by: Viewer) -> None:
    for key, name, short_name, function, code in UNITS:
        cast.units[key] = create_unit(
            name=name, short_name=short_name, function=function, region=cast.regions[code], by=by
        )
    rows = [FacilityUnit(name=name, region=cast.regions[code]) for _key, name, code in FACILITIES]
    for (key, _name, _code), unit in zip(FACILITIES, add_facility_units(rows=rows, by=by), strict=True):
        cast.units[key] = unit
