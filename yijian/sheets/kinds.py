"""表格导入导出的词表：批次状态、权限、审计语句。"""

from yijian.kernel.states import Machine

STATES = Machine(
    states={
        "staged": {"commit": "committed", "discard": "discarded"},
        "committed": {},
        "discarded": {},
    },
    labels={
        "staged": "待确认",
        "committed": "已导入",
        "discarded": "已放弃",
        "commit": "确认导入",
        "discard": "放弃",
    },
)

CAPABILITIES: dict[str, str] = {"sheets.import": "导入表格"}

AUDIT: dict[str, str] = {
    "sheets.staged": "{actor}上传{title}表格“{filename}”：{rows} 行，{faults} 处错误",
    "sheets.committed": "{actor}导入{title}表格“{filename}”：{rows} 行（{written}）",
    "sheets.discarded": "{actor}放弃导入{title}表格“{filename}”",
    "sheets.exported": "{actor}导出“{title}”{rows} 行",
    "sheets.pruned": "{actor}清除过期未确认的导入文件 {count} 个",
}

KEPT_DAYS = 30
SAMPLE_ROWS = 20
SHOWN_PROBLEMS = 200
KEPT_PROBLEMS = 50_000
