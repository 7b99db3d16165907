"""销号只有一条路：自己的整改、自己的验收、自己的签名；别的每条路都被拒，而且什么也没变。"""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from yijian.access.viewer import Viewer, build_viewer
from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.cast import Cast, small_district
from yijian.people.viewer import SYSTEM
from yijian.rectification import kinds
from yijian.rectification.models import Acceptance, Problem, Rectification
from yijian.rectification.services.moving import move
from yijian.rectification.services.rectify import Judgement, accept, accept_many, reply
from yijian.rectification.tests.world import (
    FOUND,
    closed,
    encoded,
    home,
    opened,
    photo,
    replied,
    scene_image,
    signature,
    signature_png,
)

Get = Callable[[str], Viewer]
pytestmark = pytest.mark.django_db


def everything() -> list[object]:
    """三张表的全部内容：拒绝之后应当一模一样。"""
    tables: list[type[Model]] = [Problem, Rectification, Acceptance]
    return [list(table._default_manager.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]


def refused(act: Callable[[], object], error: type[Exception] | tuple[type[Exception], ...]) -> str:
    """做一件不许做的事：报错，而且什么也没变。"""
    before = everything()
    with pytest.raises(error) as caught, transaction.atomic():
        act()
    assert everything() == before
    return str(caught.value)


def raw(sql: str, *params: object) -> Callable[[], object]:
    def run() -> object:
        with connection.cursor() as cursor:
            return cursor.execute(sql, params)

    return run


def test_a_problem_closes_through_its_own_acceptance_and_signature(problem: Problem, viewer: Get) -> None:
    done = closed(problem, viewer("director"), viewer("civil_officer"))
    acceptance = Acceptance.objects.get()
    assert done.state == "closed" and done.closed_at == clock.now()
    assert acceptance.rectification.problem_id == problem.pk
    assert acceptance.signature_sha256 == acceptance.signature.blob_id
    assert acceptance.unit == problem.found_by


def test_a_failed_acceptance_sends_it_back_and_the_next_round_needs_its_own(
    problem: Problem, viewer: Get
) -> None:
    officer = viewer("civil_officer")
    replied(problem, viewer("director"), 1)
    accept(
        problem=problem, verdict="failed", signature=signature(officer, 1), reason="角落里还有", by=officer
    )
    problem.refresh_from_db()
    assert problem.state == "open"
    words = refused(
        lambda: accept(problem=problem, verdict="passed", signature=signature(officer, 2), by=officer),
        Refused,
    )
    assert "已经验收" in words
    closed(problem, viewer("director"), officer, 3)
    assert list(problem.rectifications.order_by("round").values_list("round", "acceptance__verdict")) == [
        (1, "failed"),
        (2, "passed"),
    ]


# ---- 各条绕道 -----------------------------------------------------------------------------------

STATES = ("open", "replied")


@pytest.fixture(params=STATES)
def stuck(request: pytest.FixtureRequest, problem: Problem, viewer: Get) -> Problem:
    """一个还没有验收的问题：整改中的、待验收的。"""
    return problem if request.param == "open" else replied(problem, viewer("director"))


def test_an_orm_update_does_not_close(stuck: Problem) -> None:
    rows = Problem.objects.filter(pk=stuck.pk)
    refused(lambda: rows.update(state="closed", closed_at=clock.now()), IntegrityError)


def test_a_save_does_not_close(stuck: Problem) -> None:
    held = Problem.objects.get(pk=stuck.pk)
    held.state, held.closed_at = "closed", clock.now()
    refused(held.save, IntegrityError)
    refused(lambda: Problem.objects.bulk_update([held], ["state", "closed_at"]), IntegrityError)


def test_raw_sql_does_not_close(stuck: Problem) -> None:
    now = clock.now().replace(tzinfo=None)
    sql = "UPDATE rectification_problem SET state = 'closed', closed_at = %s WHERE id = %s"
    refused(raw(sql, now, stuck.pk), DatabaseError)


def test_the_state_helper_does_not_close(stuck: Problem) -> None:
    refused(lambda: move(stuck, kinds.PROBLEM, "pass", closed_at=clock.now()), (IntegrityError, Refused))


def test_deleting_is_not_a_way_out(stuck: Problem) -> None:
    refused(raw("DELETE FROM rectification_problem WHERE id = %s", stuck.pk), DatabaseError)


def test_inserting_a_closed_problem_is_refused(problem: Problem) -> None:
    row = Problem.objects.get(pk=problem.pk)
    row.pk, row.uid, row.state, row.closed_at = None, "另一个", "closed", clock.now()
    refused(lambda: row.save(force_insert=True), IntegrityError)


def test_replacing_a_row_in_sqlite_is_refused(problem: Problem) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE 只有 SQLite 有")
    columns = "uid,facility_id,region_path,title,detail,item_code,aspect,basis,situation,grade,measure"
    columns += ",found_on,found_by_id,found_name,responsible,responsible_unit,due_on,first_due_on"
    columns += ",origin_kind,origin_ref,opened_at"
    sql = (
        f"INSERT OR REPLACE INTO rectification_problem (id,state,{columns}) "
        f"SELECT id,'open',{columns} FROM rectification_problem WHERE id = %s"
    )
    refused(raw(sql, problem.pk), DatabaseError)


def test_another_problems_acceptance_does_not_close_this_one(problem: Problem, facility, viewer: Get) -> None:
    other = closed(
        opened(facility, viewer("civil_officer"), title="另一个"), viewer("director"), viewer("civil_officer")
    )
    theirs = other.rectifications.get()
    replied(problem, viewer("director"), 9)
    for sql, params in (
        ("UPDATE rectification_rectification SET problem_id = %s WHERE id = %s", (problem.pk, theirs.pk)),
        ("UPDATE rectification_acceptance SET rectification_id = %s", (problem.rectifications.get().pk,)),
        ("UPDATE rectification_acceptance SET verdict = 'passed'", ()),
        ("DELETE FROM rectification_acceptance", ()),
        ("DELETE FROM rectification_rectification_documents", ()),
        ("UPDATE rectification_problem SET id = id + 1000 WHERE id = %s", (problem.pk,)),
        ("UPDATE rectification_problem SET state = 'open' , closed_at = NULL WHERE id = %s", (other.pk,)),
    ):
        refused(raw(sql, *params), DatabaseError)


def test_a_failed_acceptance_does_not_close(problem: Problem, viewer: Get) -> None:
    officer = viewer("civil_officer")
    replied(problem, viewer("director"))
    with transaction.atomic():
        row = Acceptance(
            rectification=problem.rectifications.get(), verdict="failed", reason="没有改",
            signature_id=signature(officer), unit=problem.found_by, by_name="演示",
        )  # fmt: skip
        row.signature_sha256 = Document.objects.get(pk=row.signature_id).blob_id or ""
        row.save()
    rows = Problem.objects.filter(pk=problem.pk)
    refused(lambda: rows.update(state="closed", closed_at=clock.now()), IntegrityError)


def test_an_acceptance_cannot_be_written_for_an_unanswered_problem(problem: Problem, viewer: Get) -> None:
    officer = viewer("civil_officer")
    words = refused(
        lambda: accept(problem=problem, verdict="passed", signature=signature(officer), by=officer), Refused
    )
    assert "没有回复" in words


def test_an_acceptance_row_needs_a_signature_picture(problem: Problem, viewer: Get) -> None:
    replied(problem, viewer("director"))
    last = problem.rectifications.get()
    shown = last.documents.get()
    refused(
        lambda: Acceptance.objects.create(
            rectification=last, unit=problem.found_by, by_name="演示", verdict="passed",
            signature=shown, signature_sha256=shown.blob_id,
        ),
        IntegrityError,
    )  # fmt: skip
    file = Document.objects.create(kind="number", label="文号", number="演〔2026〕1号", uploaded_name="演示")
    for document_id, digest in (
        (file.pk, "a" * 64),
        (signature(viewer("civil_officer")), "b" * 64),
        (None, "c" * 64),
    ):
        values = {"verdict": "passed", "signature_id": document_id, "signature_sha256": digest}
        refused(
            lambda values=values: Acceptance.objects.create(
                rectification=last, unit=problem.found_by, by_name="演示", **values
            ),
            IntegrityError,
        )


# ---- 动词的拒绝 ----------------------------------------------------------------------------------


def test_one_signature_serves_one_acceptance_only(problem: Problem, facility, viewer: Get) -> None:
    officer = viewer("civil_officer")
    done = closed(problem, viewer("director"), officer)
    used = Acceptance.objects.get().signature_id
    other = replied(opened(facility, officer, title="另一个"), viewer("director"), 5)
    assert done.state == "closed"
    for again in (used, signature(officer, content=signature_png(1))):
        words = refused(
            lambda again=again: accept(problem=other, verdict="passed", signature=again, by=officer), Refused
        )
        assert "一验收一签名" in words


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (encoded(scene_image(3), "JPEG"), ""),
        (encoded(__import__("PIL.Image").Image.new("RGB", (300, 120), "white"), "PNG"), "空白"),
        (encoded(__import__("PIL.Image").Image.new("RGBA", (300, 120), (0, 0, 0, 0)), "PNG"), "空白"),
    ],
)
def test_a_blank_signature_is_refused(problem: Problem, viewer: Get, content: bytes, word: str) -> None:
    officer = viewer("civil_officer")
    replied(problem, viewer("director"))
    given = signature(officer, content=content)
    if word:
        assert word in refused(
            lambda: accept(problem=problem, verdict="passed", signature=given, by=officer), Refused
        )
    else:
        accept(problem=problem, verdict="passed", signature=given, by=officer)


