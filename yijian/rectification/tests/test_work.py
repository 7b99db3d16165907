"""登记、屡犯、延期、期限链、一院一案、挂牌、三个清单、照片提示。"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from PIL import ImageOps

from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Fact
from yijian.notices.models import Notice
from yijian.people.cast import Cast
from yijian.rectification import jobs
from yijian.rectification.models import (
    CasePlan,
    DeadlineDraft,
    Extension,
    Listing,
    PhotoFlag,
    PhotoPrint,
    Problem,
)
from yijian.rectification.queries.lists import HEADS, Where, counts, export_rows, listed
from yijian.rectification.services.deadlines import (
    ask_extension,
    decide_draft,
    decide_extension,
    draft_next_steps,
    find_urgent,
)
from yijian.rectification.services.plans import (
    delist_problem,
    list_problem,
    make_case_plan,
    note_listing,
    request_listing,
)
from yijian.rectification.services.problems import open_problem, report_own_problem
from yijian.rectification.services.rectify import reply
from yijian.rectification.tests.world import (
    DUE,
    FOUND,
    closed,
    days,
    encoded,
    finding,
    home,
    opened,
    photo,
    replied,
    scene_image,
)

Get = Callable[[str], Viewer]
pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object], word: str = "", error: type[Exception] = Refused) -> None:
    """不予办理，而且问题、延期、拟稿、挂牌、事实的数都没变。"""
    tables = (Problem, Extension, DeadlineDraft, Listing, CasePlan, Fact)

    def told() -> list[object]:
        return [list(table.objects.order_by("pk").values()) for table in tables]

    before = told()
    with pytest.raises(error, match=word or None), transaction.atomic():
        act()
    assert told() == before


# ---- 登记 --------------------------------------------------------------------------------------


def test_a_situation_fills_grade_and_basis_and_cannot_be_played_down(facility: Facility, viewer: Get) -> None:
    by = viewer("civil_officer")
    made = opened(facility, by, situation="4-3", basis="", grade="general")
    assert made.grade == "major" and "第四条" in made.basis
    assert opened(facility, by, item_code="H05", basis="").situation == "4-1"
    assert opened(facility, by).grade == "general"
    assert opened(facility, by, grade="major").grade == "major"


def test_what_is_missing_is_named(facility: Facility, viewer: Get) -> None:
    by = viewer("civil_officer")
    for extra, word in (
        ({"title": " "}, "写明问题"),
        ({"measure": ""}, "整改要求"),
        ({"basis": ""}, "依据"),
        ({"aspect": "魔法"}, "方面"),
        ({"situation": "99"}, "情形"),
        ({"grade": "huge"}, "等级"),
        ({"due_on": FOUND - days(1)}, "限期早于"),
        ({"found_on": FOUND + days(1)}, "将来"),
        ({"origin_kind": "梦"}, "来源"),
    ):
        refused(lambda extra=extra: opened(facility, by, **extra), word)
    refused(lambda: opened(facility, by, documents=(10**9,)), error=NotFound)
    refused(lambda: opened(facility, viewer("director")), error=Forbidden)
    refused(lambda: opened(facility, viewer("other_street_clerk")), error=NotFound)


def test_the_unit_that_found_it_and_the_facility_are_told(
    facility: Facility, cast: Cast, viewer: Get
) -> None:
    made = opened(facility, viewer("fire_officer"))
    assert made.found_by == cast.units["fire"] and made.responsible == "温如松"
    assert Notice.objects.filter(account=cast.director, link=f"/rectification/{made.pk}/").count() == 1
    assert set(Fact.objects.filter(case_key=made.uid).values_list("kind", flat=True)) == {
        "hazard.found",
        "hazard.urged",
    }


def test_a_facility_enters_what_it_found_itself(facility: Facility, cast: Cast, viewer: Get) -> None:
    given = finding(origin_kind="selfcheck")
    made = report_own_problem(facility=facility, finding=given, by=viewer("director"))
    assert made.found_by == cast.units["home_a"] and made.origin_kind == "selfcheck"
    refused(
        lambda: report_own_problem(facility=facility, finding=given, by=viewer("other_director")),
        error=NotFound,
    )
    other = replace(given, title="别处")
    refused(lambda: open_problem(facility=facility, finding=other, by=viewer("director")), error=Forbidden)


def test_the_same_again_within_two_years_is_marked_a_repeat(facility: Facility, viewer: Get) -> None:
    officer, director = viewer("civil_officer"), viewer("director")
    first = closed(opened(facility, officer, item_code="F05"), director, officer)
    with clock.travel(FOUND + days(400)):
        later = {"found_on": FOUND + days(400), "due_on": FOUND + days(420)}
        assert opened(facility, officer, item_code="F05", **later).repeat_of == first
        assert opened(facility, officer, item_code="F06", **later).repeat_of is None
        assert opened(facility, officer, **later).repeat_of is None
    with clock.travel(FOUND + days(800)):
        later = {"found_on": FOUND + days(800), "due_on": FOUND + days(820)}
        assert opened(facility, officer, item_code="F05", **later).repeat_of is None


# ---- 延期与期限链 ---------------------------------------------------------------------------------


def test_an_extension_is_asked_with_a_reason_and_decided_by_a_person(problem: Problem, viewer: Get) -> None:
    director, chief = viewer("director"), viewer("civil_chief")
    later = DUE + days(10)
    refused(lambda: ask_extension(problem=problem, wanted_on=later, reason=" ", by=director), "理由")
    refused(lambda: ask_extension(problem=problem, wanted_on=DUE, reason="等材料", by=director), "晚于")
    asked = ask_extension(problem=problem, wanted_on=later, reason="等材料", by=director)
    refused(lambda: ask_extension(problem=problem, wanted_on=later, reason="还要", by=director), "等决定")
    refused(
        lambda: decide_extension(extension=asked, grant=True, by=viewer("civil_officer")), error=Forbidden
    )
    refused(lambda: decide_extension(extension=asked, grant=False, by=chief), "理由")
    decide_extension(extension=asked, grant=True, by=chief)
    problem.refresh_from_db()
    assert (problem.due_on, problem.first_due_on) == (later, DUE)
    refused(lambda: decide_extension(extension=asked, grant=False, words="不行", by=chief))


def test_overdue_problems_get_the_next_draft_and_never_a_decision(
    problem: Problem, viewer: Get, cast: Cast
) -> None:
    with clock.travel(DUE):
        assert draft_next_steps() == {"overdue": 0, "drafts": 0, "reminded": 2}
        assert draft_next_steps()["reminded"] == 0
    with clock.travel(DUE + days(1)):
        assert "逾期 1，拟稿 1" in jobs.take_steps()
        assert draft_next_steps() == {"overdue": 0, "drafts": 0, "reminded": 0}
        draft = DeadlineDraft.objects.get()
        assert (draft.step, draft.state) == ("suspend", "drafted")
        assert not Fact.objects.filter(kind="hazard.suspended").exists()
        chief = viewer("civil_chief")
        refused(lambda: decide_draft(draft=draft, adopt=True, by=chief), "文号")
        refused(lambda: decide_draft(draft=draft, adopt=False, by=chief), "理由")
        refused(
            lambda: decide_draft(draft=draft, adopt=True, number="1", by=viewer("civil_officer")),
            error=Forbidden,
        )
        decide_draft(draft=draft, adopt=False, reason="已基本整改", by=chief)
        draft_next_steps()
        assert DeadlineDraft.objects.filter(step="transfer", state="drafted").count() == 1
        closed(problem, viewer("director"), viewer("civil_officer"))
        assert DeadlineDraft.objects.get(step="transfer").state == "lapsed"
        assert draft_next_steps() == {"overdue": 0, "drafts": 0, "reminded": 0}
    assert Fact.objects.filter(kind="hazard.overdue").count() == 1


def test_a_granted_extension_starts_the_chain_anew(problem: Problem, viewer: Get) -> None:
    with clock.travel(DUE + days(1)):
        draft_next_steps()
        asked = ask_extension(
            problem=problem, wanted_on=DUE + days(9), reason="等材料", by=viewer("director")
        )
        decide_extension(extension=asked, grant=True, by=viewer("civil_chief"))
        assert DeadlineDraft.objects.get().state == "lapsed"
        assert draft_next_steps()["drafts"] == 0
    with clock.travel(DUE + days(10)):
        assert draft_next_steps()["overdue"] == 1
    assert list(DeadlineDraft.objects.order_by("pk").values_list("step", "state")) == [
        ("suspend", "lapsed"),
        ("suspend", "drafted"),
    ]


def test_an_urgent_one_is_drafted_at_once(problem: Problem, viewer: Get) -> None:
    chief = viewer("civil_chief")
    refused(lambda: find_urgent(problem=problem, reason="", by=chief), "紧急")
    find_urgent(problem=problem, reason="燃气泄漏", by=chief)
    refused(lambda: find_urgent(problem=problem, reason="燃气泄漏", by=chief), "拟过")
    assert Fact.objects.filter(kind="hazard.urgent_found").count() == 1


def test_the_database_wants_a_person_and_a_paper_for_a_step(problem: Problem) -> None:
    draft = DeadlineDraft.objects.create(problem=problem, step="suspend", due_on=DUE, why="逾期")
    rows = DeadlineDraft.objects.filter(pk=draft.pk)
    refused(lambda: rows.update(state="adopted"), error=IntegrityError)
    refused(lambda: rows.update(state="dropped"), error=IntegrityError)


# ---- 一院一案、挂牌 -------------------------------------------------------------------------------


def test_a_case_plan_holds_the_problems_of_one_facility(problem: Problem, cast: Cast, viewer: Get) -> None:
    by = viewer("civil_officer")
    other = opened(home(cast, "home_b", "990102002"), by)
    values = {
        "facility": problem.facility,
        "title": "一院一案",
        "measures": "联合整治",
        "adopted_on": FOUND,
        "by": by,
    }
    refused(lambda: make_case_plan(problems=[], number="1", **values), "选择")
    refused(lambda: make_case_plan(problems=[other], number="1", **values), "这一家")
    refused(lambda: make_case_plan(problems=[problem], **values), "文号")
    refused(
        lambda: make_case_plan(problems=[problem], number="1", **values | {"adopted_on": FOUND + days(1)}),
        "将来",
    )
    plan = make_case_plan(problems=[problem], number="演〔2026〕9号", **values)
    assert list(plan.problems.all()) == [problem]
    assert Fact.objects.get(kind="hazard.plan_made").case_key == problem.uid


def test_a_listing_runs_from_request_to_removal_and_ends_only_after_closing(
    facility: Facility, viewer: Get
) -> None:
    chief, officer = viewer("civil_chief"), viewer("civil_officer")
    small = opened(facility, officer)
    refused(lambda: request_listing(problem=small, government="区政府", letter_number="1", by=chief), "重大")
    problem = opened(facility, officer, grade="major")
    listing = request_listing(problem=problem, government="区政府", letter_number="演请〔2026〕1号", by=chief)
    refused(
        lambda: request_listing(problem=problem, government="区政府", letter_number="2", by=chief), "提请过"
    )
    refused(lambda: delist_problem(listing=listing, reason="好了", by=chief), "销号")
    list_problem(listing=listing, order_number="演政督〔2026〕1号", by=chief)
    note_listing(listing=listing, words="已清理一半", by=chief)
    rows = Listing.objects.filter(pk=listing.pk)
    changes = {"state": "delisted", "delisted_on": FOUND, "delist_reason": "好了"}
    refused(lambda: rows.update(**changes), error=DatabaseError)
    closed(problem, viewer("director"), officer)
    delist_problem(listing=listing, reason="验收通过", by=chief)
    assert rows.get().state == "delisted"
    refused(lambda: note_listing(listing=rows.get(), words="还有", by=chief), "摘牌")


# ---- 三个清单 ------------------------------------------------------------------------------------


def test_three_lists_come_from_the_same_problems_and_change_when_one_closes(
    problem: Problem, viewer: Get
) -> None:
    officer = viewer("civil_officer")
    for which, heads in HEADS.items():
        (row,) = export_rows(officer, Where(), which)
        assert len(row) == len(heads)
        assert row[0] == problem.number and row[-1] == "整改中"
    with clock.travel(DUE + days(3)):
        assert counts(officer, Where())["overdue"] == 1
        assert (
            dict(zip(HEADS["measures"], next(export_rows(officer, Where(), "measures")), strict=True))[
                "逾期天数"
            ]
            == 3
        )
        closed(problem, viewer("director"), officer)
        told = dict(zip(HEADS["duties"], next(export_rows(officer, Where(), "duties")), strict=True))
        assert told["销号日期"] == DUE + days(3) and told["逾期天数"] == ""
        assert counts(officer, Where()) == {
            "total": 1, "open": 0, "replied": 0, "closed": 1, "major": 0, "overdue": 0, "repeat": 0,
        }  # fmt: skip


def test_filters_and_scope(problem: Problem, cast: Cast, viewer: Get) -> None:
    officer = viewer("civil_officer")
    other = opened(home(cast, "home_b", "990102002"), officer, title="灶台油污", aspect="food", grade="major")

    def found(by: Viewer, **where: object) -> list[Problem]:
        return list(listed(by, Where(**where)))  # type: ignore[arg-type]

    assert found(officer) == [problem, other]
    assert found(officer, aspect="food") == [other]
    assert found(officer, grade="general") == [problem]
    assert found(officer, region="990102002") == [other]
    assert found(officer, region="没有") == []
    assert found(officer, text="油污") == [other]
    assert found(officer, text="松鹤") == [problem]
    assert found(officer, facility_id=problem.facility_id) == [problem]
    assert found(officer, only="overdue") == []
    assert found(officer, state="closed") == []
    assert found(viewer("director")) == [problem]
    assert found(viewer("other_director")) == [other]
    assert found(viewer("street_clerk")) == [problem]
    assert found(viewer("other_district_officer")) == []


# ---- 照片提示 ------------------------------------------------------------------------------------


def flags(problem: Problem) -> list[str]:
    return sorted(PhotoFlag.objects.filter(problem=problem).values_list("kind", flat=True))


def test_a_turned_photo_of_another_home_is_flagged_and_nothing_is_decided(
    problem: Problem, cast: Cast, viewer: Get
) -> None:
    other = replied(
        opened(home(cast, "home_b", "990102002"), viewer("civil_officer")), viewer("other_director"), 3
    )
    turned = encoded(ImageOps.mirror(scene_image(3)).rotate(90, expand=True), quality=70)
    shown = photo(problem.facility, viewer("director"), content=turned)
    reply(problem=problem, text="好了", documents=(shown,), by=viewer("director"))
    assert flags(problem) == ["elsewhere"] and flags(other) == []
    flagged = PhotoFlag.objects.get()
    assert flagged.other is not None and flagged.other.problem == other
    assert Problem.objects.get(pk=problem.pk).state == "replied"


def test_the_photo_before_shown_as_after_is_flagged(facility: Facility, viewer: Get) -> None:
    officer, director = viewer("civil_officer"), viewer("director")
    before = photo(facility, officer, 5)
    problem = opened(facility, officer, documents=(before,))
    width, height = scene_image(5).size
    cropped = scene_image(5).crop((width // 8, height // 8, width * 7 // 8, height * 7 // 8))
    shown = photo(facility, director, content=encoded(cropped, quality=75))
    reply(problem=problem, text="好了", documents=(shown,), by=director)
    assert flags(problem) == ["unchanged"]


def test_an_old_photo_from_far_away_is_flagged(problem: Problem, viewer: Get) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2025:12:31 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 30.0, 0.0), 3: "E", 4: (117.0, 9.0, 0.0)})
    director = viewer("director")
    shown = photo(problem.facility, director, content=encoded(scene_image(6), exif=exif.tobytes()))
    reply(problem=problem, text="好了", documents=(shown,), by=director)
    assert flags(problem) == ["far", "older"]


def test_a_fresh_photo_is_not_flagged_and_the_same_home_reusing_one_is(
    facility: Facility, viewer: Get
) -> None:
    officer, director = viewer("civil_officer"), viewer("director")
    first = closed(opened(facility, officer, title="甲"), director, officer, 7)
    assert flags(first) == []
    second = replied(opened(facility, officer, title="乙"), director, 7)
    assert flags(second) == ["reused"]
    assert PhotoPrint.objects.count() == 2
