"""通知、我的、代理。"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from yijian.access.viewer import build_viewer
from yijian.kernel import clock
from yijian.notices.models import Notice
from yijian.notices.services import notify
from yijian.people.cast import Cast
from yijian.people.models import Deputy
from yijian.people.viewer import SYSTEM

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]


def told(cast: Cast, who: str) -> Notice:
    notify(accounts=[cast.accounts[who].pk], subject="三项义务临近到期", link="/ledger/?mine=on", by=SYSTEM)
    return Notice.objects.get(account=cast.accounts[who], channel="in_app")


def test_opening_a_notice_reads_it_and_follows_its_link(client_as: ClientAs, cast: Cast) -> None:
    notice, client = told(cast, "director"), client_as("director")
    page = client.get("/notices/").content.decode()
    assert "三项义务临近到期" in page and "1 条未读" in page
    response = client.post(f"/notices/{notice.pk}/")
    assert response["Location"] == "/ledger/?mine=on"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "三项义务" not in client.get("/notices/?unread=on").content.decode()


def test_somebody_elses_notice_does_not_exist(client_as: ClientAs, cast: Cast) -> None:
    notice = told(cast, "director")
    assert client_as("civil_chief").post(f"/notices/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_can_be_read_at_once(client_as: ClientAs, cast: Cast) -> None:
    told(cast, "director")
    client_as("director").post("/notices/read/")
    assert not Notice.objects.filter(read_at=None, channel="in_app").exists()


def test_a_deputy_for_three_days_sees_and_may_do_the_same(client_as: ClientAs, cast: Cast) -> None:
    today = clock.today()
    given = {
        "post": cast.posts["director"].pk,
        "account": cast.facility_staff.pk,
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=2)).isoformat(),
        "reason": "住院",
        "next": "me",
    }
    response = client_as("director").post("/people/deputies/appoint/", given)
    assert response.status_code == 302 and response["Location"] == "/me/"
    acting = build_viewer(cast.facility_staff)
    assert "director" in acting.roles
    assert "温如松" in client_as("facility_staff").get("/me/").content.decode()
    made = Deputy.objects.get()
    assert client_as("director").post(f"/people/deputies/{made.pk}/end/").status_code == 302
    assert "director" not in build_viewer(cast.facility_staff).roles


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("ends_on", "2020-01-01", "早于起始日"),
        ("reason", "", "请填写原因"),
        ("account", "999999", "从列出的选项里选"),
        ("starts_on", "昨天", "这样的日期"),
    ],
)
def test_a_wrong_deputy_is_refused_in_words_and_nothing_changes(
    client_as: ClientAs, cast: Cast, field: str, value: str, says: str
) -> None:
    today = clock.today().isoformat()
    given = {
        "post": cast.posts["director"].pk,
        "account": cast.facility_staff.pk,
        "starts_on": today,
        "ends_on": today,
        "reason": "出差",
    } | {field: value}
    response = client_as("director").post("/people/deputies/appoint/", given)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Deputy.objects.exists()
