"""筛选可选的值：地方、文件、街道、职能；记录可选的事实种类。"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from yijian.access.viewer import Viewer
from yijian.ledger.models import RuleUnit
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.packs import library
from yijian.people.models import Region
from yijian.regimes.kinds import FactKind, Pack
from yijian.regimes.library import NATION

Pair = tuple[str, str]

# 事实标识的第一段 → 记录页上的分组；不在表里的归“其他工作”。
FACT_GROUPS: dict[str, tuple[str, ...]] = {
    "投诉、线索与案件": ("complaint", "clue", "case", "opinion", "abuse", "dispute", "crackdown"),
    "突发事件与应急": ("incident", "emergency", "drill", "plan", "publicity", "rescue_center"),
    "备案与登记": (
        "facility", "filing", "registry_check", "registry", "registration", "unlicensed", "conditions",
        "service", "exit",
    ),
    "检查与抽查": ("inspection", "list", "bases", "frequency", "network", "grid"),
    "隐患与整改": ("hazard", "selfcheck", "change", "lists"),
    "消防、食品、设备、房屋": (
        "fire", "fire_approval", "fire_model", "fire_training", "food", "licence", "elevator", "equipment",
        "environment", "construction", "land", "new_estate", "safety",
    ),
    "人员与培训": ("staff", "training", "team", "contact", "key_person"),
    "资金与收费": (
        "fee", "deposit", "prepaid", "subsidy", "fund", "audit", "illegal_fund", "bank", "finance", "price",
    ),
    "制度、会议与材料": (
        "rules", "archive", "document", "report", "meeting", "minutes", "group", "ledger", "summary",
        "mechanism", "self_rules", "resources", "penalty", "reform", "support", "mutual",
    ),
    "信用、等级与公开": (
        "credit", "commitment", "grade", "risk", "blacklist", "disclosure", "policy_list", "standard",
        "board", "openday", "satisfaction", "assessment", "third_party", "typical_case", "appraisal",
    ),
    "数据与视频": ("data", "dataset", "video"),
    "专项活动": ("campaign",),
}  # fmt: skip
OTHER = "其他工作"
HIDDEN = {"ledger.not_applicable"}
_GROUP_OF = {prefix: group for group, prefixes in FACT_GROUPS.items() for prefix in prefixes}


@dataclass(frozen=True)
class Choices:
    """台账筛选栏的各个下拉。"""

    places: list[Pair]
    packs: list[Pair]
    streets: list[Pair]
    functions: list[Pair]


def choices(viewer: Viewer) -> Choices:
    """看的人能选的值：只列他看得见的地方和那里适用的文件。"""
    found = places(viewer)
    return Choices(
        places=[(p.pk, p.region.name) for p in found],
        packs=pack_choices(dict.fromkeys(pack for p in found for pack in p.packs)),
        streets=streets(viewer),
        functions=functions(),
    )


def streets(viewer: Viewer, limit: int = 400) -> list[Pair]:
    """范围内的街道（乡镇）；上级辖区先列区县。"""
    allowed = Q(pk__in=[])
    for path in viewer.region_paths:
        allowed |= Q(path__under=path)
    rows = Region.objects.filter(allowed, level__in=("town", "county")).exclude(path__in=viewer.region_paths)
    if viewer.everything or "/" in viewer.region_paths:
        rows = rows.filter(level="county")
    return list(rows.order_by("path").values_list("code", "name")[:limit])


def functions() -> list[Pair]:
    """制度里承担义务的单位职能，按目录次序。"""
    used = set(RuleUnit.objects.order_by().values_list("function", flat=True).distinct())
    return [(name, word) for name, word in library().catalogue.functions.items() if name in used]


def pack_choices(ids: Iterable[str]) -> list[Pair]:
    return [(i, pack_label(i)) for i in ids if i in library().packs and not library().packs[i].settings]


def pack_label(pack_id: str) -> str:
    """文件的短名：文号；没有文号的用题目开头；全国性规定直说。"""
    pack = library().packs.get(pack_id)
    return short(pack) if pack else pack_id


def short(pack: Pack) -> str:
    head = pack.head
    if head.region == NATION:
        return "国家法律和全国性规定"
    if head.document_no:
        return head.document_no
    name = head.title.partition("关于")[2] or head.title
    return name if len(name) <= 22 else f"{name[:21]}…"


def fact_groups(allowed: Iterable[str] | None = None) -> list[tuple[str, list[Pair]]]:
    """事实种类分组，值为“种类|分类”；allowed 给定时只列这些种类。"""
    wanted = None if allowed is None else set(allowed)
    grouped: dict[str, list[Pair]] = {name: [] for name in (*FACT_GROUPS, OTHER)}
    for kind, word in library().catalogue.facts.items():
        if kind in HIDDEN or (wanted is not None and kind not in wanted):
            continue
        grouped[_GROUP_OF.get(kind.partition(".")[0], OTHER)] += with_variants(kind, word)
    return [(name, pairs) for name, pairs in grouped.items() if pairs]


def with_variants(kind: str, word: FactKind, variant: str = "") -> list[Pair]:
    """一种事实的选项；有分类的逐个列出，variant 给定时只列那一个。"""
    if variant:
        return [(f"{kind}|{variant}", f"{word.label}·{word.variants.get(variant, variant)}")]
    if not word.variants:
        return [(f"{kind}|", word.label)]
    return [(f"{kind}|{v}", f"{word.label}·{label}") for v, label in word.variants.items()]


def evidence_choices(evidence: Iterable[dict[str, str]]) -> list[Pair]:
    """一项义务认哪些记录：下拉选项，照义务所列次序。"""
    facts = library().catalogue.facts
    pairs = [
        pair
        for e in evidence
        if e["fact"] in facts
        for pair in with_variants(e["fact"], facts[e["fact"]], e.get("variant") or "")
    ]
    return list(dict.fromkeys(pairs))


def function_words(names: Iterable[str]) -> list[str]:
    words = library().catalogue.functions
    return [words.get(name, name) for name in names]
