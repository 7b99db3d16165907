"""检查制度包：有任务没职责、有职责没任务、没有证据、期限不可行、条款没交代、原文对不上。"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from yijian.kernel.workdays import Calendar
from yijian.regimes.findings import Finding, Level
from yijian.regimes.kinds import Catalogue, Pack, Submission, squeeze
from yijian.regimes.source import find_source, locate, read_text, sha256_of
from yijian.regimes.whens import By, EveryYearBy, Promptly

CLOSE_WORKDAYS = 5
_WEEKDAYS = "一二三四五六日"
_DIGITS = {mark: number for number, mark in enumerate("零一二三四五六七八九")}
Pieces = Iterator[tuple[str, Level, str, str]]


def lint(
    pack: Pack, catalogue: Catalogue, calendar: Calendar, sources: Iterable[Path] | None = None
) -> list[Finding]:
    """一个包的全部检查结果，先重后轻。"""
    found: list[Finding] = []
    for pieces in (
        _text(pack, sources),
        _units(pack, catalogue),
        _evidence(pack),
        _dates(pack, calendar),
        _campaign(pack, calendar),
        _accounted(pack),
        _unnumbered(pack, catalogue),
        _marks(pack),
    ):
        found += [Finding(code, level, pack.id, where, message) for code, level, where, message in pieces]
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda finding: order[finding.level])


def _text(pack: Pack, sources: Iterable[Path] | None) -> Pieces:
    """原文：摘要、anchor、phrase。"""
    if not pack.head.texts_at_hand or pack.head.status == "local":
        return
    path = find_source(pack, sources)
    if path is None:
        why = f"手头没有原文 {pack.head.source_file}，未逐字核对；可用 regime attach-source 挂接"
        yield "text-missing", "info", "pack.yaml", why
        return
    if sha256_of(path) != pack.head.text_sha256:
        yield "text-changed", "error", "pack.yaml", f"原文 {path.name} 的摘要与 text_sha256 不一致"
        return
    found = locate(pack, read_text(path))
    for ref in found.missing:
        yield "anchor", "error", ref, "按文件顺序在原文里找不到 anchor"
    phrases = [(f"obligations/{o.id}.yaml", o.clause, o.phrase) for o in pack.obligations]
    if pack.campaign:
        phrases += [(f"campaign.yaml {s.id}", s.clause, s.phrase) for s in pack.campaign.submissions]
    for where, ref, phrase in phrases:
        text = found.clause(ref)
        if phrase and text is not None and squeeze(phrase) not in text:
            elsewhere = "，但在文件别处有" if squeeze(phrase) in found.text.tight else ""
            yield "phrase", "error", where, f"“{phrase}”不在“{ref}”的原文里{elsewhere}"


def _units(pack: Pack, catalogue: Catalogue) -> Pieces:
    """任务清单与职责分工互相对照；没有附职责的文件不比。"""
    duties = {function for body in pack.bodies for function in (body.function, *body.also)}
    tasks = pack.of_kind("task") if any(clause.units for clause in pack.of_kind("task")) else ()
    given = {function for clause in tasks if clause.units for function in clause.units.all}
    if not pack.of_kind("duty") or not tasks:
        return
    for function in sorted(given - duties):
        refs = "、".join(c.ref for c in tasks if c.units and function in c.units.all)
        label = catalogue.functions.get(function, function)
        yield "task-without-duty", "warning", function, f"{label}有任务（{refs}）却没有职责段落"
    for function in sorted(duties - given):
        label = catalogue.functions.get(function, function)
        refs = "、".join(b.clause or "bodies.yaml" for b in pack.bodies if function in (b.function, *b.also))
        yield "duty-without-task", "warning", function, f"{label}有职责（{refs}）却没有一项任务"


def _evidence(pack: Pack) -> Pieces:
    for item in pack.obligations:
        if not item.evidence:
            yield "no-evidence", "warning", f"obligations/{item.id}.yaml", "没有写哪种事实可以证明履行"


# ── 日期 ──────────────────────────────────────────────────────────────


def _dates(pack: Pack, calendar: Calendar) -> Pieces:
    for item in pack.obligations:
        where = f"obligations/{item.id}.yaml"
        if isinstance(item.when, By):
            yield from _rest_day(item.when.by, item.title, where, calendar)
            yield from _too_close(pack, item.when.by, item.title, where, calendar)
        elif isinstance(item.when, EveryYearBy) and pack.head.issued_on:
            day = _first_yearly(item.when.every_year_by, pack.head.issued_on)
            yield from _rest_day(day, item.title, where, calendar)
    if pack.campaign:
        for submission in pack.campaign.submissions:
            where = f"campaign.yaml {submission.id}"
            if submission.due_on:
                yield from _rest_day(submission.due_on, submission.title, where, calendar)
                yield from _too_close(pack, submission.due_on, submission.title, where, calendar)


def _first_yearly(month_day: str, issued: date) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    year = issued.year if (month, day) >= (issued.month, issued.day) else issued.year + 1
    return date(year, month, min(day, 28)) if month == 2 else date(year, month, day)


def _said(day: date) -> str:
    return f"{day}（星期{_WEEKDAYS[day.weekday()]}）"


def _rest_day(day: date, title: str, where: str, calendar: Calendar) -> Pieces:
    """期限落在休息日；月底、年底只作提示，写明某日的才是警告。"""
    if not calendar.is_workday(day):
        name = calendar.name_of(day) or "休息日"
        level: Level = "info" if (day + timedelta(days=1)).day == 1 else "warning"
        yield "rest-day", level, where, f"“{title}”的期限 {_said(day)} 是{name}，不上班"


def _too_close(pack: Pack, day: date, title: str, where: str, calendar: Calendar) -> Pieces:
    issued = pack.head.issued_on
    if issued is None:
        return
    left = calendar.workdays_between(issued, day)
    if left <= CLOSE_WORKDAYS:
        gap = (day - issued).days
        said = f"{_said(issued)}印发，期限 {_said(day)}，相隔 {gap} 天、{max(left, 0)} 个工作日"
        yield "too-close", "warning", where, f"“{title}”离印发太近，几乎不可能办到：{said}"


def _campaign(pack: Pack, calendar: Calendar) -> Pieces:
    """阶段与报送日期互相对照。"""
    campaign = pack.campaign
    if campaign is None:
        return
    for stage in campaign.stages:
        if pack.head.issued_on == stage.starts_on:
            why = f"印发当天（{_said(stage.starts_on)}）就是“{stage.title}”的开始日，没有准备时间"
            yield "stage-issue", "warning", stage.ref, why
        first, last = stage.starts_on, stage.ends_on
        inside = [s for s in campaign.submissions if s.due_on and first <= s.due_on <= last]
        if not inside:
            yield "stage-no-due", "warning", stage.ref, f"“{stage.title}”没有任何一份材料写明报送日期"
        for submission in inside:
            yield from _before_end(submission, stage.title, stage.ends_on)
    for submission in campaign.submissions:
        where = f"campaign.yaml {submission.id}"
        if submission.due_on is None:
            yield "no-due", "warning", where, f"“{submission.title}”没有写报送日期"
        elif not campaign.starts_on <= submission.due_on <= campaign.ends_on:
            yield "outside", "warning", where, f"“{submission.title}”的报送日期不在活动期间"


def _before_end(submission: Submission, stage: str, ends_on: date) -> Pieces:
    if submission.due_on and submission.due_on < ends_on:
        early = (ends_on - submission.due_on).days
        said = f"“{submission.title}”{_said(submission.due_on)}前就要报"
        why = f"{said}，比“{stage}”结束（{ends_on}）早 {early} 天"
        yield "stage-submission", "warning", f"campaign.yaml {submission.id}", why


# ── 条款交代 ──────────────────────────────────────────────────────────


def _accounted(pack: Pack) -> Pieces:
    """每一条都有下文：说是建了的，真有义务、职责、指标或活动引用它；编号没有缺号。"""
    used = {ref for item in pack.obligations for ref in (item.clause, *item.also)}
    used |= {body.clause for body in pack.bodies if body.clause} | {item.ref for item in pack.indicators}
    if pack.indicators or pack.campaign:
        used |= {clause.ref for clause in pack.clauses if clause.kind in {"form", "note"}}
    if pack.campaign:
        used |= {stage.ref for stage in pack.campaign.stages}
        used |= {submission.clause for submission in pack.campaign.submissions}
        contacts = pack.campaign.contacts
        used |= {ref for ref in (contacts.clause, contacts.form) if ref} if contacts else set()
    for clause in pack.clauses:
        if clause.status == "modelled" and clause.ref not in used:
            yield "unaccounted", "error", clause.ref, "说是已建模，却没有义务、职责、指标或活动引用它"
        if clause.status != "modelled" and clause.ref in {item.clause for item in pack.obligations}:
            yield "status", "warning", clause.ref, "有义务出自这一条，status 却不是 modelled"
    for kind in ("article", "task", "duty", "stage", "requirement"):
        yield from _gaps([clause.ref for clause in pack.clauses if clause.kind == kind])


def _gaps(refs: list[str]) -> Pieces:
    numbers = [number for ref in refs if (number := ordinal(ref)) is not None]
    if len(numbers) == len(refs):
        for missing in sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers)):
            yield "gap", "error", refs[0], f"编号缺第 {missing} 号"


def ordinal(ref: str) -> int | None:
    """条款编号里的序数：任务31 → 31，重点任务十 → 10，十八 → 18；没有为空。"""
    found = re.search(r"(\d+|[一二三四五六七八九十]+)$", ref)
    if not found:
        return None
    text = found.group(1)
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _unnumbered(pack: Pack, catalogue: Catalogue) -> Pieces:
    for item in pack.obligations:
        if isinstance(item.when, Promptly):
            of = catalogue.facts.get(item.when.of or "")
            said = f"{of.label}后{item.when.promptly}" if of else item.when.promptly
            why = f"“{item.title}”只写“{said}”，没有数字；可在本地包里定一个"
            yield "no-number", "info", f"obligations/{item.id}.yaml", why


def _marks(pack: Pack) -> Pieces:
    waiting = [item.id for item in pack.obligations if item.verify == "M"]
    if waiting:
        yield "verify", "info", "pack.yaml", f"{len(waiting)} 项义务待对照原文核实：{'、'.join(waiting)}"
