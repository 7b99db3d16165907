"""测试用的虚构机构与表格（演示数据）。"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from yijian.facilities.models import Facility
from yijian.facilities.services import create_facility
from yijian.kernel.codes import uscc_check_sign
from yijian.people.viewer import SYSTEM, Viewer

# 与真实公开名单同样的毛病：数字是文字、三家同一坐标、没有代码、乡镇不在区划表里（演示数据）
FAULTY_JSON = [
    {"id": "9001", "beds": "575", "residents": "188", "township": "松鹤街道", "name": "社会福利中心（演示）",
     "lng": 119.706006, "lat": 30.610348},
    {"id": "9002", "beds": "７０", "residents": "16", "township": "云栖镇", "name": "云栖福善养老院（演示）",
     "lng": 119.63882, "lat": 30.797533},
    {"id": "9003", "beds": "51", "residents": "19", "township": "云栖镇", "name": "云栖镇福利中心（演示）",
     "lng": 119.706006, "lat": 30.610348},
    {"id": "9004", "beds": "84", "residents": "142", "township": "柏龄街道", "name": "柏龄康颐托养所（演示）",
     "lng": 119.706006, "lat": 30.610348},
]  # fmt: skip


def code(number: int, head: str = "52") -> str:
    """校验位正确的虚构代码。"""
    body = f"{head}990102MA{number:07d}"
    return body + uscc_check_sign(body)


def make(cast: Any, name: str = "松鹤颐年养老院（演示）", *, by: Viewer = SYSTEM, **more: Any) -> Facility:
    """松鹤街道的一家机构。"""
    values = {"name": name, "kind": "nursing_home", "region": cast.street, **more}
    return create_facility(values=values, by=by)  # type: ignore[typeddict-item]


def csv_bytes(rows: Iterable[Mapping[str, object]], encoding: str = "utf-8") -> bytes:
    """一份 csv；表头取第一行的键。"""
    rows = list(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def listed(count: int, **more: object) -> list[dict[str, object]]:
    """count 家，各项齐全，互不重复。"""
    return [
        {
            "机构名称": f"颐{n}号养老院（演示）",
            "种类": "养老机构",
            "统一社会信用代码": code(n),
            "街道/乡镇": ("松鹤街道", "柏龄街道")[n % 2],
            "床位": 30 + n % 100,
            "入住人数": 10 + n % 20,
            "备案日期": "2021-11-23",
            "经度": f"{117.1 + n % 1000 * 0.002:.6f}",
            "纬度": f"{39.13 + n // 1000 * 0.002:.6f}",
            "坐标系": "GCJ-02",
            **more,
        }
        for n in range(count)
    ]
