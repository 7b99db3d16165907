"""规则：坐标换算、种类性质推断、检索用语、疑似重复。"""

import pytest

from yijian.facilities.rules.coordinates import gcj02_of_wgs84, metres_between, wgs84_of_gcj02
from yijian.facilities.rules.search import search_text, terms
from yijian.facilities.rules.suspicions import Known, find
from yijian.facilities.rules.words import kind_of_name, name_key, nature_of_code, short_place

# 各开源实现（coordtransform、gcoord、eviltransform）一致的结果
KNOWN = [
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ((121.4737, 31.2304), (121.47822756, 31.22846061)),
]


@pytest.mark.parametrize(("wgs", "gcj"), KNOWN[:1])
def test_gcj02_agrees_with_the_published_implementations(
    wgs: tuple[float, float], gcj: tuple[float, float]
) -> None:
    assert gcj02_of_wgs84(*wgs) == pytest.approx(gcj, abs=1e-9)
    assert wgs84_of_gcj02(*gcj) == pytest.approx(wgs, abs=1e-9)


def test_there_and_back_is_the_same_point_all_over_the_country() -> None:
    for lon in range(74, 136, 3):
        for lat in range(4, 54, 3):
            back = wgs84_of_gcj02(*gcj02_of_wgs84(lon + 0.123, lat + 0.456))
            assert back == pytest.approx((lon + 0.123, lat + 0.456), abs=1e-9)


def test_points_abroad_are_not_shifted() -> None:
    assert gcj02_of_wgs84(-0.1276, 51.5072) == (-0.1276, 51.5072)
    assert wgs84_of_gcj02(139.6917, 35.6895) == (139.6917, 35.6895)


def test_the_shift_is_a_few_hundred_metres() -> None:
    assert 300 < metres_between((116.404, 39.915), gcj02_of_wgs84(116.404, 39.915)) < 700


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("天山镇社会福利中心", "township_home"),
        ("社会福利中心", "nursing_home"),
        ("青石乡敬老院", "township_home"),
        ("福康颐养院", "nursing_home"),
        ("民意托养院", "nursing_home"),
        ("爱心托老所", "nursing_home"),
        ("某某养老服务有限公司", "nursing_home"),
        ("和平里老人家食堂", "canteen"),
        ("松鹤日间照料中心", "day_care"),
        ("柏龄街道居家养老服务中心", "home_community"),
        ("长青护理站", "embedded_clinic"),
    ],
)
def test_the_kind_is_read_from_the_name(name: str, kind: str) -> None:
    found = kind_of_name(name)
    assert found is not None
    assert found[0] == kind


def test_a_name_without_a_hint_gives_no_kind() -> None:
    assert kind_of_name("东方红大厦") is None


def test_the_nature_is_read_from_the_first_two_signs_of_the_code() -> None:
    heads = [nature_of_code(head + "0" * 16) for head in ("12", "52", "91", "92", "N2")]
    assert heads == ["public", "non_profit", "for_profit", "for_profit", ""]


def test_names_are_compared_without_brackets_width_and_company_tails() -> None:
    assert name_key("松鹤 养老院（演示）") == name_key("松鹤养老院") == "松鹤养老院"
    assert name_key("ＡＢ养老服务有限公司") == name_key("ab养老服务")
    assert name_key("（演示）") == "演示"


def test_a_place_loses_its_tail_but_never_its_name() -> None:
    assert (short_place("松鹤街道"), short_place("云栖镇"), short_place("山镇")) == ("松鹤", "云栖", "山镇")


def test_search_text_holds_pinyin_initials_code_and_phone() -> None:
    text = search_text("长者养老院", ["重庆康养"], "52X", "023-123 45")
    for part in (
        "长者养老院",
        "zhangzheyanglaoyuan",
        "zzyly",
        "chongqingkangyang",
        "cqky",
        "52x",
        "02312345",
    ):
        assert part in text.split(" ")


def test_a_query_is_folded_like_the_text() -> None:
    assert terms("  ＳＨ 松-鹤  ") == ["sh", "松鹤"]
    assert terms("   ") == []


def known(
    key: int, name: str, *, place: str = "甲", uscc: str = "", written: str = "", at: object = None
) -> Known:
    lon, lat = at if isinstance(at, tuple) else (None, None)
    return Known(key, name, place, uscc, written, lon, lat)


def test_suspicions_name_the_strongest_reason_once() -> None:
    spot = (117.1, 39.1)
    found = find(
        [
            known(1, "松鹤养老院", uscc="A", at=spot),
            known(2, "松鹤养老院（新）", written="A", at=(117.1001, 39.1)),
            known(3, "松鹤养老院", place="乙"),
            known(4, "别的敬老院", at=spot),
            known(5, "远处的养老院", at=(118.0, 39.0)),
        ]
    )
    assert [(s.first, s.second, s.strength) for s in found] == [(1, 2, 3), (1, 4, 1)]


def test_neighbours_across_a_cell_border_are_found() -> None:
    rows = [
        known(1, "福寿养老院", place="甲", at=(117.09999, 39.1)),
        known(2, "福寿养老院二部", place="乙", at=(117.10001, 39.1)),
    ]
    assert [(s.first, s.second) for s in find(rows)] == [(1, 2)]