def test_the_photo_of_the_repair_is_no_signature(problem: Problem, viewer: Get) -> None:
    replied(problem, viewer("director"))
    shown = problem.rectifications.get().documents.get().pk
    words = refused(
        lambda: accept(problem=problem, verdict="passed", signature=shown, by=viewer("civil_officer")),
        Refused,
    )
    assert "不能当作验收签名" in words


def test_who_may_not_accept_does_not(problem: Problem, viewer: Get) -> None:
    replied(problem, viewer("director"))
    given = signature(viewer("civil_officer"))
    for key in ("director", "street_clerk", "auditor"):
        refused(
            lambda key=key: accept(problem=problem, verdict="passed", signature=given, by=viewer(key)),
            Forbidden,
        )
    stranger = viewer("other_district_officer")
    theirs = signature(stranger, 7)
    refused(lambda: accept(problem=problem, verdict="passed", signature=theirs, by=stranger), NotFound)


def test_a_failure_says_why_and_a_stale_page_is_told(problem: Problem, viewer: Get) -> None:
    officer = viewer("civil_officer")
    replied(problem, viewer("director"))
    given = signature(officer)
    refused(lambda: accept(problem=problem, verdict="failed", signature=given, by=officer), Refused)
    refused(lambda: accept(problem=problem, verdict="maybe", signature=given, by=officer), Refused)
    words = refused(
        lambda: accept(problem=problem, verdict="passed", signature=given, round=7, by=officer), Refused
    )
    assert "刷新" in words


