"""命令行与定时的事：重建核对、推进。"""

import json
from datetime import date

import pytest

from yijian.kernel import clock
from yijian.ledger.command import run
from yijian.ledger.models import Obligation, SupervisionOrder
from yijian.worker.timetable import entry_of
from yijian.worker.topics import subscribers

pytestmark = pytest.mark.django_db


def test_check_says_agreed_and_exits_zero_then_finds_a_tampered_row(scene, capsys):
    scene.fact("drill.held", scene.a)
    assert run(["rebuild", "--check"]) == 0
    assert "一致" in capsys.readouterr().out
    wrong = Obligation.objects.filter(done_on__isnull=False).order_by("slot_start").last()
    Obligation.objects.filter(pk=wrong.pk).update(done_on=date(2026, 8, 1))
    assert run(["rebuild", "--check", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert found["differences"]["extra"][0][2] == "2026-07-01"
    assert Obligation.objects.get(pk=wrong.pk).done_on == date(2026, 8, 1), "核对不改动"
    assert run(["rebuild"]) == 1
    assert Obligation.objects.get(pk=wrong.pk).done_on == date(2026, 11, 23)
    capsys.readouterr()
    assert run(["rebuild", "--json"]) == 0


def test_a_wrong_command_says_how_to_use_it(capsys):
    assert run([]) == 2
    assert run(["没有"]) == 2
    assert "yijian ledger" in capsys.readouterr().err


def test_a_tick_reminds_once_and_orders_after_the_grace(scene, capsys):
    assert run(["tick", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert "督办单 2" in first["steps"] or SupervisionOrder.objects.exists()
    orders = SupervisionOrder.objects.count()
    assert run(["tick"]) == 0
    assert "没有要走的" in capsys.readouterr().out
    assert SupervisionOrder.objects.count() == orders


def test_the_ledger_follows_the_registry_and_keeps_a_timetable(scene):
    assert "yijian.ledger.jobs.follow_registry" in subscribers("registry.changed")
    for name in ("ledger.follow", "ledger.open", "ledger.steps"):
        assert entry_of(name) is not None
    with clock.travel(date(2026, 11, 24)):
        assert run(["tick"]) == 0
