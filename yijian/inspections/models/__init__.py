"""检查的表：三库与检查表、计划、专项行动、任务。"""

from yijian.inspections.models.bases import Checklist, ChecklistVersion, Inspector, Relation, SpotItem
from yijian.inspections.models.drives import Drive, DriveRow
from yijian.inspections.models.plan import Plan, PlannedVisit
from yijian.inspections.models.visit import Visit, VisitInspector

__all__ = [
    "Checklist",
    "ChecklistVersion",
    "Drive",
    "DriveRow",
    "Inspector",
    "Plan",
    "PlannedVisit",
    "Relation",
    "SpotItem",
    "Visit",
    "VisitInspector",
]
