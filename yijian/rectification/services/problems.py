"""登记问题：判级、屡犯、限期，通知机构，记入台账；三个清单随即是最新的。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.kernel.ids import uuid7
from yijian.ledger.queries.owners import Owners
from yijian.people.models import Unit
from yijian.rectification import kinds
from yijian.rectification.models import Problem
from yijian.rectification.queries.finding import documents as known
from yijian.rectification.queries.finding import post_for, repeated
from yijian.rectification.rules.prints import Seen
from yijian.rectification.rules.severity import grade_of
from yijian.rectification.services import photos
from yijian.rectification.services.facts import note, tell


@dataclass(frozen=True)
class Finding:
    """一个问题。grade、aspect、basis 为空就照判级表；documents 是整改前的照片与材料。"""

    title: str
    aspect: str
    measure: str
    found_on: date
    due_on: date
    detail: str = ""
    item_code: str = ""
    basis: str = ""
    situation: str = ""
    grade: str | None = None
    documents: tuple[int, ...] = ()
    origin_kind: str = "patrol"
    origin_ref: str = ""
    responsible: str = ""
    responsible_unit: str = ""


def open_problem(*, facility: Facility, finding: Finding, by: Viewer) -> Problem:
    """登记问题隐患并督促限期整改（南开 任务3、任务29；曲靖 十四）：进入三个清单，同时通知机构。

    判级照数据里的情形，只能判高不能判低；缺依据、限期早于发现日、材料不在范围内报 Refused 或 NotFound。
    """
    require(by, "rectification.open")
    seen = photos.look_at(known(by, finding.documents))
    return _open(facility=facility, finding=finding, seen=seen, by=by)


def report_own_problem(*, facility: Facility, finding: Finding, by: Viewer) -> Problem:
    """机构自查发现的隐患自己登记（南开 任务21、任务25）：发现单位是机构自己。"""
    require(by, "rectification.reply")
    seen = photos.look_at(known(by, finding.documents))
    return _report_own(facility=facility, finding=finding, seen=seen, by=by)


@verb("rectification.open", on="facility")
def _open(*, facility: Facility, finding: Finding, seen: Mapping[int, Seen], by: Viewer) -> Problem:
    """登记问题隐患。"""
    return enter(facility, finding, seen, unit_of(facility, by), by)


@verb("rectification.reply", on="facility")
def _report_own(*, facility: Facility, finding: Finding, seen: Mapping[int, Seen], by: Viewer) -> Problem:
    """机构自己登记隐患。"""
    if facility.unit is None:
        raise Refused("这家机构还没有建立单位账号，不能自己登记隐患，请联系民政部门。")
    return enter(facility, finding, seen, facility.unit, by)


def enter(facility: Facility, finding: Finding, seen: Mapping[int, Seen], unit: Unit, by: Viewer) -> Problem:
    """写一行问题，连同它的材料、指纹与事实。"""
    check(finding)
    problem = Problem.objects.create(**values_of(facility, finding, unit, by))
    problem.documents.set(Document.objects.filter(pk__in=finding.documents))
    photos.keep(problem, None, seen)
    record_found(problem, finding, by)
    tell(
        problem,
        f"发现{kinds.GRADES[problem.grade]}“{problem.title}”，限 {problem.due_on} 前整改",
        f"整改要求：{problem.measure}",
        key="opened",
    )
    audit(
        "rectification.opened",
        by=by,
        subject=("problem", problem.pk, facility.name),
        data={
            "title": problem.title,
            "grade": kinds.GRADES[problem.grade],
            "due_on": problem.due_on.isoformat(),
            "number": problem.number,
        },
        region_path=problem.region_path,
    )
    return problem


def values_of(facility: Facility, finding: Finding, unit: Unit, by: Viewer) -> dict[str, object]:
    """问题的各栏：判级、依据、屡犯都在这里定下。"""
    graded = grade_of(finding.situation, finding.item_code)
    grade = "major" if "major" in (graded.grade, finding.grade) else "general"
    basis = finding.basis.strip() or graded.basis
    if not basis:
        raise Refused("请写明判定依据（条款或标准）。", field="basis")
    situation = finding.situation or graded.situation
    aspect = finding.aspect or graded.aspect
    if aspect not in kinds.ASPECTS:
        raise Refused("请选择问题属于哪个方面。", field="aspect")
    return {
        "uid": uuid7(),
        "facility": facility,
        "region_path": facility.region_path,
        "title": finding.title.strip()[:120],
        "detail": finding.detail.strip(),
        "item_code": finding.item_code,
        "aspect": aspect,
        "basis": basis[:300],
        "situation": situation,
        "grade": grade,
        "measure": finding.measure.strip()[:500],
        "found_on": finding.found_on,
        "found_by": unit,
        "found_name": by.name,
        "responsible": (finding.responsible or facility.director or facility.legal_person)[:80],
        "responsible_unit": (finding.responsible_unit or facility.name)[:120],
        "due_on": finding.due_on,
        "first_due_on": finding.due_on,
        "origin_kind": finding.origin_kind,
        "origin_ref": finding.origin_ref[:80],
        "repeat_of": repeated(facility.pk, finding.item_code, situation, finding.found_on),
    }


def check(finding: Finding) -> None:
    """各栏填得对不对；不对的说明哪一栏、怎么改。"""
    if not finding.title.strip():
        raise Refused("请写明问题。", field="title")
    if not finding.measure.strip():
        raise Refused("请写明整改要求。", field="measure")
    if finding.origin_kind not in kinds.ORIGINS:
        raise Refused("没有这种来源，请从列出的里选。", field="origin_kind")
    if finding.grade not in (None, "", *kinds.GRADES):
        raise Refused("等级只有一般、重大两种。", field="grade")
    if finding.found_on > clock.today():
        raise Refused("发现日期在将来，请检查。", field="found_on")
    if finding.due_on < finding.found_on:
        raise Refused("限期早于发现日期，请检查。", field="due_on")


def record_found(problem: Problem, finding: Finding, by: Viewer) -> None:
    """发现、督促两条事实；重大火灾隐患另记一条，由它开出提请挂牌的义务。"""
    unit_id = problem.found_by_id
    documents = finding.documents
    note("hazard.found", problem, by, on=problem.found_on, documents=documents, unit_id=unit_id)
    if problem.grade == "major" and problem.aspect == "fire":
        note("hazard.major_found", problem, by, on=problem.found_on, unit_id=unit_id)
    if unit_id != problem.facility.unit_id:
        note("hazard.urged", problem, by, unit_id=unit_id)


def unit_of(facility: Facility, by: Viewer) -> Unit:
    """以哪个单位的名义发现；系统办理的归机构所在地的民政部门。"""
    if by.posts:
        return Unit.objects.get(pk=post_for(by, "rectification.open", facility.region_path).unit_id)
    nearest = Owners().nearest("civil_affairs", facility.region_path)
    if nearest is None:
        raise Refused("机构所在地还没有民政部门的单位，请先在组织里建立。")
    return Unit.objects.get(pk=nearest)
