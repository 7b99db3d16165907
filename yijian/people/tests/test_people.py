"""区划、单位、账号、岗位、代理、三员。"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from yijian.access.viewer import build_viewer
from yijian.audit.models import Entry
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people import queries, services
from yijian.people.cast import Cast
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Account, Deputy, Post, Region, Unit
from yijian.people.viewer import SYSTEM

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_regions_of_the_four_places_load_and_load_again_without_change() -> None:
    assert services.load_regions(by=SYSTEM) == Region.objects.count() > 200
    assert services.load_regions(by=SYSTEM) == 0
    assert Region.objects.get(pk="120104").path == "/120000/120104/"
    assert Region.objects.get(pk="530302001").path == "/530000/530300/530302/530302001/"
    zone = Region.objects.get(pk="5303K1")
    assert (zone.name, zone.parent_id, zone.level, zone.custom) == ("曲靖经开区", "530300", "county", True)
    assert Region.objects.get(pk="000000").path == "/"
    towns = {
        code: queries.regions_under(Region.objects.get(pk=code).path, "town").count()
        for code in ("120104", "500242", "140525")
    }
    assert towns == {"120104": 12, "500242": 39, "140525": 16}


def test_every_region_path_is_its_parents_path_plus_its_code() -> None:
    services.load_regions(by=SYSTEM)
    for region in Region.objects.exclude(pk="000000").select_related("parent"):
        assert region.parent is not None
        assert region.path == region.parent.path + region.code + "/"


def test_a_changed_region_is_put_right_again() -> None:
    services.load_regions(by=SYSTEM)
    Region.objects.filter(pk="120104").update(name="错名")
    assert services.load_regions(by=SYSTEM) == 1
    assert Region.objects.get(pk="120104").name == "南开区"


def test_a_custom_area_can_be_added_and_its_level_must_be_lower(cast: Cast) -> None:
    area = services.create_region(
        code="990102k1", name="演示园区", level="town", parent=cast.district, by=SYSTEM
    )
    assert (area.code, area.custom, area.path) == ("990102K1", True, cast.district.path + "990102K1/")
    for bad in (
        {"code": "990102K1", "name": "另一园区", "level": "town"},
        {"code": "990102K2", "name": "另一园区", "level": "city"},
        {"code": "9 9", "name": "另一园区", "level": "town"},
        {"code": "990102K3", "name": "演示园区", "level": "town"},
    ):
        with pytest.raises(Refused):
            services.create_region(**bad, parent=cast.district, by=SYSTEM)
    assert not Region.objects.filter(name="另一园区").exists()


def test_under_finds_the_same_rows_as_a_prefix(cast: Cast) -> None:
    for path in ("/", cast.district.path, cast.street.path):
        under = set(Region.objects.filter(path__under=path).values_list("pk", flat=True))
        assert under == set(Region.objects.filter(path__startswith=path).values_list("pk", flat=True))


def test_a_unit_name_is_unique_in_its_region_and_its_function_known(cast: Cast) -> None:
    with pytest.raises(Refused, match="已有单位"):
        services.create_unit(name="颐和区民政局", function="civil_affairs", region=cast.district, by=SYSTEM)
    with pytest.raises(Refused, match="职能"):
        services.create_unit(name="某局", function="magic", region=cast.district, by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(name="某局", function="magic", region=cast.district, region_path="/x/")
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(
            name="颐和区民政局", function="civil_affairs", region=cast.district, region_path="/x/"
        )
    assert Unit.objects.filter(Q(name="某局") | Q(region_path="/x/")).count() == 0


def test_a_wrong_credit_code_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="统一社会信用代码"):
        services.create_unit(
            name="某局", function="tax", region=cast.district, uscc="123456789012345679", by=SYSTEM
        )
    assert not Unit.objects.filter(name="某局").exists()


def test_closing_a_unit_ends_its_rights_at_once(cast: Cast) -> None:
    assert build_viewer(cast.fire_officer).can("ledger.record")
    with pytest.raises(Refused, match="原因"):
        services.close_unit(unit=cast.units["fire"], reason=" ", by=SYSTEM)
    services.close_unit(unit=cast.units["fire"], reason="机构改革", by=SYSTEM)
    assert build_viewer(cast.fire_officer).capabilities == frozenset()


def test_usernames_are_unique_ignoring_case(cast: Cast) -> None:
    with pytest.raises(Refused, match="已被使用"):
        services.create_account(username="CIVIL_Chief", name="重名", by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(username="Civil_Chief", name="重名")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(username="root", name="超管", is_superuser=True)


def test_a_weak_password_is_refused_unless_the_system_sets_it(cast: Cast) -> None:
    officer = build_viewer(cast.system_officer)
    before = cast.street_clerk.password
    for weak in ("short", "123456789012", "street_clerk1", "1q2w3e4r5t6y"):
        with pytest.raises(Refused, match="密码不合要求"):
            services.set_password(account=cast.street_clerk, password=weak, by=officer)
    assert Account.objects.get(pk=cast.street_clerk.pk).password == before
    services.set_password(account=cast.street_clerk, password="松鹤街道-台账-2026", by=officer)
    assert Account.objects.get(pk=cast.street_clerk.pk).must_change_password
    services.set_password(account=cast.street_clerk, password="demo", by=SYSTEM)
    fresh = Account.objects.get(pk=cast.street_clerk.pk)
    assert fresh.check_password("demo") and not fresh.must_change_password


def test_a_post_must_suit_its_unit(cast: Cast) -> None:
    for unit, role in (("home_a", "chief"), ("civil", "director"), ("home_a", "auditor"), ("civil", "king")):
        with pytest.raises(Refused):
            services.open_post(account=cast.civil_officer, unit=cast.units[unit], role=role, by=SYSTEM)
    assert cast.civil_officer.posts.count() == 1


def test_rights_end_on_the_day_the_post_ends(cast: Cast) -> None:
    post = cast.posts["street_clerk"]
    services.close_post(post=post, ends_on=DAY, by=SYSTEM)
    assert build_viewer(cast.street_clerk, DAY - timedelta(days=1)).can("ledger.record")
    assert not build_viewer(cast.street_clerk, DAY).can("ledger.record")
    with pytest.raises(Refused, match="已于"):
        services.close_post(post=post, by=SYSTEM)
    services.open_post(
        account=cast.street_clerk, unit=cast.units["street_b"], role="clerk", starts_on=DAY, by=SYSTEM
    )
    moved = build_viewer(cast.street_clerk, DAY)
    assert moved.unit_ids == {cast.units["street_b"].pk}


def test_a_deputy_has_the_post_on_those_days_only(cast: Cast) -> None:
    post, stand_in = cast.posts["civil_chief"], cast.civil_officer
    with clock.travel(DAY):
        services.appoint_deputy(
            post=post,
            account=stand_in,
            starts_on=DAY,
            ends_on=DAY + timedelta(days=2),
            reason="出差",
            by=build_viewer(cast.civil_chief),
        )
    rights = [
        build_viewer(stand_in, DAY + timedelta(days=n)).can("ledger.not_applicable") for n in range(-1, 4)
    ]
    assert rights == [False, True, True, True, False]
    during = build_viewer(stand_in, DAY)
    assert [p.deputy_for for p in during.posts] == ["", "苏慧明"]
    assert during.unit_name == "颐和区民政局"


@pytest.mark.parametrize(
    ("days", "reason", "message"),
    [(61, "产假", "超过 60 日"), (3, "  ", "原因"), (0, "早退", "早于起始日")],
)
def test_a_deputy_needs_a_reason_and_at_most_60_days(
    cast: Cast, days: int, reason: str, message: str
) -> None:
    with clock.travel(DAY), pytest.raises(Refused, match=message):
        services.appoint_deputy(
            post=cast.posts["civil_chief"],
            account=cast.civil_officer,
            starts_on=DAY,
            ends_on=DAY + timedelta(days=days - 1),
            reason=reason,
            by=SYSTEM,
        )
    assert not Deputy.objects.exists()


def test_the_database_itself_refuses_a_deputy_of_61_days(cast: Cast) -> None:
    post, account = cast.posts["civil_chief"], cast.civil_officer
    with pytest.raises(IntegrityError, match="deputy_lasts_at_most_60_days"), transaction.atomic():
        Deputy.objects.create(
            post=post, account=account, starts_on=DAY, ends_on=DAY + timedelta(days=60), reason="长假"
        )
    Deputy.objects.create(
        post=post, account=account, starts_on=DAY, ends_on=DAY + timedelta(days=59), reason="长假"
    )


def _appoint(cast: Cast, post: str, account: str, by: str) -> Deputy:
    with clock.travel(DAY):
        return services.appoint_deputy(
            post=cast.posts[post],
            account=cast.accounts[account],
            starts_on=DAY,
            ends_on=DAY,
            reason="出差",
            by=build_viewer(cast.accounts[by]),
        )


@pytest.mark.parametrize(
    ("post", "account", "by", "error"),
    [
        ("civil_chief", "civil_officer", "civil_officer", Forbidden),  # 科员不能替局长委托
        ("civil_chief", "street_clerk", "civil_chief", Refused),  # 跨单位须由系统管理员办
        ("civil_chief", "director", "system_officer", Refused),  # 机构的人不代理监管岗位
        ("civil_chief", "system_officer", "civil_chief", Refused),  # 三员不代理
        ("civil_chief", "civil_chief", "civil_chief", Refused),  # 不能代理自己
        ("director", "facility_staff", "other_director", NotFound),  # 别家机构
        ("director", "facility_staff", "audit_officer", Forbidden),
    ],
)
def test_who_may_not_appoint_whom(
    cast: Cast, post: str, account: str, by: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _appoint(cast, post, account, by)
    assert not Deputy.objects.exists()


def test_who_may_appoint_whom(cast: Cast) -> None:
    _appoint(cast, "civil_officer", "civil_chief", "civil_chief")
    _appoint(cast, "director", "facility_staff", "director")
    _appoint(cast, "civil_chief", "street_clerk", "system_officer")
    assert Deputy.objects.count() == 3
    with pytest.raises(Refused, match="已代理"):
        _appoint(cast, "director", "facility_staff", "director")


def test_a_deputy_cannot_pass_the_post_on(cast: Cast) -> None:
    _appoint(cast, "civil_chief", "civil_officer", "civil_chief")
    third = services.create_account(username="third", name="丙", by=SYSTEM)
    services.open_post(account=third, unit=cast.units["civil"], role="clerk", starts_on=DAY, by=SYSTEM)
    with clock.travel(DAY), pytest.raises(Forbidden):
        services.appoint_deputy(
            post=cast.posts["civil_chief"],
            account=third,
            starts_on=DAY,
            ends_on=DAY,
            reason="再转",
            by=build_viewer(cast.civil_officer),
        )


def test_ending_a_deputy_ends_the_rights_at_once(cast: Cast) -> None:
    deputy = _appoint(cast, "civil_chief", "civil_officer", "civil_chief")
    with clock.travel(DAY):
        services.end_deputy(deputy=deputy, by=build_viewer(cast.civil_officer))
        assert not build_viewer(cast.civil_officer).can("ledger.not_applicable")
        with pytest.raises(Refused, match="已经结束"):
            services.end_deputy(deputy=deputy, by=build_viewer(cast.civil_chief))


def test_an_officer_holds_no_business_post_and_the_database_knows(cast: Cast) -> None:
    with pytest.raises(Refused, match="三员"):
        services.open_post(account=cast.audit_officer, unit=cast.units["civil"], role="officer", by=SYSTEM)
    with pytest.raises(IntegrityError, match="officer_account_holds_no_business_post"), transaction.atomic():
        Post.objects.create(
            account=cast.audit_officer, unit=cast.units["civil"], role="officer", starts_on=DAY
        )
    with pytest.raises(IntegrityError, match="officer_account_holds_no_business_post"), transaction.atomic():
        Account.objects.filter(pk=cast.civil_chief.pk).update(officer="audit")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=cast.audit_officer.pk).update(officer="both")
    assert not cast.audit_officer.posts.exists()


def test_officers_are_appointed_by_security_and_never_by_themselves(cast: Cast) -> None:
    security, system = build_viewer(cast.security_officer), build_viewer(cast.system_officer)
    plain = services.create_account(username="new_auditor", name="新审计", by=system)
    with pytest.raises(Forbidden):
        services.set_officer(account=plain, officer="audit", by=system)
    with pytest.raises(Forbidden):
        services.create_account(username="sneaky", name="自任", officer="audit", by=system)
    with pytest.raises(Refused, match="业务岗位"):
        services.set_officer(account=cast.civil_chief, officer="audit", by=security)
    with pytest.raises(Refused, match="自己"):
        services.set_officer(account=cast.security_officer, officer="system", by=security)
    with pytest.raises(Refused, match="最后一名"):
        services.set_officer(account=cast.audit_officer, officer="", by=security)
    services.set_officer(account=plain, officer="audit", by=security)
    assert build_viewer(plain).capabilities == {"audit.read"}
    services.set_officer(account=cast.audit_officer, officer="", by=security)


def test_an_officers_password_is_not_reset_by_another(cast: Cast) -> None:
    with pytest.raises(Forbidden, match="三员的密码"):
        services.set_password(
            account=cast.audit_officer, password="松鹤街道-台账-2026", by=build_viewer(cast.system_officer)
        )
    assert not Account.objects.get(pk=cast.audit_officer.pk).has_usable_password()


def test_disabling_needs_a_reason_another_person_and_leaves_one_officer(cast: Cast) -> None:
    system = build_viewer(cast.system_officer)
    for account, reason in ((cast.fire_officer, ""), (cast.system_officer, "误"), (cast.audit_officer, "误")):
        with pytest.raises(Refused):
            services.disable_account(account=account, reason=reason, by=system)
    assert Account.objects.filter(is_active=False).count() == 0
    services.disable_account(account=cast.fire_officer, reason="调离", by=system)
    assert not build_viewer(Account.objects.get(pk=cast.fire_officer.pk)).is_authenticated


def test_units_import_is_all_or_nothing_and_names_each_row(cast: Cast) -> None:
    system, count = build_viewer(cast.system_officer), Unit.objects.count()
    rows = [
        {"row": 2, "name": "颐和区税务局", "function": "税务", "region": "990102"},
        {"row": 3, "name": "颐和区民政局", "function": "民政局", "region": "颐和区"},
        {"row": 4, "name": "某局", "function": "魔法", "region": "990102"},
        {"row": 5, "name": "某局", "function": "教育", "region": "火星"},
        {"row": 6, "name": "颐和区税务局", "function": "tax", "region": "颐和区"},
        {"row": 7, "name": "", "function": "tax", "region": "颐和区"},
    ]
    with pytest.raises(services.ImportRefused) as refused:
        services.import_units(rows=rows, by=system)
    assert [(e.row, e.field) for e in refused.value.errors] == [
        (3, "name"),
        (4, "function"),
        (5, "region"),
        (6, "name"),
        (7, "name"),
    ]
    assert Unit.objects.count() == count
    created = services.import_units(rows=rows[:1], by=system)
    assert [(u.name, u.function, u.region_path) for u in created] == [
        ("颐和区税务局", "tax", cast.district.path)
    ]


def test_accounts_import_gives_first_passwords_once(cast: Cast) -> None:
    system, count = build_viewer(cast.system_officer), Account.objects.count()
    rows = [
        {"username": "New_One", "name": "新人", "unit": "颐和区民政局", "role": "工作人员", "title": "科员"},
        {"username": "director2", "name": "院长乙", "unit": "松鹤长者养老院（演示）", "role": "院长"},
    ]
    bad = [
        *rows,
        {"username": "new_one", "name": "重复", "unit": "颐和区民政局", "role": "经办人"},
        {"username": "x9", "name": "错岗", "unit": "颐和区民政局", "role": "院长"},
        {"username": "x8", "name": "无单位", "unit": "不存在的局", "role": "经办人"},
        {"username": "x7", "name": "无此岗", "unit": "颐和区民政局", "role": "国王"},
    ]
    with pytest.raises(services.ImportRefused) as refused:
        services.import_accounts(rows=bad, by=system)
    assert [(e.row, e.field) for e in refused.value.errors] == [
        (3, "username"),
        (4, "role"),
        (5, "unit"),
        (6, "role"),
    ]
    assert Account.objects.count() == count
    imported = services.import_accounts(rows=rows, by=system)
    assert [i.username for i in imported] == ["new_one", "director2"]
    account = Account.objects.get(username="new_one")
    assert account.check_password(imported[0].password) and account.must_change_password
    assert build_viewer(account).unit_name == "颐和区民政局"


def test_the_words_of_unit_functions_equal_the_catalogue(settings) -> None:  # type: ignore[no-untyped-def]
    from ruamel.yaml import YAML

    catalogue = YAML(typ="safe").load(
        (settings.PACKS_DIR / "catalogue" / "functions.yaml").read_text("utf-8")
    )
    assert FUNCTIONS == catalogue


def test_every_change_of_people_is_in_the_audit(cast: Cast) -> None:
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"region.loaded", "region.created", "unit.created", "account.created", "post.opened"} <= actions


def test_the_tree_loads_one_level_at_a_time_within_the_scope(cast: Cast) -> None:
    chief = build_viewer(cast.civil_chief)
    (top,) = queries.tree(chief, None)
    assert (top.region.code, top.children, top.units) == ("990102", 2, 8)
    assert [b.region.name for b in queries.tree(chief, "990102")] == ["松鹤街道", "柏龄街道"]
    assert queries.tree(chief, "990103") == []
    assert queries.tree(build_viewer(cast.director), None) == []
    assert [b.region.code for b in queries.tree(build_viewer(cast.system_officer), None)] == ["000000"]


def test_notified_accounts_include_deputies_and_leave_out_the_disabled(cast: Cast) -> None:
    _appoint(cast, "civil_chief", "street_clerk", "system_officer")
    unit = [cast.units["civil"].pk]
    assert set(queries.accounts_of_units(unit, DAY)) == {
        cast.civil_chief,
        cast.civil_officer,
        cast.street_clerk,
    }
    assert set(queries.accounts_of_units(unit, DAY, heads_only=True)) == {cast.civil_chief, cast.street_clerk}
    services.disable_account(account=cast.civil_chief, reason="调离", by=SYSTEM)
    assert cast.civil_chief not in queries.accounts_of_units(unit, DAY)
