"""文书的查询：列表、一份、核验、当前样式。"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from yijian.access.scope import scoped
from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.documents import drafts
from yijian.documents.kinds import TYPES
from yijian.documents.models import Blob, Paper, PaperTemplate
from yijian.documents.paper_kinds import PaperKind, paper_kinds
from yijian.documents.queries import Served, store
from yijian.kernel.errors import NotFound


@dataclass(frozen=True)
class Current:
    """正在用的样式：内容与版次（0 是缺省样式）。"""

    kind: PaperKind
    content: bytes
    version: int = 0
    region: str = ""


def papers(viewer: Viewer, *, kind: str = "", state: str = "", text: str = "") -> QuerySet[Paper]:
    """看的人范围内的文书，新的在前。"""
    rows = scoped(viewer, Paper.objects.select_related("docx", "pdf"))
    if kind in paper_kinds():
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(Q(number__icontains=text.strip()) | Q(title__icontains=text.strip()))
    return rows.order_by("-issued_at", "-id")


def paper(viewer: Viewer, paper_id: int) -> Paper:
    """范围内的一份文书；不存在或在范围外都是 NotFound。"""
    require(viewer, "documents.papers")
    found = papers(viewer).filter(pk=paper_id).first()
    if found is None:
        raise NotFound("没有找到这份文书，或它不在您的管辖范围内。")
    return found


def verified(verify_code: str) -> Paper:
    """凭核验码查到的文书，任何人可查。"""
    found = Paper.objects.select_related("docx", "pdf").filter(verify_code=verify_code).first()
    if found is None:
        raise NotFound("没有这个核验码的文书，请核对后再试。")
    return found


def paper_file(found: Paper, form: str) -> Served:
    """文书的 Word 或 PDF 文件；调用者已经查过范围。"""
    blob: Blob = found.docx if form == "docx" else found.pdf
    path = store().path(blob.sha256)
    if not path.is_file() or path.stat().st_size != blob.size:
        raise NotFound("这份文书的文件已损坏或丢失，请联系系统管理员从备份恢复。")
    name = f"{found.number}{found.title}.{form}"
    return Served(path, name, TYPES[form].media_type, blob.size, blob.sha256)


def current_template(kind: PaperKind, region_path: str) -> Current:
    """某地正在用的样式：本地的，没有就逐级向上找，都没有用缺省的。"""
    steps = region_path.strip("/").split("/")
    paths = ["/".join(["", *steps[: n + 1], ""]) for n in range(len(steps))]
    rows = PaperTemplate.objects.filter(kind=kind.name, active=True, region__path__in=["/", *paths])
    own = {row.region.path: row for row in rows.select_related("region") if row.region is not None}
    if not own:
        return Current(kind, drafts.default_template(kind))
    nearest = max(own, key=len)
    found = own[nearest]
    path = store().path(found.docx_id)
    if not path.is_file():
        raise NotFound("文书样式的文件丢失，请重新上传样式。")
    return Current(kind, path.read_bytes(), found.version, str(found.region))
