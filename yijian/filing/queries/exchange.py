"""登记主体的查询：列表、存疑的对、批次、街道待核查。"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.filing import kinds
from yijian.filing.models import ExchangeBatch, ExchangePartner, MatchPair, RegisteredEntity
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Region, Unit

PER_PAGE = 30


def county_of(region: Region) -> Region:
    """所在的县级区划；本身是县级以上的就是它自己。"""
    codes = [code for code in region.path.split("/") if len(code) == 6]
    if region.level not in ("town", "community") or not codes:
        return region
    return Region.objects.get(pk=codes[-1])


def towns_of(county: Region) -> list[Region]:
    """县区下的街道（乡镇），名称长的在前，免得短名先认走。"""
    rows = Region.objects.filter(path__under=county.path, level="town").order_by("pk")
    return sorted(rows, key=lambda town: -len(town.name))


def home_county(viewer: Viewer) -> Region:
    """看的人所在的区划（县区；街道取上级县区）。"""
    code = viewer.region_path.rstrip("/").rpartition("/")[2]
    region = Region.objects.filter(pk=code or "000000").first()
    if region is None:
        raise NotFound("没有您所在的区划。")
    return county_of(region)


@dataclass(frozen=True)
class EntityFilter:
    """列表的筛选。"""

    text: str = ""
    klass: str = ""
    match: str = ""
    kind: str = ""
    region: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "EntityFilter":
        def word(name: str, words: Mapping[str, str]) -> str:
            return given.get(name, "") if given.get(name, "") in words else ""

        return cls(
            text=given.get("q", "").strip()[:60],
            klass=word("klass", kinds.CLASSES),
            match=word("match", kinds.MATCHES),
            kind=word("kind", kinds.ENTITY_KINDS),
            region=given.get("region", "")[:12],
        )


def entities(viewer: Viewer, given: EntityFilter | None = None) -> QuerySet[RegisteredEntity]:
    """辖区内的登记主体。"""
    rows = scoped(viewer, RegisteredEntity.objects.all()).select_related("region", "facility", "batch")
    if given is None:
        return rows.order_by("region_path", "name", "pk")
    if given.text:
        rows = rows.filter(
            Q(name__contains=given.text)
            | Q(code__contains=given.text.upper())
            | Q(address__contains=given.text)
        )
    for name in ("klass", "match", "kind"):
        if getattr(given, name):
            rows = rows.filter(**{name: getattr(given, name)})
    if given.region:
        rows = rows.filter(region_id=given.region)
    return rows.order_by("region_path", "name", "pk")


def paged(rows: QuerySet[RegisteredEntity], number: int) -> "Page[RegisteredEntity]":
    return Paginator(rows, PER_PAGE).get_page(number)


def entity(viewer: Viewer, entity_id: int) -> RegisteredEntity:
    found = entities(viewer).filter(pk=entity_id).first()
    if found is None:
        raise NotFound("没有这个登记主体，或不在您的范围内。")
    return found


def tally(viewer: Viewer) -> list[tuple[str, str, int]]:
    """三类与待核查各多少：（类，中文，个数）。"""
    counted = dict(
        scoped(viewer, RegisteredEntity.objects.all())
        .order_by("klass")
        .values_list("klass")
        .annotate(n=Count("pk"))
    )
    return [(key, label, counted.get(key, 0)) for key, label in kinds.CLASSES.items()]


def waiting_pairs(viewer: Viewer) -> QuerySet[MatchPair]:
    """等人认定的对，最像的在前。"""
    rows = scoped(viewer, MatchPair.objects.filter(verdict="", entity__match="doubtful"))
    return rows.select_related("entity", "entity__region", "facility", "facility__region").order_by(
        "-score", "entity_id", "pk"
    )


def batches(viewer: Viewer) -> QuerySet[ExchangeBatch]:
    return scoped(viewer, ExchangeBatch.objects.all()).order_by("-received_at", "-pk")


def batch(viewer: Viewer, batch_id: int) -> ExchangeBatch:
    found = batches(viewer).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("没有这一批，或不在您的范围内。")
    return found


def to_check(viewer: Viewer) -> QuerySet[RegisteredEntity]:
    """推给我这里、还没有核查的主体。"""
    rows = scoped(viewer, RegisteredEntity.objects.filter(pushed_at__isnull=False), capability="filing.check")
    return rows.filter(checked_at=None).select_related("region").order_by("region_path", "pk")


def checked(viewer: Viewer, limit: int = 50) -> QuerySet[RegisteredEntity]:
    """已经核查的，最近的在前。"""
    rows = scoped(
        viewer, RegisteredEntity.objects.filter(checked_at__isnull=False), capability="filing.check"
    )
    return rows.select_related("region").order_by("-checked_at", "pk")[:limit]


def partner_county(partner: ExchangePartner) -> Region:
    """报送单位所在的县区。"""
    return county_of(partner.unit.region)


def partners(viewer: Viewer) -> QuerySet[ExchangePartner]:
    return scoped(viewer, ExchangePartner.objects.select_related("unit")).order_by("unit__name", "pk")


def partner_units(viewer: Viewer) -> QuerySet[Unit]:
    """可以开通报送的登记机关。"""
    rows = scoped(
        viewer, Unit.objects.filter(function__in=("market", "establishment", "civil_affairs", "approval"))
    )
    return rows.order_by("name", "pk")


def unit(viewer: Viewer, unit_id: str) -> Unit:
    found = (
        partner_units(viewer)
        .filter(pk=int(unit_id) if unit_id.isdecimal() and len(unit_id) < 12 else 0)
        .first()
    )
    if found is None:
        raise NotFound("没有这个单位，或不在您的范围内。")
    return found


def town_picks(viewer: Viewer) -> list[tuple[str, str]]:
    """辖区内的街道（乡镇）。"""
    where = Q(pk__in=[])
    for post in viewer.posts:
        where |= Q(path__under=post.region_path)
    return list(Region.objects.filter(where, level="town").order_by("path").values_list("pk", "name")[:2000])


def town(viewer: Viewer, code: str) -> Region:
    """辖区内的一个街道（乡镇）。"""
    if not code:
        raise Refused("请选择街道（乡镇）。", field="region")
    found = Region.objects.filter(pk=code[:12], level="town").first()
    if found is None or not any(found.path.startswith(post.region_path) for post in viewer.posts):
        raise NotFound("没有这个街道（乡镇），或不在您的辖区里。")
    return found
