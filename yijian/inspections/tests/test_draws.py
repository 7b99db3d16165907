"""抽取的办理：先冻结后种子，一份名单一颗种子一个结果；不合格的冻结什么也不留。"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import TestCase

from yijian.access.viewer import build_viewer
from yijian.inspections.models import Commitment, Draw, Relation, Visit, VisitInspector
from yijian.inspections.queries.draws import published_file
from yijian.inspections.rules.draw_file import verify
from yijian.inspections.services.draw_commitments import commit_secret, reveal_secret
from yijian.inspections.services.draws import freeze_draw, publish_draw, run_draw, seed_by_dice, void_draw
from yijian.inspections.tests import draw_world as world_of
from yijian.inspections.tests.draw_world import FACES, SECRETS, World, committed, diced, drawn, frozen, wanted
from yijian.kernel import clock
from yijian.kernel import draw as rule
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    with clock.travel(world_of.DAY):
        yield world_of.make_world(cast)


def nothing_changed() -> bool:
    return not Draw.objects.exists() and not Visit.objects.exists()


# ---- 一步一步 ---------------------------------------------------------------------------------------


def test_dice_lead_from_freeze_to_a_published_file_that_verifies(world: World) -> None:
    draw = drawn(world)
    assert draw.state == "drawn" and len(json.loads(draw.result)["drawn"]) == 5
    draw = publish_draw(draw=draw, by=world.chief)
    content = published_file(draw.uid).encode()
    assert verify(content) == []
    told = json.loads(content)
    assert told["seed"]["faces"] == FACES and told["seed"]["witnesses"] == ["雷振声", "温如松"]
    assert told["frozen"] == draw.frozen and told["seed"]["value"] == draw.seed


def test_two_departments_commit_and_reveal(world: World) -> None:
    draw = committed(world, frozen(world))
    assert draw.state == "seeded"
    assert draw.seed == rule.revealed_seed(draw.frozen_sha256, list(SECRETS))
    draw = publish_draw(draw=run_draw(draw=draw, by=world.chief), by=world.chief)
    assert verify(published_file(draw.uid).encode()) == []


def test_a_draw_sends_out_visits_with_at_least_two_inspectors(world: World) -> None:
    draw = drawn(world)
    told = {int(one["id"]): [int(m["id"]) for m in one["team"]] for one in json.loads(draw.result)["drawn"]}
    visits = Visit.objects.filter(draw_uid=draw.uid).order_by("pk")
    assert {v.facility_id for v in visits} == set(told)
    for visit in visits:
        rows = list(visit.inspectors.order_by("pk").values_list("inspector_id", "leader"))
        assert [pk for pk, _ in rows] == told[visit.facility_id] and [lead for _, lead in rows] == [
            True,
            False,
        ]
        assert visit.kind == "random" and visit.state == "assigned" and len(visit.entry_code) >= 20
        assert visit.functions[0] and "civil_affairs" in visit.functions and len(visit.functions) == 2
        assert (visit.window_from, visit.window_to) == world_of.WINDOW


def test_the_result_depends_on_the_frozen_text_alone(world: World) -> None:
    draw = diced(world, frozen(world))
    world.homes[0].name = "改了名的养老院"
    world.homes[0].save()
    world.people[0].valid_to = date(2026, 9, 2)
    world.people[0].save()
    done = run_draw(draw=draw, by=world.chief)
    counted = rule.outcome(json.loads(draw.frozen), draw.frozen_sha256, draw.seed)
    assert done.result == rule.canonical(counted)


# ---- 先后 ------------------------------------------------------------------------------------------


def test_each_step_is_taken_once_and_in_order(world: World) -> None:
    draw = frozen(world)
    with pytest.raises(Refused, match="不能抽取"):
        run_draw(draw=draw, by=world.chief)
    with pytest.raises(Refused, match="不能公布"):
        publish_draw(draw=draw, by=world.chief)
    diced(world, draw)
    with pytest.raises(Refused, match="不能产生种子"):
        diced(world, draw)
    run_draw(draw=draw, by=world.chief)
    before = Draw.objects.values().get()
    with pytest.raises(Refused, match="不能抽取"):
        run_draw(draw=draw, by=world.chief)
    assert Draw.objects.values().get() == before
    assert Visit.objects.count() == 5 and VisitInspector.objects.count() == 10


def test_no_secret_is_taken_before_both_committed(world: World) -> None:
    draw = frozen(world)
    name = world.chief.posts[0].unit_name
    commit_secret(draw=draw, commitment=rule.commitment(draw.frozen_sha256, name, SECRETS[0]), by=world.chief)
    with pytest.raises(Refused, match="还没有收齐"):
        reveal_secret(draw=draw, secret=SECRETS[0], by=world.chief)
    with pytest.raises(Refused, match="已经交存"):
        commit_secret(draw=draw, commitment="0" * 63 + "1", by=world.chief)
    with pytest.raises(Refused, match="不能改用掷骰"):
        diced(world, draw)
    mirrored = Commitment.objects.get().sha256
    with pytest.raises(Refused, match="相同"):
        commit_secret(draw=draw, commitment=mirrored, by=world.fire)
    assert Commitment.objects.get().secret == "" and Draw.objects.get().state == "frozen"


def test_a_secret_that_does_not_open_its_commitment_is_refused(world: World) -> None:
    draw = frozen(world)
    for who, secret in ((world.chief, SECRETS[0]), (world.fire, SECRETS[1])):
        sealed = rule.commitment(draw.frozen_sha256, who.posts[0].unit_name, secret)
        commit_secret(draw=draw, commitment=sealed, by=who)
    with pytest.raises(Refused, match="对不上"):
        reveal_secret(draw=draw, secret=SECRETS[1], by=world.chief)
    market = build_viewer(world.cast.market_officer)
    with pytest.raises(Refused, match="没有为这次抽取交存承诺"):
        reveal_secret(draw=draw, secret=SECRETS[1], by=market)
    with pytest.raises(Refused, match="不能两家承诺"):
        commit_secret(draw=draw, commitment="0" * 63 + "2", by=market)
    assert Draw.objects.get().seed == ""


@pytest.mark.parametrize(
    ("faces", "said"),
    [("123456", "种子太短：只有 6 个点数"), ("7" * 60, "1 到 6"), ("1" * 60, "不像是掷出来的")],
)
def test_a_weak_seed_is_refused(world: World, faces: str, said: str) -> None:
    draw = frozen(world)
    with pytest.raises(Refused, match=said):
        seed_by_dice(draw=draw, faces=faces, place="会议室", witnesses=["甲", "乙"], by=world.chief)
    assert Draw.objects.get().seed == ""


def test_dice_need_a_place_and_two_witnesses(world: World) -> None:
    draw = frozen(world)
    with pytest.raises(Refused, match="见证人"):
        seed_by_dice(draw=draw, faces=FACES, place="会议室", witnesses=["甲", " 甲 "], by=world.chief)
    with pytest.raises(Refused, match="在哪里"):
        seed_by_dice(draw=draw, faces=FACES, place=" ", witnesses=["甲", "乙"], by=world.chief)


# ---- 作废 ------------------------------------------------------------------------------------------


def test_a_voided_draw_gives_its_reason_and_calls_visits_back(world: World) -> None:
    draw = drawn(world)
    with pytest.raises(Refused, match="理由"):
        void_draw(draw=draw, reason=" ", by=world.chief)
    void_draw(draw=draw, reason="见证人未到齐", by=world.chief)
    assert set(Visit.objects.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(Refused, match="办结"):
        publish_draw(draw=draw, by=world.chief)


def test_a_draw_whose_visits_began_is_not_voided(world: World) -> None:
    draw = drawn(world)
    Visit.objects.filter(pk=Visit.objects.order_by("pk").first().pk).update(state="started")  # type: ignore[union-attr]
    with pytest.raises(Refused, match="已有 1 个检查任务"):
        void_draw(draw=draw, reason="想重抽", by=world.chief)
    assert Draw.objects.get().state == "drawn" and not Visit.objects.filter(state="cancelled").exists()


# ---- 不合格的冻结 -----------------------------------------------------------------------------------


def test_a_quota_larger_than_the_pool_names_the_stratum(world: World) -> None:
    with pytest.raises(Refused, match="“高”层要抽 9 家，名录里只有 4 家"):
        frozen(world, quotas={"高": 9, "低": 1})
    with pytest.raises(Refused, match="“极高”层要抽 1 家，名录里只有 0 家"):
        frozen(world, quotas={"极高": 1})
    assert nothing_changed()


def test_a_place_where_no_other_department_may_go_names_the_seat(world: World) -> None:
    for person in world.people[4:]:
        person.valid_to = date(2026, 8, 31)
        person.save()
    with pytest.raises(Refused, match="第 2 席（其他部门或街道）没有一个人可以抽"):
        frozen(world)
    assert nothing_changed()


def test_a_home_from_which_everybody_recuses_is_named(world: World) -> None:
    for person in range(4):
        world_of.relation(world, person, 2)
    with pytest.raises(Refused, match="“高”层的“颐和3号养老院（演示）”派不出人：第 1 席（民政部门）"):
        frozen(world)
    assert nothing_changed()
    reason = "全体民政人员回避，商请上级抽查"
    draw = frozen(world, exclusions={world.homes[2].pk: reason}, quotas={"高": 2, "低": 3})
    assert json.loads(draw.frozen)["excluded"] == [
        {"id": str(world.homes[2].pk), "name": world.homes[2].name, "reason": reason}
    ]


def test_expired_certificates_are_not_drawable_and_say_why(world: World) -> None:
    late = {0: date(2026, 8, 31), 1: date(2026, 9, 30)}
    for number, day in late.items():
        world.people[number].valid_to = day
        world.people[number].save()
    world.people[5].active = False
    world.people[5].save()
    told = json.loads(frozen(world).frozen)
    assert {one["name"]: one["reason"] for one in told["undrawable"]} == {
        "检查员00": "执法证已于 2026-08-31 过期",
        "检查员01": "执法证 2026-09-30 到期，管不到检查期限",
        "检查员05": "不在岗",
    }
    names = {one["name"] for one in told["inspectors"]}
    assert not names & {"检查员00", "检查员01", "检查员05"} and len(names) == 7


def test_kin_former_staff_last_inspectors_and_neighbours_recuse(world: World) -> None:
    world_of.relation(world, 0, 1)
    world_of.relation(world, 1, 1, "former_employer")
    Relation.objects.filter(inspector=world.people[1]).update(ended_on=world_of.DAY - timedelta(days=1))
    last = visited(world, 1, [2, 4], "2026-03-01")
    visited(world, 1, [3], "2025-03-01")
    draw = frozen(world)
    told = {one["id"]: one for one in json.loads(draw.frozen)["objects"]}
    ids = {str(world.people[n].pk) for n in (0, 2, 4)}
    assert set(told[str(world.homes[1].pk)]["avoid"]) == ids and last.pk
    assert sum(bool(one["avoid"]) for one in told.values()) == 1
    assert {(r["inspector"], r["why"]) for r in draw.recusals} == {
        (str(world.people[0].pk), "亲属关系"),
        (str(world.people[2].pk), "上次检查过这一家"),
        (str(world.people[4].pk), "上次检查过这一家"),
    }
    assert "亲属" not in draw.frozen
    street = {one["name"]: one["street"] for one in json.loads(draw.frozen)["inspectors"]}
    assert street["检查员09"] == "990102001" and street["检查员00"] == ""


def visited(world: World, home: int, people: list[int], day: str) -> Visit:
    at = clock.start_of(date.fromisoformat(day))
    facility = world.homes[home]
    visit = Visit.objects.create(
        uid=f"v{day}", kind="daily", facility=facility, region_path=facility.region_path,
        lead_unit=world.cast.units["civil"], reason="日常", basis="计划", window_from=day, window_to=day,
        entry_code=f"e{day}", state="finished", finished_at=at, assigned_by="系统",
    )  # fmt: skip
    VisitInspector.objects.bulk_create(
        [VisitInspector(visit=visit, inspector=world.people[n]) for n in people]
    )
    return visit


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"window_to": date(2026, 8, 1), "window_from": date(2026, 7, 1)}, "已经过去"),
        ({"window_to": date(2026, 9, 3)}, "起日晚于止日"),
        ({"basis": " "}, "检查依据"),
        ({"size": 1}, "2 到"),
        ({"by": "weather"}, "不认识"),
        ({"exclusions": {1: " "}}, "写明理由"),
    ],
)
def test_wrong_requirements_are_refused(world: World, change: dict[str, Any], said: str) -> None:
    from dataclasses import replace

    with pytest.raises(Refused, match=said):
        freeze_draw(
            region=world.cast.district,
            title="抽查",
            quotas={"高": 1},
            requirements=replace(wanted(), **change),
            by=world.chief,
        )
    assert nothing_changed()


def test_only_the_place_itself_may_be_drawn(world: World) -> None:
    other = build_viewer(world.cast.other_district_officer)
    with pytest.raises(NotFound):
        freeze_draw(
            region=world.cast.district, title="抽查", quotas={"高": 1}, requirements=wanted(), by=other
        )
    with pytest.raises(Forbidden):
        freeze_draw(
            region=world.cast.district, title="抽查", quotas={"高": 1}, requirements=wanted(), by=world.fire
        )
    draw = frozen(world)
    with pytest.raises(NotFound):
        seed_by_dice(draw=draw, faces=FACES, place="会议室", witnesses=["甲", "乙"], by=other)
    with pytest.raises(NotFound):
        commit_secret(draw=draw, commitment="1" * 64, by=other)
    with pytest.raises(Forbidden):
        commit_secret(draw=draw, commitment="1" * 64, by=SYSTEM)
    assert Draw.objects.get().state == "frozen"


# ---- 数据库自己守住 ---------------------------------------------------------------------------------


def refused_by_database(change: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_the_database_takes_no_seed_before_the_freeze(world: World) -> None:
    row = Draw.objects.values().get(pk=frozen(world).pk)
    row |= {"id": None, "uid": "x", "frozen_sha256": "a" * 64, "seed": "b" * 64, "provenance": "{}"}
    refused_by_database(lambda: Draw.objects.create(**(row | {"seeded_at": clock.now(), "state": "seeded"})))
    refused_by_database(lambda: Draw.objects.create(**row))
    early = clock.now() - timedelta(hours=1)
    seeded = {"seed": "b" * 64, "provenance": "{}", "state": "seeded"}
    refused_by_database(lambda: Draw.objects.update(**seeded, seeded_at=early))
    refused_by_database(lambda: Draw.objects.update(seed="b" * 64))
    refused_by_database(lambda: Draw.objects.update(frozen=""))
    assert Draw.objects.count() == 1


def test_the_database_keeps_the_list_the_seed_and_the_result(world: World) -> None:
    draw = drawn(world)
    before = Draw.objects.values().get()
    for change in (
        {"frozen": draw.frozen.replace("养老院", "敬老院")}, {"frozen_sha256": "c" * 64}, {"seed": "d" * 64},
        {"seed": "", "provenance": "", "seeded_at": None}, {"result": "{}"}, {"uid": "y"}, {"recusals": [{}]},
        {"frozen_at": clock.now() - timedelta(days=1)}, {"result": "", "result_sha256": "", "drawn_at": None},
        {"state": "frozen"}, {"provenance": "{}"}, {"drawn_by": "别人"},
    ):  # fmt: skip
        refused_by_database(lambda change=change: Draw.objects.update(**change))
    refused_by_database(lambda: Draw.objects.all()._raw_delete("default"))
    assert Draw.objects.values().get() == before
    publish_draw(draw=draw, by=world.chief)
    refused_by_database(lambda: Draw.objects.update(state="drawn", published_at=None))


def test_the_database_keeps_commitments_and_their_order(world: World) -> None:
    draw = frozen(world)
    sealed = rule.commitment(draw.frozen_sha256, "颐和区民政局", SECRETS[0])
    commit_secret(draw=draw, commitment=sealed, by=world.chief)
    refused_by_database(lambda: Commitment.objects.update(secret=SECRETS[0], revealed_at=clock.now()))
    refused_by_database(lambda: Commitment.objects.update(sha256="e" * 64))
    refused_by_database(lambda: Commitment.objects.all()._raw_delete("default"))
    sealed = rule.commitment(draw.frozen_sha256, "颐和区消防救援大队", SECRETS[1])
    commit_secret(draw=draw, commitment=sealed, by=world.fire)
    reveal_secret(draw=draw, secret=SECRETS[0], by=world.chief)
    refused_by_database(lambda: Commitment.objects.filter(order=1).update(secret=SECRETS[1]))
    late = Commitment(
        draw=draw, order=2, unit=world.cast.units["market"], sha256="f" * 64, committed_by="迟到"
    )
    refused_by_database(late.save)


def test_what_a_draw_leaves_in_the_audit(world: World) -> None:
    from yijian.audit.models import Entry

    with TestCase.captureOnCommitCallbacks():
        publish_draw(draw=drawn(world), by=world.chief)
    told = list(
        Entry.objects.filter(action__startswith="draw.").order_by("seq").values_list("action", flat=True)
    )
    assert told == ["draw.frozen", "draw.seeded", "draw.drawn", "draw.published"]
