"""启动：备库、装规范、首次装演示，然后用 waitress 提供页面，另起一个进程办后台任务。"""

import argparse
import errno
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from yijian.kernel.errors import Refused
from yijian.web.ops import bootstrap
from yijian.web.ops.optional import optional

THREADS = 8


def listen(host: str, port: int) -> socket.socket:
    """先占住端口再做别的；占不到时说清楚怎么办。"""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind)
        if os.name != "nt":
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(128)
    except (OSError, OverflowError) as problem:
        other = port + 1 if port < 65535 else 8001
        raise Refused(
            f"端口 {host}:{port} 用不了（{why(problem)}）。"
            f"可能颐监已经在运行，或别的程序占着；换一个端口：./yj run --port {other}"
        ) from problem
    return door


def why(problem: Exception) -> str:
    """监听不成的缘故，用中文。"""
    words = {errno.EADDRINUSE: "已被占用", errno.EACCES: "没有权限，1024 以下的端口要管理员身份"}
    number = getattr(problem, "errno", None)
    if isinstance(problem, socket.gaierror):
        return "没有这个地址"
    return words.get(number or 0) or str(getattr(problem, "strerror", None) or problem)


def allow_hosts(host: str) -> None:
    """对外监听时，允许用本机名和本机地址访问；YIJIAN_HOSTS 已设置则以它为准。"""
    if os.environ.get("YIJIAN_HOSTS") or host in ("127.0.0.1", "localhost", "::1"):
        return
    names = {"127.0.0.1", "localhost", "[::1]", socket.gethostname()}
    if host not in ("0.0.0.0", "::"):  # noqa: S104  只是比较，不是监听
        names.add(host)
    try:
        names.update(str(row[4][0]) for row in socket.getaddrinfo(socket.gethostname(), None))
    except OSError:
        pass
    os.environ["YIJIAN_HOSTS"] = ",".join(sorted(names))


def run(args: argparse.Namespace) -> int:
    """执行 yijian run。"""
    door = listen(args.host, args.port)
    allow_hosts(args.host)
    bootstrap.prepare()
    bring_up_to_date()
    with bootstrap.occupying():
        fill(args)
        from yijian.web.wsgi import application

        with worker_beside(args.no_worker):
            announce(args.host, door.getsockname()[1])
            serve_until_stopped(application, door)
    return 0


def bring_up_to_date() -> None:
    """有待执行的迁移才升级。"""
    from yijian.web.ops import migration

    steps = migration.pending()
    if steps:
        print(f"· 准备数据库（{len(steps)} 步）…", flush=True)
        with bootstrap.occupying(alone=True):
            migration.upgrade()
        packs_mark().unlink(missing_ok=True)


def fill(args: argparse.Namespace) -> None:
    """库里还没有人时装演示，或（--empty）建第一个管理员；制度包变了就装入台账。"""
    from django.contrib.auth import get_user_model
    from django.db import connection

    first = not get_user_model()._default_manager.exists()
    if first and args.empty:
        from yijian.web.ops.admin import create_first_admin

        create_first_admin()
    elif first and not args.no_demo:
        load_demo = optional("yijian.web.demo", "load")
        if load_demo is not None:
            print("· 装入演示数据（只在首次，约需一两分钟）…", flush=True)
            load_demo()
    load_changed_packs()
    connection.close()


def packs_mark() -> Path:
    return bootstrap.data_dir() / "packs.loaded"


def load_changed_packs() -> None:
    """制度包或节假日表的内容变了（或库是新的）才装，免得每次启动都等。"""
    from django.conf import settings

    from yijian.access.viewer import SYSTEM

    load_packs = optional("yijian.ledger.services.load", "load_packs")
    folders = (Path(settings.PACKS_DIR), Path(settings.DATA_DIR) / "packs")
    files = sorted(path for folder in folders for path in folder.rglob("*.yaml"))
    state = hashlib.sha256()
    for path in files:
        state.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    mark = packs_mark()
    if load_packs is None or (mark.exists() and mark.read_text() == state.hexdigest()):
        return
    from yijian.people.services import load_regions

    print("· 装入区划与制度包 …", flush=True)
    load_regions(by=SYSTEM)
    load_packs(by=SYSTEM)
    for name, verb in (("checklists", "load_checklists"), ("bases", "load_spot_items")):
        found = optional(f"yijian.inspections.services.{name}", verb)
        if found is not None:
            found(by=SYSTEM)
    mark.write_text(state.hexdigest())


@contextmanager
def worker_beside(skip: bool) -> Iterator[None]:
    """后台任务的子进程：父进程一没（包括被杀），它的标准输入就断，它自行结束。"""
    if skip:
        yield
        return
    command = [sys.executable, "-P", "-m", "yijian.web.cli", "worker", "--until-stdin-closes"]
    house = str(Path(__file__).resolve().parents[3])
    child = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": house})
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()


def announce(host: str, port: int) -> None:
    """告诉使用者去哪里看。"""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    print(f"颐监已启动：http://{shown}:{port}/", flush=True)
    demo_loaded = optional("yijian.web.demo", "loaded")
    if demo_loaded is not None and demo_loaded():
        print("演示账号列在登录页上。", flush=True)
    print("按 Ctrl+C 停止。", flush=True)


def proxy_options(layers: int) -> dict[str, Any]:
    """前面有 layers 层可信代理时，只认它们写的来源地址与协议；没有就把转发头全部去掉。"""
    if layers == 0:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "clear_untrusted_proxy_headers": True,
        "trusted_proxy": "*",  # 端口只许代理访问（默认只听本机），见 docs/how-to/部署.md
        "trusted_proxy_count": layers,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def serve_until_stopped(application: object, door: socket.socket) -> None:
    """提供页面，直到 Ctrl+C 或 SIGTERM。"""
    import waitress
    from django.conf import settings

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    server = waitress.create_server(
        application,
        sockets=[door],
        threads=THREADS,
        ident="",
        **proxy_options(settings.ALLAUTH_TRUSTED_PROXY_COUNT),
    )
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
