"""测试用的小世界：演示小区县里放几条规则、几家机构，日期由测试定。"""

from datetime import date

from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.ledger.models import Jurisdiction, Place, Rule, RuleEvidence, RuleSubject, RuleUnit
from yijian.people.models import Region
from yijian.people.viewer import SYSTEM
from yijian.regimes.shapes import describe, parse_when, shape_of, warn_days

KEEP_FROM = date(2025, 1, 1)
DISTRICT = "990102"


def make_place(keep_from: date = KEEP_FROM) -> Place:
    """把演示小区县设为一个有台账的地方。"""
    place = Place.objects.create(
        region_id=DISTRICT, packs=["test"], keep_from=keep_from, loaded_at=clock.now()
    )
    inside = Region.objects.filter(path__startswith=place.region.path)
    Jurisdiction.objects.bulk_create([Jurisdiction(region=region, place=place) for region in inside])
    return place


def make_rule(
    place: Place, key: str, when: dict[str, object], each: str = "facility", **extra: object
) -> Rule:
    """写一条规则；evidence 是 (事实, 分类) 的列表。"""
    shape = parse_when(when)
    evidence = extra.pop("evidence", [("drill.held", "")])
    subjects = extra.pop("subjects", ["nursing_home"])
    all_of = bool(extra.pop("all_of", False))
    shaped = shape_of(shape)
    times = {"at_least": when.get("at_least"), "at_most": int(str(when.get("at_most", 0))) + 1}.get(shaped, 1)
    values = {
        "pack": "test", "pack_version": "1:test", "material_hash": key, "duty": "emergency.drill",
        "duty_label": "应急演练", "title": f"测试义务{key}", "clause": "一", "phrase": "应急演练",
        "by": "facility" if each == "facility" else "unit", "when_text": describe(shape),
        "warn_days": warn_days(shape),
        "who": {"lead": ["civil_affairs"], "responsible": [], "local": []}, "in_force_from": date(2021, 1, 1),
    } | extra  # fmt: skip
    rule = Rule.objects.create(
        place=place,
        key=key,
        each=each,
        trigger=str(subjects[0]) if each == "fact" else "",
        shape=shaped,
        when=when,
        evidence=[{"fact": f, "variant": v} for f, v in evidence],
        needed=len(evidence) if all_of else times,
        distinct=all_of,
        cap=shaped == "at_most",
        **values,
    )
    RuleUnit.objects.create(rule=rule, role="lead", function="civil_affairs")
    column = {"facility": "kind", "unit": "function", "jurisdiction": "region_id"}.get(each)
    if column:
        RuleSubject.objects.bulk_create([RuleSubject(rule=rule, **{column: s}) for s in subjects])
    RuleEvidence.objects.bulk_create([RuleEvidence(rule=rule, fact_kind=f, variant=v) for f, v in evidence])
    return rule


def make_facility(name: str, region: str = "990102001", **extra: object) -> Facility:
    """放一家机构（演示数据）。"""
    town = Region.objects.get(pk=region)
    values = {"kind": "nursing_home", "opened_on": date(2019, 5, 1), "region_path": town.path} | extra
    return Facility.objects.create(name=name, region=town, **values)


__all__ = ["DISTRICT", "KEEP_FROM", "SYSTEM", "make_facility", "make_place", "make_rule"]
