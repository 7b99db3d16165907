"""导入批次的动词：上传待确认、改对应、确认、放弃、清除过期。"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.sheets import queries
from yijian.sheets.importing import ImportKind, Options, spec_of
from yijian.sheets.kinds import KEPT_DAYS, KEPT_PROBLEMS, SAMPLE_ROWS, STATES
from yijian.sheets.models import ColumnMapping, ImportBatch, ImportFile
from yijian.sheets.services.examining import Upload, examine
from yijian.sheets.writing import plain


def stage(
    *,
    kind: str,
    content: bytes,
    filename: str,
    mapping: Mapping[str, int] | None = None,
    options: Options | None = None,
    sheet: str | None = None,
    again: bool = False,
    by: Viewer,
) -> ImportBatch:
    """上传待确认：核对后存为批次，供预览。同一文件已导入过，返回那一批（state 为 committed）。

    mapping 是 {列名: 文件列序号}，不给就按表头和记住的对应；again 为真表示有意再导入一次。
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
        return done
    return _stage(upload=upload, remember=mapping is not None, by=by)


def remap(*, batch_id: UUID | str, mapping: Mapping[str, int], by: Viewer) -> ImportBatch:
    """改对应关系：按新的对应重新核对待确认的批次，记住这个对应；得到的批次编号可能不同。"""
    batch = queries.batch(by, batch_id)
    file = ImportFile.objects.filter(batch=batch).first()
    if batch.state != "staged" or file is None:
        raise Refused("这次导入已经办结或过期，请重新上传文件。")
    fresh = stage(
        kind=batch.kind,
        content=bytes(file.content),
        filename=batch.filename,
        mapping=mapping,
        options=batch.options,
        sheet=batch.sheet or None,
        by=by,
    )
    if fresh.pk != batch.pk:
        discard(batch=batch, by=by)
    return fresh


@verb("sheets.import")
def _stage(*, upload: Upload, remember: bool, by: Viewer) -> ImportBatch:
    """上传待确认。同一人重复上传同一文件，沿用原来的批次。"""
    mine = ImportBatch.objects.filter(key=upload.key, state="staged")
    mine = mine.filter(account=None) if by.account_id is None else mine.filter(account_id=by.account_id)
    batch = mine.first()
    batch = fill(batch or ImportBatch(), upload, by)
    batch.save()
    ImportFile.objects.update_or_create(
        batch=batch,
        defaults={"content": upload.content, "problems": [list(p) for p in upload.problems[:KEPT_PROBLEMS]]},
    )
    if remember:
        ColumnMapping.objects.update_or_create(
            kind=upload.spec.kind,
            signature=upload.table.signature,
            defaults={"places": upload.places, "updated_at": clock.now()},
        )
    noted("sheets.staged", batch, upload.spec, by, faults=batch.faults)
    return batch


def commit(*, batch_id: UUID | str, by: Viewer) -> ImportBatch:
    """确认导入：重新核对后一次写入，全有或全无。重复点击只写一次，第二次得到同一结果。

    有错误、批次已放弃、原文件已过期报 Refused，此时什么也没有写。
    """
    require(by, "sheets.import")
    batch = queries.batch(by, batch_id)
    if batch.state == "committed":
        return batch
    STATES.next(batch.state, "commit")
    file = ImportFile.objects.filter(batch=batch).first()
    if file is None:
        raise Refused("原文件已经过期清除，请重新上传。")
    upload = examine(
        kind=batch.kind,
        content=bytes(file.content),
        filename=batch.filename,
        mapping=batch.places,
        options=batch.options,
        sheet=batch.sheet or None,
        by=by,
    )
    _refuse(upload)
    return _commit(batch=batch, upload=upload, by=by)


def _refuse(upload: Upload) -> None:
    if upload.problems:
        first = upload.problems[0]
        where = f"第 {first.row} 行：" if first.row else ""
        raise Refused(
            f"还有 {len(upload.problems)} 处错误，一行也没有导入。{where}{first.message}"
            "请下载错误文件，改好后重新上传。"
        )


@verb("sheets.import")
def _commit(*, batch: ImportBatch, upload: Upload, by: Viewer) -> ImportBatch:
    """确认导入：先占住批次（条件更新），再写入，同一事务。"""
    taken = ImportBatch.objects.filter(pk=batch.pk, state="staged")
    try:
        with transaction.atomic():
            won = taken.update(state="committed", committed_at=clock.now(), faults=0)
    except IntegrityError as error:
        raise Refused("同一文件刚刚已由另一次操作导入，没有重复写入。") from error
    batch.refresh_from_db()
    if not won and batch.state != "committed":
        STATES.next(batch.state, "commit")
    if won:
        batch.written = dict(upload.spec.write(rows=upload.rows, options=upload.options, by=by))
        batch.save(update_fields=["written"])
        ImportFile.objects.filter(batch=batch).delete()
    noted("sheets.committed", batch, upload.spec, by, written=batch.written, repeated=not won)
    return batch


@verb("sheets.import", on="batch")
def discard(*, batch: ImportBatch, by: Viewer) -> ImportBatch:
    """放弃导入：删去原文件；已导入的不能放弃。"""
    won = ImportBatch.objects.filter(pk=batch.pk, state__in=STATES.sources("discard")).update(
        state="discarded"
    )
    batch.refresh_from_db()
    if not won:
        STATES.next(batch.state, "discard")
    ImportFile.objects.filter(batch=batch).delete()
    noted("sheets.discarded", batch, spec_of(batch.kind), by)
    return batch


def prune(*, by: Viewer) -> int:
    """清除三十天前上传而未确认的导入文件；批次记录保留，状态变为已放弃。"""
    old = ImportBatch.objects.filter(state="staged", created_at__lt=clock.now() - timedelta(days=KEPT_DAYS))
    with transaction.atomic():
        expired = list(old.values_list("pk", flat=True))
        if expired:
            ImportBatch.objects.filter(pk__in=expired, state="staged").update(state="discarded")
            ImportFile.objects.filter(batch_id__in=expired).delete()
            record("sheets.pruned", by=by, data={"count": len(expired)})
    return len(expired)


def fill(batch: ImportBatch, upload: Upload, by: Viewer) -> ImportBatch:
    table = upload.table
    batch.kind, batch.filename = upload.spec.kind, upload.filename
    batch.sha256, batch.key = hashlib.sha256(upload.content).hexdigest(), upload.key
    batch.sheet, batch.headers, batch.places = table.sheet[:60], list(table.headers), upload.places
    batch.options, batch.notes = upload.options, list(upload.notes)
    batch.sample = [
        [number, *(plain(cell)[:60] for cell in row)]
        for (number, row), _ in zip(table.numbered(), range(SAMPLE_ROWS), strict=False)
    ]
    batch.rows, batch.faults = len(upload.rows), len(upload.problems)
    batch.account_id, batch.account_name = by.account_id, by.name
    batch.unit_id = by.posts[0].unit_id if by.posts else None
    return batch


def noted(action: str, batch: ImportBatch, spec: ImportKind, by: Viewer, **data: Any) -> None:
    record(
        action,
        by=by,
        subject=("import", str(batch.pk), batch.filename),
        data={
            "title": spec.title,
            "filename": batch.filename,
            "sha256": batch.sha256,
            "rows": batch.rows,
            **data,
        },
    )
