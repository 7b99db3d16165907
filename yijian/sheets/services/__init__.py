"""表格的动词：核对、上传、确认、放弃、命令行导入、导出。全有或全无，同一文件只导入一次。"""

from yijian.sheets.services.batches import commit, discard, prune, remap, stage
from yijian.sheets.services.examining import Upload, examine, problems_of
from yijian.sheets.services.exporting import export
from yijian.sheets.services.oneshot import ImportReport, run_import

__all__ = [
    "ImportReport",
    "Upload",
    "commit",
    "discard",
    "examine",
    "export",
    "problems_of",
    "prune",
    "remap",
    "run_import",
    "stage",
]
