"""一站式查询：汉字、拼音、首字母、代码，各按权限，写明出处和日期。"""

from collections.abc import Callable

import pytest
from django.test import Client

from yijian.people.viewer import Viewer
from yijian.web.queries.find import search
from yijian.web.tests.conftest import Scene

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]
ViewerOf = Callable[[str], Viewer]


def labels(viewer: Viewer, text: str) -> dict[str, list[str]]:
    return {part.kind: [hit.label for hit in part.hits] for part in search(viewer, text) if part.hits}


@pytest.mark.parametrize("text", ["消防救援", "xfjy", "xiaofang", "ＸＦＪＹ", "颐和 消防"])
def test_units_are_found_by_characters_pinyin_and_initials(viewer: ViewerOf, scene: Scene, text: str) -> None:
    assert labels(viewer("civil_officer"), text)["units"] == ["颐和区消防救援大队"]


@pytest.mark.parametrize("text", ["半年演练", "bnyl", "yingjiyanlian"])
def test_duties_are_found_and_carry_their_lights(viewer: ViewerOf, scene: Scene, text: str) -> None:
    parts = {part.kind: part.hits for part in search(viewer("civil_officer"), text)}
    drill = next(hit for hit in parts["duties"] if "半年演练" in hit.label)
    assert drill.counts["逾期"] == 2
    assert drill.url == f"/ledger/?rule={scene.rules['drill'].pk}"


def test_counts_are_the_viewers_own(viewer: ViewerOf, scene: Scene) -> None:
    parts = {part.kind: part.hits for part in search(viewer("director"), "半年演练")}
    assert parts["duties"][0].counts["逾期"] == 1


def test_facilities_are_found_within_scope(viewer: ViewerOf, scene: Scene) -> None:
    assert labels(viewer("street_clerk"), "shzz")["facilities"] == [scene.home_a.name]
    assert "facilities" not in labels(viewer("street_clerk"), "柏龄敬老院")
    assert labels(viewer("civil_officer"), "bljly")["facilities"] == [scene.home_b.name]


def test_somebody_elses_district_is_not_found(viewer: ViewerOf, scene: Scene) -> None:
    assert labels(viewer("other_district_officer"), "松鹤") == {}
    assert labels(viewer("civil_officer"), "康宁") == {}


def test_every_hit_names_its_source_and_day(viewer: ViewerOf, scene: Scene) -> None:
    for part in search(viewer("civil_officer"), "半年"):
        for hit in part.hits:
            assert hit.source and hit.day, hit


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'; DROP TABLE people_unit; --", "\x00", "喵" * 500])
def test_strange_words_are_answered_and_never_break(client_as: ClientAs, scene: Scene, text: str) -> None:
    response = client_as("civil_officer").get("/search/", {"q": text})
    assert response.status_code == 200


def test_the_page_lists_hits_and_keeps_the_words(client_as: ClientAs, scene: Scene) -> None:
    text = client_as("civil_officer").get("/search/", {"q": "消防"}).content.decode()
    assert "颐和区消防救援大队" in text and 'value="消防"' in text
    assert "没有找到" in client_as("civil_officer").get("/search/", {"q": "查无此物"}).content.decode()
    assert client_as("system_officer").get("/search/", {"q": "消防"}).status_code == 403
