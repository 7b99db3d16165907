"""跟上机构库：新增、变更、停业、合并之后，只动这些机构的义务。"""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.ledger.models import Followed, Obligation, Place, RuleSubject
from yijian.ledger.services import materialise
from yijian.ledger.services.load import assign_regions
from yijian.people.models import Unit


@verb("ledger.supervise")
def follow_registry(*, by: Viewer) -> dict[str, int]:
    """按机构变动更新台账：取版本还没跟上的机构，逐批展开、作废、补记。"""
    changed = list(unfollowed().order_by("pk").values_list("pk", "updated_at"))
    ids = [pk for pk, _ in changed]
    kept = Facility.objects.filter(Q(pk__in=ids) & Q(merged_into__isnull=False)).values_list(
        "merged_into_id", flat=True
    )
    assign_regions(only_new=True)
    above = materialise.highest()
    added, voided = (materialise.open_newcomers() if new_units().exists() else 0), 0
    if added:
        materialise.catch_up(above)
    if ids and Place.objects.exclude(opened_until=None).exists():
        more, voided = refresh([*ids, *(k for k in kept if k)])
        added += more
    Followed.objects.bulk_create(
        [Followed(facility_id=pk, version=at) for pk, at in changed],
        batch_size=materialise.CHUNK,
        update_conflicts=True,
        unique_fields=["facility"],
        update_fields=["version"],
    )
    audit(
        "ledger.registry_followed",
        by=by,
        subject=("ledger", "", "台账"),
        data={"added": added, "voided": voided, "facilities": len(ids)},
    )
    return {"facilities": len(ids), "added": added, "voided": voided}


def refresh(facility_ids: Sequence[int]) -> tuple[int, int]:
    """这些机构的义务改到与登记一致。返回（新增或改动，作废）。"""
    added = voided = 0
    for part in materialise.chunks(facility_ids):
        listed = materialise.numbers(part)
        above = materialise.highest()
        added += materialise.open_slots(narrow_facility=f" AND f.id IN ({listed})")
        voided += materialise.void_stale(f"AND ledger_obligation.facility_id IN ({listed})")
        materialise.match_facts(f"AND o.facility_id IN ({listed})")
        materialise.catch_up(above)
        materialise.settle_where(
            f"{{column}} IN (SELECT id FROM ledger_obligation WHERE facility_id IN ({listed}))"
        )
    return added, voided


def unfollowed() -> QuerySet[Facility]:
    """版本还没跟上的机构。不比先后：后提交的较早改动也跟得上。"""
    same = Followed.objects.filter(facility=OuterRef("pk"), version=OuterRef("updated_at"))
    return Facility.objects.filter(~Exists(same))


def new_units() -> QuerySet[Unit]:
    """制度里点到职能、台账里还没有一行的新单位。"""
    named = RuleSubject.objects.filter(
        rule__each="unit", rule__retired_on=None, function=OuterRef("function")
    )
    named = named.filter(rule__place__jurisdictions__region=OuterRef("region"))
    return Unit.objects.filter(Exists(named), active=True).exclude(
        pk__in=Obligation.objects.filter(unit__isnull=False).values("unit_id")
    )


def pending() -> bool:
    """机构库是否有台账还没跟上的改动。"""
    return unfollowed().exists() or new_units().exists()
