"""一次检查的现场情况：合并后的答案、检查项、还差什么；手机要带走的任务包。"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yijian.access.scope import scoped
from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility, Licence
from yijian.inspections.models import Answer, AnswerChoice, Device, Inspector, Photo, Signature, Visit
from yijian.inspections.rules import answers as rules
from yijian.inspections.rules.merge import Chosen, Given, Merged, merge
from yijian.kernel.errors import NotFound

OPEN = ("assigned", "noticed", "started")


def given_answers(visit: Visit) -> list[Given]:
    """这次检查收到的答案；完成之后才到的不算（仍看得到）。"""
    rows = Answer.objects.filter(visit=visit).select_related("item").order_by("pk")
    if visit.finished_at:
        rows = rows.filter(item__received_at__lte=visit.finished_at)
    return [Given(r.item.uid, r.code, r.author_id, r.value, r.made_at, r.seq, said(r)) for r in rows]


def said(row: Answer) -> str:
    """常用语与说明连成一句。"""
    return "；".join(text for text in (row.phrase, row.note) if text)


def merged_answers(visit: Visit) -> dict[str, Merged]:
    """逐项合并的结果。"""
    chosen = {
        row.code: Chosen(row.answer.item.uid, frozenset(row.among))
        for row in AnswerChoice.objects.filter(visit=visit).select_related("answer__item").order_by("pk")
    }
    return merge(given_answers(visit), chosen)


def items_of(visit: Visit) -> Iterator[tuple[str, dict[str, Any]]]:
    """（方面，检查项），按检查表、表内次序。"""
    for version in visit.checklists.select_related("checklist").order_by("checklist__code", "pk"):
        for item in version.items:
            yield version.checklist.aspect, item


def gaps_of(visit: Visit) -> list[str]:
    """还差什么才能完成：答案、照片、签名。"""
    photographed = set(Photo.objects.filter(visit=visit).values_list("code", flat=True).order_by("pk"))
    missing = rules.gaps((item for _, item in items_of(visit)), merged_answers(visit), photographed)
    signed = Signature.objects.filter(visit=visit)
    inspectors = signed.filter(role="inspector").count()
    if inspectors < 2:
        missing.append(f"检查人员签名只有 {inspectors} 个，至少要两个。")
    if not signed.filter(role="facility").exists():
        missing.append("被检查机构还没有签名，也没有记明拒签。")
    return missing


# ── 手机 ──────────────────────────────────────────────────────────────


def my_inspector(viewer: Viewer) -> Inspector | None:
    """登录的人在名录库里的那一位。"""
    rows = Inspector.objects.filter(account_id=viewer.account_id or 0, active=True)
    return rows.select_related("unit").first()


def my_visits(viewer: Viewer) -> list[Visit]:
    """派给我、还没完成的任务。"""
    require(viewer, "inspections.visit")
    rows = scoped(viewer, Visit.objects.filter(state__in=OPEN), capability="inspections.visit")
    rows = rows.filter(inspectors__inspector__account_id=viewer.account_id or 0)
    return list(rows.select_related("facility__region", "lead_unit").order_by("window_to", "pk"))


def bundle(viewer: Viewer) -> dict[str, Any]:
    """下载到手机的任务包：任务、检查表、机构档案摘要、上次查出的问题。"""
    me = my_inspector(viewer)
    visits = my_visits(viewer) if me else []
    versions = {
        v.pk: {"id": v.pk, "title": v.checklist.title, "aspect": v.checklist.aspect, "items": v.items}
        for visit in visits
        for v in visit.checklists.select_related("checklist").order_by("pk")
    }
    card = (
        {"id": me.pk, "name": me.name, "unit": me.unit.name, "certificate": me.certificate_no} if me else None
    )
    return {
        "me": card,
        "visits": [_packed(visit) for visit in visits],
        "checklists": list(versions.values()),
    }  # fmt: skip


def _packed(visit: Visit) -> dict[str, Any]:
    people = visit.inspectors.select_related("inspector__unit").order_by("-leader", "pk")
    versions = visit.checklists.select_related("checklist").order_by("checklist__code", "pk")
    return {
        "uid": visit.uid,
        "id": visit.pk,
        "kind": visit.get_kind_display(),
        "basis": visit.basis,
        "reason": visit.reason,
        "from": visit.window_from.isoformat(),
        "to": visit.window_to.isoformat(),
        "state": visit.state,
        "entry": visit.entry_code,
        "lead": visit.lead_unit.name,
        "facility": facility_file(visit.facility),
        "inspectors": [
            {"id": p.inspector_id, "name": p.inspector.name, "unit": p.inspector.unit.name,
             "certificate": p.inspector.certificate_no, "leader": p.leader}
            for p in people
        ],
        "checklists": [v.pk for v in versions],
        "last": last_findings(visit),
    }  # fmt: skip


def facility_file(facility: Facility) -> dict[str, Any]:
    """机构档案摘要：现场要核对的那些。"""
    licences = Licence.objects.filter(facility=facility).order_by("pk")
    return {
        "name": facility.name,
        "kind": facility.get_kind_display(),
        "address": facility.address,
        "phone": facility.phone,
        "director": facility.director,
        "legal_person": facility.legal_person,
        "beds": facility.beds,
        "residents": facility.residents,
        "staff": facility.staff_count,
        "risk": facility.risk_level,
        "lon": facility.lon,
        "lat": facility.lat,
        "licences": [
            {"kind": row.get_kind_display(), "number": row.number,
             "to": row.valid_to.isoformat() if row.valid_to else ""}
            for row in licences
        ],
    }  # fmt: skip


def last_findings(visit: Visit) -> dict[str, Any] | None:
    """这家机构上一次检查判为不合格的各项。"""
    rows = Visit.objects.filter(facility=visit.facility, finished_at__isnull=False).exclude(pk=visit.pk)
    last = rows.order_by("-finished_at", "-pk").first()
    if last is None or last.finished_at is None:
        return None
    merged = merged_answers(last)
    texts = {str(item["id"]): str(item["text"]) for _, item in items_of(last)}
    failed = [
        {"check": check, "text": texts.get(check, check), "note": row.latest[-1].note}
        for check, row in merged.items()
        if row.value == "fail"
    ]
    return {"on": last.finished_at.date().isoformat(), "kind": last.get_kind_display(), "failed": failed}


@dataclass(frozen=True)
class Phones:
    """检查手机一览。"""

    mine: list[Device]
    others: list[Device]


def devices(viewer: Viewer) -> Phones:
    """看得到的检查手机：自己的；有管理权的看辖区内的。"""
    require(viewer, "inspections.visit")
    rows = Device.objects.select_related("account")
    mine = list(rows.filter(account_id=viewer.account_id or 0))
    others = rows.none()
    if viewer.can("inspections.manage"):
        others = scoped(viewer, rows, capability="inspections.manage").exclude(
            account_id=viewer.account_id or 0
        )
    return Phones(mine, list(others))


def device(viewer: Viewer, device_id: int) -> Device:
    found = scoped(viewer, Device.objects.select_related("account")).filter(pk=device_id).first()
    mine = found is not None and (found.account_id == viewer.account_id or viewer.can("inspections.manage"))
    if found is None or not mine:
        raise NotFound("没有这部手机，或它不在您的范围内。")
    return found
