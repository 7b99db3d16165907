"""制度叠加：一地有效的各包里，同一义务取最严，来源全部保留，冲突写明；本地数字标为本地。"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from yijian.regimes.kinds import Duty, EachFacility, EachFact, EachUnit, LocalSetting, Obligation, Pack
from yijian.regimes.library import Library, covers, level_of
from yijian.regimes.shapes import describe, dump_when, is_numbered, strictness, warn_days
from yijian.regimes.whens import When

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Source:
    """一项义务的一个来源；strictest 表示它就是（或等同于）约束力所在，conflict 说明与之不同之处。"""

    pack: str
    pack_title: str
    obligation: str
    clause: str
    phrase: str | None
    when: dict[str, Any]
    when_text: str
    strictest: bool
    local: bool
    conflict: str
    verify: str | None
    note: str | None


@dataclass(frozen=True)
class BindingRule:
    """某地的一条有约束力的规则：对象 subject、期限、证据，以及全部来源。

    subject 是 whom 落到该地后的样子；kinds 只在对象是机构时有，是这条规则最严的那些机构类别。
    in_force_from、in_force_to（含）是它有约束力的时段，到期日落在其外的格不归它管。
    """

    place: str
    pack: str
    pack_version: int
    pack_hash: str
    obligation: str
    duty: str
    duty_label: str
    title: str
    clause: str
    also: tuple[str, ...]
    phrase: str | None
    lead: tuple[str, ...]
    responsible: tuple[str, ...]
    responsible_local: tuple[str, ...]
    by: str
    each: str
    kinds: tuple[str, ...]
    level: str
    functions: tuple[str, ...]
    fact: str
    when: dict[str, Any]
    when_text: str
    evidence: tuple[tuple[str, str | None], ...]
    all_of: bool
    warn: int
    review: bool
    supervise_after: int
    local: bool
    verify: str | None
    note: str | None
    in_force_from: date
    in_force_to: date | None
    sources: tuple[Source, ...]

    @property
    def key(self) -> str:
        """同一地、同一对象类别内稳定的键。"""
        what = ",".join(self.kinds or self.functions) or self.level or self.fact
        return f"{self.place}|{self.pack}/{self.obligation}|{self.each}:{what}"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """各来源之间的冲突。"""
        return tuple(source.conflict for source in self.sources if source.conflict)

    def as_dict(self) -> dict[str, Any]:
        """可入 JSON 的字典；日期成 ISO 文字。"""
        value = asdict(self)
        value["in_force_from"] = self.in_force_from.isoformat()
        value["in_force_to"] = self.in_force_to.isoformat() if self.in_force_to else None
        return value


@dataclass(frozen=True)
class _Candidate:
    pack: Pack
    item: Obligation
    when: When
    local: LocalSetting | None
    local_pack: Pack | None
    subject: tuple[str, str]
    clash: str = ""

    @property
    def since(self) -> date:
        start = self.pack.since(self.item)
        return max(start, self.local_pack.head.effective_from) if self.local_pack else start

    def in_force(self, on: date) -> bool:
        until = self.pack.until(self.item)
        return self.pack.since(self.item) <= on and (until is None or on <= until)


def rules_for(library: Library, place: str, on: date | None = None) -> tuple[BindingRule, ...]:
    """某地（对象就在该地的）有约束力的规则；on 给定时只看当日有效的包，否则不论起止。

    机构规则适用于在该地的机构；辖区规则只在该地级别相符时有；单位规则适用于该地的单位。
    """
    packs = library.for_place(place, on)
    groups: dict[tuple[str, str, str], list[_Candidate]] = {}
    for candidate in _candidates(packs, place):
        if on is None or candidate.in_force(on):
            key = (_root(library, candidate.item.duty), *candidate.subject)
            groups.setdefault(key, []).append(candidate)
    rules = [rule for group in groups.values() for rule in _bind(library, place, group)]
    return tuple(_merged(rules))


def _root(library: Library, duty: str) -> str:
    """互相叠加的义务归到一处：一项义务与它所涵盖的义务。"""
    known = library.catalogue.duties.get(duty)
    return known.covers[0] if known and known.covers else duty


def rules_over(library: Library, place: str, start: date, end: date) -> tuple[BindingRule, ...]:
    """一段时间内有约束力的规则：按各包起止日分段叠加，每条规则带自己的有效时段。"""
    edges = {start}
    for pack in library.packs.values():
        if covers(pack.region, place) and pack.head.status != "draft":
            edges |= _edges(pack)
    begins = sorted(edge for edge in edges if start <= edge <= end)
    rules: dict[str, list[BindingRule]] = {}
    for position, begin in enumerate(begins):
        last = begins[position + 1] - _ONE_DAY if position + 1 < len(begins) else None
        _continue(rules, rules_for(library, place, begin), begin, last)
    return tuple(rule for history in rules.values() for rule in history)


def _edges(pack: Pack) -> set[date]:
    """一个包里规则会变的日子。"""
    begins = {pack.head.effective_from, *(pack.since(item) for item in pack.obligations)}
    ends = {pack.head.effective_to, *(pack.until(item) for item in pack.obligations)}
    return begins | {day + _ONE_DAY for day in ends if day}


def _continue(
    before: dict[str, list[BindingRule]], now: Iterable[BindingRule], begin: date, last: date | None
) -> None:
    """把新一段的规则接到上一段：规则相同的延长（来源取新的），其余另起。"""
    for rule in now:
        fresh = replace(rule, in_force_from=max(rule.in_force_from, begin), in_force_to=_until(rule, last))
        history = before.setdefault(rule.key, [])
        old = history[-1] if history else None
        if old and old.in_force_to == begin - _ONE_DAY and _same(old, fresh):
            history[-1] = replace(old, in_force_to=fresh.in_force_to, sources=fresh.sources)
        else:
            history.append(fresh)


def _same(a: BindingRule, b: BindingRule) -> bool:
    return replace(a, in_force_from=b.in_force_from, in_force_to=b.in_force_to, sources=b.sources) == b


def _until(rule: BindingRule, last: date | None) -> date | None:
    if last is None or rule.in_force_to is None:
        return last or rule.in_force_to
    return min(last, rule.in_force_to)


# ── 候选 ──────────────────────────────────────────────────────────────


def _candidates(packs: tuple[Pack, ...], place: str) -> Iterator[_Candidate]:
    settings: dict[str, list[tuple[Pack, LocalSetting]]] = {}
    for pack in packs:
        for setting in pack.settings:
            settings.setdefault(setting.sets, []).append((pack, setting))
    for pack in packs:
        for item in pack.obligations:
            chosen = _localised(pack, item, settings.get(f"{pack.id}/{item.id}", []))
            for subject in _subjects(pack, item, place):
                yield replace(chosen, subject=subject)


def _localised(pack: Pack, item: Obligation, settings: list[tuple[Pack, LocalSetting]]) -> _Candidate:
    """本地数字只替换 when；文件已有数字而本地更宽或不能比的，不采用并写明。"""
    plain = _Candidate(pack, item, item.when, None, None, ("", ""))
    if not settings:
        return plain
    local_pack, setting = settings[-1]
    if is_numbered(item.when) and strictness(setting.when, item.when) not in {0, 1}:
        why = f"本地定为{describe(setting.when)}，宽于或不同于文件的{describe(item.when)}，不采用"
        return replace(plain, clash=why)
    return replace(plain, when=setting.when, local=setting, local_pack=local_pack)


def _subjects(pack: Pack, item: Obligation, place: str) -> Iterator[tuple[str, str]]:
    """这项义务落到该地是对谁：（类别，具体）。级别不符的没有。"""
    whom = item.whom
    if isinstance(whom, EachFacility):
        yield from (("facility", kind) for kind in whom.kinds)
    elif isinstance(whom, EachUnit):
        yield from (("unit", function) for function in whom.functions)
    elif isinstance(whom, EachFact):
        yield ("fact", whom.fact)
    else:
        level = level_of(place)
        if level in whom.levels or ("place" in whom.levels and pack.region == place):
            yield ("jurisdiction", level)


# ── 取严 ──────────────────────────────────────────────────────────────


def _bind(library: Library, place: str, group: list[_Candidate]) -> Iterator[BindingRule]:
    """同一义务、同一对象：没有被别的来源压过的都有约束力；一样严的取离本地最近的。"""
    duties = library.catalogue.duties
    winners = [one for one in group if not any(_beats(duties, group, other, one) for other in group)]
    sources = tuple(_source(library, one, one in winners, winners) for one in group)
    for winner in winners:
        yield _rule(library, place, winner, sources)


def _beats(duties: Mapping[str, Duty], group: list[_Candidate], other: _Candidate, one: _Candidate) -> bool:
    """other 是否压过 one：同一义务（或 other 涵盖 one）而更严；一样严的，涵盖者、离本地近者为准。"""
    same = other.item.duty == one.item.duty
    known = duties.get(other.item.duty)
    if other is one or not (same or (known and one.item.duty in known.covers)):
        return False
    verdict = strictness(other.when, one.when)
    return verdict == 1 or (verdict == 0 and (not same or group.index(other) > group.index(one)))


def _source(library: Library, one: _Candidate, wins: bool, winners: list[_Candidate]) -> Source:
    return Source(
        pack=one.pack.id,
        pack_title=one.pack.head.title,
        obligation=one.item.id,
        clause=one.item.clause,
        phrase=one.item.phrase,
        when=dump_when(one.when),
        when_text=describe(one.when, library.catalogue.facts),
        strictest=wins or any(strictness(one.when, winner.when) == 0 for winner in winners),
        local=one.local is not None,
        conflict=_conflict(one, winners) or one.clash,
        verify=one.item.verify,
        note=one.local.note if one.local else one.item.note,
    )


def _conflict(one: _Candidate, winners: list[_Candidate]) -> str:
    """与有约束力者不同的话怎么说；一样、或本来没有数字，不算冲突。"""
    if not is_numbered(one.when) or (one in winners and len(winners) == 1):
        return ""
    here = f"{one.pack.head.title}（{one.item.clause}）要求{describe(one.when)}"
    for winner in winners:
        verdict = strictness(one.when, winner.when)
        there = f"{winner.pack.head.title}（{winner.item.clause}）要求{describe(winner.when)}"
        if verdict == -1:
            return f"{here}；{there}，从严执行后者。"
        if verdict is None:
            return f"{here}；{there}，两者形式不同，同时适用。"
    return ""


def _rule(library: Library, place: str, one: _Candidate, sources: tuple[Source, ...]) -> BindingRule:
    item, head = one.item, one.pack.head
    each, what = one.subject
    duty = library.catalogue.duties.get(item.duty)
    return BindingRule(
        place=place,
        pack=one.pack.id,
        pack_version=head.version,
        pack_hash=one.pack.hash if one.local_pack is None else f"{one.pack.hash}+{one.local_pack.hash}",
        obligation=item.id,
        duty=item.duty,
        duty_label=duty.label if duty else item.duty,
        title=item.title,
        clause=item.clause,
        also=item.also,
        phrase=item.phrase,
        lead=item.who.lead,
        responsible=item.who.responsible,
        responsible_local=item.who.local,
        by=item.by,
        each=each,
        kinds=(what,) if each == "facility" else (),
        level=what if each == "jurisdiction" else "",
        functions=(what,) if each == "unit" else (),
        fact=what if each == "fact" else "",
        when=dump_when(one.when),
        when_text=describe(one.when, library.catalogue.facts),
        evidence=tuple((evidence.fact, evidence.variant) for evidence in item.evidence),
        all_of=item.all_of,
        warn=warn_days(one.when, item.warn),
        review=item.review,
        supervise_after=item.ladder.supervise_after,
        local=one.local is not None,
        verify=item.verify,
        note=one.local.note if one.local else item.note,
        in_force_from=one.since,
        in_force_to=one.pack.until(item),
        sources=sources,
    )


def _merged(rules: list[BindingRule]) -> list[BindingRule]:
    """只差机构类别（或单位职能）的规则合成一条。"""
    merged: dict[tuple[Any, ...], BindingRule] = {}
    for rule in rules:
        bare = replace(rule, kinds=(), functions=())
        key = (rule.pack, rule.obligation, rule.each, rule.level, rule.fact, repr(bare))
        old = merged.get(key)
        merged[key] = (
            rule
            if old is None
            else replace(old, kinds=(*old.kinds, *rule.kinds), functions=(*old.functions, *rule.functions))
        )
    return list(merged.values())
