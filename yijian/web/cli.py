"""颐监的命令行。每条命令把活交给主管的应用；说错了话用中文指出来，退出码 0 成、1 不成、2 用法不对。"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from yijian.kernel.errors import Refused, YijianError
from yijian.web.ops import bootstrap
from yijian.web.ops.optional import needed

Action = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """把 argparse 的几句英文换成中文。"""

    WORDS = (
        ("the following arguments are required", "还缺参数"),
        ("unrecognized arguments", "不认识的参数"),
        ("invalid choice", "没有这个选项"),
        ("invalid int value", "应为整数"),
        ("expected one argument", "后面要写一个值"),
        ("choose from", "可选"),
        ("argument ", "参数 "),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="看这段说明")

    def error(self, message: str) -> None:  # type: ignore[override]
        for english, chinese in self.WORDS:
            message = message.replace(english, chinese)
        self.print_usage(sys.stderr)
        self.exit(2, f"✗ {message}\n")


def port_number(text: str) -> int:
    """端口号，0 表示由系统挑一个。"""
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("端口应是 0 到 65535 之间的整数")
    return number


def show(args: argparse.Namespace, facts: object, words: str) -> None:
    """--json 给机器看，否则给人看。"""
    print(json.dumps(facts, ensure_ascii=False, indent=1) if args.json else words)


# ---- 动作 -----------------------------------------------------------------------------------------


def run(args: argparse.Namespace) -> int:
    from yijian.web.ops import serve

    return serve.run(args)


def upgrade(args: argparse.Namespace) -> int:
    bootstrap.prepare()
    from yijian.web.ops import migration

    if args.check:
        steps = migration.pending()
        show(args, {"pending": steps}, "\n".join(steps) or "数据库已是最新。")
        return 1 if steps else 0
    with bootstrap.occupying(alone=True):
        steps = migration.upgrade()
    show(args, {"applied": steps}, f"已升级 {len(steps)} 步。" if steps else "数据库已是最新。")
    return 0


def backup(args: argparse.Namespace) -> int:
    bootstrap.prepare()
    from yijian.web.ops import backup as work

    with bootstrap.occupying():
        manifest = work.backup(Path(args.file).resolve())
    words = f"已备份到 {args.file}：{len(manifest['files'])} 个文件。备份含站点密钥与签名密钥，请妥善保管。"
    show(args, {**manifest, "file": str(args.file)}, words)
    return 0


def restore(args: argparse.Namespace) -> int:
    from yijian.web.ops import archive
    from yijian.web.ops import backup as work

    if args.check:
        manifest = archive.read_manifest(Path(args.file))
        show(args, manifest, f"备份完好：{manifest['made_at']}，{len(manifest['files'])} 个文件。")
        return 0
    if not args.into:
        raise Refused("请用 --into 给一个空目录。")
    manifest = work.restore(Path(args.file), Path(args.into).resolve(), args.database)
    words = f"已恢复到 {args.into}。用它启动：YIJIAN_DATA={args.into} ./yj run；再核对：./yj audit verify"
    show(args, {**manifest, "into": str(args.into)}, words)
    return 0


def worker(args: argparse.Namespace) -> int:
    with bootstrap.at_work():
        from yijian.web.ops import work

        return work.run(args)


def passing(module: str, *, django: bool = True) -> Action:
    """把命令后面的参数原样交给应用自己的 command.run(argv)。"""

    def act(args: argparse.Namespace) -> int:
        if not django:
            return int(needed(module, "run")(args.rest) or 0)
        with bootstrap.at_work():
            return int(needed(module, "run")(args.rest) or 0)

    return act


def import_file(args: argparse.Namespace) -> int:
    if not Path(args.file).is_file():
        raise Refused(f"找不到文件：{args.file}")
    with bootstrap.at_work():
        if args.kind == "facilities":
            from yijian.facilities import command

            return command.import_file(args)
        from yijian.web.ops import importing

        return importing.import_file(args)


def demo(args: argparse.Namespace) -> int:
    with bootstrap.at_work():
        needed("yijian.web.demo", "load")()
    return 0


def account(args: argparse.Namespace) -> int:
    with bootstrap.at_work():
        from yijian.web.ops.admin import create_admin

        create_admin(args.username or os.environ.get("YIJIAN_ADMIN", ""), args.officer)
    return 0


# ---- 命令表 ----------------------------------------------------------------------------------------

REST = {
    "regime": (
        "规范：list | check [规范] | export 规范 | diff 甲 乙 | attach-source 规范 文件 | cases",
        False,
    ),
    "ledger": ("台账：rebuild [--check] | tick", True),
    "audit": ("审计日志：verify", True),
    "draw": ("抽取：verify 文件", False),
    "bench": ("测速：bench 名称", False),
    "region": ("区划：list [上级] | add 代码 名称", True),
}
REST_MODULES = {
    "regime": "yijian.regimes.command",
    "ledger": "yijian.ledger.command",
    "audit": "yijian.audit.command",
    "draw": "yijian.inspections.command",
    "bench": "yijian.web.ops.bench",
    "region": "yijian.people.command",
}


def add(table: "argparse._SubParsersAction[Parser]", name: str, words: str, action: Action) -> Parser:
    made = table.add_parser(name, help=words, description=words)
    made.set_defaults(action=action)
    return made


def parser() -> Parser:
    """全部命令；帮助是中文的。"""
    top = Parser(prog="yijian", description="颐监：养老服务综合监管系统")
    table = top.add_subparsers(dest="command", required=True, metavar="命令", parser_class=Parser)
    one = add(table, "run", "启动（首次会建库并装入演示）", run)
    one.add_argument("--host", default="127.0.0.1", help="监听地址，默认只限本机")
    one.add_argument("--port", type=port_number, default=8000, help="端口，默认 8000")
    one.add_argument("--empty", action="store_true", help="不装演示，建第一个管理员")
    one.add_argument("--no-demo", action="store_true", help="不装演示，也不建管理员")
    one.add_argument("--no-worker", action="store_true", help="不带后台任务进程")
    one = add(table, "worker", "后台任务进程", worker)
    one.add_argument("--once", action="store_true", help="办完现有任务就结束")
    one.add_argument("--timetable", action="store_true", help="打印定时表")
    one.add_argument("--json", action="store_true")
    one.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    one = add(table, "upgrade", "升级数据库结构（中断也不会弄坏）", upgrade)
    one.add_argument("--check", action="store_true", help="只看有没有要升级的，有则退出码 1")
    one.add_argument("--json", action="store_true")
    one = add(table, "backup", "备份数据库、文件与审计树头", backup)
    one.add_argument("file", metavar="文件", help="备份写到这里（.zip）")
    one.add_argument("--json", action="store_true")
    one = add(table, "restore", "恢复备份到空目录", restore)
    one.add_argument("file", metavar="文件")
    one.add_argument("--into", metavar="目录", help="空目录，恢复后作数据目录用")
    one.add_argument("--database", metavar="地址", default="", help="PostgreSQL 空库的地址")
    one.add_argument("--check", action="store_true", help="只核对备份是否完好")
    one.add_argument("--json", action="store_true")
    for name, (words, django) in REST.items():
        add(table, name, words, passing(REST_MODULES[name], django=django))
    one = add(table, "import", "导入表格（与页面上同一套）", import_file)
    one.add_argument("kind", metavar="种类", choices=["facilities", "units", "accounts", "staff"])
    one.add_argument("file", metavar="文件", help="xlsx、csv 或 json")
    one.add_argument("--region", metavar="代码", default="", help="表里没有区划时，归到这个区划")
    one.add_argument("--check", action="store_true", help="只检查，不写入")
    one.add_argument("--again", action="store_true", help="同一文件导入过也再导一次")
    one.add_argument("--create-towns", action="store_true", help="表里的街道乡镇没有的，一并新增")
    one.add_argument("--accept-codes", action="store_true", help="校验不过的代码照录，标为待核")
    one.add_argument("--update", action="store_true", help="已有的机构按表里的改")
    one.add_argument("--datum", choices=["gcj02", "wgs84"], default="", help="坐标系，没有注明时按 gcj02")
    one.add_argument("--json", action="store_true")
    one = add(table, "demo", "装入演示数据", demo)
    one.add_argument("what", nargs="?", choices=["load"], default="load", metavar="load")
    one = add(table, "account", "账号：create-admin", account)
    one.add_argument("what", choices=["create-admin"], metavar="create-admin")
    one.add_argument("username", nargs="?", default="", metavar="登录名")
    one.add_argument(
        "--officer", choices=["system", "security", "audit"], default="system", help="三员中的哪一员"
    )
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """命令行入口，返回退出码。"""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in REST:  # 后面的参数（包括 --help）由应用自己解释
        args = parser().parse_args(words[:1])
        args.rest = words[1:]
    else:
        args = parser().parse_args(words)
    try:
        return int(args.action(args))
    except YijianError as problem:
        print(f"✗ {problem.message}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("已取消。", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
