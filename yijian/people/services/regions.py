"""行政区划：装载随包数据，新增自设片区。"""

import csv
import re
from pathlib import Path

from yijian.audit.services import record
from yijian.kernel.errors import Refused
from yijian.people.kinds import LEVELS
from yijian.people.models import Region
from yijian.people.rules import path_of
from yijian.people.verbs import verb
from yijian.people.viewer import Viewer

DATA = Path(__file__).resolve().parent.parent / "data" / "regions.csv"
_CODE = re.compile(r"[0-9A-Z]{6,12}")
_ORDER = list(LEVELS)
ROOT = "000000"


@verb("people.manage")
def load_regions(*, path: Path = DATA, by: Viewer) -> int:
    """装载行政区划：读随包的区划表，新增或更新，返回变动数；可重复执行。

    路径由上级逐级算出。区划依据为国家统计局 2023 年统计用区划代码；custom=1 的是自设片区（如曲靖经开区）。
    """
    with path.open(encoding="utf-8", newline="") as source:
        wanted = _with_paths(list(csv.DictReader(source)))
    existing = Region.objects.in_bulk()
    new = [r for r in wanted if r.code not in existing]
    changed = [r for r in wanted if r.code in existing and _differs(r, existing[r.code])]
    Region.objects.bulk_create(new)
    Region.objects.bulk_update(changed, ["name", "level", "parent", "path", "sort", "custom"])
    record("region.loaded", by=by, data={"added": len(new), "changed": len(changed)})
    return len(new) + len(changed)


def _with_paths(rows: list[dict[str, str]]) -> list[Region]:
    paths: dict[str, str] = {}
    regions = []
    for sort, row in enumerate(sorted(rows, key=lambda r: (_ORDER.index(r["level"]), r["code"]))):
        parent = row["parent"] or None
        if parent is not None and parent not in paths:
            raise Refused(f"区划“{row['name']}”的上级 {parent} 不在表中。")
        paths[row["code"]] = path_of(row["code"], paths.get(parent) if parent else None)
        regions.append(
            Region(
                code=row["code"],
                name=row["name"],
                level=row["level"],
                parent_id=parent,
                path=paths[row["code"]],
                sort=sort,
                custom=row["custom"] == "1",
            )
        )
    return regions


def _differs(a: Region, b: Region) -> bool:
    fields = ("name", "level", "parent_id", "path", "sort", "custom")
    return any(getattr(a, f) != getattr(b, f) for f in fields)


@verb("people.manage")
def create_region(
    *, code: str, name: str, level: str, parent: Region, custom: bool = True, by: Viewer
) -> Region:
    """新增区划：国家统计区划之外的片区（开发区等），或暂未随包提供的乡镇、社区。

    code 为 6–12 位数字或大写字母；层级须低于上级（同为县级的开发区挂在市下）。
    """
    code, name = code.strip().upper(), name.strip()
    if not _CODE.fullmatch(code):
        raise Refused("区划代码应为 6 至 12 位数字或大写字母。", field="code")
    if not name:
        raise Refused("请填写区划名称。", field="name")
    if level not in LEVELS or _ORDER.index(level) <= _ORDER.index(parent.level):
        raise Refused(f"层级须低于上级“{parent.name}”（{LEVELS[parent.level]}）。", field="level")
    if Region.objects.filter(pk=code).exists():
        raise Refused(f"代码 {code} 已有区划，请换一个代码。", field="code")
    if Region.objects.filter(parent=parent, name=name).exists():
        raise Refused(f"“{parent.name}”之下已有“{name}”。", field="name")
    region = Region.objects.create(
        code=code,
        name=name,
        level=level,
        parent=parent,
        path=path_of(code, parent.path),
        sort=Region.objects.filter(parent=parent).count(),
        custom=custom,
    )
    record("region.created", by=by, subject=("region", code, name), data={"level": LEVELS[level]})
    return region


@verb("people.manage")
def add_region(*, code: str, name: str, parent_code: str = ROOT, level: str = "", by: Viewer) -> Region:
    """手工新增一个区划：上级给代码；层级不给就按代码判断（六位末尾 0000 省、00 市、其余县，更长为乡镇）。"""
    parent = Region.objects.filter(pk=parent_code).first()
    if parent is None and parent_code == ROOT:
        load_regions(by=by)
        parent = Region.objects.get(pk=ROOT)
    if parent is None:
        raise Refused(f"没有上级区划 {parent_code}，请先新增它，或不写上级。", field="parent")
    return create_region(code=code, name=name, level=level or guess_level(code), parent=parent, by=by)


def guess_level(code: str) -> str:
    """由代码的样子判断层级。"""
    if len(code) > 6:
        return "town"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
