"""测速：执行 benchmarks/ 里的一个脚本，参数原样交给它。"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from yijian.kernel.errors import Refused

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"


def names() -> list[str]:
    """有哪些测速脚本：带 main 的文件，架子除外。"""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("harness", "__init__"))


def run(argv: Sequence[str]) -> int:
    """执行 yijian bench 名称 [参数…]，返回脚本的退出码。"""
    listed = "、".join(names()) or "（发布包里不带测速脚本）"
    if not argv or argv[0] in ("-h", "--help"):
        print(f"用法：./yj bench 名称 [参数…]\n可选：{listed}")
        return 0 if argv else 2
    if argv[0] not in names():
        raise Refused(f"没有“{argv[0]}”这个测速，可选：{listed}")
    env = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    return subprocess.call([sys.executable, str(FOLDER / f"{argv[0]}.py"), *argv[1:]], env=env)
