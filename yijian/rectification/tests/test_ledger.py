"""真实文件下：整改走一遍，各单位的台账自己转；南开 任务29、曲靖 十四。"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from yijian.access.viewer import Viewer, build_viewer
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger.models import Fact, Obligation
from yijian.ledger.services.load import load_packs
from yijian.ledger.services.replay import check
from yijian.ledger.tests.world import make_facility
from yijian.people.models import Region, Unit
from yijian.people.services import create_account, create_unit, load_regions, open_post
from yijian.people.viewer import SYSTEM
from yijian.rectification.models import DeadlineDraft, Problem
from yijian.rectification.services.deadlines import decide_draft, draft_next_steps
from yijian.rectification.services.handovers import (
    Letter,
    answer_handover,
    arrive_handover,
    receive_handover,
    send_handover,
)
from yijian.rectification.services.plans import list_problem, make_case_plan, reconcile_lists, request_listing
from yijian.rectification.services.rectify import accept
from yijian.rectification.tests.world import DUE, FOUND, days, finding, opened, replied, signature

pytestmark = pytest.mark.django_db
NANKAI, QUJING = "120104", "530302"
TOWN = {NANKAI: "120104001", QUJING: "530302001"}
PACKS = {NANKAI: "cn-120104-nankai-2021", QUJING: "cn-530300-qujing-2021"}


@dataclass
class Town:
    """一地：民政、消防、街道、一家机构（演示数据）。"""

    facility: Facility
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Viewer] = field(default_factory=dict)

    def duty(self, pack: str, key: str, problem: Problem | None = None) -> Obligation:
        rows = Obligation.objects.filter(rule__pack=pack, rule__key=key, void_at=None)
        return (rows.filter(case_key=problem.uid) if problem else rows).order_by("pk")[0]


def build(code: str) -> Town:
    unit = {}
    for key, function, region in (
        ("civil", "civil_affairs", code),
        ("fire", "fire", code),
        ("street", "subdistrict", TOWN[code]),
        ("home", "facility", TOWN[code]),
    ):
        place = Region.objects.get(pk=region)
        unit[key] = create_unit(name=f"{place.name}{key}（演示）", function=function, region=place, by=SYSTEM)
    made = Town(make_facility(f"演示院{code}", TOWN[code], unit=unit["home"]), unit)
    for key, role in (("civil", "chief"), ("fire", "officer"), ("street", "clerk"), ("home", "director")):
        account = create_account(username=f"{code}.{key}", name=f"演示{key}", password=None, by=SYSTEM)
        open_post(account=account, unit=unit[key], role=role, starts_on=date(2021, 1, 4), by=SYSTEM)
        made.people[key] = build_viewer(account)
    return made


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Town]]:
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(FOUND):
        load_regions(by=SYSTEM)
        made = {code: build(code) for code in (NANKAI, QUJING)}
        load_packs(keep_from=date(2026, 1, 1), by=SYSTEM)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def towns(
    built: dict[str, Town], django_db_blocker: Any, settings: Any, tmp_path: Path
) -> Iterator[dict[str, Town]]:
    settings.MEDIA_ROOT = tmp_path
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(FOUND):
        yield built
        transaction.set_rollback(True)


def test_task_29_of_nankai_turns_for_every_unit_by_facts_alone(towns: dict[str, Town]) -> None:
    town, pack = towns[NANKAI], PACKS[NANKAI]
    civil, fire, home = town.people["civil"], town.people["fire"], town.people["home"]
    problem = opened(town.facility, civil, title="燃气软管老化", aspect="fire", grade="major")

    assert town.duty(pack, "t29-urge", problem).done_on == FOUND
    for key in ("t29-notify", "t21-eliminate", "t3-listing"):
        assert town.duty(pack, key, problem).done_at is None, key

    letter = Letter("notify", town.units["fire"].pk, "燃气软管老化", "请到场处理", problem=problem)
    told = send_handover(letter=letter, by=civil)
    assert town.duty(pack, "t29-notify", problem).done_on == FOUND
    assert town.duty(pack, "a10-arrive", problem).done_at is None
    with clock.travel(FOUND + days(1)):
        receive_handover(handover=told, by=fire)
        arrive_handover(handover=told, by=fire)
        answer_handover(handover=told, answer="已关阀并更换软管。", by=fire)
        assert town.duty(pack, "a10-arrive", problem).done_on == FOUND + days(1)

        listing = request_listing(
            problem=problem, government="南开区人民政府", letter_number="演〔2026〕3号", by=civil
        )
        assert town.duty(pack, "t3-listing", problem).done_at is None
        list_problem(listing=listing, order_number="演政督〔2026〕1号", by=civil)
        assert town.duty(pack, "t3-listing", problem).done_on == FOUND + days(1)

    with clock.travel(FOUND + days(2)):
        replied(problem, home)
        assert town.duty(pack, "t21-eliminate", problem).done_on == FOUND + days(2)
        given = signature(civil, 1)
        accept(problem=problem, verdict="failed", signature=given, reason="软管接口仍漏气", by=civil)
        assert town.duty(pack, "t21-eliminate", problem).done_at is None
    with clock.travel(FOUND + days(3)):
        replied(Problem.objects.get(pk=problem.pk), home, 2)
        accept(
            problem=Problem.objects.get(pk=problem.pk),
            verdict="passed",
            signature=signature(civil, 2),
            by=civil,
        )
        assert town.duty(pack, "t21-eliminate", problem).done_on == FOUND + days(3)
        lists = town.duty(pack, "t3-three-lists")
        assert lists.done_at is None
        reconcile_lists(by=civil)
        lists.refresh_from_db()
        assert lists.done_on == FOUND + days(3)
        assert check() == {"missing": [], "extra": [], "proofs": []}
    kinds = (
        Fact.objects.filter(case_key=problem.uid, retracts=None).order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == [
        "hazard.found", "hazard.major_found", "hazard.urged", "hazard.notified", "hazard.arrived",
        "hazard.listed", "hazard.rectified", "hazard.rectified", "hazard.accepted",
    ]  # fmt: skip


def test_a_whistle_of_the_street_turns_task_12(towns: dict[str, Town]) -> None:
    town, pack = towns[NANKAI], PACKS[NANKAI]
    letter = Letter("whistle", town.units["fire"].pk, "居民楼里疑似无照养老点", "请核查", facility=None)
    sent = send_handover(letter=letter, by=town.people["street"])
    duty = Obligation.objects.get(rule__pack=pack, rule__key="t12-whistle", case_key=sent.case_key)
    assert duty.done_on == FOUND
    answer_handover_after_receipt(sent, town.people["fire"])
    assert Fact.objects.filter(kind="clue.solved", case_key=sent.case_key).count() == 1


def answer_handover_after_receipt(sent: Any, by: Viewer) -> None:
    receive_handover(handover=sent, by=by)
    answer_handover(handover=sent, answer="已查处。", by=by)


def test_article_14_of_qujing_turns_from_finding_to_sign_off(towns: dict[str, Town]) -> None:
    town, pack = towns[QUJING], PACKS[QUJING]
    civil, home = town.people["civil"], town.people["home"]
    problem = opened(town.facility, civil)
    for key in ("q14-notify", "q14-one-plan", "q14-sign-off"):
        assert town.duty(pack, key, problem).done_at is None, key
    assert town.duty(pack, "q2-urge", problem).done_on == FOUND

    make_case_plan(
        facility=town.facility, problems=[problem], title="演示院一院一案", measures="联合整治。",
        adopted_on=FOUND, number="演〔2026〕9号", by=civil,
    )  # fmt: skip
    assert town.duty(pack, "q14-one-plan", problem).done_on == FOUND

    with clock.travel(DUE + days(1)):
        assert draft_next_steps(by=SYSTEM)["drafts"] == 1
        duty = town.duty(pack, "q14-suspend", problem)
        assert duty.done_at is None
        decide_draft(draft=DeadlineDraft.objects.get(), adopt=True, number="演民责〔2026〕1号", by=civil)
        duty.refresh_from_db()
        assert duty.done_on == DUE + days(1)
        draft_next_steps(by=SYSTEM)
        decide_draft(
            draft=DeadlineDraft.objects.get(step="transfer"), adopt=True, number="演移〔2026〕1号", by=civil
        )
        assert town.duty(pack, "q14-transfer", problem).done_on == DUE + days(1)

        replied(problem, home)
        assert town.duty(pack, "q14-sign-off", problem).done_at is None
        accept(
            problem=Problem.objects.get(pk=problem.pk), verdict="passed", signature=signature(civil), by=civil
        )
        assert town.duty(pack, "q14-sign-off", problem).done_on == DUE + days(1)
        assert town.duty(pack, "q14-publish", problem).done_at is None
        assert check() == {"missing": [], "extra": [], "proofs": []}


def test_two_problems_of_one_facility_do_not_discharge_each_other(towns: dict[str, Town]) -> None:
    town, pack = towns[QUJING], PACKS[QUJING]
    civil, home = town.people["civil"], town.people["home"]
    first, second = opened(town.facility, civil), opened(town.facility, civil, title="另一个")
    assert finding().title != second.title
    replied(first, home)
    accept(problem=first, verdict="passed", signature=signature(civil), by=civil)
    assert town.duty(pack, "q14-sign-off", first).done_on == FOUND
    assert town.duty(pack, "q14-sign-off", second).done_at is None
