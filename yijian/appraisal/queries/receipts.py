"""报送：该我单位报的一条、报送回执、联络员名单。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.appraisal import kinds
from yijian.appraisal.queries.board import duties, name_of
from yijian.appraisal.queries.board import receipts as valid
from yijian.appraisal.queries.campaigns import Running, reporting, rules_of, running
from yijian.appraisal.rules.contact import receipt_number
from yijian.documents.models import Document
from yijian.kernel import clock
from yijian.kernel.codes import mask_phone
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.ledger.models import Fact, Obligation
from yijian.ledger.queries.clauses import places
from yijian.ledger.queries.owners import Owners
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.status import AsOf
from yijian.people.models import Unit
from yijian.regimes.kinds import Submission


@dataclass(frozen=True)
class Due:
    """该本单位报的一份材料；earlier 是已经报过、还有效的。"""

    duty: Obligation
    found: Running
    submission: Submission
    earlier: list[Fact]

    @property
    def late(self) -> bool:
        """现在报算不算逾期。"""
        return self.duty.due_at is not None and clock.now() >= self.duty.due_at

    @property
    def was_in_time(self) -> bool:
        """已经按期报过：现在替换会变成逾期完成。"""
        due = self.duty.due_at
        return due is not None and any(f.occurred_at < due for f in self.earlier)


def due(viewer: Viewer, obligation_id: int) -> Due:
    """该本单位报的一条；范围外 NotFound，别的单位的 Forbidden，已作废、不适用的 Refused。"""
    rows = scoped(viewer, Obligation.objects.select_related("rule", "unit__region"))
    duty = rows.filter(pk=obligation_id).first()
    ref = variant_of(duty) if duty is not None else ""
    pack = library().packs.get(duty.rule.pack) if duty is not None else None
    if duty is None or pack is None or pack.campaign is None:
        raise NotFound("没有这项报送，或不在您的范围内。")
    found = running(pack, places(viewer))
    submission = found.submission(ref)
    if submission is None:
        raise NotFound("没有这项报送，或不在您的范围内。")
    if duty.unit_id not in reporting(viewer):
        name = duty.unit.name if duty.unit else "该单位"
        raise Forbidden(f"这份材料由{name}报送，只有本单位的人可以报。")
    if duty.void_at is not None:
        raise Refused("这项报送已不再成立（文件废止或单位变更），不用再报。")
    if duty.na_on is not None:
        raise Refused("这项报送已认定对本单位不适用，不用再报。")
    return Due(duty, found, submission, earlier(duty, ref))


def variant_of(duty: Obligation) -> str:
    """这条义务要报的是哪份材料。"""
    refs = [e.get("variant") or "" for e in duty.rule.evidence if e["fact"] == kinds.SUBMISSION]
    return refs[0] if refs else ""


def earlier(duty: Obligation, ref: str) -> list[Fact]:
    """已经报过、还没撤回的：计入的，以及等着审核的。"""
    counted = Q(discharges__obligation=duty, discharges__retracted_at__isnull=True)
    if duty.rule.review:
        counted |= Q(kind=kinds.SUBMISSION, variant=ref, unit_id=duty.unit_id, review__isnull=True)
    rows = Fact.objects.filter(counted, kind=kinds.SUBMISSION, retracts__isnull=True, retraction__isnull=True)
    return list(rows.distinct().order_by("pk"))


# ── 回执 ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Paper:
    """报送的一个文件；open 表示看的人打得开。"""

    id: int
    label: str
    size: int
    sha256: str
    open: bool


@dataclass(frozen=True)
class Archive:
    """报送的压缩包：逐个取出存证，包本身留名称与摘要。"""

    name: str
    size: int
    sha256: str
    files: int


@dataclass(frozen=True)
class Receipt:
    """报送回执。"""

    fact: Fact
    number: str
    title: str
    campaign: str
    pack_id: str
    clause: str
    unit: str
    receiver: str
    due_on: date | None
    late_days: int
    papers: list[Paper]
    archives: list[Archive]
    reference: str
    contact: dict[str, str]
    undone: str
    next_id: int | None
    obligation_id: int | None
    may_resubmit: bool

    @property
    def at(self) -> datetime:
        """收到的时刻。"""
        return self.fact.recorded_at

    @property
    def late(self) -> bool:
        return self.late_days > 0


def receipt(viewer: Viewer, fact_id: int) -> Receipt:
    """一张报送回执；撤回了的也能看，写明被谁替换。"""
    rows = scoped(viewer, Fact.objects.select_related("unit__region", "retraction"))
    fact = rows.filter(pk=fact_id, kind=kinds.SUBMISSION, retracts__isnull=True).first()
    if fact is None:
        raise NotFound("没有这张回执，或不在您的范围内。")
    duty = duty_of(fact)
    pack = library().packs.get(duty.rule.pack) if duty else None
    plan = pack.campaign if pack else None
    item = next((s for s in plan.submissions if s.id == fact.variant), None) if plan else None
    undone: Fact | None = getattr(fact, "retraction", None)
    own = fact.unit_id in reporting(viewer)
    due_on = duty.due_on if duty else None
    return Receipt(
        fact=fact,
        number=receipt_number(fact.pk, fact.occurred_on),
        title=item.title if item else fact.label,
        campaign=plan.title if plan else "",
        pack_id=pack.id if pack and plan else "",
        clause=duty.rule.clause if duty else "",
        unit=fact.unit.name if fact.unit else fact.recorded_unit,
        receiver=receiver(duty),
        due_on=due_on,
        late_days=max(0, (fact.occurred_on - due_on).days) if due_on else 0,
        papers=papers(viewer, fact),
        archives=archives(fact.payload),
        reference=str(fact.payload.get("number") or ""),
        contact=contact(viewer, fact),
        undone=f"{undone.recorded_name} {undone.occurred_on}：{undone.reason}" if undone else "",
        next_id=replacement(fact) if undone else None,
        obligation_id=duty.pk if duty else None,
        may_resubmit=own and undone is None and duty is not None and duty.void_at is None,
    )


def duty_of(fact: Fact) -> Obligation | None:
    """这次报送履行的义务；撤回了的也找得到。"""
    found = fact.discharges.select_related("obligation__rule").order_by("obligation_id").first()
    if found is not None:
        return found.obligation
    rows = Obligation.objects.select_related("rule").filter(
        subject=f"u{fact.unit_id}", rule__proofs__fact_kind=fact.kind, rule__proofs__variant=fact.variant
    )
    return rows.order_by("void_at", "-due_on", "pk").first()


def receiver(duty: Obligation | None) -> str:
    """接收单位：牵头职能在这条区划路径上最近一级的单位。"""
    if duty is None:
        return ""
    owners = Owners()
    ids = [owners.nearest(f, duty.region_path) for f in duty.rule.who.get("lead") or []]
    names = Unit.objects.filter(pk__in=[i for i in ids if i]).order_by("pk").values_list("name", flat=True)
    return "、".join(names)


def papers(viewer: Viewer, fact: Fact) -> list[Paper]:
    """报送的文件，连同摘要；联络员表里有手机号，只给看得见手机号的人打开。"""
    documents = Document.objects.filter(pk__in=fact.evidence.values("document_id"))
    seen: set[int] = set()
    if fact.variant != kinds.CONTACT or sees_phone(viewer, fact.unit_id):
        seen = set(scoped(viewer, documents).order_by().values_list("pk", flat=True))
    return [
        Paper(d.pk, d.label, d.blob.size if d.blob else 0, d.blob.sha256 if d.blob else "", d.pk in seen)
        for d in documents.select_related("blob").order_by("pk")
    ]


def archives(payload: dict[str, Any]) -> list[Archive]:
    listed = payload.get("archives")
    return [Archive(**one) for one in listed] if isinstance(listed, list) else []


def replacement(fact: Fact) -> int | None:
    """替换它的那一次。"""
    later = Fact.objects.filter(
        kind=fact.kind, variant=fact.variant, unit=fact.unit, retracts__isnull=True, pk__gt=fact.pk
    )
    return later.order_by("pk").values_list("pk", flat=True).first()


# ── 联络员 ────────────────────────────────────────────────────────────


def sees_phone(viewer: Viewer, unit_id: int | None) -> bool:
    """手机号给谁看全：民政部门和本单位。"""
    return viewer.everything or viewer.is_civil or unit_id in viewer.unit_ids


def contact(viewer: Viewer, fact: Fact) -> dict[str, str]:
    """这次报送的联络员；不是联络员表时为空。"""
    if fact.variant != kinds.CONTACT or not fact.payload.get("name"):
        return {}
    phone = str(fact.payload.get("phone") or "")
    shown = phone if sees_phone(viewer, fact.unit_id) else mask_phone(phone)
    return {"name": str(fact.payload["name"]), "title": str(fact.payload.get("title") or ""), "phone": shown}


@dataclass(frozen=True)
class Liaison:
    """名单的一行：没报的只有乡镇名。"""

    town: str
    unit: str
    name: str
    title: str
    phone: str
    fact_id: int | None
    status: str
    submitted_on: date | None


def liaisons(viewer: Viewer, found: Running) -> list[Liaison]:
    """联络员名单（酉阳 附件2），按区划；没报的也列出，手机按看的人遮盖。"""
    today = AsOf(clock.today())
    refs = [rule for rule, ref in rules_of(found).items() if ref == kinds.CONTACT]
    rows = duties(viewer, refs, today)
    numbers = valid([row["id"] for row in rows], today)
    facts = Fact.objects.in_bulk([fact for fact, _ in numbers.values()])
    lines = []
    for row in rows:
        fact = facts.get(numbers[row["id"]][0]) if row["id"] in numbers else None
        who = contact(viewer, fact) if fact else {}
        name, town = name_of(row)
        lines.append(
            Liaison(
                town=town,
                unit=name,
                name=who.get("name", ""),
                title=who.get("title", ""),
                phone=who.get("phone", ""),
                fact_id=fact.pk if fact else None,
                status=row["status"],
                submitted_on=fact.occurred_on if fact else None,
            )
        )
    return lines