def test_many_at_once_need_a_signature_each_and_all_or_none_close(
    problem: Problem, facility, viewer: Get
) -> None:
    officer, director = viewer("civil_officer"), viewer("director")
    other = opened(facility, officer, title="另一个")
    third = opened(facility, officer, title="没有回复的")
    replied(problem, director, 1), replied(other, director, 2)
    mine, theirs, extra = signature(officer, 1), signature(officer, 2), signature(officer, 3)

    def together(*pairs: tuple[Problem, int]) -> Callable[[], object]:
        given = [Judgement(row, "passed", signed) for row, signed in pairs]
        return lambda: accept_many(judgements=given, by=officer)

    refused(together(), Refused)
    refused(together((problem, mine), (other, mine)), Refused)
    refused(together((problem, mine), (problem, theirs)), Refused)
    refused(together((problem, mine), (third, extra)), Refused)
    together((problem, mine), (other, theirs))()
    assert Problem.objects.filter(state="closed").count() == 2


def test_a_reply_needs_words_and_a_picture_and_an_open_problem(problem: Problem, viewer: Get) -> None:
    director = viewer("director")
    shown = photo(problem.facility, director)
    refused(lambda: reply(problem=problem, text=" ", documents=(shown,), by=director), Refused)
    refused(lambda: reply(problem=problem, text="好了", documents=(), by=director), Refused)
    refused(
        lambda: reply(problem=problem, text="好了", documents=(shown,), by=viewer("other_director")), NotFound
    )
    refused(
        lambda: reply(problem=problem, text="好了", documents=(shown,), by=viewer("civil_officer")), Forbidden
    )
    reply(problem=problem, text="好了", documents=(shown,), by=director)
    refused(lambda: reply(problem=problem, text="又好了", documents=(shown,), by=director), Refused)


# ---- 两人同时验收 ---------------------------------------------------------------------------------


def test_the_second_officer_is_told_who_was_first(problem: Problem, viewer: Get) -> None:
    first, second = viewer("civil_officer"), viewer("civil_chief")
    replied(problem, viewer("director"))
    stale = Problem.objects.get(pk=problem.pk)
    accept(problem=problem, verdict="passed", signature=signature(first, 1), by=first)
    given = signature(second, 2)
    words = refused(
        lambda: accept(problem=stale, verdict="failed", signature=given, reason="没有改", by=second), Refused
    )
    assert first.name in words and "没有生效" in words


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_wins() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 同一时刻只有一个写者")
    cast: Cast = small_district()
    with clock.travel(FOUND):
        problem = replied(opened(home(cast), SYSTEM), build_viewer(cast.director))
        officers = [build_viewer(cast.civil_officer), build_viewer(cast.civil_chief)]
        given = [signature(by, n) for n, by in enumerate(officers)]
    won: list[str] = []
    lost: list[str] = []
    start = threading.Barrier(2)

    def work(by: Viewer, signed: int, verdict: str) -> None:
        try:
            with clock.travel(FOUND):
                row = Problem.objects.get(pk=problem.pk)
                start.wait()
                accept(problem=row, verdict=verdict, signature=signed, reason="意见", by=by)
                won.append(by.name)
        except Refused as error:
            lost.append(error.message)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(by, signed, verdict))
        for by, signed, verdict in zip(officers, given, ("passed", "failed"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1 and len(lost) == 1
    assert won[0] in lost[0]
    assert Acceptance.objects.count() == 1
