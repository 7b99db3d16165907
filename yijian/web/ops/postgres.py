"""PostgreSQL 自带工具的两次调用：pg_dump 与 pg_restore。口令走环境变量，不上命令行。"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yijian.kernel.errors import Refused


def tool(name: str) -> str | None:
    """工具的路径：先找 PATH，再找 Debian 的安装位置（取最新版）。"""
    found = shutil.which(name)
    if found:
        return found
    places = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return next((str(path) for path in sorted(places, reverse=True)), None)


def has_dump() -> bool:
    """本机有没有 pg_dump。"""
    return tool("pg_dump") is not None


def from_url(url: str) -> dict[str, str]:
    """postgres:// 地址换成与 Django 同名的连接设置；地址不对时抛 Refused。"""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as problem:
        raise Refused("数据库地址不对，应写成 postgres://用户:密码@主机:端口/库名。") from problem
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {ours: str(parts[theirs]) for theirs, ours in names.items() if parts.get(theirs)}


def environment(database: Mapping[str, Any]) -> dict[str, str]:
    """把 Django 的连接设置换成 libpq 的环境变量。"""
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    given = {env: str(database[key]) for key, env in names.items() if database.get(key)}
    return {**os.environ, **given}


def run(name: str, options: list[str], database: Mapping[str, Any]) -> None:
    """执行一个工具；没有它或它失败时抛 Refused。"""
    path = tool(name)
    if path is None:
        raise Refused(f"本机没有 {name}，请安装 postgresql-client（版本不低于服务器）。")
    done = subprocess.run(
        [path, *options], env=environment(database), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refused(f"{name} 失败：{done.stderr.strip()[-500:]}")


def dump(database: Mapping[str, Any], target: Path) -> None:
    """把整个库导出到 target（自带格式，单一快照）。"""
    fresh = target.with_name(target.name + ".part")
    run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={fresh}"], database)
    os.replace(fresh, target)


def load(database: Mapping[str, Any], source: Path) -> None:
    """把 dump 装入空库：一个事务，出错整体放弃。"""
    name = str(database["NAME"])
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={name}"]
    run("pg_restore", [*options, str(source)], database)
