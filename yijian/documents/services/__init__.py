"""证据与文书的动词。"""

from yijian.documents.services.files import (
    About,
    open_original,
    scrub,
    store_link,
    store_number,
    store_upload,
    sweep,
)
from yijian.documents.services.papers import issue_paper, upload_template, void_paper

__all__ = [
    "About",
    "issue_paper",
    "open_original",
    "scrub",
    "store_link",
    "store_number",
    "store_upload",
    "sweep",
    "upload_template",
    "void_paper",
]
