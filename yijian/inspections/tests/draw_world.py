"""抽取测试的小世界：两个街道几家机构，四家单位十来名检查人员（演示数据）。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from yijian.access.viewer import build_viewer
from yijian.facilities.models import Facility
from yijian.inspections.models import Draw, Inspector, Relation
from yijian.inspections.rules.draw_list import Requirements
from yijian.inspections.services.draw_commitments import commit_secret, reveal_secret
from yijian.inspections.services.draws import freeze_draw, run_draw, seed_by_dice
from yijian.kernel import draw as rule
from yijian.ledger.tests.world import make_facility
from yijian.people.cast import Cast
from yijian.people.viewer import Viewer

DAY = date(2026, 9, 1)
WINDOW = (date(2026, 9, 7), date(2026, 10, 31))
FACES = "36142516355261432514636251432566143254163251463251" + "2614"
SECRETS = ("0123456789abcdef0f1e2d3c4b5a6978", "fedcba98765432100a1b2c3d4e5f6071")
QUOTAS = {"高": 2, "低": 3, "未评风险等级": 0}


@dataclass
class World:
    cast: Cast
    homes: list[Facility]
    people: list[Inspector]

    @property
    def chief(self) -> Viewer:
        return build_viewer(self.cast.civil_chief)

    @property
    def fire(self) -> Viewer:
        return build_viewer(self.cast.fire_officer)


def make_world(cast: Cast) -> World:
    homes = [
        make_facility(f"颐和{n}号养老院（演示）", f"99010200{1 + n % 2}",
                      risk_level="高" if n % 3 == 0 else "低", beds=40 * n)
        for n in range(1, 13)
    ]  # fmt: skip
    units = ["civil"] * 4 + ["fire", "fire", "market", "market", "health", "street_a"]
    people = [inspector(cast, n, unit) for n, unit in enumerate(units)]
    return World(cast, homes, people)


def inspector(cast: Cast, n: int, unit: str, **extra: Any) -> Inspector:
    values = {"valid_from": date(2025, 1, 1), "valid_to": date(2027, 12, 31), "expertise": ["fire"]} | extra
    home = cast.units[unit]
    return Inspector.objects.create(
        name=f"检查员{n:02d}",
        unit=home,
        region_path=home.region_path,
        certificate_no=f"演示-{n:04d}",
        **values,
    )


def wanted(**extra: Any) -> Requirements:
    return Requirements(
        basis="颐和区年度抽查计划（演示）", window_from=WINDOW[0], window_to=WINDOW[1], **extra
    )


def frozen(world: World, **extra: Any) -> Draw:
    quotas = extra.pop("quotas", {name: n for name, n in QUOTAS.items() if name != "未评风险等级"})
    return freeze_draw(
        region=world.cast.district,
        title="下半年双随机抽查",
        quotas=quotas,
        requirements=wanted(**extra),
        by=world.chief,
    )


def diced(world: World, draw: Draw) -> Draw:
    return seed_by_dice(
        draw=draw, faces=FACES, place="民政局三楼会议室", witnesses=["雷振声", "温如松"], by=world.chief
    )


def committed(world: World, draw: Draw) -> Draw:
    for who, secret in zip((world.chief, world.fire), SECRETS, strict=True):
        sealed = rule.commitment(draw.frozen_sha256, who.posts[0].unit_name, secret)
        commit_secret(draw=draw, commitment=sealed, by=who)
    for who, secret in zip((world.chief, world.fire), SECRETS, strict=True):
        draw = reveal_secret(draw=draw, secret=secret, by=who)
    return draw


def drawn(world: World, **extra: Any) -> Draw:
    return run_draw(draw=diced(world, frozen(world, **extra)), by=world.chief)


def relation(world: World, person: int, home: int, kind: str = "kinship") -> Relation:
    return Relation.objects.create(
        inspector=world.people[person], facility=world.homes[home], kind=kind, declared_on=date(2026, 1, 5)
    )
