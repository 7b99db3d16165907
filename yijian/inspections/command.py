"""命令行：yijian draw verify 文件。只凭公布的文件重算，不连数据库。"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from yijian.inspections.rules.draw_file import verify


def run(argv: Sequence[str]) -> int:
    """执行一条命令：0 一致，1 不一致，2 用法不对或文件打不开。"""
    parser = argparse.ArgumentParser(prog="yijian draw", description="抽取：重算核对")
    table = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = table.add_parser("verify", help="重算一份公布的抽取文件")
    one.add_argument("file", metavar="文件")
    one.add_argument("--json", action="store_true", help="机器可读")
    try:
        args = parser.parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    return check(args.file, as_json=args.json)


def check(path: str, *, as_json: bool) -> int:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        print(f"✗ 打不开文件 {path}：{error.strerror}", file=sys.stderr)
        return 2
    problems = verify(content)
    digest = hashlib.sha256(content).hexdigest()
    if as_json:
        told = {"ok": not problems, "problems": problems, "sha256": digest}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    elif problems:
        print("\n".join(["不一致", *(f"· {one}" for one in problems)]))
    else:
        print(f"一致：名单、种子、结果都对得上。文件摘要 {digest}")
    return int(bool(problems))
