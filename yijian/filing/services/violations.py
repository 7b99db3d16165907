"""用地、建设、环境违法线索：登记、转办、反馈、办结（南开 任务7；泽州 四；曲靖 三）。"""

from dataclasses import dataclass
from datetime import date

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.filing import kinds
from yijian.filing.models import Violation
from yijian.filing.rules.router import route_violation
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.ledger.services.record import Act, record_fact
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region

DONE_FACT = {
    "natural_resources": ("inspection.land_done", "land.planning_checked"),
    "housing": ("construction.supervised",),
    "ecology": ("inspection.environment_done", "environment.supervised"),
    "market": ("inspection.price_done",),
}
CLOSED_AS = {"use_changed": "land", "allocated_land": "land", "price": "price"}
ABOUT_PLACE = frozenset({"land.planning_checked", "environment.supervised", "construction.supervised"})


@dataclass(frozen=True)
class Clue:
    """一条线索：涉及机构，或写明地点与街道。"""

    kind: str
    found: str
    found_on: date
    facility: Facility | None = None
    region: Region | None = None
    address: str = ""


@verb("filing.check")
def add_violation(*, clue: Clue, by: Viewer) -> Violation:
    """登记违法线索：由路由给出转往的单位、理由和条款。"""
    region = clue.facility.region if clue.facility else clue.region
    if region is None or (clue.facility is None and not clue.address.strip()):
        raise Refused("请选择机构，或写明街道和地点。", field="address")
    paths = [post.region_path for post in by.posts_with("filing.check")]
    if not by.everything and not any(region.path.startswith(path) for path in paths):
        raise NotFound("这个地点不在您的辖区里。")
    if clue.kind not in kinds.VIOLATIONS:
        raise Refused("请选择事项。", field="kind")
    if not clue.found.strip():
        raise Refused("请写明发现的情况。", field="found")
    if clue.found_on > clock.today():
        raise Refused("发现日期在将来，请检查。", field="found_on")
    route = route_violation(clue.kind, region.path)
    row = Violation.objects.create(
        case_key=f"violation-{uuid7()[:26]}", kind=clue.kind, facility=clue.facility,
        address=clue.address.strip(), region=region, region_path=region.path, found=clue.found.strip(),
        found_on=clue.found_on, unit_function=route.unit, unit_reason=route.reason, unit_clause=route.clause,
    )  # fmt: skip
    _fact(row, "case.opened", clue.found_on, by)
    data = {"kind": kinds.VIOLATIONS[row.kind], "unit": FUNCTIONS[route.unit]}
    audit("filing.violation_found", by=by, subject=_subject(row), data=data, region_path=row.region_path)
    return row


@verb("filing.exchange", on="row")
def move_violation(*, row: Violation, step: str, note: str, by: Viewer) -> Violation:
    """办理违法线索：接收、退回、反馈、办结；由转往的单位办，民政可以再转和办结。"""
    state = kinds.VIOLATION.next(row.state, step)
    if step in ("accept", "return_back", "answer") and not by.everything:
        if row.unit_function not in by.functions:
            raise Refused(f"这件由{FUNCTIONS[row.unit_function]}办理，请由该单位的人员办。")
    if not note.strip():
        raise Refused("请写明情况。", field="note")
    changes: dict[str, object] = {"state": state}
    if step in ("answer", "return_back", "shut"):
        changes["result"] = "\n".join(filter(None, (row.result, note.strip())))
    if step == "answer":
        changes["answered_on"] = clock.today()
    if not Violation.objects.filter(pk=row.pk, state=row.state).update(**changes):
        raise Refused("别人刚刚办过这一步，请刷新页面。")
    row.refresh_from_db()
    if step == "answer":
        for kind in DONE_FACT.get(row.unit_function, ()):
            _fact(row, kind, clock.today(), by)
    if step == "shut":
        _fact(row, "case.closed", clock.today(), by, CLOSED_AS.get(row.kind, "other"))
    data = {
        "kind": kinds.VIOLATIONS[row.kind],
        "step": kinds.VIOLATION.label(step),
        "note": note.strip()[:200],
    }
    audit("filing.violation_moved", by=by, subject=_subject(row), data=data)
    return row


def _subject(row: Violation) -> tuple[str, object, str]:
    return ("violation", row.pk, row.facility.name if row.facility else row.address)


def _fact(row: Violation, kind: str, on: date, by: Viewer, variant: str = "") -> None:
    facility = None if kind in ABOUT_PLACE else row.facility_id
    act = Act(
        kind=kind, variant=variant, occurred=on, case_key=row.case_key, facility_id=facility,
        region_id=None if facility else row.region_id,
        payload={"number": f"违法线索{row.pk}号", "note": row.result or row.found},
    )  # fmt: skip
    record_fact(act=act, by=by)
