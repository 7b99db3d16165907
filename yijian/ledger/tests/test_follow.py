"""台账跟着登记走：手工新增的区划、新设的单位、导入的机构都有义务；新日历让暂定的期限落定。"""

from datetime import date, timedelta

import pytest

from yijian.kernel import clock
from yijian.ledger.models import Jurisdiction, Obligation, Place
from yijian.ledger.queries import packs
from yijian.ledger.services.follow import follow_registry, pending
from yijian.ledger.services.load import adopt_calendar, load_packs, open_ledger
from yijian.ledger.services.record import Act, record_fact
from yijian.ledger.tests.world import SYSTEM, make_facility, make_place, make_rule
from yijian.people.services import add_region, create_unit, load_regions

pytestmark = pytest.mark.django_db


def test_a_county_added_by_hand_lives_under_the_national_pack():
    load_regions(by=SYSTEM)
    load_packs(keep_from=date(2026, 1, 1), by=SYSTEM)
    county = add_region(code="330523", name="演示手工县", by=SYSTEM)
    town = add_region(code="330523K01", name="演示镇", parent_code=county.pk, by=SYSTEM)
    home = make_facility("手工县养老院（演示）", region=town.pk)
    assert pending()
    follow_registry(by=SYSTEM)
    assert not pending()
    assert Jurisdiction.objects.get(region=town).place_id == "000000"
    rules = set(Obligation.objects.filter(facility=home, void_at=None).values_list("rule__pack", flat=True))
    assert rules == {"cn"}
    assert Obligation.objects.filter(facility=home, due_on__isnull=False).count() >= 3


def test_every_document_in_force_becomes_a_place_with_its_rules():
    load_regions(by=SYSTEM)
    found = load_packs(keep_from=date(2026, 1, 1), by=SYSTEM)
    assert set(found) == {"000000", "120104", "500242", "140525", "530300"}
    assert all(count >= 20 for count in found.values())
    before = {p.pk: p.stack_hash for p in Place.objects.all()}
    load_packs(by=SYSTEM)
    assert {p.pk: p.stack_hash for p in Place.objects.all()} == before, "没有变化就什么也不动"


def test_a_new_unit_gets_its_own_rows(cast):
    make_rule(make_place(), "street", {"at_least": 1, "per": "year"}, each="unit", subjects=["subdistrict"])
    with clock.travel(date(2026, 2, 1)):
        open_ledger(by=SYSTEM)
        added = create_unit(name="新设街道办（演示）", function="subdistrict", region=cast.street, by=SYSTEM)
        assert pending()
        follow_registry(by=SYSTEM)
    assert Obligation.objects.filter(unit=added, slot_start=date(2026, 1, 1)).count() == 1


def test_a_new_holiday_table_settles_provisional_dates(cast, settings, tmp_path):
    home = make_facility("新日历院")
    make_rule(
        make_place(),
        "answer",
        {"within": 20, "unit": "workdays", "of": "filing.completed"},
        each="fact",
        subjects=["filing.completed"],
        evidence=[("filing.first_check_done", "")],
    )
    with clock.travel(date(2026, 12, 21)):
        open_ledger(by=SYSTEM)
        act = Act(
            "filing.completed", date(2026, 12, 20), facility_id=home.pk, payload={"number": "演〔2026〕1号"}
        )
        record_fact(act=act, by=SYSTEM)
        assert Obligation.objects.get().provisional
        (tmp_path / "catalogue").symlink_to(settings.PACKS_DIR / "catalogue")
        (tmp_path / "holidays").mkdir()
        for table in (settings.PACKS_DIR / "holidays").glob("*.yaml"):
            (tmp_path / "holidays" / table.name).write_bytes(table.read_bytes())
        (tmp_path / "holidays" / "2027.yaml").write_text(
            "year: 2027\nsource: 测试用，非官方\nholidays:\n"
            "  - {name: 元旦, from: 2027-01-01, to: 2027-01-08}\nworkdays: []\n"
        )
        settings.PACKS_DIR = tmp_path
        assert adopt_calendar(by=SYSTEM) == 1
    packs.forget()
    duty = Obligation.objects.get()
    assert not duty.provisional and duty.due_on == date(2027, 1, 25)


def test_a_change_committed_late_with_an_earlier_time_is_followed_too(cast):
    """两处同时改档案：时刻早的那个后提交，也要跟上。"""
    make_rule(make_place(), "drill", {"at_least": 1, "per": "year"})
    early, late = make_facility("先改后交院"), make_facility("后改先交院")
    with clock.travel(date(2026, 2, 1)):
        open_ledger(by=SYSTEM)
        follow_registry(by=SYSTEM)
        late.closed_on, late.updated_at = date(2026, 1, 31), clock.now()
        late.save()
        follow_registry(by=SYSTEM)
        early.closed_on, early.updated_at = date(2026, 1, 31), clock.now() - timedelta(minutes=5)
        early.save()
        assert pending()
        follow_registry(by=SYSTEM)
        assert not pending()
    live = Obligation.objects.filter(void_at=None, slot_start__gte=date(2026, 1, 1))
    assert not live.filter(facility__in=[early, late]).exists()
