"""报送情况表：报送材料 × 乡镇（街道），每格一盏灯、一张回执；可回到过去任何一天。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.appraisal.queries.campaigns import Running, reporting, rules_of
from yijian.appraisal.rules.contact import receipt_number
from yijian.ledger import kinds as lights
from yijian.ledger.models import Discharge, Obligation
from yijian.ledger.queries.scope import visible
from yijian.ledger.queries.status import AsOf, with_status
from yijian.regimes.kinds import Submission

SUBMITTED = (lights.DONE, lights.DONE_LATE)
SHOW: dict[str, str] = {"": "全部", "overdue": "只看逾期未报", "late": "只看迟报", "waiting": "只看还没报的"}


@dataclass(frozen=True)
class Cell:
    """一格：灯、回执、能不能点开。"""

    obligation_id: int
    status: str
    due_on: date | None
    finished_on: date | None
    days_left: int | None
    receipt: str
    fact_id: int | None
    may_submit: bool
    may_open: bool

    @property
    def submitted(self) -> bool:
        return self.status in SUBMITTED

    @property
    def missed_today(self) -> bool:
        """到期日当天回看，直到二十四时也没有报。"""
        return self.status == lights.OVERDUE and self.days_left == 0

    @property
    def late_days(self) -> int:
        """迟报了几天。"""
        if self.status != lights.DONE_LATE or not (self.due_on and self.finished_on):
            return 0
        return max(0, (self.finished_on - self.due_on).days)


@dataclass(frozen=True)
class Line:
    """一个乡镇（街道）。"""

    subject: str
    name: str
    region: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Column:
    """一份材料，连同各状态几家。"""

    submission: Submission
    counts: dict[str, int]

    @property
    def submitted(self) -> int:
        return sum(self.counts.get(s, 0) for s in SUBMITTED)

    @property
    def late(self) -> int:
        return self.counts.get(lights.DONE_LATE, 0)

    @property
    def overdue(self) -> int:
        return self.counts.get(lights.OVERDUE, 0)

    @property
    def total(self) -> int:
        """应报：认定不适用的不算。"""
        return sum(n for s, n in self.counts.items() if s != lights.NOT_APPLICABLE)

    @property
    def waiting(self) -> int:
        """未报而还没到期。"""
        return self.total - self.submitted - self.overdue


@dataclass(frozen=True)
class Board:
    """整张表；lines 是筛选后的，columns 的数是全部的。"""

    as_of: AsOf
    columns: list[Column]
    lines: list[Line]
    everyone: int

    def summed(self, name: str) -> int:
        return sum(getattr(c, name) for c in self.columns)

    @property
    def submitted(self) -> int:
        return self.summed("submitted")

    @property
    def overdue(self) -> int:
        return self.summed("overdue")

    @property
    def late(self) -> int:
        return self.summed("late")

    @property
    def waiting(self) -> int:
        return self.summed("waiting")

    @property
    def total(self) -> int:
        return self.summed("total")


def board(viewer: Viewer, found: Running, as_of: AsOf, show: str = "") -> Board:
    """一项活动的报送情况，按看的人的辖区。"""
    refs = rules_of(found)
    rows = duties(viewer, list(refs), as_of)
    ids = [row["id"] for row in rows]
    facts = receipts(ids, as_of)
    opened = set(visible(viewer).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    mine = frozenset() if as_of.past else reporting(viewer)
    grouped: dict[str, dict[str, Cell]] = {}
    heads: dict[str, tuple[str, str]] = {}
    for row in rows:
        own = row["unit_id"] in mine and row["status"] != lights.NOT_APPLICABLE
        cell = to_cell(row, facts.get(row["id"]), own, row["id"] in opened, as_of.day)
        grouped.setdefault(row["subject"], {})[refs[row["rule_id"]]] = cell
        heads[row["subject"]] = name_of(row)
    wanted = found.campaign.submissions
    lines = [Line(key, *heads[key], [cells.get(s.id) for s in wanted]) for key, cells in grouped.items()]
    columns = [Column(s, count(cells.get(s.id) for cells in grouped.values())) for s in wanted]
    return Board(as_of, columns, [line for line in lines if kept(line, show)], len(lines))


def duties(viewer: Viewer, rule_ids: list[int], as_of: AsOf) -> list[dict[str, Any]]:
    """这些规则在看的人辖区里的义务，按区划。"""
    rows = scoped(viewer, Obligation.objects.filter(rule_id__in=rule_ids))
    if not as_of.past:
        rows = rows.filter(void_at__isnull=True)
    found = with_status(rows, as_of).order_by("region_path", "subject", "rule_id")
    columns = (
        "id", "rule_id", "subject", "unit_id", "unit__name", "unit__region__name", "unit__region__level",
        "facility__name", "region__name", "due_on", "status", "finished_on",
    )  # fmt: skip
    return list(found.values(*columns))


def receipts(ids: list[int], as_of: AsOf) -> dict[int, tuple[int, date]]:
    """义务 →（记录编号，报送日）：到那一天为止有效的最近一次报送。"""
    live = Q(retracted_at__isnull=True)
    rows = Discharge.objects.filter(obligation_id__in=ids, occurred_on__lte=as_of.day)
    if as_of.known and as_of.past:
        rows = rows.filter(known_at__lt=as_of.moment)
        live |= Q(retracted_at__gte=as_of.moment)
    found = rows.filter(live).order_by("occurred_at", "fact_id")
    return {
        duty: (fact, day) for duty, fact, day in found.values_list("obligation_id", "fact_id", "occurred_on")
    }


def to_cell(
    row: Mapping[str, Any], fact: tuple[int, date] | None, own: bool, opened: bool, day: date
) -> Cell:
    due, status = row["due_on"], row["status"]
    closed = status in SUBMITTED or status == lights.NOT_APPLICABLE
    return Cell(
        obligation_id=row["id"],
        status=status,
        due_on=due,
        finished_on=row["finished_on"],
        days_left=None if closed or due is None else (due - day).days,
        receipt=receipt_number(*fact) if fact else "",
        fact_id=fact[0] if fact else None,
        may_submit=own,
        may_open=opened,
    )


def name_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """（单位名称，乡镇（街道）名称）。"""
    name = row["unit__name"] or row["facility__name"] or row["region__name"] or ""
    town = row["unit__region__name"] if row["unit__region__level"] == "town" else row["region__name"]
    return name, town or name


def count(cells: Iterable[Cell | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells:
        if cell is not None:
            counts[cell.status] = counts.get(cell.status, 0) + 1
    return counts


def kept(line: Line, show: str) -> bool:
    """筛选：任一格符合即留下这一行。"""
    cells = [cell for cell in line.cells if cell is not None]
    if show == "overdue":
        return any(cell.status == lights.OVERDUE for cell in cells)
    if show == "late":
        return any(cell.status == lights.DONE_LATE for cell in cells)
    if show == "waiting":
        return any(not cell.submitted and cell.status != lights.NOT_APPLICABLE for cell in cells)
    return True
