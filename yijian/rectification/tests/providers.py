"""权限总表用的整改对象，都在松鹤街道。"""

from collections.abc import Callable
from datetime import timedelta

from yijian.access.viewer import build_viewer
from yijian.kernel import clock
from yijian.people.cast import Cast
from yijian.rectification.models import DeadlineDraft, Extension, Handover, Listing, Problem
from yijian.rectification.services.deadlines import ask_extension, find_urgent
from yijian.rectification.services.handovers import Letter, send_handover
from yijian.rectification.services.plans import request_listing
from yijian.rectification.tests.world import home, opened


def problem(cast: Cast) -> Problem:
    """松鹤养老院的一个重大隐患，民政科员发现的。"""
    found = Problem.objects.first()
    today = clock.today()
    days = {"found_on": today, "due_on": today + timedelta(days=10)}
    return found or opened(home(cast), build_viewer(cast.civil_officer), grade="major", **days)


def extension(cast: Cast) -> int:
    """院长申请的延期。"""
    row, found = problem(cast), Extension.objects.first()
    later, by = row.due_on + timedelta(days=5), build_viewer(cast.director)
    return (found or ask_extension(problem=row, wanted_on=later, reason="等材料", by=by)).pk


def draft(cast: Cast) -> int:
    """待决定的停业整顿。"""
    found, by = DeadlineDraft.objects.first(), build_viewer(cast.civil_chief)
    return (found or find_urgent(problem=problem(cast), reason="燃气泄漏", by=by)).pk


def listing(cast: Cast) -> int:
    """已提请的挂牌督办。"""
    found, by = Listing.objects.first(), build_viewer(cast.civil_chief)
    given = {"government": "颐和区人民政府", "letter_number": "演〔2026〕1号"}
    return (found or request_listing(problem=problem(cast), by=by, **given)).pk


def handover(cast: Cast) -> int:
    """民政书面告知消防。"""
    found = Handover.objects.first()
    letter = Letter("notify", cast.units["fire"].pk, "燃气软管老化", "请到场处理", problem=problem(cast))
    return (found or send_handover(letter=letter, by=build_viewer(cast.civil_officer))).pk


PARAMS: dict[str, Callable[[Cast], object]] = {
    "problem_id": lambda cast: problem(cast).pk,
    "extension_id": extension,
    "draft_id": draft,
    "listing_id": listing,
    "listing_step": lambda cast: "list",
    "letter": lambda cast: "suspend",
    "handover_id": handover,
    "step": lambda cast: "receive",
}
