"""首页：五种岗位五种页面，都出自同一本台账；三员去自己的管理页。"""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import resolve

from yijian.ledger import kinds
from yijian.ledger.queries.rows import Filter, page
from yijian.ledger.queries.todo import desk
from yijian.people.services import close_post
from yijian.people.viewer import SYSTEM, Viewer
from yijian.web.queries.desk import Line, by_street, overview, sections, watched
from yijian.web.tests.conftest import Scene

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]
ViewerOf = Callable[[str], Viewer]


@pytest.mark.parametrize(
    ("who", "template", "says"),
    [
        ("civil_chief", "web/home_overview.html", "辖区总览"),
        ("auditor", "web/home_overview.html", "按牵头部门"),
        ("civil_officer", "web/home_officer.html", "逾期最多的机构"),
        ("fire_officer", "web/home_department.html", "归口义务在各地"),
        ("street_clerk", "web/home_street.html", "本街道的机构"),
        ("director", "web/home_facility.html", "应被查什么"),
    ],
)
def test_each_role_has_its_own_page(
    client_as: ClientAs, scene: Scene, who: str, template: str, says: str
) -> None:
    response = client_as(who).get("/")
    assert response.status_code == 200
    assert template in [t.name for t in response.templates]
    assert says in response.content.decode()


@pytest.mark.parametrize("who", ["civil_chief", "civil_officer", "fire_officer", "street_clerk", "director"])
def test_the_same_page_renders_with_an_empty_ledger(client_as: ClientAs, who: str) -> None:
    assert client_as(who).get("/").status_code == 200


def test_lists_differ_by_role_and_agree_with_the_ledger(viewer: ViewerOf, scene: Scene) -> None:
    owed = {
        who: {t.row.title for s in sections(viewer(who)) for t in s.todos}
        for who in ("civil_officer", "fire_officer", "street_clerk", "director")
    }
    assert owed["fire_officer"] == {"测试义务年度消防检查"}
    assert owed["street_clerk"] == {"测试义务街道月巡查"}
    assert owed["director"] == {"测试义务半年演练", "测试义务公示栏常新"}
    assert "测试义务半年联合检查" in owed["civil_officer"]
    for who in owed:
        person = viewer(who)
        late = next((s for s in sections(person) if s.title == "逾期"), None)
        assert (late.total if late else 0) == desk(person).overdue
        assert desk(person).overdue == page(person, Filter(mine=True, status=kinds.OVERDUE)).total


def test_a_group_of_many_opens_those_rows_and_a_group_of_one_opens_the_row(
    viewer: ViewerOf, scene: Scene
) -> None:
    late = next(s for s in sections(viewer("civil_officer")) if s.title == "逾期")
    group = next(t for t in late.todos if t.row.rule_id == scene.rules["visit"].pk)
    assert group.count == 2
    assert group.subject.endswith("等2项")
    assert f"rule={scene.rules['visit'].pk}" in group.url and "mine=on" in group.url
    alone = next(s for s in sections(viewer("director")) if s.title == "逾期").todos[0]
    assert alone.url == f"/ledger/{alone.row.id}/"


def test_what_others_must_do_is_watched_and_not_counted_as_mine(viewer: ViewerOf, scene: Scene) -> None:
    seen = {t.row.title for s in watched(viewer("street_clerk")) for t in s.todos}
    assert "测试义务半年演练" in seen
    assert "测试义务街道月巡查" not in seen
    assert watched(viewer("director")) == [] or all(
        t.row.by != "facility" for s in watched(viewer("director")) for t in s.todos
    )


def test_the_overview_adds_up(viewer: ViewerOf, scene: Scene) -> None:
    seen = overview(viewer("civil_chief"))
    late = seen.counts[kinds.OVERDUE]
    assert late == page(viewer("civil_chief"), Filter(status=kinds.OVERDUE)).total > 0
    assert sum(line.late for line in seen.streets) == late
    assert sum(line.late for line in seen.clauses) == late
    assert {"松鹤街道", "柏龄街道"} <= {line.label for line in by_street(viewer("civil_chief"))}
    days = [todo.row.due_on for todo in seen.red]
    assert days == sorted(day for day in days if day)
    assert sum(todo.count for todo in seen.red) == late


def test_a_number_on_a_line_leads_to_its_rows() -> None:
    line = Line("松鹤街道", "/ledger/?region=%2F990102%2F&status=open", {kinds.OVERDUE: 2})
    assert "status=%E9%80%BE%E6%9C%9F" in line.late_url
    assert line.late_url.startswith("/ledger/?region=%2F990102%2F&")


@pytest.mark.parametrize(
    ("who", "place"),
    [("system_officer", "/people/"), ("security_officer", "/people/officers/"), ("audit_officer", "/audit/")],
)
def test_officers_go_to_their_own_pages(client_as: ClientAs, who: str, place: str) -> None:
    response = client_as(who).get("/", follow=True)
    assert response.redirect_chain[-1][0] == place
    assert response.status_code == 200


def test_somebody_without_a_post_is_told_so(client_as: ClientAs, scene: Scene) -> None:
    close_post(post=scene.cast.posts["fire_officer"], by=SYSTEM)
    response = client_as("fire_officer").get("/")
    assert "没有岗位" in response.content.decode()


def test_every_link_on_the_home_pages_has_somebody_behind_it(client_as: ClientAs, scene: Scene) -> None:
    for who in ("civil_chief", "civil_officer", "fire_officer", "street_clerk", "director"):
        text = client_as(who).get("/").content.decode()
        for link in set(re.findall(r'(?:href|action)="(/[^"?#]*)', text)):
            if not link.startswith(("/static/", "/facilities/", "/ledger/")):
                resolve(link)


def test_the_menu_shows_only_what_one_may_do(client_as: ClientAs, scene: Scene) -> None:
    chief = client_as("civil_chief").get("/").content.decode()
    director = client_as("director").get("/").content.decode()
    auditor = client_as("audit_officer").get("/audit/").content.decode()
    assert 'href="/people/"' in chief and 'href="/people/"' not in director
    assert 'href="/audit/"' in auditor and 'href="/audit/"' not in chief
    assert 'aria-current="page"' in chief
