"""各地对照、文件对照；制度包一览、检查、例子、试算。"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.models import Place
from yijian.ledger.queries.choices import pack_label
from yijian.ledger.queries.packs import calendar, library
from yijian.people.models import Region
from yijian.regimes.cases import CaseResult, run_cases
from yijian.regimes.compare import compare_places
from yijian.regimes.diff import diff_packs, diff_versions, same_document
from yijian.regimes.findings import LEVELS, Finding
from yijian.regimes.kinds import FACILITY_KINDS, VERIFY_LABELS, Pack
from yijian.regimes.lint import lint
from yijian.regimes.load_test import Counts, Load, load_test
from yijian.regimes.source import find_source

STRICTER: dict[str, tuple[str, str]] = {
    "a": ("左边更严", "red"),
    "b": ("右边更严", "red"),
    "same": ("一样", "green"),
    "different": ("形式不同", "amber"),
    "only_a": ("仅左边有", "blue"),
    "only_b": ("仅右边有", "blue"),
}
STATUS_WORDS = {"in_force": "有效", "draft": "草案", "local": "本地"}
GROUPS: dict[str, str] = {
    "A": "机制、台账与活动",
    "B": "登记备案与退出",
    "C": "双随机抽查",
    "D": "现场检查",
    "E": "隐患整改",
    "F": "投诉与线索",
    "G": "信用",
    "H": "风险分级",
    "I": "资金",
    "J": "人员",
    "K": "应急",
    "L": "视频",
    "M": "信息公开",
    "N": "数据共享",
    "O": "等级与标准",
    "P": "考核评估",
    "Q": "执法",
    "R": "平台",
}


def regions_with_packs() -> list[tuple[str, str]]:
    """有文件的地方，可拿来对照。"""
    codes = {p.region for p in library().packs.values() if p.head.status == "in_force"}
    return list(Region.objects.filter(pk__in=codes).order_by("path").values_list("code", "name"))


def side_by_side(a: str, b: str, only: str = "") -> list[dict[str, Any]]:
    """同一义务两地并排；only 只看某一种结论。"""
    rows = compare_places(library(), a, b)
    found = [dressed(row) for row in rows]
    return [row for row in found if not only or row["stricter"] == only]


def dressed(row: Mapping[str, Any]) -> dict[str, Any]:
    word, tone = STRICTER[row["stricter"]]
    group = library().catalogue.duties[row["duty"]].group
    sides = {side: [{**item, "label": source_word(item, row)} for item in row[side]] for side in ("a", "b")}
    return {**row, **sides, "word": word, "tone": tone, "group": GROUPS.get(group, group)}


def source_word(item: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return pack_label(item["pack"]) if "pack" in item else ""


def verdicts(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, int]]:
    """各种结论各几项：（值，说法，色调，条数）。"""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["stricter"]] = counts.get(row["stricter"], 0) + 1
    return [(key, *STRICTER[key], counts[key]) for key in STRICTER if key in counts]


def document_diff(a: str, b: str) -> dict[str, Any]:
    """两份文件对照：同一文件的两版逐句，不同文件同一义务并排。"""
    left, right = library().pack(a), library().pack(b)
    if same_document(left, right):
        found = diff_versions(left, right)
        changed = [{**clause, "slight": is_slight(clause)} for clause in found["clauses"]]
        return {**found, "clauses": sorted(changed, key=lambda clause: clause["slight"])}
    found = diff_packs(left, right, library().catalogue)
    return {**found, "duties": [dressed(row) for row in found["duties"]]}


def is_slight(clause: Mapping[str, Any]) -> bool:
    """只是标点、全半角不同。"""
    old, new = plain("".join(clause["removed"])), plain("".join(clause["added"]))
    return old == new


def plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())


# ── 制度包 ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class PackLine:
    """制度包一览的一行。"""

    pack: Pack
    region: str
    status: str
    label: str
    obligations: int
    cases: int
    source: bool
    used: bool


def pack_lines() -> list[PackLine]:
    """全部制度包：有效的、草案、本地。"""
    names = dict(Region.objects.values_list("code", "name"))
    used = {i for packs in Place.objects.values_list("packs", flat=True) for i in packs}
    packs = sorted(library().packs.values(), key=lambda p: (p.head.status, p.region, p.id))
    order = {"in_force": 0, "draft": 1, "local": 2}
    lines = [
        PackLine(
            pack=p,
            region=names.get(p.region, p.region),
            status=STATUS_WORDS[p.head.status],
            label=pack_label(p.id),
            obligations=len(p.obligations) + len(p.settings),
            cases=len(p.cases),
            source=find_source(p) is not None,
            used=p.id in used,
        )
        for p in packs
    ]
    return sorted(lines, key=lambda line: order[line.pack.head.status])


def broken_packs() -> list[tuple[str, list[str]]]:
    """没能载入的包和原因。"""
    return [(name, [str(p) for p in error.problems]) for name, error in sorted(library().broken.items())]


def findings(pack: Pack) -> list[tuple[str, str, Finding]]:
    """检查结果：（轻重的说法，色调，结果）。"""
    tones = {"error": "red", "warning": "amber", "info": ""}
    found = lint(pack, library().catalogue, calendar())
    return [(LEVELS[f.level], tones[f.level], f) for f in found]


def case_results(pack: Pack) -> list[CaseResult]:
    """运行制度包自带的例子。"""
    return run_cases(pack, calendar())


def settings_of(pack: Pack) -> list[dict[str, Any]]:
    """本地包：把哪份文件的哪项义务定成多少。"""
    found = []
    for item in pack.settings:
        target, _, key = item.sets.partition("/")
        other = library().packs.get(target)
        duty = other.obligation(key) if other else None
        found.append({"item": item, "label": pack_label(target), "title": duty.title if duty else key})
    return found


def verify_word(mark: str | None) -> str:
    return VERIFY_LABELS.get(mark or "", "")


# ── 试算 ──────────────────────────────────────────────────────────────


def registry_counts(viewer: Viewer, pack: Pack) -> dict[str, int]:
    """试算规模的默认值：登记在册的机构、街道、区县数。"""
    region = Region.objects.filter(pk=pack.region).first()
    if region is None:
        raise NotFound("这份文件的区划不在区划表里。")
    homes = Facility.objects.filter(
        region_path__under=region.path, merged_into__isnull=True, closed_on__isnull=True
    )
    homes = scoped(viewer, homes)
    counts = dict(homes.order_by().values_list("kind").annotate(n=Count("pk")))
    inside = Region.objects.filter(path__under=region.path)
    return {
        **{kind: counts.get(kind, 0) for kind in FACILITY_KINDS},
        "streets": inside.filter(level="town").count(),
        "counties": max(1, inside.filter(level="county").count()),
    }


@dataclass(frozen=True)
class Trial:
    """试算结果：各单位各月件数，合计，没有日期的，办不到的期限。"""

    load: Load
    lines: list[tuple[str, list[tuple[int, str]], int, int]]
    month_totals: list[int]
    peak: int
    obligations: list[dict[str, Any]]


def trial(
    pack: Pack, facilities: Mapping[str, int], streets: int, counties: int, events: int, year: int
) -> Trial:
    """一份文件（可以是草案）一年的工作量。"""
    triggers = {item.whom.fact for item in pack.obligations if item.whom.each == "fact"}
    counts = Counts(
        facilities=facilities,
        units={"subdistrict": streets},
        counties=counties,
        events=dict.fromkeys(triggers, events),
    )
    load = load_test(pack, library().catalogue, calendar(), counts, year)
    words = library().catalogue.functions
    peak = max((n for months in load.months.values() for n in months), default=0)
    lines = [
        (words.get(f, f), [(n, heat(n, peak)) for n in months], sum(months), load.undated.get(f, 0))
        for f, months in sorted(load.months.items(), key=lambda pair: -sum(pair[1]))
    ]
    totals = [sum(months[m] for months in load.months.values()) for m in range(12)]
    heavy = sorted(load.by_obligation, key=lambda row: -row["times"])
    return Trial(load, lines, totals, peak, [row for row in heavy if row["times"]][:20])


def heat(n: int, peak: int) -> str:
    """格子的深浅，五档。"""
    return f"h{-(-n * 5 // peak)}" if n and peak else "h0"


def check_region(code: str) -> str:
    if code not in dict(regions_with_packs()):
        raise Refused("请从列出的地方里选两个来对照。")
    return code
