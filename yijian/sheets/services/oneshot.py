"""命令行的导入：一次做完，批次和数据在同一事务。"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.kernel import clock
from yijian.sheets.importing import Options, Problem
from yijian.sheets.models import ImportBatch
from yijian.sheets.services.batches import fill, noted
from yijian.sheets.services.examining import Upload, examine


@dataclass(frozen=True)
class ImportReport:
    """导入的结果。already 为真表示同一文件以前已经导入，这次没有重复写入。"""

    batch_id: str
    kind: str
    title: str
    filename: str
    state: str
    rows: int
    written: dict[str, int]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    already: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """给命令行 --json 的样子。"""
        return {
            "batch": self.batch_id,
            "kind": self.kind,
            "title": self.title,
            "filename": self.filename,
            "state": self.state,
            "already": self.already,
            "rows": self.rows,
            "written": self.written,
            "columns": self.headers,
            "notes": list(self.notes),
            "problems": [problem._asdict() for problem in self.problems],
        }


def run_import(
    *,
    kind: str,
    content: bytes,
    filename: str,
    mapping: Mapping[str, int] | None = None,
    options: Options | None = None,
    sheet: str | None = None,
    again: bool = False,
    commit: bool = False,
    by: Viewer,
) -> ImportReport:
    """导入（命令行用）：与页面同一套核对。commit 为真且没有错误时，批次和数据在同一事务写入。

    任何时刻被杀，要么全部写入，要么什么也没有；再跑一次，已导入的报告 already，不重复写。
    """
    require(by, "sheets.import")
    upload = examine(
        kind=kind,
        content=content,
        filename=filename,
        mapping=mapping,
        options=options,
        sheet=sheet,
        again=again,
        by=by,
    )
    done = ImportBatch.objects.filter(key=upload.key, state="committed").first()
    if done is not None:
        return _report(upload, done, already=True)
    if upload.problems or not commit:
        return _report(upload, None)
    try:
        return _report(upload, _import(upload=upload, by=by))
    except IntegrityError:
        done = ImportBatch.objects.filter(key=upload.key, state="committed").first()
        if done is None:
            raise
        return _report(upload, done, already=True)


@verb("sheets.import")
def _import(*, upload: Upload, by: Viewer) -> ImportBatch:
    """导入：批次和数据一次写入。"""
    batch = fill(ImportBatch(), upload, by)
    batch.state, batch.committed_at = "committed", clock.now()
    batch.save(force_insert=True)
    batch.written = dict(upload.spec.write(rows=upload.rows, options=upload.options, by=by))
    batch.save(update_fields=["written"])
    noted("sheets.committed", batch, upload.spec, by, written=batch.written, repeated=False)
    return batch


def _report(upload: Upload, batch: ImportBatch | None, already: bool = False) -> ImportReport:
    return ImportReport(
        batch_id=str(batch.pk) if batch else "",
        kind=upload.spec.kind,
        title=upload.spec.title,
        filename=upload.filename,
        state=batch.state if batch else "examined",
        rows=len(upload.rows),
        written=dict(batch.written) if batch else {},
        problems=() if already else tuple(upload.problems),
        notes=upload.notes,
        already=already,
        headers={name: upload.table.headers[index] for name, index in upload.places.items()},
    )
