"""全楼测试共用：列出项目里的文件，读出楼层表。"""

import configparser
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IGNORED = {".venv", "var", "node_modules", ".git", "__pycache__", "vendor"}


@cache
def project_files() -> tuple[Path, ...]:
    """入库的文件；不是 git 检出时退而列出目录。"""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        found = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        found = [p for p in ROOT.rglob("*") if not IGNORED & set(p.relative_to(ROOT).parts)]
    return tuple(path for path in found if path.is_file())


def python_files() -> list[Path]:
    """自己写的 Python 源码；迁移除外。"""
    return [
        p for p in project_files() if (p.suffix == ".py" or p.name == "yj") and "migrations" not in p.parts
    ]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def floors() -> dict[str, int]:
    """应用 → 楼层号（越大越高），取自 .importlinter，不另抄一份。"""
    reader = configparser.ConfigParser()
    reader.read(ROOT / ".importlinter", encoding="utf-8")
    layers = reader["importlinter:contract:floors"]["layers"].strip().splitlines()
    table = {}
    for number, line in enumerate(reversed(layers)):
        for app in line.split("|"):
            table[app.strip().strip("()")] = number
    return table


def embedded(data: Path, **more: str) -> dict[str, str]:
    """以嵌入式设置运行子进程的环境；不沿用测试自己的设置。"""
    ours = ("YIJIAN_", "PYTEST_", "DJANGO_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**env, "YIJIAN_DATA": str(data), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}


def yijian(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "yijian.web.cli", *words],
        env=embedded(data, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
