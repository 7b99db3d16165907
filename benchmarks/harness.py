"""测速的架子：临时数据库、计时、峰值内存、与同场地板的比值。数字只在同一次运行里比较才有意义。"""

import os
import resource
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def scratch() -> Iterator[str]:
    """一个空库：默认 SQLite 临时文件；给了 DATABASE_URL 就用那个 PostgreSQL 库（会建表，用完请丢弃）。"""
    folder = tempfile.mkdtemp(prefix="yijian-bench-")
    os.environ["YIJIAN_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yijian.settings.embedded")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    try:
        yield connection.vendor
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def took(work: Callable[[], object]) -> float:
    """做一遍用了几秒。"""
    start = perf_counter()
    work()
    return perf_counter() - start


def median(work: Callable[[], object], times: int = 9) -> float:
    """做几遍取中位数，秒；头一遍热身不算。"""
    work()
    return statistics.median(took(work) for _ in range(times))


def peak_mb() -> float:
    """本进程到此刻的峰值内存，MB。"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(name: str, rows: int, ours: float, floor: float, floor_words: str) -> None:
    """一行结果：行数、每秒行数、用时、地板、比值、峰值内存。"""
    print(
        f"{name}｜{rows:,} 行｜{rows / ours:,.0f} 行/秒｜{ours:.3f} 秒｜"
        f"地板（{floor_words}）{floor:.3f} 秒｜比值 {ours / floor:.2f}｜峰值 {peak_mb():.0f} MB",
        flush=True,
    )
