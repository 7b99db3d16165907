"""导出，并留下审计。"""

import hashlib
import io
from collections.abc import Iterable, Sequence

from django.db import transaction

from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.kernel import clock
from yijian.sheets.columns import Column
from yijian.sheets.writing import write_xlsx


def export(
    *, title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], note: str = "", by: Viewer
) -> bytes:
    """导出 Excel 并留下审计：标题、制表单位和时间、冻结表头；号码为文本。"""
    out = io.BytesIO()
    unit = by.unit_name or by.name
    total = write_xlsx(out, title=title, columns=columns, rows=rows, unit=unit, at=clock.now(), note=note)
    content = out.getvalue()
    with transaction.atomic():
        digest = hashlib.sha256(content).hexdigest()
        record("sheets.exported", by=by, data={"title": title, "rows": total, "sha256": digest})
    return content
