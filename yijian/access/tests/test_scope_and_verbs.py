"""数据范围、动词、授权表。"""

from collections.abc import Callable

import pytest
from django.apps import apps

from yijian.access import kinds
from yijian.access.scope import Scope, in_scope, scope_of, scoped
from yijian.access.verbs import VERBS, AuditMissingError, verb
from yijian.access.viewer import ANONYMOUS, SYSTEM, Viewer, build_viewer
from yijian.audit.models import Entry
from yijian.audit.services import record
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people import queries
from yijian.people.cast import Cast
from yijian.people.kinds import OFFICERS
from yijian.people.models import Account, Post, Region, Unit

pytestmark = pytest.mark.django_db
ViewerOf = Callable[[str], Viewer]


def _units(cast: Cast, viewer: Viewer) -> set[str]:
    names = {unit.pk: key for key, unit in cast.units.items()}
    return {names[pk] for pk in scoped(viewer, Unit.objects.all()).values_list("pk", flat=True)}


def test_each_sees_the_units_of_own_region_and_below(cast: Cast, viewer: ViewerOf) -> None:
    district = {k for k, u in cast.units.items() if u.region_path.startswith(cast.district.path)}
    assert _units(cast, viewer("civil_chief")) == _units(cast, viewer("fire_officer")) == district
    assert _units(cast, viewer("street_clerk")) == {"street_a", "home_a"}
    assert _units(cast, viewer("director")) == {"home_a"}
    assert _units(cast, viewer("auditor")) == district
    assert _units(cast, viewer("other_district_officer")) == {"other_civil", "other_street", "other_home"}
    assert _units(cast, viewer("system_officer")) == _units(cast, SYSTEM) == set(cast.units)
    assert _units(cast, ANONYMOUS) == set()


def test_accounts_and_posts_follow_the_units(cast: Cast, viewer: ViewerOf) -> None:
    keys = {a.pk: k for k, a in cast.accounts.items()}
    seen = {keys[a.pk] for a in queries.accounts(viewer("street_clerk"))}
    assert seen == {"street_clerk", "director", "facility_staff"}
    assert {keys[a.pk] for a in queries.accounts(viewer("director"))} == {"director", "facility_staff"}
    with pytest.raises(NotFound):
        queries.account(viewer("street_clerk"), cast.civil_chief.pk)
    with pytest.raises(NotFound):
        queries.unit(viewer("director"), cast.units["home_b"].pk)
    with pytest.raises(NotFound):
        queries.post(viewer("other_district_officer"), cast.posts["civil_chief"].pk)


def test_a_department_sees_only_rows_of_its_function_when_the_table_says_so(
    cast: Cast, viewer: ViewerOf
) -> None:
    from yijian.access.scope import compile_scope

    scope = Scope(region="region_path", function="function")
    fire = set(Unit.objects.filter(compile_scope(viewer("fire_officer"), scope)))
    assert fire == {cast.units["fire"]}
    civil = Unit.objects.filter(compile_scope(viewer("civil_officer"), scope)).count()
    assert civil == scoped(viewer("civil_officer"), Unit.objects.all()).count()


def test_officers_see_only_tables_made_for_them(cast: Cast, viewer: ViewerOf) -> None:
    from yijian.access.scope import compile_scope

    business = Scope(region="region_path", unit="id")
    assert not Unit.objects.filter(compile_scope(viewer("system_officer"), business)).exists()


def test_the_power_of_one_post_does_not_reach_the_region_of_another(cast: Cast) -> None:
    from yijian.people.services import open_post

    open_post(account=cast.civil_chief, unit=cast.units["other_civil"], role="auditor", by=SYSTEM)
    both = build_viewer(cast.civil_chief)
    assert both.can("ledger.record")
    assert in_scope(both, cast.units["other_home"])
    assert not in_scope(both, cast.units["other_home"], capability="ledger.record")
    assert in_scope(both, cast.units["home_a"], capability="ledger.record")


def test_a_model_without_scope_is_an_error() -> None:
    class Bare:
        pass

    with pytest.raises(TypeError, match="未声明"):
        scope_of(Bare)  # type: ignore[arg-type]
    assert scope_of(Region) is None
    assert isinstance(scope_of(Post), Scope)


