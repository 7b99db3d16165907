"""命令行：yijian ledger rebuild [--check] | tick。"""

import argparse
import json
import sys
from collections.abc import Sequence

from yijian.ledger.jobs import tick_ledger
from yijian.ledger.services import replay

WORDS = {"missing": "重算有而台账没有", "extra": "台账有而重算没有", "proofs": "履行关系不一致"}


def run(argv: Sequence[str]) -> int:
    """执行一条命令：0 一致或办成，1 不一致，2 用法不对。"""
    parser = argparse.ArgumentParser(prog="yijian ledger", description="台账：重建核对、推进")
    table = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = table.add_parser("rebuild", help="由制度、登记、日历、事实重算整本台账")
    one.add_argument("--check", action="store_true", help="只核对不改动；不一致时退出码 1")
    one.add_argument("--json", action="store_true", help="机器可读")
    two = table.add_parser("tick", help="跟上机构变动、展开台账、走督办阶梯")
    two.add_argument("--json", action="store_true", help="机器可读")
    try:
        args = parser.parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    if args.command == "tick":
        return tick(as_json=args.json)
    return check(as_json=args.json) if args.check else rebuild(as_json=args.json)


def tick(*, as_json: bool) -> int:
    done = tick_ledger()
    say(as_json, done, "\n".join(f"{name}：{words}" for name, words in done.items()))
    return 0


def rebuild(*, as_json: bool) -> int:
    """重建；结果应与原来一致，不一致处已改正。"""
    found = replay.rebuild_now()
    total = sum(found.values())
    lines = [f"{WORDS[name]}：{n}（至多列 50）" for name, n in found.items() if n]
    say(as_json, {"changed": found}, "\n".join(lines) or "重建完毕，与原台账一致。")
    return int(total > 0)


def check(*, as_json: bool) -> int:
    """只核对：一致 0，不一致 1 并列出。"""
    found = replay.check()
    ok = not any(found.values())
    lines = [f"{WORDS[name]}：{row}" for name, rows in found.items() for row in map(readable, rows)]
    plain = {name: [readable(row) for row in rows] for name, rows in found.items()}
    say(as_json, {"ok": ok, "differences": plain}, "\n".join(lines) or "台账与重算一致。")
    return int(not ok)


def readable(row: Sequence[object]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


def say(as_json: bool, facts: object, words: str) -> None:
    sys.stdout.write((json.dumps(facts, ensure_ascii=False, indent=1) if as_json else words) + "\n")
