"""承诺与揭示：两家部门各出一个暗数，先交承诺，都交了再揭示，合成种子。"""

import re

from django.db import IntegrityError, transaction

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.inspections import kinds
from yijian.inspections.models import Commitment, Draw
from yijian.inspections.rules.draw_list import instant
from yijian.inspections.services.draws import locked, move, note
from yijian.kernel import clock
from yijian.kernel import draw as rule
from yijian.kernel.errors import Forbidden, Refused
from yijian.people.models import Unit

UNITS = 2


@verb("inspections.commit", on="draw")
def commit_secret(*, draw: Draw, commitment: str, by: Viewer) -> Commitment:
    """交存承诺：写下暗数的摘要，暗数自己留着。冻结之后才收，一家一次，共收两家。"""
    draw = locked(draw)
    kinds.DRAW.next(draw.state, "commit")
    unit = unit_of(by, draw)
    text = commitment.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise Refused("承诺是 64 位十六进制的 SHA-256，请用页面上的“产生暗数”算出。", field="commitment")
    earlier = list(draw.commitments.order_by("order"))
    if any(one.unit_id == unit.pk for one in earlier):
        raise Refused(f"{unit.name}已经交存过承诺，请等另一家部门。")
    try:
        with transaction.atomic():
            made = Commitment.objects.create(
                draw=draw, order=len(earlier) + 1, unit=unit, sha256=text,
                committed_at=clock.now(), committed_by=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("这份承诺与另一家的相同，或刚被别人抢先交存，请刷新后再试。") from error
    if made.order == UNITS:
        move(draw, "commit")
    note("draw.committed", draw, by, {"sha256": text})
    return made


@verb("inspections.commit", on="draw")
def reveal_secret(*, draw: Draw, secret: str, by: Viewer) -> Draw:
    """揭示暗数：两家都承诺之后才收，与承诺对得上才算；两家都揭示了，种子随即产生。"""
    draw = locked(draw)
    if draw.state == "frozen":
        raise Refused("还没有收齐两家部门的承诺，现在不能揭示；揭示早了，另一家就能照着凑数。")
    kinds.DRAW.next(draw.state, "seed")
    unit = unit_of(by, draw)
    own = draw.commitments.filter(unit=unit).first()
    if own is None:
        raise Refused(f"{unit.name}没有为这次抽取交存承诺，不能揭示。")
    if own.secret:
        raise Refused("贵单位的暗数已经揭示过了。")
    text = secret.strip().lower()
    if rule.commitment(draw.frozen_sha256, unit.name, text) != own.sha256:
        raise Refused("暗数与交存的承诺对不上，请核对是否抄错。", field="secret")
    done = Commitment.objects.filter(pk=own.pk, secret="").update(
        secret=text, revealed_at=clock.now(), revealed_by=by.name
    )
    if not done:
        raise Refused("贵单位的暗数刚被同事揭示过，请刷新页面。")
    note("draw.revealed", draw, by, {})
    settle(draw)
    return draw


def settle(draw: Draw) -> None:
    """两家都揭示了就合成种子。"""
    both = list(draw.commitments.select_related("unit").order_by("order"))
    if not all(one.secret for one in both):
        return
    seed = rule.revealed_seed(draw.frozen_sha256, [one.secret for one in both])
    parts = [
        {
            "commitment": one.sha256, "committed_at": instant(one.committed_at),
            "revealed_at": instant(one.revealed_at or clock.now()), "secret": one.secret,
            "unit": one.unit.name,
        }
        for one in both
    ]  # fmt: skip
    provenance = rule.canonical({"method": "commit", "parts": parts, "value": seed})
    move(draw, "seed", seed=seed, provenance=provenance, seeded_at=clock.now())


def unit_of(by: Viewer, draw: Draw) -> Unit:
    """以哪家部门的名义：操作人凭以承诺、且管着这个地方的单位。"""
    for post in by.posts_with("inspections.commit"):
        if draw.region_path.startswith(post.region_path):
            return Unit.objects.get(pk=post.unit_id)
    raise Forbidden("承诺与揭示要由部门的工作人员以本单位名义办理。")
