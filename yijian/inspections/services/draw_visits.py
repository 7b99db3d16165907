"""抽中的一家一个检查任务：与抽取同一事务派出，抽取作废时取消。"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.inspections.models import Draw, Inspector, Visit, VisitInspector
from yijian.inspections.services.visits_open import default_lists
from yijian.kernel import clock, ids
from yijian.kernel.errors import Refused


def send_out(draw: Draw, frozen: Mapping[str, Any], outcome: Mapping[str, Any], by: Viewer) -> int:
    """照结果派出任务，每家至少两人，第一席任组长。"""
    drawn = outcome["drawn"]
    homes = Facility.objects.in_bulk([int(one["id"]) for one in drawn])
    if len(homes) < len(drawn):
        raise Refused("名单里有机构已从档案删去，不能派出；请作废这次抽取，重新冻结。")
    people = {one["id"]: one for one in frozen["inspectors"]}
    visits = []
    for one in drawn:
        home = homes[int(one["id"])]
        visits.append(
            Visit(
                uid=ids.uuid7(),
                kind="random",
                facility=home,
                region_path=home.region_path,
                lead_unit=draw.unit,
                functions=sorted({people[member["id"]]["function"] for member in one["team"]}),
                draw_uid=draw.uid,
                basis=frozen["basis"],
                window_from=date.fromisoformat(frozen["window"]["from"]),
                window_to=date.fromisoformat(frozen["window"]["to"]),
                entry_code=secrets.token_urlsafe(18),
                assigned_at=clock.now(),
                assigned_by=by.name,
            )
        )
    Visit.objects.bulk_create(visits, batch_size=500)
    made = dict(Visit.objects.filter(draw_uid=draw.uid).order_by("pk").values_list("facility_id", "pk"))
    known = set(Inspector.objects.order_by("pk").values_list("pk", flat=True))
    rows = [
        VisitInspector(visit_id=made[int(one["id"])], inspector_id=int(member["id"]), leader=seat == 0)
        for one in drawn
        for seat, member in enumerate(one["team"])
    ]
    if any(row.inspector_id not in known for row in rows):
        raise Refused("名单里有检查人员已从名录删去，不能派出；请作废这次抽取，重新冻结。")
    VisitInspector.objects.bulk_create(rows, batch_size=500)
    give_lists(Visit.objects.filter(draw_uid=draw.uid))
    return len(visits)


def give_lists(visits: Iterable[Visit]) -> None:
    """每个任务带上参加单位本行的检查表。"""
    carried = Visit.checklists.through
    carried.objects.bulk_create(
        [
            carried(visit_id=visit.pk, checklistversion_id=version)
            for visit in visits
            for version in default_lists(visit.functions)
        ],
        batch_size=500,
    )


def cancel_visits(draw: Draw, reason: str) -> int:
    """取消这次抽取派出、还没有开始的任务；有开始了的就不能作废。"""
    visits = Visit.objects.filter(draw_uid=draw.uid)
    begun = visits.exclude(state__in=("assigned", "noticed", "cancelled")).count()
    if begun:
        raise Refused(f"已有 {begun} 个检查任务开始或完成，这次抽取不能再作废。")
    return visits.filter(state__in=("assigned", "noticed")).update(
        state="cancelled", cancel_reason=f"抽取作废：{reason}"[:300]
    )
