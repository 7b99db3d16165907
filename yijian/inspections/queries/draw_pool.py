"""名录此刻的样子：在营机构、有证在岗的人员、要回避的、不能抽的和缘由。"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import Inspector, Plan, Relation, Visit, VisitInspector
from yijian.inspections.rules.draw_list import Left, Person, Pool, Recusal, Requirements, Thing, stratum_of
from yijian.kernel import clock
from yijian.people.models import Region

LAST_TIME = "上次检查过这一家"


def pool(region: Region, wanted: Requirements) -> Pool:
    """一地的名录，照要求分层、排除、回避。"""
    things, excluded = _things(region, wanted)
    people, undrawable = _people(region, wanted)
    ids = {thing.id for thing in things}
    known = {person.id for person in people}
    recusals = [
        r for r in (*_related(region), *_last_time(region)) if r.object in ids and r.inspector in known
    ]
    return Pool(things, people, excluded, undrawable, recusals)


def _facilities(region: Region, wanted: Requirements) -> QuerySet[Facility]:
    today = clock.today()
    return (
        Facility.objects.filter(region_path__under=region.path, merged_into=None)
        .filter(Q(closed_on=None) | Q(closed_on__gt=today), kind__in=wanted.facility_kinds)
        .select_related("region")
        .order_by("pk")
    )


def _things(region: Region, wanted: Requirements) -> tuple[list[Thing], list[Left]]:
    """可抽的机构与排除的机构；一家只在一处。"""
    full = _full(region)
    things: list[Thing] = []
    excluded: list[Left] = []
    for row in _facilities(region, wanted):
        reason = _why_not(row, wanted, full)
        if reason:
            excluded.append(Left(str(row.pk), row.name, reason))
            continue
        stratum = stratum_of(
            wanted.by, risk_level=row.risk_level, credit_level=row.credit_level, beds=row.beds
        )
        street = row.region_id if row.region.level == "town" else ""
        things.append(Thing(str(row.pk), row.name, street, stratum))
    return things, excluded


def _why_not(row: Facility, wanted: Requirements, full: dict[int, str]) -> str:
    if row.pk in wanted.exclusions:
        return wanted.exclusions[row.pk]
    if row.opened_on and row.opened_on > clock.today():
        return "尚未开业"
    return full.get(row.pk, "")


def _full(region: Region) -> dict[int, str]:
    """今年上门已到计划上限的机构。"""
    year = clock.today().year
    caps = Plan.objects.filter(year=year, cap__isnull=False).values_list("region_path", "cap").order_by("pk")
    caps_here = [cap for path, cap in caps if cap is not None and region.path.startswith(path)]
    if not caps_here:
        return {}
    rows = Visit.objects.filter(region_path__under=region.path, window_from__year=year)
    seen = Counter(rows.exclude(state="cancelled").order_by("pk").values_list("facility_id", flat=True))
    cap = min(caps_here)
    return {pk: f"今年已安排上门 {n} 次，到了计划的上限" for pk, n in seen.items() if n >= cap}


def _people(region: Region, wanted: Requirements) -> tuple[list[Person], list[Left]]:
    people: list[Person] = []
    undrawable: list[Left] = []
    rows = Inspector.objects.filter(region_path__under=region.path).select_related("unit__region")
    for row in rows.order_by("pk"):
        reason = _cannot(row, wanted.window_from, wanted.window_to)
        if reason:
            undrawable.append(Left(str(row.pk), row.name, reason))
            continue
        town = row.unit.region_id if row.unit.region.level == "town" else ""
        person = Person(
            str(row.pk), row.name, row.unit.name, row.unit.function, town, row.is_expert,
            tuple(row.expertise), row.valid_from, row.valid_to,
        )  # fmt: skip
        people.append(person)
    return people, undrawable


def _cannot(row: Inspector, first: date, last: date) -> str:
    """不能抽的缘由；能抽为空。"""
    paper = "聘书" if row.is_expert else "执法证"
    if not row.active:
        return "不在岗"
    if not row.unit.active:
        return "所在单位已停用"
    if row.valid_to < clock.today():
        return f"{paper}已于 {row.valid_to} 过期"
    if row.valid_to < last:
        return f"{paper} {row.valid_to} 到期，管不到检查期限"
    if row.valid_from and row.valid_from > first:
        return f"{paper} {row.valid_from} 才生效"
    return ""


def _related(region: Region) -> Iterable[Recusal]:
    """申报过关系的。"""
    rows = Relation.objects.filter(facility__region_path__under=region.path)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=clock.today()))
    for facility, inspector, kind in rows.order_by("pk").values_list("facility_id", "inspector_id", "kind"):
        yield Recusal(str(facility), str(inspector), kinds.RELATIONS[kind])


def _last_time(region: Region) -> Iterable[Recusal]:
    """上一次检查过这一家的。"""
    visits = Visit.objects.filter(region_path__under=region.path, state__in=("finished", "published"))
    last: dict[int, int] = {}
    for facility, visit in visits.order_by("finished_at", "pk").values_list("facility_id", "pk"):
        last[facility] = visit
    rows = VisitInspector.objects.filter(visit__in=visits).order_by("pk")
    for facility, visit, inspector in rows.values_list("visit__facility_id", "visit_id", "inspector_id"):
        if last[facility] == visit:
            yield Recusal(str(facility), str(inspector), LAST_TIME)
