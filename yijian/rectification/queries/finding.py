"""按编号取一行；范围外等同不存在。动词与门共用。"""

from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.queries.owners import ancestors
from yijian.people.models import Unit
from yijian.people.viewer import PostView
from yijian.rectification.models import DeadlineDraft, Extension, Handover, Listing, Problem
from yijian.rectification.rules.chain import is_repeat

M = TypeVar("M", bound=Model)


def one(viewer: Viewer, rows: QuerySet[M], pk: int, what: str) -> M:
    """范围内的一行；没有报 NotFound。"""
    found = scoped(viewer, rows).filter(pk=pk).first()
    if found is None:
        raise NotFound(f"没有找到{what}，或它不在您的管辖范围内。")
    return found


def problem(viewer: Viewer, problem_id: int) -> Problem:
    return one(viewer, Problem.objects.select_related("facility", "found_by"), problem_id, "这个问题")


def facility(viewer: Viewer, facility_id: int) -> Facility:
    return one(viewer, Facility.objects.filter(merged_into=None), facility_id, "这家机构")


def extension(viewer: Viewer, extension_id: int) -> Extension:
    return one(viewer, Extension.objects.select_related("problem"), extension_id, "这条延期申请")


def draft(viewer: Viewer, draft_id: int) -> DeadlineDraft:
    rows = DeadlineDraft.objects.select_related("problem__facility", "problem__found_by")
    return one(viewer, rows, draft_id, "这份拟稿")


def listing(viewer: Viewer, listing_id: int) -> Listing:
    rows = Listing.objects.select_related("problem__facility", "problem__found_by")
    return one(viewer, rows, listing_id, "这次挂牌督办")


def handover(viewer: Viewer, handover_id: int) -> Handover:
    rows = Handover.objects.select_related("problem", "facility", "from_unit", "to_unit")
    return one(viewer, rows, handover_id, "这件告知移送")


def documents(viewer: Viewer, ids: tuple[int, ...]) -> list[Document]:
    """这几份材料，都须在范围内。"""
    rows = list(scoped(viewer, Document.objects.filter(pk__in=ids)).select_related("blob").order_by("pk"))
    if len(rows) != len(set(ids)):
        raise NotFound("有照片或材料不存在，或不在您的范围内，请重新上传。")
    return rows


def post_for(viewer: Viewer, capability: str, region_path: str = "") -> PostView:
    """以哪个岗位办：有这项权限、辖区管得着的；没有报 Refused。"""
    posts = viewer.posts_with(capability)
    for post in posts:
        if post.group == "facility" or region_path.startswith(post.region_path):
            return post
    if posts:
        return posts[0]
    raise Refused("请用一个单位的岗位办理这件事。")


def units_to(from_unit_id: int) -> QuerySet[Unit]:
    """可以交接给哪些单位：同一个县区（及其上级、下级街道）的政府单位，机构与第三方除外。"""
    own = Unit.objects.select_related("region").get(pk=from_unit_id)
    county = "/".join(code for code in own.region_path.split("/") if len(code) <= 6)
    county = county if county.endswith("/") else f"{county}/"
    near = Q(region_path__under=county) | Q(region_path__in=ancestors(own.region_path))
    rows = Unit.objects.filter(near, active=True)
    rows = rows.exclude(function__in=["facility", "association", "third_party"]).exclude(pk=from_unit_id)
    return rows.select_related("region").order_by("region_path", "function", "pk")


def earlier_same(facility_id: int, item_code: str, situation: str) -> Problem | None:
    """屡犯：同一机构同一检查项或同一情形，两年内销过号的最近一次。"""
    rows = Problem.objects.filter(facility_id=facility_id, state="closed")
    same = rows.none()
    if item_code:
        same = rows.filter(item_code=item_code)
    if situation:
        same = same | rows.filter(situation=situation)
    return same.order_by("-closed_at", "-pk").first()


def repeated(facility_id: int, item_code: str, situation: str, found_on: date) -> Problem | None:
    """屡犯的上一次；已过两年的不算。"""
    last = earlier_same(facility_id, item_code, situation)
    if last is None or last.closed_at is None:
        return None
    closed_on = clock.local_date(last.closed_at)
    return last if is_repeat(closed_on=closed_on, found_on=found_on) else None
