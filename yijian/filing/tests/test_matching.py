"""比对：代码、旧码、繁体、换词序、地名前缀；存疑的不自动认。"""

from typing import Any

import pytest

from yijian.facilities.models import Facility
from yijian.facilities.tests.samples import make
from yijian.filing.models import MatchPair, RegisteredEntity
from yijian.filing.rules.matching import Index, Party, normal, org_code, place_words
from yijian.filing.services.matching import decide_pair
from yijian.filing.tests.samples import code, row, take
from yijian.kernel.errors import NotFound, Refused

PLACES = place_words(["颐和区", "松鹤街道", "演示市"])
HOME = Party(1, "颐和区福寿老年公寓有限公司", code(1), "", "990102001", "王一")


def outcome(party: Party, *others: Party) -> str:
    return Index([HOME, *others], PLACES).match(party).outcome


def test_the_same_credit_code_is_certain_whatever_the_name() -> None:
    assert outcome(Party(9, "完全不同的名称", code(1))) == "certain"


def test_an_organisation_code_inside_the_credit_code_is_found_when_the_name_agrees() -> None:
    assert org_code(code(1)) == code(1)[8:17]
    assert outcome(Party(9, "福寿老年公寓", old_code=code(1)[8:17])) == "certain"
    assert outcome(Party(9, "毫不相干饭店", old_code=code(1)[8:17])) == "doubtful"


@pytest.mark.parametrize(
    "name", ["福壽老年公寓", "颐和区福寿老年公寓（普通合伙）", "老年公寓福寿", "福寿养老公寓"]
)
def test_a_like_name_without_support_is_only_doubtful(name: str) -> None:
    assert outcome(Party(9, name)) == "doubtful"


def test_the_same_name_in_the_same_street_is_certain_unless_codes_or_a_rival_speak_against_it() -> None:
    same = Party(9, "福寿老年公寓", street="990102001")
    assert outcome(same) == "certain"
    assert outcome(Party(9, "福寿老年公寓", code(2), street="990102001")) == "doubtful"
    assert outcome(same, Party(2, "福寿老年公寓", street="990102001")) == "doubtful"


def test_another_brand_does_not_match() -> None:
    assert outcome(Party(9, "福康老年公寓")) == "none"
    assert outcome(Party(9, "松鹤养老院")) == "none"


def test_normal_form_drops_brackets_tails_and_places_but_not_the_whole_name() -> None:
    assert normal("颐和区松鹤街道福壽老年公寓（演示）有限公司", PLACES) == "福寿老年公寓"
    assert normal("松鹤公寓", PLACES) == "松鹤公寓"


@pytest.fixture
def doubtful(cast: Any, viewer: Any) -> tuple[RegisteredEntity, Facility]:
    facility = make(cast, "福寿老年公寓", filing_status="filed")
    take(cast.district, [row("福壽养老公寓", address="松鹤街道甲路")], viewer("civil_officer"))
    return RegisteredEntity.objects.get(), facility


def test_nothing_is_joined_without_a_person(doubtful: tuple[RegisteredEntity, Facility]) -> None:
    entity, facility = doubtful
    assert (entity.match, entity.facility, entity.klass) == ("doubtful", None, "pending")
    assert MatchPair.objects.get().facility == facility


def test_a_verdict_is_remembered_at_the_next_import(
    doubtful: tuple[RegisteredEntity, Facility], cast: Any, viewer: Any
) -> None:
    entity, facility = doubtful
    by = viewer("civil_officer")
    decide_pair(entity=entity, facility_id=facility.pk, verdict="same", by=by)
    take(cast.district, [row("福壽养老公寓", address="松鹤街道甲路", code=code(7))], by, "二批")
    entity.refresh_from_db()
    assert (entity.match, entity.facility, entity.klass, entity.code) == (
        "certain",
        facility,
        "on_file",
        code(7),
    )
    assert RegisteredEntity.objects.count() == 1


def test_a_refusal_is_remembered_too(
    doubtful: tuple[RegisteredEntity, Facility], cast: Any, viewer: Any
) -> None:
    entity, facility = doubtful
    by = viewer("civil_officer")
    decide_pair(entity=entity, facility_id=facility.pk, verdict="different", by=by)
    take(cast.district, [row("福壽养老公寓", address="松鹤街道甲路")], by, "二批")
    entity.refresh_from_db()
    assert (entity.match, entity.facility) == ("none", None)
    assert MatchPair.objects.filter(verdict="").count() == 0


def test_two_facilities_cannot_both_be_the_same(
    doubtful: tuple[RegisteredEntity, Facility], cast: Any, viewer: Any
) -> None:
    entity, facility = doubtful
    other = make(cast, "福寿养老院")
    MatchPair.objects.create(entity=entity, facility=other, score=80, why="演示")
    by = viewer("civil_officer")
    decide_pair(entity=entity, facility_id=facility.pk, verdict="same", by=by)
    with pytest.raises(Refused):
        decide_pair(entity=entity, facility_id=other.pk, verdict="same", by=by)
    assert MatchPair.objects.get(facility=other).verdict == ""


def test_another_district_cannot_decide(doubtful: tuple[RegisteredEntity, Facility], viewer: Any) -> None:
    entity, facility = doubtful
    with pytest.raises(NotFound):
        decide_pair(
            entity=entity, facility_id=facility.pk, verdict="same", by=viewer("other_district_officer")
        )
    assert MatchPair.objects.get().verdict == ""
