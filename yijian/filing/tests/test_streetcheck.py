"""街道核查：只见本街道、编号只收一次、三类、事实。"""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from yijian.filing.models import RegisteredEntity, StreetCheck
from yijian.filing.queries.exchange import to_check
from yijian.filing.services.exchange import push_entities
from yijian.filing.services.streetcheck import Answer, answer_check
from yijian.filing.tests.samples import YOUYANG, pushed, row, take, youyang
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.models import Fact, Obligation


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#6a9").save(made, "PNG")
    return made.getvalue()


def answer(uid: str = "phone-0001", **more: Any) -> Answer:
    values = {"klass": "off_file", "residents": 6, "note": "二层住宅", "checked_on": clock.today()} | more
    return Answer(client_uid=uid, **values)


@pytest.fixture
def entity(cast: Any, viewer: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    return pushed(cast, viewer("civil_officer"))


def test_a_check_is_taken_once_with_its_photo_and_facts(entity: Any, viewer: Any) -> None:
    by, given = viewer("street_clerk"), answer(photos=(("门头.png", picture()),))
    first = answer_check(entity_id=entity.pk, answer=given, by=by)
    assert answer_check(entity_id=entity.pk, answer=given, by=by).pk == first.pk
    entity.refresh_from_db()
    assert (entity.klass, first.photos.count(), StreetCheck.objects.count()) == ("off_file", 1, 1)
    kinds = sorted(Fact.objects.filter(case_key=f"registry-{entity.pk}").values_list("kind", flat=True))
    assert kinds == ["filing.unfiled_found", "registry.assigned", "registry_check.done"]


def test_the_same_number_with_other_content_is_refused(entity: Any, viewer: Any) -> None:
    by = viewer("street_clerk")
    answer_check(entity_id=entity.pk, answer=answer(), by=by)
    with pytest.raises(Refused):
        answer_check(entity_id=entity.pk, answer=answer(residents=7), by=by)
    assert StreetCheck.objects.get().residents == 6


def test_another_street_sees_and_answers_nothing(entity: Any, viewer: Any) -> None:
    other = viewer("other_street_clerk")
    assert [e.pk for e in to_check(viewer("street_clerk"))] == [entity.pk]
    assert not to_check(other).exists()
    with pytest.raises(NotFound):
        answer_check(entity_id=entity.pk, answer=answer(), by=other)
    assert not StreetCheck.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"klass": "pending"},
        {"klass": "别的"},
        {"residents": -1},
        {"klass": "not_operating", "residents": 3},
        {"note": "长" * 501},
        {"client_uid": "短"},
    ],
)
def test_bad_answers_are_refused_and_change_nothing(entity: Any, viewer: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        answer_check(entity_id=entity.pk, answer=replace(answer(), **wrong), by=viewer("street_clerk"))
    entity.refresh_from_db()
    assert entity.klass == "pending"
    assert not StreetCheck.objects.exists()


@pytest.mark.django_db
def test_youyang_an_unfiled_place_found_by_the_street_falls_due_on_the_twentieth_working_day() -> None:
    """酉阳 2.6：2026-02-10 发现，过了春节和调休，第 20 个工作日是 2026-03-16。"""
    world = youyang()
    with clock.travel(YOUYANG):
        take(world.county, [row("桃源颐养老年公寓", address="桃花源街道1号")], world.chief)

        push_entities(county=world.county, by=world.chief)
        entity = RegisteredEntity.objects.get()
        street = Obligation.objects.get(rule__key="r3-township-check", case_key=f"registry-{entity.pk}")
        assert street.done_at is None
        answer_check(entity_id=entity.pk, answer=answer(), by=world.clerk)
    street.refresh_from_db()
    assert street.done_at is not None
    duty = Obligation.objects.get(rule__key="y2-6-unfiled-check")
    assert str(duty.due_on) == "2026-03-16"
    assert duty.done_at is None
