"""yijian audit：核验审计记录，打印最近的签名树头。"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from yijian.audit.queries import head
from yijian.audit.services import verify_command


def run(argv: Sequence[str]) -> int:
    """yijian audit verify | head：完好返回 0，发现问题返回 1。"""
    parser = argparse.ArgumentParser(prog="yijian audit", description="审计日志")
    table = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = table.add_parser("verify", help="核验全部审计记录，指出哪里被动过")
    one.add_argument("--json", action="store_true", help="机器可读")
    one.add_argument(
        "--anchor", action="append", type=_anchor, default=[], metavar="条数:根",
        help="另行保存的存证，如页脚或文书上印的“1024:3f9a…”（根至少 8 位）；可多次给出",
    )  # fmt: skip
    one = table.add_parser("head", help="打印最近的签名树头，供另行保存")
    one.add_argument("--json", action="store_true", help="机器可读")
    args = parser.parse_args(list(argv))
    if args.command == "verify":
        return verify_command(as_json=args.json, anchors=args.anchor)
    return _print_head(args.json)


def _print_head(as_json: bool) -> int:
    last = head()
    if as_json:
        sys.stdout.write(json.dumps(asdict(last) if last else None) + "\n")
    else:
        words = f"{last.size}:{last.root}（{last.time} 签发）" if last else "还没有签名树头。"
        sys.stdout.write(words + "\n")
    return 0


def _anchor(text: str) -> tuple[int, str]:
    size, _, root = text.replace("：", ":").partition(":")
    if not size.isdecimal() or not 8 <= len(root) <= 64 or set(root.lower()) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"存证应写作“条数:根”，根为 8 至 64 位十六进制：{text}")
    return int(size), root.lower()
