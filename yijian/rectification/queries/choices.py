"""表单里可选的：机构、单位、情形、未销号的问题。"""

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.rectification.models import Problem
from yijian.rectification.queries.finding import post_for, units_to
from yijian.rectification.rules.severity import situations

LIMIT = 1000
Pair = tuple[str, str]


def facilities(viewer: Viewer) -> list[Pair]:
    """在营的机构，按街道、名称。"""
    rows = scoped(viewer, Facility.objects.filter(merged_into=None, closed_on=None)).select_related("region")
    rows = rows.order_by("region_path", "name", "pk")[:LIMIT]
    return [(str(row.pk), f"{row.region.name} · {row.name}") for row in rows]


def units(viewer: Viewer) -> list[Pair]:
    """可以交接给的单位。"""
    post = post_for(viewer, "rectification.handover")
    return [(str(unit.pk), unit.name) for unit in units_to(post.unit_id)]


def may_whistle(viewer: Viewer) -> bool:
    """是不是街道（乡镇）的岗位。"""
    return any(post.function == "subdistrict" for post in viewer.posts_with("rectification.handover"))


def named_situations() -> list[Pair]:
    """判级的情形，供选择。"""
    return [
        (one.code, f"{one.code} {one.title}{f'（{one.mark}）' if one.mark else ''}")
        for one in situations().values()
    ]


def open_problems(viewer: Viewer, facility: Facility) -> list[tuple[str, str]]:
    """这家机构还没有销号的问题。"""
    rows = scoped(viewer, Problem.objects.filter(facility=facility).exclude(state="closed"))
    return [(str(row.pk), f"{row.number} {row.title}") for row in rows.order_by("due_on", "pk")]


def problems_by_id(viewer: Viewer, facility: Facility, ids: list[int]) -> list[Problem]:
    """选中的几个问题。"""
    rows = scoped(viewer, Problem.objects.filter(facility=facility, pk__in=ids).exclude(state="closed"))
    return list(rows.select_related("facility").order_by("pk"))
