"""双随机抽取：冻结名单 → 种子 → 抽取 → 公布；每一步在一个事务里，只做一次。"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.inspections import kinds
from yijian.inspections.models import Draw
from yijian.inspections.queries.draw_pool import pool
from yijian.inspections.rules.draw_check import check
from yijian.inspections.rules.draw_list import Heading, Requirements, compose, instant
from yijian.inspections.services.draw_visits import cancel_visits, send_out
from yijian.kernel import clock, ids
from yijian.kernel import draw as rule
from yijian.kernel.errors import NotFound, Refused
from yijian.people.models import Region, Unit
from yijian.people.queries import units_of_function

WITNESSES = 2


@verb("inspections.draw")
def freeze_draw(
    *, region: Region, title: str, quotas: Mapping[str, int], requirements: Requirements, by: Viewer
) -> Draw:
    """冻结抽取名单（南开 任务30；曲靖 十五）：此刻还没有种子，名单的摘要随即公开。

    quotas 是层名 → 家数（kind 为 rate 时是万分比）。名额大于名录、派不出人、过期的证，
    都报 Refused，什么也不留。
    """
    unit = organiser(region, by)
    check_words(title, requirements)
    head = Heading(
        ids.uuid7(), title.strip(), region.pk, region.name, unit.name, clock.now().replace(microsecond=0)
    )
    found = pool(region, requirements)
    frozen = compose(head, found, quotas, requirements)
    check(frozen)
    text = rule.canonical(frozen)
    made = Draw.objects.create(
        uid=head.uid,
        region=region,
        region_path=region.path,
        unit=unit,
        title=head.title,
        kind=requirements.kind,
        rule_version=rule.FORMAT,
        frozen=text,
        frozen_sha256=rule.digest(text),
        frozen_at=head.frozen_at,
        frozen_by=by.name,
        recusals=[{"object": r.object, "inspector": r.inspector, "why": r.why} for r in found.recusals],
    )
    counts = {"objects": len(found.things), "inspectors": len(found.people), "sha256": made.frozen_sha256}
    note("draw.frozen", made, by, counts)
    return made


def organiser(region: Region, by: Viewer) -> Unit:
    """组织抽取的单位：操作人凭以抽取、且管着这个地方的单位；系统代办时是当地民政部门。"""
    for post in by.posts_with("inspections.draw"):
        if region.path.startswith(post.region_path):
            return Unit.objects.get(pk=post.unit_id)
    if not by.everything:
        raise NotFound("没有这个地方，或它不在您的管辖范围内。")
    unit = units_of_function("civil_affairs", region.path).first()
    if unit is None:
        raise Refused(f"{region.name}还没有民政部门，请先在组织里建立。")
    return unit


def check_words(title: str, wanted: Requirements) -> None:
    if not title.strip() or len(title.strip()) > 80:
        raise Refused("请写一个 80 字以内的名称，如“2026年下半年双随机抽查”。", field="title")
    if not wanted.basis.strip() or len(wanted.basis) > 300:
        raise Refused("请写明检查依据（300 字以内）。", field="basis")
    if wanted.window_to < clock.today():
        raise Refused("检查期限已经过去，请重新填写。", field="window_to")
    if wanted.by not in kinds.STRATA or wanted.kind not in kinds.QUOTAS:
        raise Refused("分层或名额的写法不认识，请从列出的里选。", field="by")
    if any(not reason.strip() for reason in wanted.exclusions.values()):
        raise Refused("排除一家机构要写明理由。", field="exclusions")
    words = (title, wanted.basis, *wanted.exclusions.values())
    if any(not one.replace("\n", "").replace("\r", "").isprintable() for one in words):
        raise Refused("名称、依据或理由里有看不见的控制字符，请删去后再试。", field="title")


@verb("inspections.draw", on="draw")
def seed_by_dice(*, draw: Draw, faces: str, place: str, witnesses: Sequence[str], by: Viewer) -> Draw:
    """当众掷骰产生种子：至少五十个点数（128 位），记下地点与至少两名见证人。只能在冻结之后。"""
    draw = locked(draw)
    rolled = "".join(sign for sign in faces if not sign.isspace() and sign not in ",，、;；")
    seed = rule.dice_seed(draw.frozen_sha256, rolled)
    named = [one.strip() for one in witnesses if one.strip()]
    if not place.strip():
        raise Refused("请写明在哪里掷的骰子。", field="place")
    if len(set(named)) < WITNESSES:
        raise Refused(f"请写明至少 {WITNESSES} 名见证人的姓名。", field="witnesses")
    if draw.commitments.exists():
        raise Refused("已有部门交存承诺，不能改用掷骰；要改，请作废后另行冻结。")
    at = clock.now()
    provenance = {
        "faces": rolled, "method": "dice", "place": place.strip()[:120], "rolled_at": instant(at),
        "value": seed, "witnesses": [one[:40] for one in named[:20]],
    }  # fmt: skip
    move(draw, "seed", seed=seed, provenance=rule.canonical(provenance), seeded_at=at)
    note("draw.seeded", draw, by, {"count": len(rolled), "seed": seed})
    return draw


@verb("inspections.draw", on="draw")
def run_draw(*, draw: Draw, by: Viewer) -> Draw:
    """抽取：只看冻结的名单和种子算出结果，同一事务派出检查任务；一份名单只抽一次。"""
    draw = locked(draw)
    kinds.DRAW.next(draw.state, "draw")
    if rule.digest(draw.frozen) != draw.frozen_sha256:
        raise Refused("名单与冻结时的摘要不符，已停止抽取；请立即报告审计管理员。")
    frozen = json.loads(draw.frozen)
    outcome = rule.outcome(frozen, draw.frozen_sha256, draw.seed)
    text = rule.canonical(outcome)
    move(draw, "draw", result=text, result_sha256=rule.digest(text), drawn_at=clock.now(), drawn_by=by.name)
    send_out(draw, frozen, outcome, by)
    note("draw.drawn", draw, by, {"count": len(outcome["drawn"]), "sha256": draw.result_sha256})
    return draw


@verb("inspections.publish", on="draw")
def publish_draw(*, draw: Draw, by: Viewer) -> Draw:
    """公布抽取：名单、种子的来历、结果，谁都可以下载重算。"""
    draw = locked(draw)
    move(draw, "publish", published_at=clock.now(), published_by=by.name)
    note("draw.published", draw, by, {"sha256": draw.result_sha256})
    return draw


@verb("inspections.draw", on="draw")
def void_draw(*, draw: Draw, reason: str, by: Viewer) -> Draw:
    """作废抽取：写明理由，理由公开；尚未开始的任务一并取消。已有任务开始的不能作废。"""
    if not reason.strip():
        raise Refused("请写明作废的理由；理由会与名单的摘要一起公开。", field="reason")
    draw = locked(draw)
    kinds.DRAW.next(draw.state, "void")
    cancelled = cancel_visits(draw, reason.strip())
    move(draw, "void", voided_at=clock.now(), voided_by=by.name, void_reason=reason.strip()[:300])
    note("draw.voided", draw, by, {"count": cancelled}, reason=reason.strip())
    return draw


def locked(draw: Draw) -> Draw:
    """锁住这一行再看：别人抢先一步的，以库里的为准。"""
    return Draw.objects.select_for_update().select_related("unit", "region").get(pk=draw.pk)


def move(draw: Draw, verb_name: str, **changes: Any) -> None:
    """按状态表移动；别人抢先一步则拒绝。"""
    new = kinds.DRAW.next(draw.state, verb_name)
    moved = Draw.objects.filter(pk=draw.pk, state=draw.state).update(state=new, **changes)
    if not moved:
        raise Refused("这次抽取刚被别人处理过，请刷新页面。")
    draw.refresh_from_db()


def note(action: str, draw: Draw, by: Viewer, data: Mapping[str, object], reason: str = "") -> None:
    subject = ("draw", draw.uid, draw.title)
    record(action, by=by, subject=subject, data=dict(data), reason=reason, region_path=draw.region_path)
