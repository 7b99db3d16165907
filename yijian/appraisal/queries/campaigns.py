"""有哪些专项活动：制度包里写了活动、且在看的人的地方适用的。"""

from dataclasses import dataclass

from yijian.access.viewer import Viewer
from yijian.appraisal import kinds
from yijian.appraisal.rules.timebar import TimeBar, time_bar
from yijian.kernel import clock
from yijian.kernel.errors import NotFound
from yijian.ledger.models import Place, RuleEvidence
from yijian.ledger.queries.choices import function_words
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.packs import library
from yijian.regimes.kinds import Campaign, Pack, Submission


@dataclass(frozen=True)
class Running:
    """一项活动：出自哪份文件、在哪些地方。"""

    pack: Pack
    campaign: Campaign
    places: tuple[str, ...]

    @property
    def bar(self) -> TimeBar:
        return time_bar(self.campaign, clock.today())

    def submission(self, ref: str) -> Submission | None:
        return next((s for s in self.campaign.submissions if s.id == ref), None)

    @property
    def who(self) -> str:
        """报送的是哪类单位。"""
        return "、".join(function_words(dict.fromkeys(s.by for s in self.campaign.submissions)))


def campaigns(viewer: Viewer) -> list[Running]:
    """看的人的地方适用的全部活动，近的在前。"""
    near = places(viewer)
    found = [running(pack, near) for pack in library().packs.values() if pack.campaign is not None]
    return sorted((r for r in found if r.places), key=lambda r: r.campaign.starts_on, reverse=True)


def running(pack: Pack, near: list[Place]) -> Running:
    assert pack.campaign is not None
    return Running(pack, pack.campaign, tuple(p.region.name for p in near if pack.id in p.packs))


def campaign(viewer: Viewer, pack_id: str) -> Running:
    """一项活动；没有、或不在看的人的地方适用，报 NotFound。"""
    pack = library().packs.get(pack_id)
    if pack is not None and pack.campaign is not None:
        found = running(pack, places(viewer))
        if found.places:
            return found
    raise NotFound("没有这项专项活动，或它不在您的地方开展。")


def reporting(viewer: Viewer) -> frozenset[int]:
    """看的人可以替它报送的单位。"""
    return frozenset(post.unit_id for post in viewer.posts_with("appraisal.submit"))


def rules_of(found: Running) -> dict[int, str]:
    """规则编号 → 报送材料的标识：由规则认的证据种类得出。"""
    rows = RuleEvidence.objects.filter(rule__pack=found.pack.id, fact_kind=kinds.SUBMISSION)
    known = {s.id for s in found.campaign.submissions}
    return {
        rule: variant for rule, variant in rows.values_list("rule_id", "variant").order_by("rule_id")
        if variant in known
    }  # fmt: skip
