"""证据与文书的表：内容与材料、文书与样式。"""

from yijian.documents.models.files import Blob, Document
from yijian.documents.models.papers import NumberCounter, Paper, PaperTemplate

__all__ = ["Blob", "Document", "NumberCounter", "Paper", "PaperTemplate"]
