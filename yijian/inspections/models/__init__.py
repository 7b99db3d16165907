"""检查的表：三库与检查表、计划、任务。"""

from yijian.inspections.models.bases import Checklist, ChecklistVersion, Inspector, Relation, SpotItem
from yijian.inspections.models.draw import Commitment, Draw
from yijian.inspections.models.plan import Plan, PlannedVisit
from yijian.inspections.models.visit import Visit, VisitInspector

__all__ = [
    "Checklist",
    "ChecklistVersion",
    "Commitment",
    "Draw",
    "Inspector",
    "Plan",
    "PlannedVisit",
    "Relation",
    "SpotItem",
    "Visit",
    "VisitInspector",
]
