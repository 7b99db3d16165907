"""材料的查询：列表、一份材料、供下载的文件和响应头。"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils.http import content_disposition_header

from yijian.access.scope import scoped
from yijian.access.verbs import require
from yijian.access.viewer import Viewer
from yijian.documents.models import Blob, Document
from yijian.documents.store import Store
from yijian.kernel.errors import NotFound


@dataclass(frozen=True)
class Served:
    """要送出的文件：位置、响应头（一律作附件、不许嗅探、隔离沙箱）、缓存标识。"""

    path: Path
    filename: str
    media_type: str
    size: int
    etag: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.media_type,
            "Content-Length": str(self.size),
            "Content-Disposition": content_disposition_header(True, self.filename) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=3600, immutable",
            "ETag": f'"{self.etag}"',
        }


def store() -> Store:
    """内容库，在 MEDIA_ROOT 下。"""
    return Store(Path(settings.MEDIA_ROOT))


def documents(viewer: Viewer) -> QuerySet[Document]:
    """看的人范围内的材料，新的在前。"""
    return scoped(viewer, Document.objects.select_related("blob", "display"))


def document(viewer: Viewer, document_id: int) -> Document:
    """范围内的一份材料；不存在或在范围外都是 NotFound。"""
    require(viewer, "documents.view")
    found = documents(viewer).filter(pk=document_id).first()
    if found is None:
        raise NotFound("没有找到这份材料，或它不在您的管辖范围内。")
    return found


def serve(viewer: Viewer, document_id: int) -> Served:
    """送出一份材料：照片给显示图，其他给原文件；链接和文号没有文件，报 NotFound。"""
    return served(document(viewer, document_id))


def served(found: Document, *, original: bool = False) -> Served:
    """一份材料的文件；调用者已经查过范围。文件缺失或大小不对报 NotFound。"""
    blob = found.blob if original else found.display or found.blob
    if blob is None:
        raise NotFound("这份材料没有文件，只有网址或文号。")
    path = store().path(blob.sha256)
    if not path.is_file() or path.stat().st_size != blob.size:
        raise NotFound("这份材料的文件已损坏或丢失，请联系系统管理员从备份恢复。")
    name = found.filename
    if not original and found.display is not None:
        extension = "png" if blob.media_type == "image/png" else "jpg"
        name = f"{name.rpartition('.')[0]}.{extension}"
    media_type = "text/plain; charset=utf-8" if blob.media_type == "text/plain" else blob.media_type
    return Served(path, name, media_type, blob.size, blob.sha256)


def damaged(viewer: Viewer) -> QuerySet[Blob]:
    """核验发现损坏或缺失的内容，供系统管理员恢复。"""
    require(viewer, "worker.view")
    return Blob.objects.exclude(state="ok").order_by("sha256")
