"""检查的表：三库与检查表、计划、专项行动、任务。"""

from yijian.inspections.models.bases import Checklist, ChecklistVersion, Inspector, Relation, SpotItem
from yijian.inspections.models.draw import Commitment, Draw
from yijian.inspections.models.drives import Drive, DriveRow
from yijian.inspections.models.field import (
    Answer,
    AnswerChoice,
    Device,
    Photo,
    Rating,
    SelfCheck,
    Signature,
    SyncConflict,
    SyncItem,
)
from yijian.inspections.models.plan import Plan, PlannedVisit
from yijian.inspections.models.visit import Visit, VisitInspector

__all__ = [
    "Answer",
    "AnswerChoice",
    "Checklist",
    "ChecklistVersion",
    "Commitment",
    "Device",
    "Draw",
    "Drive",
    "DriveRow",
    "Inspector",
    "Photo",
    "Plan",
    "PlannedVisit",
    "Rating",
    "Relation",
    "SelfCheck",
    "Signature",
    "SpotItem",
    "SyncConflict",
    "SyncItem",
    "Visit",
    "VisitInspector",
]
