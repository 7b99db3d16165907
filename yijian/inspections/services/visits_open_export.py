"""导出检查任务与工作量。"""

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.inspections import kinds
from yijian.inspections.models import Visit
from yijian.inspections.queries.tasks import TaskFilter, visits, workload
from yijian.people.kinds import FUNCTIONS
from yijian.sheets.columns import Column
from yijian.sheets.services import export

TASKS = (
    Column("state", "状态", width=10),
    Column("kind", "类型", width=12),
    Column("facility", "机构", width=34),
    Column("region", "街道（乡镇）", width=18),
    Column("window_from", "最早", width=12),
    Column("window_to", "最晚", width=12),
    Column("lead", "牵头单位", width=26),
    Column("functions", "参加单位", width=36),
    Column("crew", "检查人员", width=24),
    Column("basis", "依据", width=40),
    Column("reason", "计划外的理由", width=40),
    Column("uid", "任务号", width=38, code=True),
)


def export_visits(*, where: TaskFilter, by: Viewer) -> bytes:
    """导出筛选后的检查任务。"""
    require(by, "inspections.view")
    return export(title="检查任务", columns=TASKS, rows=(line(v) for v in visits(by, where)), by=by)


def line(visit: Visit) -> list[object]:
    functions = "、".join(FUNCTIONS.get(f, f) for f in visit.functions)
    crew = "、".join(m.inspector.name for m in visit.inspectors.all())
    state, kind = kinds.VISIT.label(visit.state), kinds.TYPES[visit.kind]
    home = visit.facility
    return [
        state, kind, home.name, home.region.name, visit.window_from, visit.window_to, visit.lead_unit.name,
        functions, crew, visit.basis, visit.reason, visit.uid,
    ]  # fmt: skip


def export_workload(*, year: int, by: Viewer) -> bytes:
    """导出各检查人员各月的任务数。"""
    require(by, "inspections.view")
    months = [Column(f"m{m}", f"{m}月", width=6) for m in range(1, 13)]
    columns = (Column("name", "姓名"), Column("unit", "单位", width=30), *months, Column("total", "全年"))
    rows = ([w.inspector.name, w.inspector.unit.name, *w.months, w.total] for w in workload(by, year))
    return export(title=f"{year}年检查工作量", columns=columns, rows=rows, by=by)
