"""谁看得见哪些义务：民政看本辖区全部，部门看归口的，街道看属地的，机构看自己的。"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from yijian.access.viewer import PostView, Viewer
from yijian.ledger.models import Obligation, RuleUnit

WIDE = frozenset({"civil_affairs", "subdistrict"})


def visible(viewer: Viewer) -> QuerySet[Obligation]:
    """看得见的义务（含已作废的，由调用者排除）。"""
    rows = Obligation.objects.all()
    return rows if viewer.everything else rows.filter(sight(viewer))


def live(viewer: Viewer) -> QuerySet[Obligation]:
    """看得见且仍成立的义务。"""
    return visible(viewer).filter(void_at__isnull=True)


def sight(viewer: Viewer) -> Q:
    allowed = Q(pk__in=[])
    for post in viewer.posts:
        allowed |= of_post(post)
    return allowed


def of_post(post: PostView) -> Q:
    if post.group == "facility":
        return Q(facility__unit_id=post.unit_id)
    if post.group == "outside":
        return Q(unit_id=post.unit_id)
    region = Q(region_path__under=post.region_path)
    if post.function in WIDE:
        return region
    return region & Exists(RuleUnit.objects.filter(rule=OuterRef("rule"), function=post.function)) | Q(
        unit_id=post.unit_id
    )


def mine(viewer: Viewer) -> Q:
    """须由我（我的单位、我的机构）亲自做的。"""
    owed = Q(pk__in=[])
    for post in viewer.posts:
        owed |= owed_by(post)
    return owed


def owed_by(post: PostView) -> Q:
    if post.group == "facility":
        return Q(facility__unit_id=post.unit_id, rule__by="facility")
    own = Q(unit_id=post.unit_id)
    if post.group == "outside":
        return own
    charged = Exists(RuleUnit.objects.filter(rule=OuterRef("rule"), function=post.function))
    shared = Q(rule__by="unit", unit__isnull=True)
    here = Q(region__path=post.region_path) | (Q(region__isnull=True) & field_level(post))
    return own | (shared & here & Q(charged))


def field_level(post: PostView) -> Q:
    """机构层面的事由县（区）与街道承办；市级只督导。路径的段数即层级。"""
    levels = post.region_path.strip("/").count("/") + 1
    return (
        Q(region_path__under=post.region_path) if levels >= 3 or is_county(post.region_path) else Q(pk__in=[])
    )


def is_county(path: str) -> bool:
    """直辖市的区县只有两段路径，末段代码不以 00 结尾。"""
    tail = path.strip("/").split("/")[-1]
    return len(tail) == 6 and not tail.endswith("00")
