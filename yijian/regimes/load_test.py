"""试算：一部文件（可以是草案）一年要各单位各月办多少件事，哪些期限办不到。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from yijian.kernel.workdays import Calendar
from yijian.regimes.findings import Finding
from yijian.regimes.kinds import Catalogue, EachFacility, EachFact, EachUnit, Obligation, Pack, Units
from yijian.regimes.lint import lint
from yijian.regimes.shapes import slots

IMPOSSIBLE = {"rest-day", "too-close", "stage-issue", "stage-submission", "stage-no-due", "no-due", "outside"}


@dataclass(frozen=True)
class Counts:
    """试算的规模：各类机构家数、各职能单位个数、辖区个数、预计每年发生的事件数。"""

    facilities: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=lambda: {"subdistrict": 1})
    counties: int = 1
    events: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """试算结果：months[单位职能][月份] 是该月到期的件数；undated 没有日期；impossible 办不到的期限。"""

    pack: str
    year: int
    total: int
    months: dict[str, list[int]]
    roles: dict[str, dict[str, int]]
    undated: dict[str, int]
    by_obligation: list[dict[str, Any]]
    impossible: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """可入 JSON 的字典。"""
        return {
            "pack": self.pack,
            "year": self.year,
            "total": self.total,
            "months": self.months,
            "roles": self.roles,
            "undated": self.undated,
            "by_obligation": self.by_obligation,
            "impossible": [finding.as_dict() for finding in self.impossible],
        }


def load_test(
    pack: Pack,
    catalogue: Catalogue,
    calendar: Calendar,
    counts: Counts,
    year: int,
    sources: Iterable[Path] | None = None,
) -> Load:
    """试算一年；同一件事牵头、责任、属地单位各计一件，total 按件不按单位计。"""
    months: dict[str, list[int]] = {}
    roles: dict[str, dict[str, int]] = {}
    undated: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for item in pack.obligations:
        due, loose = _tally(item, counts, year)
        _spread(item, due, loose, (months, roles, undated))
        row = {"obligation": item.id, "title": item.title, "times": sum(due), "undated": loose}
        rows.append({**row, "months": due})
    _submissions(pack, counts, year, months)
    findings = lint(pack, catalogue, calendar, sources)
    impossible = tuple(finding for finding in findings if finding.code in IMPOSSIBLE)
    total = sum(row["times"] for row in rows)
    return Load(pack.id, year, total, months, roles, undated, rows, impossible)


def subjects(item: Obligation, counts: Counts) -> int:
    """这项义务有几个对象；事件按预计每年发生数。"""
    whom = item.whom
    if isinstance(whom, EachFacility):
        return sum(counts.facilities.get(kind, 0) for kind in whom.kinds)
    if isinstance(whom, EachUnit):
        return sum(counts.units.get(function, 1) for function in whom.functions)
    if isinstance(whom, EachFact):
        return counts.events.get(whom.fact, 0)
    return sum(counts.counties if level == "county" else 1 for level in whom.levels)


def _tally(item: Obligation, counts: Counts, year: int) -> tuple[list[int], int]:
    """十二个月各到期几件，另有几件没有日期；事件在各月平摊。"""
    many = subjects(item, counts)
    months = [0] * 12
    if isinstance(item.whom, EachFact):
        base, rest = divmod(many, 12)
        return [base + (month < rest) for month in range(12)], 0
    loose = 0
    for slot in slots(item.when, date(year, 1, 1), date(year, 12, 31), date(year, 1, 1)):
        if slot.due_on is None:
            loose += many
        elif slot.due_on.year == year and slot.cap is None:
            months[slot.due_on.month - 1] += many * slot.needed
    return months, loose


def _spread(
    item: Obligation,
    due: list[int],
    loose: int,
    into: tuple[dict[str, list[int]], dict[str, dict[str, int]], dict[str, int]],
) -> None:
    months, roles, undated = into
    who = item.who if item.by == "unit" else Units(responsible=("facility",), local=item.who.all)
    for function in who.all:
        column = months.setdefault(function, [0] * 12)
        months[function] = [a + b for a, b in zip(column, due, strict=True)]
        undated[function] = undated.get(function, 0) + loose
        role = "lead" if function in who.lead else "responsible" if function in who.responsible else "local"
        tally = roles.setdefault(function, {"lead": 0, "responsible": 0, "local": 0})
        tally[role] += sum(due) + loose


def _submissions(pack: Pack, counts: Counts, year: int, months: dict[str, list[int]]) -> None:
    for submission in pack.campaign.submissions if pack.campaign else ():
        if submission.due_on and submission.due_on.year == year:
            column = months.setdefault(submission.by, [0] * 12)
            column[submission.due_on.month - 1] += counts.units.get(submission.by, 1)
