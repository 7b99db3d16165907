"""抽取的读：列表、一次抽取、公开的列表与公布文件。"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.inspections import kinds
from yijian.inspections.models import Commitment, Draw
from yijian.inspections.queries.draw_pool import pool
from yijian.inspections.rules.draw_file import compose
from yijian.inspections.rules.draw_list import Pool, Requirements
from yijian.kernel import draw as rule
from yijian.kernel.errors import NotFound
from yijian.people.models import Region

LIGHT = ("frozen", "recusals", "result", "provenance")


def draws(viewer: Viewer, state: str = "") -> QuerySet[Draw]:
    """看的人范围内的抽取，近的在前；不取大段文字。"""
    rows = scoped(viewer, Draw.objects.select_related("region", "unit").defer(*LIGHT))
    return rows.filter(state=state) if state in kinds.DRAW.states else rows


def draw(viewer: Viewer, uid: str) -> Draw:
    """一次抽取；没有或在范围外报 NotFound。"""
    found = scoped(viewer, Draw.objects.select_related("region", "unit").filter(uid=uid)).first()
    if found is None:
        raise NotFound("没有这次抽取，或它不在您的管辖范围内。")
    return found


def public_draws() -> QuerySet[Draw]:
    """公开的列表：凡冻结过的都在，包括没有公布的（只见摘要）和作废的（写明理由）。"""
    return Draw.objects.select_related("region", "unit").defer(*LIGHT).order_by("-frozen_at", "-pk")


def public_draw(uid: str) -> Draw:
    """一次已公布的抽取。"""
    found = Draw.objects.select_related("region", "unit").filter(uid=uid, state="published").first()
    if found is None:
        raise NotFound("没有这次抽取，或它还没有公布。")
    return found


def published_file(uid: str) -> str:
    """公布的文件：名单、种子的来历、结果。"""
    found = public_draw(uid)
    return compose(found.frozen, json.loads(found.provenance), found.result)


@dataclass(frozen=True)
class Sheet:
    """一次抽取摊开来看：名单、种子的来历、结果。"""

    draw: Draw

    @cached_property
    def listed(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.draw.frozen)
        return found

    @cached_property
    def strata(self) -> list[dict[str, Any]]:
        """每层：名录几家、名额怎么写、抽几家。"""
        return [
            {**one, "quota": rule.quota_of(one), "words": quota_words(one)} for one in self.listed["strata"]
        ]

    @cached_property
    def total(self) -> int:
        return sum(one["quota"] for one in self.strata)

    @cached_property
    def seed(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self.draw.provenance or '{"method": ""}')
        return found

    @cached_property
    def drawn(self) -> list[dict[str, Any]]:
        """抽中的各家与派去的人（带单位）。"""
        if not self.draw.result:
            return []
        people = {one["id"]: one for one in self.listed["inspectors"]}
        found: list[dict[str, Any]] = json.loads(self.draw.result)["drawn"]
        return [{**one, "team": [people[member["id"]] for member in one["team"]]} for one in found]

    @cached_property
    def units(self) -> list[tuple[str, int]]:
        """各单位有几名人员可抽。"""
        counted: dict[str, int] = {}
        for one in self.listed["inspectors"]:
            counted[one["unit"]] = counted.get(one["unit"], 0) + 1
        return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))

    @cached_property
    def recusals(self) -> list[dict[str, str]]:
        """回避的缘由，带名字；只给看得到这次抽取的工作人员。"""
        names = {one["id"]: one["name"] for one in self.listed["inspectors"]}
        homes = {one["id"]: one["name"] for one in self.listed["objects"]}
        return [
            {"home": homes[one["object"]], "person": names[one["inspector"]], "why": one["why"]}
            for one in self.draw.recusals
        ]


def quota_words(stratum: Mapping[str, Any]) -> str:
    if stratum["kind"] == "number":
        return f"{stratum['value']} 家"
    return f"{stratum['value'] / 100:g}%，{rule.ROUNDINGS[stratum['rounding']]}"


def commitments(found: Draw) -> list[Commitment]:
    return list(found.commitments.select_related("unit").order_by("order"))


@dataclass(frozen=True)
class Preview:
    """冻结之前先看：每层几家、谁不能抽、谁要回避。"""

    pool: Pool
    units: list[tuple[str, int]]
    recusals: list[dict[str, str]]


def preview(region: Region, wanted: Requirements) -> Preview:
    """照要求看一眼名录；什么也不写。"""
    found = pool(region, wanted)
    counted: dict[str, int] = {}
    for person in found.people:
        name = f"{person.unit}（专家）" if person.expert else person.unit
        counted[name] = counted.get(name, 0) + 1
    people = {one.id: one.name for one in found.people}
    homes = {one.id: one.name for one in found.things}
    told = [{"home": homes[r.object], "person": people[r.inspector], "why": r.why} for r in found.recusals]
    return Preview(found, sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])), told)
