"""导入批次的查询：列表、预览、错误文件、模板。"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from yijian.access.scope import scoped
from yijian.access.viewer import Viewer
from yijian.kernel.errors import NotFound, Refused
from yijian.sheets.columns import Column, column_letter
from yijian.sheets.importing import ImportKind, Problem, spec_of
from yijian.sheets.kinds import SHOWN_PROBLEMS
from yijian.sheets.models import ColumnMapping, ImportBatch, ImportFile
from yijian.sheets.reading import read_table
from yijian.sheets.writing import error_file, template


@dataclass(frozen=True)
class Preview:
    """预览：批次、每一列对应到哪里、前几行、前若干处错误。"""

    batch: ImportBatch
    spec: ImportKind
    matches: tuple[tuple[Column, int | None, str], ...]
    problems: tuple[Problem, ...]

    @property
    def choices(self) -> list[tuple[int, str]]:
        """可选的文件列：（序号, “B 列 机构名称”）。"""
        return [(i, f"{column_letter(i)} 列 {header}".strip()) for i, header in enumerate(self.batch.headers)]


def batches(viewer: Viewer) -> QuerySet[ImportBatch]:
    """看的人范围内的导入批次，新的在前。"""
    return scoped(viewer, ImportBatch.objects.all())


def batch(viewer: Viewer, batch_id: UUID | str) -> ImportBatch:
    """范围内的一个批次；编号写法不对、不存在、在范围外都是 NotFound。"""
    try:
        wanted = UUID(str(batch_id))
    except ValueError as error:
        raise NotFound("没有找到这次导入。") from error
    found = batches(viewer).filter(pk=wanted).first()
    if found is None:
        raise NotFound("没有找到这次导入，或它不在您的管辖范围内。")
    return found


def preview(viewer: Viewer, batch_id: UUID | str) -> Preview:
    """一个批次的预览。"""
    row = batch(viewer, batch_id)
    spec = spec_of(row.kind)
    file = ImportFile.objects.filter(batch=row).only("problems").first()
    problems = tuple(Problem(*problem) for problem in (file.problems if file else [])[:SHOWN_PROBLEMS])
    matches = []
    for column in spec.columns:
        index = row.places.get(column.name)
        matches.append((column, index, row.headers[index] if index is not None else ""))
    return Preview(row, spec, tuple(matches), problems)


def error_workbook(viewer: Viewer, batch_id: UUID | str) -> bytes:
    """错误文件（xlsx）：有错的原行、标红的格子、原因；没有错误或原文件已清除报 Refused。"""
    row = batch(viewer, batch_id)
    spec = spec_of(row.kind)
    file = ImportFile.objects.filter(batch=row).first()
    if file is None:
        raise Refused("这次导入的原文件已经清除，请重新上传。")
    if not file.problems:
        raise Refused("这次导入没有错误。")
    table = read_table(bytes(file.content), row.filename, columns=spec.columns, sheet=row.sheet or None)
    return error_file(spec.title, table, row.places, spec.columns, file.problems)


def template_workbook(viewer: Viewer, kind: str) -> bytes:
    """空白模板（xlsx）；没有这种导入的权限报 NotFound。"""
    spec = spec_of(kind)
    if not viewer.can(spec.capability):
        raise NotFound("没有找到这个模板。")
    return template(spec.title, spec.columns, spec.notes)


def remembered(kind: str, signature: str) -> dict[str, int]:
    """记住的对应关系 {列名: 列序号}；没有就是空的。"""
    found = ColumnMapping.objects.filter(kind=kind, signature=signature).first()
    return dict(found.places) if found else {}
