"""命令行：yijian region list [上级] | add 代码 名称 [--parent 上级] [--level 层级]。"""

import argparse
import json
import sys
from collections.abc import Sequence

from yijian.people.queries import region_rows
from yijian.people.services import add_region
from yijian.people.viewer import SYSTEM


def run(argv: Sequence[str]) -> int:
    """执行一条命令：0 办成，2 用法不对；不予办理时抛 Refused。"""
    parser = argparse.ArgumentParser(prog="yijian region", description="区划：查看、手工新增")
    table = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = table.add_parser("list", help="列出下级区划")
    one.add_argument("parent", nargs="?", default="000000", metavar="上级代码")
    one.add_argument("--json", action="store_true", help="机器可读")
    two = table.add_parser("add", help="新增随包没有的区划，如另一个县")
    two.add_argument("code", metavar="代码")
    two.add_argument("name", metavar="名称")
    two.add_argument("--parent", default="000000", metavar="上级代码", help="默认直接挂在全国之下")
    two.add_argument("--level", choices=["province", "city", "county", "town"], help="层级，不给则按代码判断")
    try:
        args = parser.parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    if args.command == "add":
        made = add_region(
            code=args.code, name=args.name, parent_code=args.parent, level=args.level or "", by=SYSTEM
        )
        sys.stdout.write(f"已新增区划：{made.name}（{made.code}）\n")
        return 0
    rows = region_rows(args.parent)
    words = "\n".join(f"{row['code']} {row['name']}" for row in rows) or "没有下级区划。"
    sys.stdout.write((json.dumps(rows, ensure_ascii=False, indent=1) if args.json else words) + "\n")
    return 0
