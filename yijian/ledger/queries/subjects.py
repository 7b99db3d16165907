"""自由登记：一件事发生在谁身上——机构、单位、区划的查找。"""

from dataclasses import dataclass

from django.db.models import Q

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel.errors import NotFound
from yijian.people.models import Region, Unit

FOUND = 12


@dataclass(frozen=True)
class Subject:
    """value 是 f机构、u单位、r区划 加编号。"""

    value: str
    name: str
    kind: str
    where: str


def facility(viewer: Viewer, facility_id: int) -> Facility:
    """范围内的一家机构。"""
    rows = scoped(viewer, Facility.objects.select_related("region", "merged_into"))
    found = rows.filter(pk=facility_id).first()
    if found is None:
        raise NotFound("没有这家机构，或不在您的范围内。")
    return found


def own(viewer: Viewer) -> list[Subject]:
    """不用查找就能选的：自己的机构、单位和辖区。"""
    homes = Facility.objects.filter(unit_id__in=viewer.unit_ids, merged_into__isnull=True).select_related(
        "region"
    )
    found = [of_facility(f) for f in homes.order_by("pk")[:FOUND]]
    units = Unit.objects.filter(pk__in=viewer.unit_ids).exclude(function="facility").select_related("region")
    found += [of_unit(u) for u in units.order_by("pk")]
    places = Region.objects.filter(path__in=[p for p in viewer.region_paths if p != "/"])
    return found + [of_region(r) for r in places.order_by("path")]


def search(viewer: Viewer, text: str) -> list[Subject]:
    """按名称、拼音首字母、代码查机构，按名称查单位、区划；各至多十二个。"""
    text = text.replace("\x00", "").strip().lower()[:40]
    if not text:
        return own(viewer)
    homes = scoped(viewer, Facility.objects.select_related("region")).filter(merged_into__isnull=True)
    named = homes.filter(Q(search_text__contains=text) | Q(name__icontains=text)).order_by("name", "pk")
    found = [of_facility(f) for f in named[:FOUND]]
    units = (
        scoped(viewer, Unit.objects.select_related("region")).filter(active=True).exclude(function="facility")
    )
    found += [of_unit(u) for u in units.filter(name__icontains=text).order_by("name", "pk")[:FOUND]]
    inside = Q(pk__in=[])
    for path in viewer.region_paths:
        inside |= Q(path__under=path)
    regions = Region.objects.filter(inside, name__icontains=text).order_by("path")
    return found + [of_region(r) for r in regions[:FOUND]]


def by_value(viewer: Viewer, value: str) -> Subject:
    """表单回填：由值得到名称；范围外的当作没有。"""
    kind, key = value[:1], value[1:]
    if kind == "f" and key.isdecimal():
        return of_facility(facility(viewer, int(key)))
    if kind == "u" and key.isdecimal():
        unit = scoped(viewer, Unit.objects.select_related("region")).filter(pk=int(key)).first()
        if unit is not None:
            return of_unit(unit)
    if kind == "r":
        region = Region.objects.filter(pk=key).first()
        if region is not None:
            return of_region(region)
    raise NotFound("没有找到所选的对象，请重新选择。")


def of_facility(found: Facility) -> Subject:
    return Subject(f"f{found.pk}", found.name, "机构", found.region.name)


def of_unit(found: Unit) -> Subject:
    return Subject(f"u{found.pk}", found.name, "单位", found.region.name)


def of_region(found: Region) -> Subject:
    return Subject(f"r{found.pk}", found.name, "辖区", "")
