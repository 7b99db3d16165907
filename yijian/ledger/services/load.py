"""载入制度包：每个有文件的地方编成一摞规则，取严后写下；变了的旧规则退出，历史行不动。"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.kernel import clock
from yijian.ledger import rules
from yijian.ledger.models import Jurisdiction, Place, Rule, RuleEvidence, RuleSubject, RuleUnit
from yijian.ledger.queries.packs import calendar, forget, library
from yijian.ledger.services import materialise
from yijian.people.models import Region
from yijian.regimes.library import NATION, Library
from yijian.regimes.shapes import parse_when, shape_of
from yijian.regimes.stack import BindingRule, rules_for

MATERIAL = (
    "by",
    "each",
    "kinds",
    "level",
    "functions",
    "fact",
    "when",
    "evidence",
    "all_of",
    "review",
    "lead",
    "responsible",
    "responsible_local",
)


@verb("ledger.supervise")
def load_packs(*, keep_from: date | None = None, by: Viewer) -> dict[str, int]:
    """载入制度包：编译、写入、展开；没有变化时什么也不做。返回各地规则数。"""
    forget()
    found: dict[str, int] = {}
    for place in adopt_places(library(), keep_from or clock.today().replace(month=1, day=1)):
        found[place.pk] = load_place(library(), place)
    open_ledger(by=by)
    materialise.recount_provisional(calendar())
    summary = "，".join(f"{Region.objects.get(pk=k).name}{n}项" for k, n in sorted(found.items()))
    audit(
        "ledger.packs_loaded",
        by=by,
        subject=("ledger", "", "制度包"),
        data={"summary": summary, "rules": found},
    )
    return found


def adopt_places(books: Library, keep_from: date) -> list[Place]:
    """有在用文件的区划各成一地；每个区划归它最近的上级之地。"""
    wanted = {p.region for p in books.packs.values() if p.head.status == "in_force"}
    known = {r.pk: r for r in Region.objects.filter(pk__in=wanted)}
    for code in known:
        packs = [p.id for p in books.for_place(code)]
        Place.objects.update_or_create(
            region_id=code,
            defaults={"packs": packs},
            create_defaults={"packs": packs, "keep_from": keep_from, "loaded_at": clock.now()},
        )
    assign_regions()
    return list(Place.objects.filter(pk__in=known))


def assign_regions(only_new: bool = False) -> int:
    """每个区划归它最近的上级之地；only_new 时只补还没归的（手工新增的区划）。返回归了几个。"""
    paths = sorted(Place.objects.values_list("region__path", "pk"), key=lambda pair: -len(pair[0]))
    regions = (
        Region.objects.exclude(pk__in=Jurisdiction.objects.values("region_id"))
        if only_new
        else Region.objects.all()
    )
    found = [
        Jurisdiction(
            region_id=region.pk, place_id=next(code for path, code in paths if region.path.startswith(path))
        )
        for region in regions.order_by("pk")
        if any(region.path.startswith(path) for path, _ in paths)
    ]
    Jurisdiction.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["region"], update_fields=["place"]
    )
    return len(found)


def load_place(books: Library, place: Place) -> int:
    """一地的规则写到与制度包一致；返回在用规则数。"""
    wanted = {(b.pack, b.obligation, material(b)): (b, regions) for b, regions in bindings(books, place)}
    digest = hashlib.sha256(repr(sorted((k, v[0].as_dict()) for k, v in wanted.items())).encode()).hexdigest()
    if digest != place.stack_hash:
        current = {(r.pack, r.key, r.material_hash): r for r in place.rules.filter(retired_on__isnull=True)}
        for key, rule in current.items():
            if key not in wanted:
                Rule.objects.filter(pk=rule.pk).update(retired_on=clock.today())
        for key, (binding, regions) in wanted.items():
            write_rule(place, current.get(key), key[2], binding, regions)
        Place.objects.filter(pk=place.pk).update(stack_hash=digest, opened_until=None)
    return len(wanted)


def bindings(books: Library, place: Place) -> Iterable[tuple[BindingRule, list[str]]]:
    """某地的规则，连同辖区类规则落到的区划；下级辖区的规则按级各编一次。"""
    levels: dict[str, list[str]] = {}
    own = place.region
    for region in Region.objects.filter(pk__in=place.jurisdictions.values("region_id")).exclude(pk=own.pk):
        levels.setdefault(region.level, []).append(region.pk)
    for rule in rules_for(books, own.pk):
        if rule.each != "jurisdiction" or own.pk != NATION:
            yield rule, [own.pk]
    for level in ("city", "county"):
        codes = sorted(levels.get(level, []))
        if codes:
            for rule in rules_for(books, codes[0]):
                if rule.each == "jurisdiction" and rule.level == level:
                    yield rule, codes


def material(binding: BindingRule) -> str:
    """规则的要害（对谁、何时、凭什么）；只改文字不算新规则。"""
    fields = {name: getattr(binding, name) for name in MATERIAL}
    return hashlib.sha256(
        json.dumps(fields, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()


def write_rule(
    place: Place, old: Rule | None, material_hash: str, b: BindingRule, regions: list[str]
) -> Rule:
    """写下一条规则；已有的只更新文字与出处。"""
    values = wording(b)
    if old is not None:
        Rule.objects.filter(pk=old.pk).update(**values)
        return old
    when = parse_when(b.when)
    shape = shape_of(when)
    times = b.when["at_most"] + 1 if shape == "at_most" else b.when["at_least"] if shape == "at_least" else 1
    rule = Rule.objects.create(
        place=place,
        pack=b.pack,
        key=b.obligation,
        material_hash=material_hash,
        duty=b.duty,
        by=b.by,
        each=b.each,
        trigger=b.fact,
        shape=shape,
        when=b.when,
        evidence=[{"fact": f, "variant": v or ""} for f, v in b.evidence],
        who={"lead": list(b.lead), "responsible": list(b.responsible), "local": list(b.responsible_local)},
        needed=len(b.evidence) if b.all_of else times,
        distinct=b.all_of,
        cap=shape == "at_most",
        **values,
    )
    roles = (("lead", b.lead), ("responsible", b.responsible), ("local", b.responsible_local))
    RuleUnit.objects.bulk_create(
        [RuleUnit(rule=rule, role=r, function=f) for r, fs in roles for f in dict.fromkeys(fs)]
    )
    subjects = [RuleSubject(rule=rule, kind=k) for k in b.kinds] + [
        RuleSubject(rule=rule, function=f) for f in b.functions
    ]
    if b.each == "jurisdiction":
        subjects += [RuleSubject(rule=rule, region_id=code) for code in regions]
    RuleSubject.objects.bulk_create(subjects)
    proofs = dict.fromkeys((f, v or "") for f, v in b.evidence)
    RuleEvidence.objects.bulk_create([RuleEvidence(rule=rule, fact_kind=f, variant=v) for f, v in proofs])
    return rule


def wording(b: BindingRule) -> dict[str, object]:
    return {
        "pack_version": f"{b.pack_version}:{b.pack_hash[:16]}",
        "duty_label": b.duty_label,
        "title": b.title,
        "clause": b.clause,
        "clauses": list(b.also),
        "phrase": b.phrase or "",
        "when_text": b.when_text,
        "warn_days": b.warn,
        "supervise_after": b.supervise_after,
        "review": b.review,
        "local": b.local,
        "verify": b.verify or "",
        "note": b.note or "",
        "sources": [vars(s) for s in b.sources],
        "conflict": bool(b.conflicts),
        "in_force_from": b.in_force_from,
        "in_force_to": b.in_force_to,
    }


@verb("ledger.supervise")
def open_ledger(*, until: date | None = None, by: Viewer) -> dict[str, int]:
    """展开台账：把时段落到机构、单位、辖区头上，补上已有的事实；可重复执行。"""
    until = until or rules.horizon(clock.today())
    stale = [p for p in Place.objects.all() if p.opened_until is None or p.opened_until < until]
    added = voided = 0
    if stale:
        above = materialise.highest()
        for rule in Rule.objects.filter(place__in=stale):
            materialise.plan_slots(rule, rule.place.keep_from, until)
        listed = ",".join(f"'{p.pk}'" for p in stale)
        added = materialise.open_slots(narrow=f"AND r.place_id IN ({listed})")
        voided = materialise.void_stale()
        added += materialise.reopen_events([p.pk for p in stale])
        materialise.catch_up(above)
        Place.objects.filter(pk__in=[p.pk for p in stale]).update(opened_until=until)
    audit(
        "ledger.opened",
        by=by,
        subject=("ledger", "", "台账"),
        data={"added": added, "voided": voided, "until": until.isoformat()},
    )
    return {"added": added, "voided": voided}


@verb("ledger.supervise")
def adopt_calendar(*, by: Viewer) -> int:
    """启用新一年的节假日表：暂定的期限按公布的安排重算。返回改动的条数。"""
    forget()
    changed = materialise.recount_provisional(calendar())
    audit(
        "ledger.opened",
        by=by,
        subject=("ledger", "", "工作日历"),
        data={"added": changed, "until": clock.today().isoformat()},
    )
    return changed
