"""机构表的列：模板、导入、导出共用。别名来自各地常见的表头。"""

from collections.abc import Mapping

from yijian.facilities.kinds import DATUMS, FILING, KINDS, NATURES, PREMISES, REGISTRATION
from yijian.kernel.errors import Refused
from yijian.sheets import cells
from yijian.sheets.cells import Cell
from yijian.sheets.columns import Column


def _back(words: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """{填写的文字: 存入的值}：标准说法在前，常见别的说法在后。"""
    return {label: value for value, label in words.items()} | dict(more)


_KIND = cells.choice(
    _back(
        KINDS,
        {
            "养老院": "nursing_home",
            "老年公寓": "nursing_home",
            "福利院": "nursing_home",
            "社会福利院": "nursing_home",
            "护理院": "nursing_home",
            "机构养老": "nursing_home",
            "农村敬老院": "township_home",
            "特困人员供养服务机构": "township_home",
            "居家社区": "home_community",
            "社区养老服务机构": "home_community",
            "居家养老服务中心": "home_community",
            "日间照料": "day_care",
            "老年食堂": "canteen",
            "老年助餐点": "canteen",
            "助餐点": "canteen",
            "医务室": "embedded_clinic",
            "护理站": "embedded_clinic",
            **{key: key for key in KINDS},
        },
    )
)
_NATURE = cells.choice(
    _back(
        NATURES,
        {
            "营利": "for_profit",
            "企业": "for_profit",
            "个体工商户": "for_profit",
            "非营利": "non_profit",
            "非营利性": "non_profit",
            "民办非企业单位": "non_profit",
            "民办非企业": "non_profit",
            "社会服务机构": "non_profit",
            "民非": "non_profit",
            "民办": "unknown",
            "事业": "public",
            "公办": "public",
            "公立": "public",
        },
    )
)
_REGISTRATION = cells.choice(_back(REGISTRATION, {"是": "registered", "否": "unregistered"}))
_FILING = cells.choice(_back(FILING, {"是": "filed", "否": "unfiled"}))
_PREMISES = cells.choice(_back(PREMISES, {"租用": "leased", "租借": "leased", "自建": "self_built"}))


def _datum(cell: Cell) -> str | None:
    """坐标系：按写法里的关键字认。"""
    value = cells.text(cell)
    if value is None:
        return None
    key = "".join(cells.half_width(value).casefold().replace("-", "").replace("_", "").split())
    if any(word in key for word in ("gcj02", "火星", "高德", "腾讯", "02坐标")):
        return "gcj02"
    if any(word in key for word in ("wgs84", "gps", "cgcs2000", "2000", "天地图", "84坐标")):
        return "wgs84"
    raise Refused(f"不认识坐标系“{value[:20]}”，可填：WGS84、CGCS2000、GCJ-02（高德、腾讯）。")


def _degrees(cell: Cell) -> float | None:
    found = cells.number(cell)
    if found is None:
        return None
    if abs(found) > 360:
        raise Refused(f"“{found}”不是以度为单位的经纬度，请换算成十进制的度，如 119.706006。")
    return float(found)


def _area(cell: Cell) -> object:
    found = cells.money(cell)
    if found is not None and not 0 <= found < 10**8:
        raise Refused("建筑面积应在 0 到一亿平方米之间。")
    return found


def _words(longest: int) -> cells.Parse:
    def split(cell: Cell) -> list[str] | None:
        value = cells.text(cell)
        if value is None:
            return None
        for mark in "，,；;\n/":
            value = value.replace(mark, "、")
        words = list(dict.fromkeys(word.strip() for word in value.split("、") if word.strip()))
        if any(len(word) > longest for word in words) or len(words) > 20:
            raise Refused(f"最多 20 个，每个不超过 {longest} 字，用顿号隔开。")
        return words

    return split


_limited = cells.limited

COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        "机构名称",
        True,
        _limited(120),
        ("名称", "养老机构名称", "单位名称", "机构全称", "养老院名称", "服务机构名称", "name"),
        example="松鹤长者养老院（演示）",
        width=30,
    ),
    Column(
        "kind",
        "种类",
        parse=_KIND,
        aliases=("机构种类", "机构类型", "类型", "机构类别", "类别", "kind"),
        choices=tuple(KINDS.values()),
        note="不填时按名称推断，并提醒核实",
    ),
    Column(
        "nature",
        "性质",
        parse=_NATURE,
        aliases=("机构性质", "经营性质", "登记性质", "单位性质"),
        choices=tuple(NATURES.values()),
        note="不填时由代码前两位推断",
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        parse=_limited(40, cells.code),
        aliases=("社会信用代码", "信用代码", "统一信用代码", "统一社会代码", "uscc"),
        note="18 位；没有的留空",
        width=22,
        code=True,
    ),
    Column(
        "county",
        "区县",
        parse=_limited(60),
        aliases=("所在区县", "县区", "县（市、区）", "区（县）", "所属区县"),
    ),
    Column(
        "town",
        "街道（乡镇）",
        parse=_limited(60),
        aliases=(
            *(
                "街道/乡镇",
                "乡镇/街道",
                "街道乡镇",
                "乡镇街道",
                "镇街",
                "乡镇（街道）",
                "所属街道",
                "所在街道",
            ),
            *("所属乡镇", "所在乡镇", "街道", "乡镇", "township", "town"),
        ),
        note="按名称在您的辖区内对应",
    ),
    Column("region_code", "区划代码", parse=_limited(12, cells.code), aliases=("行政区划代码",), code=True),
    Column(
        "address", "地址", parse=_limited(200), aliases=("详细地址", "机构地址", "住所", "address"), width=30
    ),
    Column("beds", "床位数", parse=cells.count, aliases=("床位", "床位数量", "核定床位", "床位总数", "beds")),
    Column(
        "residents",
        "在住老年人数",
        parse=cells.count,
        aliases=("入住人数", "在住人数", "在院人数", "入住老人数", "收住人数", "入住老年人数", "residents"),
    ),
    Column(
        "staff_count",
        "工作人员数",
        parse=cells.count,
        aliases=("职工人数", "员工数", "从业人员数", "工作人员"),
    ),
    Column(
        "registration_status",
        "登记状态",
        parse=_REGISTRATION,
        aliases=("是否登记", "法人登记"),
        choices=tuple(REGISTRATION.values()),
    ),
    Column(
        "filing_status",
        "备案状态",
        parse=_FILING,
        aliases=("是否备案", "备案情况"),
        choices=tuple(FILING.values()),
    ),
    Column("filed_on", "备案日期", parse=cells.day, aliases=("备案时间",), example="2021-11-23"),
    Column(
        "opened_on",
        "首次收住或开业日期",
        parse=cells.day,
        aliases=("开业日期", "开业时间", "首次收住日期", "运营时间", "投入运营时间"),
        example="2019-06-01",
    ),
    Column(
        "operator_name",
        "运营主体",
        parse=_limited(120),
        aliases=("运营单位", "运营机构", "运营方", "主办单位"),
        width=24,
    ),
    Column("operator_uscc", "运营主体代码", parse=cells.uscc, code=True, width=22),
    Column("legal_person", "法定代表人", parse=_limited(60), aliases=("法人", "法人代表", "法定代表人姓名")),
    Column(
        "director", "主要负责人", parse=_limited(60), aliases=("负责人", "院长", "机构负责人", "院长姓名")
    ),
    Column(
        "phone",
        "联系电话",
        parse=_limited(40, cells.phone),
        aliases=("电话", "联系方式", "手机", "机构电话", "联系电话号码"),
        code=True,
    ),
    Column(
        "premises",
        "房屋来源",
        parse=_PREMISES,
        aliases=("房屋性质", "用房来源"),
        choices=tuple(PREMISES.values()),
    ),
    Column("building_area", "建筑面积（平方米）", parse=_area, aliases=("建筑面积", "面积")),
    Column(
        "lon",
        "经度",
        parse=_degrees,
        aliases=("lng", "lon", "longitude", "东经", "X坐标"),
        example="119.706006",
    ),
    Column("lat", "纬度", parse=_degrees, aliases=("lat", "latitude", "北纬", "Y坐标"), example="30.610348"),
    Column(
        "datum",
        "坐标系",
        parse=_datum,
        aliases=("坐标系统",),
        choices=tuple(label.split("（")[0] for label in DATUMS.values()),
        note="高德、腾讯地图取的点填 GCJ-02；卫星定位、天地图取的点填 WGS84",
    ),
    Column(
        "aliases",
        "曾用名或简称",
        parse=_words(120),
        aliases=("曾用名", "简称", "别名"),
        note="多个用顿号隔开",
    ),
    Column("tags", "标签", parse=_words(20), note="多个用顿号隔开"),
    Column(
        "source_key",
        "来源中的编号",
        parse=_limited(80, cells.code),
        aliases=("机构编号", "机构ID", "id"),
        note="原系统里的编号，再次导入时用来对上",
        code=True,
    ),
)
