"""命令行导入：与页面同一套核对与写入，结果打印出来；有错则一行也不写，退出码 1。"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yijian.kernel import clock
from yijian.kernel.errors import Refused

if TYPE_CHECKING:
    from yijian.people.services import ImportedAccount

SHOWN = 50
LARGEST = 200 << 20  # 与页面一致的上限由表格层再管，这里只防误给一个磁盘映像


def import_file(args: argparse.Namespace) -> int:
    """执行 yijian import 种类 文件。"""
    from yijian.access.viewer import SYSTEM
    from yijian.sheets.services import run_import
    from yijian.web.import_kinds import passwords

    path = Path(args.file)
    if path.stat().st_size > LARGEST:
        raise Refused(f"文件太大（{path.stat().st_size >> 20} MiB），请拆开再导入。")
    options = {"region": args.region} if args.region else {}
    with passwords() as issued:
        report = run_import(
            kind=args.kind,
            content=path.read_bytes(),
            filename=path.name,
            options=options,
            again=args.again,
            commit=not args.check,
            by=SYSTEM,
        )
    if args.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=1, default=str))
    else:
        print_report(report, args.check)
    if issued and not args.check and not report.already:
        keep_passwords(path, issued)
    return 0 if report.ok else 1


def keep_passwords(source: Path, issued: Sequence["ImportedAccount"]) -> None:
    """初始密码只此一次，写到当前目录里、只有属主能读的文件；首次登录须改。"""
    target = Path(f"{source.stem}-初始密码-{clock.now():%Y%m%d%H%M%S}.csv").absolute()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["账号名", "姓名", "初始密码"])
        rows.writerows([one.username, one.name, one.password] for one in issued)
    print(f"初始密码在 {target}，分发后请删除。", file=sys.stderr)


def print_report(report: object, checking: bool) -> None:
    """把结果说成几句话，错误逐行列出。"""
    from yijian.sheets.services import ImportReport

    assert isinstance(report, ImportReport)
    print(f"{report.title}：{report.filename}，{report.rows} 行")
    for note in report.notes:
        print(f"  · {note}")
    for problem in report.problems[:SHOWN]:
        where = f"第 {problem.row} 行" if problem.row else "整表"
        print(f"  ✗ {where}{'，' + problem.column if problem.column else ''}：{problem.message}")
    if len(report.problems) > SHOWN:
        print(f"  …… 另有 {len(report.problems) - SHOWN} 处")
    if report.problems:
        print(f"共 {len(report.problems)} 处错误，一行也没有写入。")
    elif report.already:
        print("这个文件以前已经导入过，没有重复写入。要再导一次请加 --again。")
    elif checking:
        print("检查通过，还没有写入（去掉 --check 即写入）。")
    else:
        print(
            "已写入：" + ("，".join(f"{name} {count}" for name, count in report.written.items()) or "无变化")
        )
