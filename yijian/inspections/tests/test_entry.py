"""扫码入企：不登录看得到来的是谁；检查完毕后匿名评一次；单条谁也看不到，汇总只给上一级和审计。"""

import pytest
from django.test import Client

from yijian.audit.models import Entry
from yijian.inspections.models import Rating, Visit
from yijian.inspections.queries.visits import ratings
from yijian.inspections.tests.visit_world import World, make_visit
from yijian.kernel.errors import Forbidden
from yijian.people.cast import SINCE
from yijian.people.models import Account
from yijian.people.services import create_account, create_unit, open_post
from yijian.people.viewer import SYSTEM

pytestmark = pytest.mark.django_db


def test_the_facility_sees_who_comes_and_why(there: World) -> None:
    page = Client().get(f"/inspections/entry/{there.visit.entry_code}/").content.decode()
    for word in (
        there.home.name,
        "养老机构管理办法",
        "陆文静",
        "雷振声",
        "演执fire_officer",
        "年度计划外补查",
    ):
        assert word in page
    assert "匿名评价" not in page
    assert Client().get("/inspections/entry/nonsense/").status_code == 404


def test_a_rating_comes_after_the_visit_once_and_names_nobody(there: World) -> None:
    url = f"/inspections/entry/{there.visit.entry_code}/"
    assert Client().post(url, {"score": "5"}).status_code == 422 and not Rating.objects.exists()
    Visit.objects.filter(pk=there.visit.pk).update(state="finished")
    assert Client().post(url, {"score": "9"}).status_code == 422
    assert there.client("director").post(url, {"score": "2", "words": "态度欠佳"}).status_code == 302
    again = Client().post(url, {"score": "5"})
    assert again.status_code == 422 and "已经评价" in again.content.decode()
    entry = Entry.objects.get(action="inspections.visit_rated")
    assert entry.actor == "系统" and not entry.subject and not entry.data
    page = there.client("civil_chief").get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    assert "态度欠佳" not in page


def test_ratings_are_seen_only_as_totals_by_audit_and_the_level_above(there: World) -> None:
    for n in range(5):
        visit = make_visit(there.cast, there.home, there.version)
        Rating.objects.create(visit=visit, score=n % 5 + 1)
    lone = make_visit(there.cast, there.home, there.version, lead_unit=there.cast.units["fire"])
    Rating.objects.create(visit=lone, score=1)
    (row,) = ratings(there.viewer("auditor"))
    assert row["unit"] == "颐和区民政局" and row["times"] == 5 and row["mean"] == 3
    assert ratings(there.viewer("civil_chief")) == []
    for who in ("civil_officer", "fire_officer", "director"):
        with pytest.raises(Forbidden):
            ratings(there.viewer(who))
    above = upper_chief(there)
    client = Client()
    client.force_login(above)
    page = client.get("/inspections/visits/ratings/").content.decode()
    assert "颐和区民政局" in page and "消防" not in page.split("<main")[1]


def upper_chief(there: World) -> Account:
    """市民政局局长。"""
    city = there.cast.regions["990100"]
    unit = create_unit(name="演示市民政局", function="civil_affairs", region=city, by=SYSTEM)
    account = create_account(username="city_chief", name="高远", password=None, by=SYSTEM)
    open_post(account=account, unit=unit, role="chief", starts_on=SINCE, by=SYSTEM)
    return account
