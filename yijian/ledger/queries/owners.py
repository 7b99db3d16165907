"""一条义务归哪些单位办：机构自己办的是机构，其余按职能找辖区里最近的一级。"""

from functools import lru_cache

from yijian.ledger.models import Obligation
from yijian.people.models import Unit


class Owners:
    """查责任单位；同一职能同一辖区只查一次，一批义务共用一个。"""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], int | None] = {}

    def of(self, duty: Obligation) -> list[int]:
        """责任单位编号，牵头的排在前面；找不到对应单位时为空。"""
        if duty.rule.by == "facility":
            unit_id = duty.facility.unit_id if duty.facility else None
            return [unit_id] if unit_id else []
        if duty.unit_id:
            return [duty.unit_id]
        who = duty.rule.who
        names = dict.fromkeys([*who["lead"], *who["responsible"], *who["local"]])
        return [u for u in (self.nearest(f, duty.region_path) for f in names) if u]

    def nearest(self, function: str, region_path: str) -> int | None:
        """某职能在这条区划路径上最近一级的单位。"""
        key = function, region_path
        if key not in self.found:
            units = Unit.objects.filter(
                function=function, active=True, region__path__in=ancestors(region_path)
            )
            near = sorted(units.values_list("region_path", "pk"), key=lambda pair: -len(pair[0]))
            self.found[key] = near[0][1] if near else None
        return self.found[key]


def charged_units(duty: Obligation) -> list[int]:
    """单独一条义务的责任单位。"""
    return Owners().of(duty)


@lru_cache(maxsize=4096)
def ancestors(path: str) -> tuple[str, ...]:
    """路径自身及各级上级："/a/b/" → ("/a/b/", "/a/", "/")。"""
    parts = path.strip("/").split("/")
    return tuple("/" + "".join(f"{p}/" for p in parts[:n]) for n in range(len(parts), -1, -1))
