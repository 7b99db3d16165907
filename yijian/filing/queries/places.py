"""未登记场所的查询。"""

from collections.abc import Mapping

from django.db.models import QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.filing import kinds
from yijian.filing.models import UnregisteredPlace
from yijian.kernel.errors import NotFound


def places(viewer: Viewer, given: Mapping[str, str] | None = None) -> QuerySet[UnregisteredPlace]:
    """辖区内的未登记场所；未了的在前。"""
    rows = scoped(viewer, UnregisteredPlace.objects.all()).select_related("region", "report")
    given = given or {}
    if given.get("state") in kinds.PLACE.states:
        rows = rows.filter(state=given["state"])
    if given.get("claims") in kinds.CLAIMS:
        rows = rows.filter(claims=given["claims"])
    if given.get("region"):
        rows = rows.filter(region_id=given["region"])
    return rows.order_by("-found_on", "-pk")


def place(viewer: Viewer, place_id: int) -> UnregisteredPlace:
    found = places(viewer).filter(pk=place_id).first()
    if found is None:
        raise NotFound("没有这个场所，或不在您的范围内。")
    return found
