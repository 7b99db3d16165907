"""三个清单（南开 任务3；泽州 一；曲靖 二）：一个查询，三种看法，随时是最新的。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.people.models import Region
from yijian.rectification import kinds
from yijian.rectification.models import Acceptance, Listing, PhotoFlag, Problem, Rectification


@dataclass(frozen=True)
class Where:
    """清单的筛选。"""

    text: str = ""
    facility_id: int | None = None
    region: str = ""
    aspect: str = ""
    grade: str = ""
    state: str = ""
    only: str = ""


ONLY: dict[str, str] = {
    "overdue": "逾期未改",
    "soon": "七日内到期",
    "repeat": "屡犯",
    "listed": "挂牌督办",
    "flagged": "照片有疑点",
    "draft": "有待决定的下一步",
}
SOON = 7


def problems(viewer: Viewer) -> QuerySet[Problem]:
    """看的人范围内的全部问题。"""
    return scoped(viewer, Problem.objects.all())


def chosen(viewer: Viewer, where: Where) -> QuerySet[Problem]:
    """按筛选取问题；没有销号的在前，限期近的在前。"""
    rows = problems(viewer)
    if where.text:
        rows = rows.filter(Q(title__icontains=where.text) | Q(facility__name__icontains=where.text))
    if where.facility_id:
        rows = rows.filter(facility_id=where.facility_id)
    if where.region:
        path = Region.objects.filter(pk=where.region).values_list("path", flat=True).first()
        rows = rows.filter(region_path__under=path) if path else rows.none()
    for column in ("aspect", "grade", "state"):
        value = getattr(where, column)
        if value:
            rows = rows.filter(**{column: value})
    return rows.filter(only(where.only)) if where.only else rows


def only(word: str) -> Q:
    """只看哪些。"""
    today = clock.today()
    if word == "overdue":
        return Q(state="open", due_on__lt=today)
    if word == "soon":
        return Q(state="open", due_on__gte=today, due_on__lte=date.fromordinal(today.toordinal() + SOON))
    if word == "repeat":
        return Q(repeat_of__isnull=False)
    if word == "listed":
        return Q(Exists(Listing.objects.filter(problem=OuterRef("pk"), state="listed")))
    if word == "flagged":
        return Q(Exists(PhotoFlag.objects.filter(problem=OuterRef("pk"))))
    return Q(drafts__state="drafted")


def listed(viewer: Viewer, where: Where) -> QuerySet[Problem]:
    """清单的各行，连同最近一次整改与验收。"""
    last = Rectification.objects.filter(problem=OuterRef("pk")).order_by("-round")
    judged = Acceptance.objects.filter(rectification__problem=OuterRef("pk")).order_by("-at", "-pk")
    rows = chosen(viewer, where).select_related("facility__region", "found_by", "repeat_of")
    return rows.annotate(
        last_text=Subquery(last.values("text")[:1]),
        last_at=Subquery(last.values("at")[:1]),
        judged_at=Subquery(judged.values("at")[:1]),
        judged_by=Subquery(judged.values("by_name")[:1]),
        verdict=Subquery(judged.values("verdict")[:1]),
        on_list=Exists(Listing.objects.filter(problem=OuterRef("pk"), state="listed")),
        flagged=Exists(PhotoFlag.objects.filter(problem=OuterRef("pk"))),
    ).order_by("closed_at", "due_on", "pk")


def counts(viewer: Viewer, where: Where) -> dict[str, int]:
    """清单上的数：在册、各状态、重大、逾期、屡犯。"""
    today = clock.today()
    found: dict[str, int] = chosen(viewer, where).aggregate(
        total=Count("pk", distinct=True),
        open=Count("pk", filter=Q(state="open"), distinct=True),
        replied=Count("pk", filter=Q(state="replied"), distinct=True),
        closed=Count("pk", filter=Q(state="closed"), distinct=True),
        major=Count("pk", filter=Q(grade="major") & ~Q(state="closed"), distinct=True),
        overdue=Count("pk", filter=Q(state="open", due_on__lt=today), distinct=True),
        repeat=Count("pk", filter=Q(repeat_of__isnull=False), distinct=True),
    )
    return found


def streets(viewer: Viewer) -> list[tuple[str, str]]:
    """有问题的街道（乡镇），供筛选。"""
    codes = problems(viewer).order_by().values_list("facility__region_id", flat=True).distinct()
    rows = Region.objects.filter(pk__in=codes).order_by("path")
    return [(row.pk, row.name) for row in rows]


def days_left(problem: Problem) -> int | None:
    """离限期几天，负数为逾期；已经回复的、销号的没有。"""
    return (problem.due_on - clock.today()).days if problem.state == "open" else None


HEADS: dict[str, tuple[str, ...]] = {
    "hazards": (
        "编号",
        "机构",
        "街道（乡镇）",
        "问题",
        "具体情况",
        "方面",
        "等级",
        "依据",
        "发现日期",
        "发现单位",
        "来源",
        "屡犯",
        "限期",
        "状态",
    ),
    "measures": (
        "编号",
        "机构",
        "街道（乡镇）",
        "问题",
        "整改要求",
        "限期",
        "逾期天数",
        "整改情况",
        "回复日期",
        "验收结论",
        "验收人",
        "验收日期",
        "状态",
    ),
    "duties": (
        "编号",
        "机构",
        "街道（乡镇）",
        "问题",
        "等级",
        "责任单位",
        "责任人",
        "监督单位",
        "限期",
        "逾期天数",
        "销号日期",
        "状态",
    ),
}


def export_rows(viewer: Viewer, where: Where, which: str) -> Iterator[list[object]]:
    """导出的各行，栏目与 HEADS 相同。"""
    for row in listed(viewer, where).iterator(chunk_size=500):
        cells = cells_of(row)
        yield [cells[head] for head in HEADS[which]]


def cells_of(row: Problem) -> dict[str, object]:
    """一个问题在三个清单上的全部栏目。"""
    left = days_left(row)
    extra = row.__dict__
    verdict = extra.get("verdict")
    return {
        "编号": row.number,
        "机构": row.facility.name,
        "街道（乡镇）": row.facility.region.name,
        "问题": row.title,
        "具体情况": row.detail,
        "方面": kinds.ASPECTS[row.aspect],
        "等级": kinds.GRADES[row.grade],
        "依据": row.basis,
        "发现日期": row.found_on,
        "发现单位": row.found_by.name,
        "来源": kinds.ORIGINS[row.origin_kind],
        "屡犯": "是" if row.repeat_of_id else "",
        "状态": kinds.PROBLEM.label(row.state),
        "整改要求": row.measure,
        "限期": row.due_on,
        "逾期天数": -left if left is not None and left < 0 else "",
        "整改情况": extra.get("last_text") or "",
        "回复日期": clock.local_date(extra["last_at"]) if extra.get("last_at") else "",
        "验收结论": kinds.VERDICTS[verdict] if verdict else "",
        "验收人": extra.get("judged_by") or "",
        "验收日期": clock.local_date(extra["judged_at"]) if extra.get("judged_at") else "",
        "责任单位": row.responsible_unit,
        "责任人": row.responsible,
        "监督单位": row.found_by.name,
        "销号日期": clock.local_date(row.closed_at) if row.closed_at else "",
    }
