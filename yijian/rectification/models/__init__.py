"""隐患整改的表：问题、整改、验收；延期、下一步、一院一案、挂牌；告知移送；照片指纹。"""

from yijian.rectification.models.decisions import CasePlan, DeadlineDraft, Extension, Listing, ListingNote
from yijian.rectification.models.handover import Handover, HandoverReturn
from yijian.rectification.models.photos import PhotoBand, PhotoFlag, PhotoPrint
from yijian.rectification.models.problem import Acceptance, Problem, Rectification

__all__ = [
    "Acceptance",
    "CasePlan",
    "DeadlineDraft",
    "Extension",
    "Handover",
    "HandoverReturn",
    "Listing",
    "ListingNote",
    "PhotoBand",
    "PhotoFlag",
    "PhotoPrint",
    "Problem",
    "Rectification",
]
