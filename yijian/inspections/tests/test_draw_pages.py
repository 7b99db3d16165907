"""抽取的页面：从看名录到公布，拒绝时说清楚、什么也没写；公开的页面不登录可看。"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yijian.inspections.models import Commitment, Draw
from yijian.inspections.rules.draw_file import verify
from yijian.inspections.tests import draw_world as world_of
from yijian.inspections.tests.draw_world import FACES, SECRETS, World
from yijian.kernel import clock
from yijian.kernel import draw as rule
from yijian.people.cast import Cast

Clients = Callable[[str], Client]
FORM = {
    "region": "990102", "homes": "care", "by": "risk_level", "kind": "number", "size": "2", "experts": "0",
    "window_from": "2026-09-07", "window_to": "2026-10-31", "title": "下半年抽查", "basis": "年度计划",
    "joint": "on", "rounding": "up", "expertise": "", "exclusions": "", "quota_0": "3", "quota_1": "2",
}  # fmt: skip


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    with clock.travel(world_of.DAY):
        yield world_of.make_world(cast)


def url(name: str, draw: Draw | None = None) -> str:
    return reverse(f"inspections:{name}", kwargs={"draw_uid": draw.uid} if draw else None)


def page(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    text: str = response.content.decode()
    return text


def freeze(client: Client, **changes: str) -> Any:
    return client.post(url("draw_new"), FORM | changes)


def test_the_list_is_seen_before_it_is_frozen(world: World, client_as: Clients) -> None:
    world.people[0].valid_to = world_of.DAY
    world.people[0].save()
    world_of.relation(world, 1, 0)
    text = page(
        client_as("civil_officer").get(url("draw_new"), {k: v for k, v in FORM.items() if k != "title"})
    )
    assert "可抽 12 家" in text and "管不到检查期限" in text and "亲属关系" in text
    assert "颐和区消防救援大队：2 名" in text
    assert page(client_as("civil_officer").get(url("draw_new")))


def test_freeze_dice_draw_publish_by_the_pages(world: World, client_as: Clients) -> None:
    client = client_as("civil_chief")
    response = freeze(client, exclusions=f"{world.homes[0].name}：停业装修")
    draw = Draw.objects.get()
    assert response.status_code == 302 and response["Location"] == url("draw", draw)
    assert draw.frozen_sha256 in page(Client().get(url("draws_public")))
    assert Client().get(url("draw_public", draw)).status_code == 404
    assert Client().get(url("draw_file", draw)).status_code == 404
    given = {"faces": " ".join(FACES), "place": "会议室", "witnesses": "雷振声、温如松"}
    for step, data in (("draw_dice", given), ("draw_run", {}), ("draw_publish", {})):
        assert page(client.get(url("draw", draw)))
        assert client.post(url(step, draw), data).status_code == 302
    text = page(Client().get(url("draw_public", draw)))
    draw.refresh_from_db()
    assert draw.seed in text and "雷振声、温如松" in text and "在本机重算" in text
    content = Client().get(url("draw_file", draw)).content
    assert verify(content) == [] and json.loads(content)["frozen"] == draw.frozen
    assert client.get(url("draw_list", draw)).content.decode() == draw.frozen
    assert b"".join(client.get(url("draw_export", draw)))[:2] == b"PK"
    assert "已公布" in page(client.get(url("draws"), {"state": "published"}))
    assert "没有抽取" in page(client.get(url("draws"), {"state": "voided"}))


def test_two_departments_commit_and_reveal_by_the_pages(world: World, client_as: Clients) -> None:
    draw = world_of.frozen(world)
    for who, name, secret in (
        ("civil_chief", "颐和区民政局", SECRETS[0]),
        ("fire_officer", "颐和区消防救援大队", SECRETS[1]),
    ):
        assert f'data-unit="{name}"' in page(client_as(who).get(url("draw", draw)))
        sealed = rule.commitment(draw.frozen_sha256, name, secret)
        assert client_as(who).post(url("draw_commit", draw), {"commitment": sealed}).status_code == 302
    wrong = client_as("fire_officer").post(url("draw_reveal", draw), {"secret": SECRETS[0]})
    assert "对不上" in page(wrong, 422)
    for who, secret in zip(("fire_officer", "civil_chief"), SECRETS[::-1], strict=True):
        assert "的暗数" in page(client_as(who).get(url("draw", draw)))
        assert client_as(who).post(url("draw_reveal", draw), {"secret": secret}).status_code == 302
    draw.refresh_from_db()
    assert draw.state == "seeded" and draw.seed in page(client_as("civil_officer").get(url("draw", draw)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quota_0": "99"}, "名录里只有"),
        ({"quota_0": "0", "quota_1": "0"}, "没有要抽的"),
        ({"quota_0": "两家"}, "应是整数"),
        ({"quota_0": ""}, "请填写"),
        ({"basis": ""}, "请填写检查依据"),
        ({"title": "a\x00b"}, ""),
        ({"exclusions": "没有这家：停业"}, "名录里没有“没有这家”"),
        ({"exclusions": "颐和1号养老院（演示）"}, "请写明排除"),
        ({"window_to": "2026-09-01"}, "止日不能早于起日"),
        ({"window_to": "九月"}, "日期应写作"),
        ({"region": "990103"}, "没有这个选项"),
        ({"kind": "rate", "quota_0": "101"}, ""),
        ({"kind": "rate", "quota_0": "三成"}, "请填百分数"),
        ({"experts": "2"}, "（专家）没有一个人可以抽"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_and_nothing_is_frozen(
    world: World, client_as: Clients, changes: dict[str, str], said: str
) -> None:
    assert said in page(freeze(client_as("civil_chief"), **changes), 422)
    assert not Draw.objects.exists()


def test_percentages_become_whole_numbers(world: World, client_as: Clients) -> None:
    assert freeze(client_as("civil_chief"), kind="rate", quota_0="12.5", quota_1="30").status_code == 302
    strata = json.loads(Draw.objects.get().frozen)["strata"]
    assert sorted((s["value"], rule.quota_of(s)) for s in strata) == [(1250, 1), (3000, 2)]


@pytest.mark.parametrize(
    ("step", "data", "said"),
    [
        ("draw_dice", {"faces": "123", "place": "会议室", "witnesses": "甲 乙"}, "种子太短"),
        ("draw_dice", {"faces": FACES, "place": "", "witnesses": "甲 乙"}, "地点"),
        ("draw_commit", {"commitment": "xyz"}, "64 位"),
        ("draw_reveal", {"secret": SECRETS[0]}, "还没有收齐"),
        ("draw_run", {}, "不能抽取"),
        ("draw_publish", {}, "不能公布"),
        ("draw_void", {"reason": ""}, "作废的理由"),
    ],
)
def test_a_step_out_of_turn_is_refused(
    world: World, client_as: Clients, step: str, data: dict[str, str], said: str
) -> None:
    draw = world_of.frozen(world)
    before = Draw.objects.values().get()
    assert said in page(client_as("civil_chief").post(url(step, draw), data), 422)
    assert Draw.objects.values().get() == before and not Commitment.objects.exists()


def test_a_voided_draw_stays_in_public_with_its_reason(world: World, client_as: Clients) -> None:
    draw = world_of.drawn(world)
    client = client_as("civil_chief")
    assert client.post(url("draw_void", draw), {"reason": "见证人未到齐"}).status_code == 302
    text = page(Client().get(url("draws_public")))
    assert "见证人未到齐" in text and draw.frozen_sha256 in text
    assert Client().get(url("draw_file", draw)).status_code == 404
    assert "见证人未到齐" in page(client.get(url("draw", draw)))


def test_the_rule_can_be_read_by_anybody(cast: Cast) -> None:
    assert "yijian-draw-1" in page(Client().get(url("draw_rule")))