@verb("people.manage", on="unit")
def _touch(*, unit: Unit, note: bool, by: Viewer) -> None:
    Unit.objects.filter(pk=unit.pk).update(short_name="动过")
    if note:
        record("unit.renamed", by=by, subject=("unit", unit.pk, unit.name), data={"before": ""})


@verb("ledger.record", on="unit")
def _act(*, unit: Unit, by: Viewer) -> None:
    record("unit.renamed", by=by, subject=("unit", unit.pk, unit.name), data={"before": ""})
    Unit.objects.filter(pk=unit.pk).update(short_name="动过")
    raise Refused("办到一半不办了。")


def test_a_verb_checks_the_right_the_place_and_the_audit(cast: Cast, viewer: ViewerOf) -> None:
    unit, entries = cast.units["home_a"], Entry.objects.count()
    with pytest.raises(Forbidden, match="管理组织"):
        _touch(unit=unit, note=True, by=viewer("civil_chief"))
    with pytest.raises(AuditMissingError):
        _touch(unit=unit, note=False, by=SYSTEM)
    with pytest.raises(NotFound):
        _act(unit=unit, by=viewer("other_district_officer"))
    with pytest.raises(Refused, match="不办了"):
        _act(unit=unit, by=viewer("civil_chief"))
    assert not Unit.objects.filter(short_name="动过").exists()
    assert Entry.objects.count() == entries
    _touch(unit=unit, note=True, by=SYSTEM)
    assert Unit.objects.get(pk=unit.pk).short_name == "动过"
    assert Entry.objects.count() == entries + 1


def test_a_verb_takes_only_names_and_by_comes_last() -> None:
    with pytest.raises(TypeError, match="最后一个是 by"):
        verb("people.manage")(lambda by, unit: None)
    with pytest.raises(TypeError, match="最后一个是 by"):

        @verb("people.manage")
        def wrong(*, by: Viewer, unit: Unit) -> None: ...

    with pytest.raises(TypeError, match="按名传入"):
        _touch(None, True, SYSTEM)  # type: ignore[misc, arg-type]
    with pytest.raises(TypeError, match="by"):
        _touch(unit=None, note=True)  # type: ignore[call-arg, arg-type]


def test_every_verb_names_a_registered_capability() -> None:
    assert VERBS
    unknown = {name: cap for name, cap in VERBS.items() if cap not in kinds.CAPABILITIES}
    assert not unknown


def test_every_grant_is_a_registered_capability_and_every_capability_is_granted() -> None:
    built = {app.label for app in apps.get_app_configs()}
    granted = frozenset().union(*kinds.GRANTS.values(), *kinds.OFFICER_GRANTS.values())
    unknown = {c for c in granted - set(kinds.CAPABILITIES) if c.split(".")[0] in built}
    assert not unknown, f"授予了没有登记的权限：{unknown}"
    assert not set(kinds.CAPABILITIES) - granted, "登记了却没有任何人拥有的权限"


def test_officers_hold_no_business_capability() -> None:
    assert set(kinds.OFFICER_GRANTS) == set(OFFICERS)
    for granted in kinds.OFFICER_GRANTS.values():
        assert {cap.split(".")[0] for cap in granted} <= {"people", "audit", "sheets", "worker"}
    only = [g - {"people.view", "people.deputy"} for g in kinds.OFFICER_GRANTS.values()]
    assert only == [{"people.manage", "sheets.import", "worker.view"}, {"people.security"}, {"audit.read"}]
    business = frozenset().union(*kinds.GRANTS.values())
    assert business.isdisjoint({"people.manage", "people.security", "audit.read"})


def test_readers_can_change_nothing() -> None:
    assert {c.split(".")[1] for c in kinds.GRANTS["readers", "auditor"]} == {
        "view",
        "rules_view",
        "view_original",
        "use",
    }
    assert kinds.granted("fire", "auditor") == kinds.granted("civil_affairs", "auditor")
    assert kinds.granted("facility", "chief") == frozenset()


def test_a_viewer_without_post_or_disabled_can_do_nothing(cast: Cast) -> None:
    account = Account.objects.create(username="nobody", name="无岗")
    assert build_viewer(account).capabilities == frozenset()
    assert build_viewer(account).is_authenticated
    account.is_active = False
    assert build_viewer(account) is ANONYMOUS
