"""安全管理员的查询：会话、权限核查。"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from yijian.access import queries
from yijian.access.viewer import SYSTEM, Viewer
from yijian.kernel.errors import Forbidden
from yijian.people.cast import Cast
from yijian.people.services import appoint_deputy, set_password

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yijian.access.tests.sample_urls")]


def test_rights_are_reviewed_for_a_day_with_deputies(cast: Cast, viewer: Callable[[str], Viewer]) -> None:
    day = date.today() + timedelta(days=3)  # noqa: DTZ011  只要是将来的某一天
    appoint_deputy(
        post=cast.posts["civil_chief"],
        account=cast.civil_officer,
        starts_on=day,
        ends_on=day,
        reason="出差",
        by=SYSTEM,
    )
    page = [cast.civil_officer, cast.audit_officer]
    rows = {r.account.username: r for r in queries.rights(viewer("security_officer"), page, day)}
    assert "认定不适用" in rows["civil_officer"].labels
    assert rows["audit_officer"].labels == ("查阅审计记录",)
    assert not rows["civil_officer"].totp and not rows["civil_officer"].locked
    before = queries.rights(viewer("security_officer"), page, day - timedelta(days=1))
    assert all("认定不适用" not in r.labels for r in before)


def test_the_rights_of_others_are_not_shown_outside_the_region(
    cast: Cast, viewer: Callable[[str], Viewer]
) -> None:
    page = [cast.civil_officer, cast.other_district_officer]
    day = date(2026, 3, 2)
    seen = queries.rights(viewer("other_district_officer"), page, day)
    assert [r.account for r in seen] == [cast.other_district_officer]
    with pytest.raises(Forbidden):
        queries.rights(viewer("director"), page, day)


def test_sessions_are_only_for_security(cast: Cast, viewer: Callable[[str], Viewer]) -> None:
    set_password(account=cast.street_clerk, password="demo-password", by=SYSTEM)
    Client().post("/account/login/", {"login": "street_clerk", "password": "demo-password"})
    (session,) = queries.sessions(viewer("security_officer"), cast.street_clerk.pk)
    assert session.user == cast.street_clerk
    for other in ("system_officer", "audit_officer", "civil_chief"):
        with pytest.raises(Forbidden):
            queries.sessions(viewer(other))
