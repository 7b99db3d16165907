"""命令行导入机构：yijian import facilities 文件。与页面同一套核对，报告用中文打印。"""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings

from yijian.access.viewer import SYSTEM, Viewer
from yijian.facilities.services.columns import COLUMNS
from yijian.facilities.services.importing import KIND, Report, import_facilities
from yijian.kernel.errors import Refused
from yijian.people.queries import has_official_towns
from yijian.sheets.importing import Problem
from yijian.sheets.services import examine
from yijian.sheets.writing import error_file

SHOWN = 60
_LABELS = {column.name: column.label for column in COLUMNS} | {"": ""}


def import_file(
    source: Namespace | Path | str,
    *,
    region: str = "",
    by: Viewer = SYSTEM,
    commit: bool = True,
    mapping: Mapping[str, int] | None = None,
    create_towns: bool = False,
    accept_codes: bool = False,
    update: bool = False,
    datum: str = "",
    again: bool = False,
    as_json: bool = False,
) -> int:
    """导入机构并打印报告：成功或已导入过为 0，有错误为 1（此时一行也没有导入）。

    source 是文件，或命令行解析出的参数（file、region、check、json，可有与下面同名的选项）。
    region 是导入到的区划代码；datum 是没有注明时的坐标系（gcj02、wgs84），不给按 gcj02。
    """
    if isinstance(source, Namespace):
        given = vars(source)
        return import_file(
            given["file"],
            region=given.get("region") or "",
            by=by,
            commit=not given.get("check"),
            create_towns=bool(given.get("create_towns")) or bare(given.get("region") or ""),
            accept_codes=bool(given.get("accept_codes")),
            update=bool(given.get("update")),
            datum=given.get("datum") or "",
            again=bool(given.get("again")),
            as_json=bool(given.get("json")),
        )
    flags = {"create_towns": create_towns, "accept_codes": accept_codes}
    options = {name: "1" for name, on in flags.items() if on}
    options |= {"existing": "update"} if update else {}
    options |= {name: value for name, value in (("region", region), ("datum", datum)) if value}
    path = Path(source)
    content = _content(path)
    report = import_facilities(
        content=content,
        filename=path.name,
        options=options,
        mapping=mapping,
        commit=commit,
        again=again,
        by=by,
    )
    wrong = _error_book(path, content, options, mapping, by) if report.sheets.problems else None
    if as_json:
        print(json.dumps(as_dict(report, wrong), ensure_ascii=False, indent=1))
    else:
        print("\n".join(in_words(report, wrong)))
    return 1 if report.sheets.problems else 0


def bare(region: str) -> bool:
    """手工新增的县：没有统计区划的街道乡镇可核对，表里的随导入新增，报告里逐个列出。"""
    return bool(region) and not has_official_towns(region)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"读不了文件 {path}：{error.strerror}。请核对路径和权限。") from error


def _error_book(
    path: Path, content: bytes, options: Mapping[str, str], mapping: Mapping[str, int] | None, by: Viewer
) -> Path | None:
    """错误文件写进数据目录的 imports；写不了就不写。"""
    upload = examine(kind=KIND, content=content, filename=path.name, mapping=mapping, options=options, by=by)
    out = Path(settings.DATA_DIR) / "imports" / f"{path.stem}-错误.xlsx"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(error_file("机构档案", upload.table, upload.places, COLUMNS, upload.problems))
    except OSError:
        return None
    return out


def as_dict(report: Report, wrong: Path | None = None) -> dict[str, object]:
    """--json 的样子：sheets 的报告加 warnings。"""
    found: dict[str, object] = report.sheets.as_json()
    found["warnings"] = [problem._asdict() for problem in report.warnings]
    return found | {"error_file": str(wrong) if wrong else None}


def in_words(report: Report, wrong: Path | None = None) -> list[str]:
    """报告的大白话。"""
    sheet = report.sheets
    lines = [f"“{sheet.filename}”：{sheet.rows} 行。", *(f"　{note}" for note in sheet.notes)]
    if sheet.problems:
        lines.append(f"✗ 有 {len(sheet.problems)} 处错误，一行也没有导入：")
        lines += _listed(sheet.problems)
        lines.append(f"错误文件：{wrong}，改好后直接再导入。" if wrong else "请改好后重新导入。")
    elif sheet.already:
        lines.append("✓ 这个文件以前已导入过，没有重复写入。当时的结果：" + _counts(sheet.written))
    elif sheet.state == "committed":
        lines.append("✓ 已导入：" + _counts(sheet.written))
    else:
        lines.append("✓ 核对无误，没有写入（只检查）。")
    if report.warnings:
        lines.append(f"提醒 {len(report.warnings)} 条（不妨碍导入，请逐一核实）：")
        lines += _summary(report.warnings)
        lines += _listed(report.warnings)
    return lines


def _counts(written: Mapping[str, int]) -> str:
    return "，".join(f"{name} {count}" for name, count in written.items()) or "无"


def _summary(problems: Sequence[Problem]) -> list[str]:
    counted = Counter(_LABELS.get(problem.column, problem.column) for problem in problems)
    return ["　" + "，".join(f"{label or '整表'} {count} 条" for label, count in counted.most_common())]


def _listed(problems: Sequence[Problem]) -> list[str]:
    lines = []
    for problem in problems[:SHOWN]:
        where = f"第 {problem.row} 行" if problem.row else "整表"
        label = _LABELS.get(problem.column, problem.column)
        lines.append(f"　{where}{'　' + label if label else ''}：{problem.message}")
    if len(problems) > SHOWN:
        lines.append(f"　……另有 {len(problems) - SHOWN} 条，用 --json 看全部。")
    return lines
