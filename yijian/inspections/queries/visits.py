"""检查任务：列表、一次检查的全部、扫码入企、评价汇总、自查与检查的差距。"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import (
    Answer,
    ChecklistVersion,
    Photo,
    Rating,
    SelfCheck,
    Signature,
    SyncConflict,
    SyncItem,
    Visit,
)
from yijian.inspections.queries.field import gaps_of, items_of, merged_answers
from yijian.inspections.rules.answers import difference, needs_photo
from yijian.inspections.rules.merge import Merged
from yijian.kernel.errors import Forbidden, NotFound
from yijian.people.rules import is_under

TOLD = ("noticed", "started", "finished", "published")
FEWEST = 5


def visits(viewer: Viewer, filters: Mapping[str, str] | None = None) -> QuerySet[Visit]:
    """范围内的任务；机构只看得到已通知或已开始的。"""
    rows = scoped(viewer, Visit.objects.select_related("facility__region", "lead_unit"))
    if viewer.is_facility:
        rows = rows.filter(state__in=TOLD)
    given = filters or {}
    if given.get("state") in kinds.VISIT.states:
        rows = rows.filter(state=given["state"])
    if given.get("kind") in kinds.TYPES:
        rows = rows.filter(kind=given["kind"])
    if given.get("q", "").strip():
        rows = rows.filter(facility__search_text__icontains=given["q"].strip()[:60].lower())
    if given.get("mine") and viewer.account_id:
        rows = rows.filter(inspectors__inspector__account_id=viewer.account_id)
    return rows.order_by("-window_to", "-pk")


def visit(viewer: Viewer, visit_id: int) -> Visit:
    """范围内的一个任务。"""
    found = visits(viewer).filter(pk=visit_id).first()
    if found is None:
        raise NotFound("没有这个检查任务，或它不在您的范围内。")
    return found


@dataclass(frozen=True)
class Line:
    """检查项的一行：合并的结果，各人的答案，照片。"""

    item: Mapping[str, Any]
    merged: Merged | None
    answers: list[Answer]
    photos: list[Photo]
    wants_photo: bool

    @property
    def value(self) -> str:
        return self.merged.value if self.merged else ""

    @property
    def word(self) -> str:
        return kinds.ANSWERS.get(self.value, "")

    @property
    def open(self) -> bool:
        return bool(self.merged and self.merged.open)


@dataclass(frozen=True)
class Sheet:
    """一次检查的全部。"""

    visit: Visit
    inspectors: list[Any]
    sections: dict[str, list[Line]]
    signatures: list[Signature]
    conflicts: list[SyncConflict]
    gaps: list[str]
    counts: dict[str, int]
    late: int
    clock_off: list[SyncItem] = field(default_factory=list)

    @property
    def disputes(self) -> list[Line]:
        return [line for lines in self.sections.values() for line in lines if line.open]


def sheet(viewer: Viewer, visit_id: int) -> Sheet:
    """一次检查的全部：逐项、签名、冲突、还差什么。"""
    one = visit(viewer, visit_id)
    merged = merged_answers(one)
    sections: dict[str, list[Line]] = {}
    answers, photos = _by_uid(one), _photos(one)
    for _, item in items_of(one):
        row = merged.get(str(item["id"]))
        latest = [answers[g.uid] for g in row.latest] if row else []
        line = Line(item, row, latest, photos.get(str(item["id"]), []), needs_photo(item))
        sections.setdefault(str(item.get("section", "")), []).append(line)
    items = SyncItem.objects.filter(visit=one)
    late = items.filter(received_at__gt=one.finished_at).count() if one.finished_at else 0
    off = Q(offset__gt=kinds.CLOCK_TOLERANCE) | Q(offset__lt=-kinds.CLOCK_TOLERANCE)
    conflicts = SyncConflict.objects.filter(item__visit=one).select_related(
        "item__device__account", "item__photo", "item__answer__author", "device__account"
    )
    return Sheet(
        visit=one,
        inspectors=list(one.inspectors.select_related("inspector__unit").order_by("-leader", "pk")),
        sections=sections,
        signatures=list(Signature.objects.filter(visit=one).select_related("inspector", "item")),
        conflicts=list(conflicts),
        gaps=gaps_of(one) if one.state == "started" else [],
        counts=_counts(sections),
        late=late,
        clock_off=list(items.filter(off).select_related("device")[:1]),
    )


def _by_uid(one: Visit) -> dict[str, Answer]:
    rows = Answer.objects.filter(visit=one).select_related("item__device", "author__unit")
    return {row.item.uid: row for row in rows.order_by("pk")}


def _photos(one: Visit) -> dict[str, list[Photo]]:
    found: dict[str, list[Photo]] = {}
    for row in Photo.objects.filter(visit=one).select_related("item", "author", "document__blob"):
        found.setdefault(row.code, []).append(row)
    return found


def _counts(sections: Mapping[str, list[Line]]) -> dict[str, int]:
    values = [line.value or ("open" if line.open else "none") for rows in sections.values() for line in rows]
    words = {"pass": "合格", "fail": "不合格", "na": "不适用", "open": "待选定", "none": "未答"}
    return {word: values.count(value) for value, word in words.items()}


def photo(viewer: Viewer, visit_id: int, photo_id: int) -> Photo:
    """一张现场照片。"""
    rows = Photo.objects.filter(visit=visit(viewer, visit_id), pk=photo_id)
    found = rows.select_related("author", "document__display", "visit__facility").first()
    if found is None:
        raise NotFound("没有这张照片。")
    return found


def conflict(viewer: Viewer, visit_id: int, conflict_id: int) -> SyncConflict:
    rows = SyncConflict.objects.filter(item__visit=visit(viewer, visit_id), pk=conflict_id)
    found = rows.select_related("item__visit__facility").first()
    if found is None:
        raise NotFound("没有这一处冲突。")
    return found


# ── 扫码入企与评价 ────────────────────────────────────────────────────


def by_entry_code(code: str) -> Visit:
    """凭入企码找任务；已取消的也找得到，页面会说明。"""
    rows = Visit.objects.filter(entry_code=code[:40]).select_related("facility", "lead_unit")
    found = rows.first()
    if found is None:
        raise NotFound("没有这个入企码。请核对检查人员出示的二维码；仍不对，请拨打当地民政部门电话核实。")
    return found


def entry(code: str) -> dict[str, Any]:
    """扫码看到的：来查什么、凭什么、来的是谁。"""
    found = by_entry_code(code)
    people = found.inspectors.select_related("inspector__unit").order_by("-leader", "pk")
    titles = found.checklists.select_related("checklist").order_by("checklist__code")
    return {
        "visit": found,
        "people": list(people),
        "titles": [v.checklist.title for v in titles],
        "may_rate": found.state in ("finished", "published") and not _rated(found),
        "rated": _rated(found),
    }


def _rated(found: Visit) -> bool:
    return Rating.objects.filter(visit=found).exists()


def ratings(viewer: Viewer) -> list[dict[str, Any]]:
    """匿名评价汇总：只给审计人员和上一级民政负责人；按检查单位，不足五次的不列。"""
    reads = [p.region_path for p in viewer.posts if p.role == "auditor"]
    above = [p.region_path for p in viewer.posts if p.role == "chief" and p.function == "civil_affairs"]
    if not reads and not above and not viewer.everything:
        raise Forbidden("匿名评价只给审计人员和上一级民政负责人看汇总。")

    def may(path: str) -> bool:
        lower = any(is_under(path, p) and path != p for p in above)
        return viewer.everything or lower or any(is_under(path, p) for p in reads)

    unit = ("visit__lead_unit_id", "visit__lead_unit__name", "visit__lead_unit__region_path")
    rows = (
        Rating.objects.values(*unit)
        .annotate(times=Count("pk"), mean=Avg("score"), low=Count("pk", filter=Q(score__lte=2)))
        .filter(times__gte=FEWEST)
        .order_by("visit__lead_unit_id")
    )  # fmt: skip
    return [
        {"unit": row["visit__lead_unit__name"], "times": row["times"], "mean": row["mean"], "low": row["low"]}
        for row in rows
        if row["visit__lead_unit_id"] not in viewer.unit_ids and may(row["visit__lead_unit__region_path"])
    ]


# ── 自查 ──────────────────────────────────────────────────────────────


def own_facilities(viewer: Viewer) -> list[Facility]:
    """登录的院长、文员的机构。"""
    rows = scoped(viewer, Facility.objects.filter(merged_into=None), capability="inspections.selfcheck")
    return list(rows.order_by("pk")[:20])


def current_versions() -> list[ChecklistVersion]:
    """各检查表在用的最新版。"""
    rows = ChecklistVersion.objects.filter(checklist__active=True).select_related("checklist")
    latest: dict[int, ChecklistVersion] = {}
    for row in rows.order_by("checklist__code", "number"):
        latest[row.checklist_id] = row
    return list(latest.values())


def version(version_id: int) -> ChecklistVersion:
    found = ChecklistVersion.objects.select_related("checklist").filter(pk=version_id).first()
    if found is None:
        raise NotFound("没有这张检查表。")
    return found


def self_checks(viewer: Viewer) -> QuerySet[SelfCheck]:
    return scoped(viewer, SelfCheck.objects.select_related("facility", "version__checklist"))


def self_check(viewer: Viewer, check_id: int) -> SelfCheck:
    found = self_checks(viewer).filter(pk=check_id).first()
    if found is None:
        raise NotFound("没有这次自查，或它不在您的范围内。")
    return found


@dataclass(frozen=True)
class Gap:
    """自查合格、检查不合格的一项。"""

    check: str
    text: str
    said_on: Any
    visit: Visit


def self_check_gaps(viewer: Viewer, facility_id: int) -> list[Gap]:
    """自查与检查的差距：每次检查与它之前最近一次自查相比（泽州 十五）。"""
    return list(_gaps(viewer, facility_id))


def _gaps(viewer: Viewer, facility_id: int) -> Iterator[Gap]:
    said = list(self_checks(viewer).filter(facility_id=facility_id).order_by("made_at", "pk"))
    rows = (
        visits(viewer)
        .filter(facility_id=facility_id, finished_at__isnull=False)
        .order_by("finished_at", "pk")
    )
    for one in rows:
        before: dict[str, tuple[str, Any]] = {}
        for row in said:
            if one.finished_at and row.made_at < one.finished_at:
                before |= {c: (a["value"], row.checked_on) for c, a in row.answers.items()}
        found = {check: m.value for check, m in merged_answers(one).items()}
        texts = {str(item["id"]): str(item["text"]) for _, item in items_of(one)}
        for check in difference({c: v for c, (v, _) in before.items()}, found):
            yield Gap(check, texts.get(check, check), before[check][1], one)
