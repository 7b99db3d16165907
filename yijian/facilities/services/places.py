"""表里的区县、街道对到区划：只在导入人的辖区内找，同名的要区县来分。"""

from collections import defaultdict
from dataclasses import dataclass, field

from yijian.access.viewer import Viewer
from yijian.facilities.rules.words import place_key, short_place
from yijian.facilities.services.values import insist_region
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.models import Region
from yijian.people.services import create_region
from yijian.people.viewer import PostView

_TOWN_LEVELS = ("town", "community")
MOST_NEW = 99


@dataclass(frozen=True)
class NewTown:
    """待新增的乡镇街道。"""

    county: Region
    name: str


@dataclass(frozen=True)
class Place:
    """对应的结果：region（或待新增的 new）与提醒；fault 非空是错误。"""

    region: Region | None = None
    new: NewTown | None = None
    column: str = "town"
    fault: str = ""
    warning: str = ""


@dataclass
class Places:
    """一次导入的区划对照。base 是导入到的区划，create 为真时缺的乡镇待新增。"""

    base: Region
    create: bool
    counties: dict[str, list[Region]] = field(default_factory=lambda: defaultdict(list))
    towns: dict[str, list[Region]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, Region] = field(default_factory=dict)
    known: dict[tuple[str | None, str | None, str | None], Place] = field(default_factory=dict)

    def find(self, county: str | None, town: str | None, code: str | None) -> Place:
        """某行的区划；同样的写法只找一次。"""
        key = (county, town, code)
        if key not in self.known:
            self.known[key] = self._find(county, town, code)
        return self.known[key]

    def _find(self, county: str | None, town: str | None, code: str | None) -> Place:
        if code:
            found = self.codes.get(code)
            fault = "" if found else f"“{self.base.name}”之下没有代码为“{code}”的区划，请核对或改填街道名称。"
            return Place(found, column="region_code", fault=fault)
        within, fault = self._county(county)
        if fault:
            return Place(column="county", fault=fault)
        if not town:
            return self._without_town(within)
        return self._town(town, within)

    def _county(self, county: str | None) -> tuple[Region | None, str]:
        if not county:
            return (self.base if self.base.level not in ("nation", "province", "city") else None), ""
        found = self.counties.get(place_key(county), [])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"“{self.base.name}”之下有 {len(found)} 个“{county}”，请改填区划代码。"
        return None, f"“{self.base.name}”之下没有区县“{county}”，请核对名称。"

    def _without_town(self, within: Region | None) -> Place:
        if within is None:
            return Place(fault="没有填街道（乡镇），不知道归哪里管。请补填区县和街道。")
        if within.level in _TOWN_LEVELS:
            return Place(within)
        return Place(within, warning=f"没有填街道（乡镇），暂归到{within.name}，请核实后补填。")

    def _town(self, town: str, within: Region | None) -> Place:
        key = place_key(town)
        found = self._under(self.towns.get(key, []), within)
        if not found:
            found = self._under(self.towns.get(f"~{short_place(key)}", []), within)
            if len(found) == 1:
                return Place(found[0], warning=f"表里写的是“{town}”，按“{found[0].name}”对应，请核对。")
        if len(found) == 1:
            return Place(found[0])
        if found:
            names = "、".join(f"{r.parent.name if r.parent else ''}{r.name}" for r in found[:5])
            return Place(fault=f"“{town}”有 {len(found)} 处（{names}），请填区县来区分。")
        return self._unknown(town, within)

    @staticmethod
    def _under(rows: list[Region], within: Region | None) -> list[Region]:
        return [row for row in rows if within is None or row.path.startswith(within.path)]

    def _unknown(self, town: str, within: Region | None) -> Place:
        where = within or self.base
        if not self.create:
            return Place(
                fault=f"“{where.name}”之下没有“{town}”。名称写错的请改正；确有此地而系统没有的，"
                "请系统管理员先新增区划（命令行可加 --create-towns）。"
            )
        if within is None or within.level in _TOWN_LEVELS:
            return Place(fault=f"要新增“{town}”，须先填它所属的区县。")
        name = "".join(town.split())
        return Place(
            new=NewTown(within, name), warning=f"系统里没有“{name}”，已作为自设区划新增到{where.name}之下。"
        )


def places(by: Viewer, code: str, *, create: bool) -> Places:
    """导入到的区划（没有给出就是 by 的辖区）之下的区划对照；不在辖区内报 NotFound。"""
    base = _base(by, code)
    insist_region(by, base, "facilities.import")
    if create and not by.can("people.manage"):
        raise Forbidden("新增区划须由系统管理员办理，您不能在导入时自动新增街道（乡镇）。")
    found = Places(base, create)
    for row in Region.objects.filter(path__under=base.path).select_related("parent").order_by("path"):
        found.codes[row.code] = row
        key = place_key(row.name)
        if row.level in _TOWN_LEVELS:
            found.towns[key].append(row)
            found.towns[f"~{short_place(key)}"].append(row)
        else:
            found.counties[key].append(row)
    return found


def _base(by: Viewer, code: str) -> Region:
    posts: tuple[PostView, ...] = by.posts_with("facilities.import")
    if code:
        found = Region.objects.filter(pk=code).first()
    elif posts:
        found = Region.objects.filter(path=posts[0].region_path).first()
    else:
        raise Refused("请说明导入到哪个区划（命令行用 --region 代码）。", field="region")
    if found is None:
        raise Refused(f"没有代码为“{code}”的区划。请先由系统管理员新增，或核对代码。", field="region")
    return found


def create_towns(wanted: list[NewTown], by: Viewer) -> dict[NewTown, Region]:
    """新增缺的乡镇街道，代码为县代码加 Z 与两位序号（自设，不与国家代码相撞）。"""
    made = {}
    for town in dict.fromkeys(wanted):
        stem = town.county.code[:9] + "Z"
        taken = set(Region.objects.filter(code__startswith=stem).values_list("code", flat=True))
        code = next((c for n in range(1, MOST_NEW + 1) if (c := f"{stem}{n:02d}") not in taken), None)
        if code is None:
            raise Refused(f"“{town.county.name}”之下自设区划已满 {MOST_NEW} 个，请先整理区划。")
        made[town] = create_region(code=code, name=town.name, level="town", parent=town.county, by=by)
    return made
