"""履责记录：记载、批量记载、撤回、审核、认定不适用。事实只追加，更正靠撤回。"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from yijian.access.scope import scoped
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.ledger import kinds, rules
from yijian.ledger.models import Fact, FactDocument, Obligation, Review
from yijian.ledger.queries.packs import fact_kind
from yijian.ledger.queries.scope import visible
from yijian.ledger.services import materialise
from yijian.people.models import Region, Unit
from yijian.people.rules import is_under


@dataclass(frozen=True)
class Act:
    """一件要记的事。occurred 给日期或时刻；about_on 是所涉日期（如计划停业日）。"""

    kind: str
    occurred: date | datetime
    variant: str = ""
    facility_id: int | None = None
    unit_id: int | None = None
    region_id: str | None = None
    about_on: date | None = None
    case_key: str = ""
    payload: dict[str, object] = field(default_factory=dict)
    documents: tuple[int, ...] = ()
    target: tuple[str, str, date] | None = None


@verb("ledger.record")
def record_fact(*, act: Act, by: Viewer) -> Fact:
    """登记履责记录（南开 十三 建立工作台账）。无证据、日期在未来、超出范围均拒绝。"""
    check_evidence(act)
    (fact,) = append([act], by)
    audit(
        "ledger.fact_recorded",
        by=by,
        subject=("fact", fact.pk, subject_of(fact)),
        data={
            "label": fact.label,
            "occurred_on": fact.occurred_on.isoformat(),
            "kind": fact.kind,
            "uid": fact.uid,
        },
    )
    return fact


@verb("ledger.record")
def record_for(*, obligation_id: int, act: Act, by: Viewer) -> Fact:
    """从一条义务登记履责记录：对象、串号由义务给出；过了时段的写明补做哪一条。"""
    duty = visible(by).select_related("rule").filter(pk=obligation_id).first()
    if duty is None:
        raise NotFound("没有这条义务，或不在您的范围内。")
    proofs = {(e["fact"], e.get("variant") or "") for e in duty.rule.evidence}
    if (act.kind, act.variant) not in proofs and (act.kind, "") not in proofs:
        raise Refused("这种记录不能履行这条义务，请从列出的种类里选。", field="kind")
    return record_fact(act=aimed(act, duty), by=by)


def aimed(act: Act, duty: Obligation) -> Act:
    """把记录对准一条义务：补齐对象、串号；发生日不在时段内的写明补做。"""
    day = act.occurred if not isinstance(act.occurred, datetime) else clock.local_date(act.occurred)
    inside = duty.window_from <= day <= duty.window_to
    return Act(
        kind=act.kind,
        occurred=act.occurred,
        variant=act.variant,
        about_on=act.about_on,
        payload=act.payload,
        documents=act.documents,
        facility_id=duty.facility_id or act.facility_id,
        unit_id=duty.unit_id or act.unit_id,
        region_id=duty.region_id or act.region_id,
        case_key=duty.case_key or act.case_key,
        target=None if inside else (f"{duty.rule.pack}/{duty.rule.key}", duty.subject, duty.slot_start),
    )


@verb("ledger.bulk")
def record_facts(*, acts: Sequence[Act], by: Viewer) -> list[Fact]:
    """批量登记履责记录：一次行动涉及多家机构，每家一条，同批同证据，全成或全不成。"""
    if not acts:
        raise Refused("没有选中任何机构。")
    for act in acts:
        check_evidence(act)
    facts = append(acts, by, batch=uuid7())
    audit(
        "ledger.facts_recorded",
        by=by,
        subject=("batch", facts[0].batch, f"{len(facts)}条"),
        data={
            "label": facts[0].label,
            "count": len(facts),
            "occurred_on": facts[0].occurred_on.isoformat(),
            "uids": [facts[0].uid, facts[-1].uid],
        },
    )
    return facts


@verb("ledger.record")
def retract_fact(*, fact_id: int, reason: str, by: Viewer) -> Fact:
    """撤回履责记录：原记录与理由都留着，由它完成的义务恢复原状。"""
    if not reason.strip():
        raise Refused("请写明撤回理由。", field="reason")
    fact = scoped(by, Fact.objects.filter(retracts__isnull=True)).filter(pk=fact_id).first()
    if fact is None:
        raise NotFound("没有这条记录，或不在您的范围内。")
    if fact.recorded_by != by.account_id and not by.can("ledger.review"):
        raise Forbidden("只有记录人或牵头单位可以撤回。")
    if Fact.objects.filter(retracts=fact).exists():
        raise Refused("这条记录已经撤回。")
    now = clock.now()
    undo = Fact.objects.create(
        uid=uuid7(),
        kind=fact.kind,
        variant=fact.variant,
        label=fact.label,
        facility_id=fact.facility_id,
        unit_id=fact.unit_id,
        region_id=fact.region_id,
        region_path=fact.region_path,
        case_key=fact.case_key,
        occurred_at=now,
        occurred_on=clock.today(),
        recorded_at=now,
        recorded_by=by.account_id,
        recorded_name=by.name,
        recorded_unit=by.unit_name,
        retracts=fact,
        reason=reason.strip(),
    )
    materialise.withdraw(fact, now)
    audit(
        "ledger.fact_retracted",
        by=by,
        subject=("fact", fact.pk, subject_of(fact)),
        data={"label": fact.label, "uid": fact.uid},
        reason=reason.strip(),
    )
    return undo


@verb("ledger.review")
def review_fact(*, fact_id: int, accepted: bool, reason: str = "", by: Viewer) -> Review:
    """审核履责记录：认可后才计入；不认可须写明理由。"""
    if not accepted and not reason.strip():
        raise Refused("不认可请写明理由。", field="reason")
    fact = scoped(by, Fact.objects.filter(retracts__isnull=True)).filter(pk=fact_id).first()
    if fact is None:
        raise NotFound("没有这条记录，或不在您的范围内。")
    review, made = Review.objects.get_or_create(
        fact=fact,
        defaults={
            "accepted": accepted,
            "reason": reason.strip(),
            "at": clock.now(),
            "by_id": by.account_id,
            "by_name": by.name,
        },
    )
    if not made:
        raise Refused(f"这条记录已由{review.by_name}审核。")
    materialise.absorb([fact.pk])
    audit(
        "ledger.fact_reviewed",
        by=by,
        subject=("fact", fact.pk, subject_of(fact)),
        data={"label": fact.label, "verdict": "认可" if accepted else "不认可"},
        reason=reason.strip(),
    )
    return review


@verb("ledger.not_applicable")
def mark_not_applicable(*, obligation_id: int, reason: str, by: Viewer) -> Fact:
    """认定不适用：写明理由，作为一条事实留存，可撤回。"""
    duty = visible(by).select_related("rule").filter(pk=obligation_id, void_at__isnull=True).first()
    if duty is None:
        raise NotFound("没有这条义务，或不在您的范围内。")
    if not reason.strip():
        raise Refused("请写明不适用的理由。", field="reason")
    if duty.na_on or duty.done_at:
        raise Refused("这条义务已完成或已认定不适用。")
    act = Act(
        kind=kinds.NOT_APPLICABLE_FACT,
        occurred=clock.today(),
        facility_id=duty.facility_id,
        unit_id=duty.unit_id,
        region_id=duty.region_id,
        case_key=duty.case_key or "",
        payload={"note": reason.strip()},
        target=(f"{duty.rule.pack}/{duty.rule.key}", duty.subject, duty.slot_start),
    )
    (fact,) = append([act], by)
    audit(
        "ledger.not_applicable",
        by=by,
        subject=("obligation", duty.pk, subject_of(fact)),
        data={"title": duty.rule.title},
        reason=reason.strip(),
    )
    return fact


def check_evidence(act: Act) -> None:
    """履责记录要有证据：文件、照片、链接或文号，至少一项。"""
    if not act.documents and not any(str(act.payload.get(k, "")).strip() for k in ("number", "link")):
        raise Refused("请至少提供一项证据：上传文件或照片，或填写链接、文号。", field="files")


def append(acts: Sequence[Act], by: Viewer, batch: str = "") -> list[Fact]:
    """写入事实并让台账吸收：开出触发的义务，履行对应的义务。"""
    made = Maker(acts, by, batch).facts()
    facts = Fact.objects.bulk_create(made, batch_size=500)
    FactDocument.objects.bulk_create(
        [
            FactDocument(fact=fact, document_id=d)
            for fact, act in zip(facts, acts, strict=True)
            for d in act.documents
        ]
    )
    open_and_absorb(facts)
    return facts


def open_and_absorb(facts: Sequence[Fact]) -> None:
    """新事实先开义务，再履行义务。"""
    above = materialise.highest()
    places = materialise.places_of(f.region_id for f in facts)
    if materialise.open_events(facts, materialise.triggers(set(places.values())), places):
        materialise.catch_up(above)
    materialise.absorb([f.pk for f in facts])


class Maker:
    """把要记的事核对成事实：范围、种类、日期、串号。"""

    def __init__(self, acts: Sequence[Act], by: Viewer, batch: str) -> None:
        self.acts, self.by, self.batch, self.now = acts, by, batch, clock.now()
        wanted = {a.facility_id for a in acts if a.facility_id}
        found = scoped(by, Facility.objects.filter(pk__in=wanted)) if wanted else Facility.objects.none()
        self.facilities = {f.pk: f for f in found}
        units = {a.unit_id for a in acts if a.unit_id}
        self.units = {u.pk: u for u in Unit.objects.filter(pk__in=units)}
        regions = {a.region_id for a in acts if a.region_id}
        self.regions = {r.pk: r for r in Region.objects.filter(pk__in=regions)}
        documents = {d for a in acts for d in a.documents}
        if documents and scoped(by, Document.objects.filter(pk__in=documents)).count() != len(documents):
            raise NotFound("有证据文件不存在或不在您的范围内，请重新上传。")

    def facts(self) -> list[Fact]:
        return [self.fact(act) for act in self.acts]

    def fact(self, act: Act) -> Fact:
        word = fact_kind(act.kind)
        if act.variant and act.variant not in word.variants:
            raise Refused(f"「{word.label}」没有这个分类，请重新选择。", field="variant")
        at, day = self.when(act, needs_time=word.precision == "time")
        region_id, path = self.where(act)
        uid = uuid7()
        target = act.target or ("", "", None)
        label = f"{word.label}·{word.variants[act.variant]}" if act.variant else word.label
        return Fact(
            uid=uid,
            kind=act.kind,
            variant=act.variant,
            label=label,
            facility_id=act.facility_id,
            unit_id=act.unit_id or self.own_unit(),
            region_id=region_id,
            region_path=path,
            case_key=act.case_key or self.open_case(act, day) or uid,
            target_rule=target[0],
            target_subject=target[1],
            target_start=target[2],
            occurred_at=at,
            occurred_on=day,
            about_on=act.about_on,
            recorded_at=self.now,
            recorded_by=self.by.account_id,
            recorded_name=self.by.name,
            recorded_unit=self.by.unit_name,
            batch=self.batch,
            payload=dict(act.payload),
        )

    def when(self, act: Act, needs_time: bool) -> tuple[datetime, date]:
        """发生时刻与日期；只有日期的按当日零点，须到时刻的种类不收日期。"""
        if isinstance(act.occurred, datetime):
            at, day = act.occurred, clock.local_date(act.occurred)
        elif needs_time:
            raise Refused("这类事件的时限以小时计，请填写发生的时刻。", field="occurred")
        else:
            at, day = clock.start_of(act.occurred), act.occurred
        if at > self.now:
            raise Refused("发生时间在将来；只能记录已经发生的事。", field="occurred")
        if day < rules.EARLIEST:
            raise Refused("发生日期过早，请检查年份。", field="occurred")
        return at, day

    def where(self, act: Act) -> tuple[str, str]:
        """事发所在的区划：机构所在地，否则所指区划、单位所在地、记录人所在地。"""
        if act.facility_id:
            facility = self.facilities.get(act.facility_id)
            if facility is None:
                raise NotFound("没有这家机构，或不在您的范围内。")
            return facility.region_id, facility.region_path
        if act.region_id and act.region_id in self.regions:
            region = self.regions[act.region_id]
            pair = region.pk, region.path
        else:
            unit = self.units.get(act.unit_id or self.own_unit() or 0) or self.own()
            pair = unit.region_id, unit.region_path
        own = act.unit_id in self.by.unit_ids or (not act.unit_id and not act.region_id)
        if not own and not reaches(self.by, pair[1]):
            raise NotFound("该区划不在您的范围内。")
        return pair

    def own_unit(self) -> int | None:
        return next(iter(self.by.unit_ids), None) if self.by.unit_ids else None

    def own(self) -> Unit:
        unit = Unit.objects.filter(pk=self.own_unit() or 0).first()
        if unit is None:
            raise Refused("请指明这件事发生在哪家机构、哪个单位或哪个区划。", field="facility")
        self.units[unit.pk] = unit
        return unit

    def open_case(self, act: Act, day: date) -> str:
        """机构只有一件未了的同类事时，自动对上它的串号。"""
        found = {key for key, since in self.cases.get((act.facility_id, act.kind), ()) if since <= day}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def cases(self) -> dict[tuple[int | None, str], list[tuple[str, date]]]:
        """各机构未了的事件义务：（机构，能了结它的记录种类）→（串号，自何日起）。"""
        rows = Obligation.objects.filter(
            facility_id__in={a.facility_id for a in self.acts if a.facility_id and not a.case_key},
            rule__proofs__fact_kind__in={a.kind for a in self.acts},
            case_key__isnull=False,
            done_at__isnull=True,
            void_at__isnull=True,
            na_on__isnull=True,
        )
        found: dict[tuple[int | None, str], list[tuple[str, date]]] = {}
        for facility, kind, key, since in rows.values_list(
            "facility_id", "rule__proofs__fact_kind", "case_key", "window_from"
        ):
            found.setdefault((facility, kind), []).append((key or "", since))
        return found


def reaches(by: Viewer, path: str) -> bool:
    """区划在不在某人的辖区里。"""
    return by.everything or any(is_under(path, mine) for mine in by.region_paths)


def subject_of(fact: Fact) -> str:
    """事实说的是谁，用于审计句子。"""
    if fact.facility_id and fact.facility:
        return fact.facility.name
    if fact.unit_id and fact.unit:
        return fact.unit.name
    return fact.region.name
