"""./yj test：查错、格式、类型、楼层、测试（SQLite，再 PostgreSQL；有 Chromium 就跑页面旅程）。只用标准库。"""

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
JOBS = os.environ.get("YIJIAN_TEST_JOBS", "2")


class Report:
    """记下每一步的结果，最后一并说。"""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.skipped: list[str] = []

    def step(self, name: str, command: list[str], **env: str) -> None:
        print(f"\n==== {name} ====", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL, check=False
        )
        spent = time.monotonic() - began
        print(f"---- {name}：{'通过' if done.returncode == 0 else '没有通过'}（{spent:.0f} 秒）", flush=True)
        if done.returncode != 0:
            self.failed.append(name)

    def skip(self, name: str, why: str) -> None:
        self.skipped.append(f"{name}：{why}")
        print(f"\n==== 跳过 {name}：{why} ====", flush=True)


def tool(name: str) -> str:
    return str(BIN / name)


def browser() -> str | None:
    """Chromium 的路径：YIJIAN_CHROMIUM 优先。"""
    given = os.environ.get("YIJIAN_CHROMIUM")
    return given or next((path for path in map(shutil.which, BROWSERS) if path), None)


def postgres_bin() -> Path | None:
    """PostgreSQL 服务器程序所在的目录：PATH，然后 Debian 的安装位置（取最新版）。"""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "pg_ctl").exists():
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return places[-1].parent if places else None


def plain_user() -> dict[str, Any]:
    """PostgreSQL 不肯以 root 运行：是 root 就换成 postgres 或 nobody。"""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    return {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def temporary_postgres(programs: Path) -> Iterator[str]:
    """起一个用完即弃的库，给出它的地址。"""
    user = plain_user()
    folder = Path(tempfile.mkdtemp(prefix="yijian-pg-", dir="/tmp"))  # 套接字路径不能长
    if user:
        os.chown(folder, user["user"], user["group"])
    data, port = folder / "data", free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    options += (
        " -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=256MB"
    )
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "yijian",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    control = [programs / "pg_ctl", "-D", data, "-w"]
    try:
        quietly(initdb, folder, user)
        quietly([*control, "-t", "60", "-l", folder / "log", "-o", options, "start"], folder, user)
        try:
            yield f"postgres://yijian@127.0.0.1:{port}/postgres"
        finally:
            quietly([*control, "-m", "immediate", "stop"], folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def quietly(command: Sequence[object], folder: Path, user: dict[str, Any]) -> None:
    """以普通用户执行，不要输出；失败抛 CalledProcessError。"""
    words = [str(part) for part in command]
    subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, **user)


def pytest_command(rest: list[str]) -> list[str]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-n",
        JOBS,
        "--dist",
        "worksteal",
    ]
    if not browser():
        command += ["-m", "not browser"]
    return [*command, *rest]


def static_checks(report: Report) -> None:
    report.step("查错（ruff）", [tool("ruff"), "check", "."])
    report.step("格式（ruff format）", [tool("ruff"), "format", "--check", "."])
    report.step("楼层（import-linter）", [tool("lint-imports"), "--no-cache"])
    report.step("类型（mypy）", [tool("mypy"), "yijian"])


def on_postgres(report: Report, rest: list[str]) -> None:
    given = os.environ.get("DATABASE_URL")
    if given:
        report.step("测试（PostgreSQL，DATABASE_URL）", pytest_command(rest), DATABASE_URL=given)
        return
    programs = postgres_bin()
    if programs is None:
        report.skip("PostgreSQL 上的测试", "没有找到 initdb，也没有设置 DATABASE_URL")
        return
    try:
        with temporary_postgres(programs) as url:
            report.step("测试（PostgreSQL，临时库）", pytest_command(rest), DATABASE_URL=url)
    except (subprocess.CalledProcessError, OSError) as problem:
        print(f"临时 PostgreSQL 起不来：{problem}", flush=True)
        report.failed.append("PostgreSQL 临时库")


def options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="yj test", description="查错、类型、楼层、测试")
    reader.add_argument("--fast", action="store_true", help="只跑静态检查和 SQLite，不跑慢测试")
    reader.add_argument("--no-static", action="store_true", help="不跑静态检查")
    reader.add_argument("rest", nargs="*", help="交给 pytest 的参数（前面加 --）")
    return reader.parse_args()


def main() -> int:
    args = options()
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    found = browser()
    if found:
        os.environ["YIJIAN_CHROMIUM"] = found
    report, rest = Report(), list(args.rest)
    if not args.no_static:
        static_checks(report)
    if not found:
        report.skip("页面旅程", "没有找到 Chromium（可用 YIJIAN_CHROMIUM 指定）")
    if args.fast:
        report.skip("PostgreSQL 与慢测试", "--fast")
        rest = ["-m", "not slow" if found else "not slow and not browser", *rest]
    report.step("测试（SQLite）", pytest_command(rest), DATABASE_URL="")
    if not args.fast:
        on_postgres(report, rest)
    print("\n==== 合计 ====")
    print("跳过：" + ("；".join(report.skipped) or "无"))
    print("没有通过：" + ("；".join(report.failed) or "无"), flush=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
