"""导出年度计划与下限证明。"""

from collections.abc import Iterator, Sequence

from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.inspections.models import Plan
from yijian.inspections.queries.plan import PlanFilter, duties_of, proven, visit_rows
from yijian.people.kinds import FUNCTIONS
from yijian.sheets.columns import Column
from yijian.sheets.services import export

PLAN_COLUMNS = (
    Column("month", "月份", width=8),
    Column("facility", "检查对象", width=34),
    Column("region", "街道（乡镇）", width=18),
    Column("functions", "检查单位", width=40),
    Column("how", "产生方式", width=14),
    Column("duties", "一并完成的检查", width=60),
)
PROOF_COLUMNS = (
    Column("clause", "条款", width=14),
    Column("title", "义务", width=36),
    Column("facility", "机构或辖区", width=34),
    Column("label", "时段", width=16),
    Column("functions", "须到场的单位", width=36),
    Column("times", "至少次数", width=10),
    Column("months", "计划里满足它的月份", width=20),
    Column("holds", "是否成立", width=10),
)


def export_plan(*, plan: Plan, by: Viewer) -> bytes:
    """导出计划：可直接用来公布。"""
    require(by, "inspections.view")
    return export(title=f"{plan}", columns=PLAN_COLUMNS, rows=plan_rows(plan), by=by)


def plan_rows(plan: Plan) -> Iterator[list[object]]:
    rows = visit_rows(plan, PlanFilter())
    for one in rows:
        one.plan = plan
    duties = duties_of(rows)
    for v in rows:
        yield [
            f"{v.month}月",
            v.facility.name if v.facility else f"待抽取（{v.stratum}）",
            v.facility.region.name if v.facility else "",
            words(v.functions),
            "双随机抽取" if v.random else "全覆盖",
            "；".join(duties[v.pk]),
        ]


def export_proof(*, plan: Plan, by: Viewer) -> bytes:
    """导出证明表：每条下限由哪几次上门满足。"""
    require(by, "inspections.view")
    note = "由计划里的各次上门逐条核对得出，与怎样排出来的无关。"
    return export(title=f"{plan}下限证明", columns=PROOF_COLUMNS, rows=proof_rows(plan), note=note, by=by)


def proof_rows(plan: Plan) -> Iterator[list[object]]:
    for line in proven(plan):
        floor = line.floor
        months = "、".join(f"{v.month}月" for v in line.visits)
        yield [
            floor.clause, floor.title, line.name, floor.label, words(floor.functions), floor.times, months,
            "成立" if line.holds else "不成立",
        ]  # fmt: skip


def words(functions: Sequence[str]) -> str:
    return "、".join(FUNCTIONS.get(f, f) for f in functions)
