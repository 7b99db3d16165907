"""被 test_kill.py 以子进程执行：反复导入同一份文件并在随机时刻 kill -9，查看留下什么。

用法：python -m yijian.sheets.tests.kill_import 目录 次数 种子；结果以 JSON 打印。
fork 的子进程免去每次重启 Django。
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

ROWS = 3_000


def main(folder: Path, rounds: int, seed: int) -> None:
    os.environ["YIJIAN_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yijian.settings.embedded")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()
    dice = random.Random(seed)
    took = max(run(0, None), 0.05)
    faults: list[str] = []
    killed = 0
    number = 0
    while number < rounds or (killed < 4 and number < rounds * 4):  # 机器忙闲不一，没杀够就接着杀
        number += 1
        killed += run(number, dice.uniform(0, took * 1.6)) < 0
        faults += look(number)
        run(number, None)
        faults += look(number, complete=True)
    print(json.dumps({"killed": killed, "faults": faults, "rounds": number}))


def run(number: int, wait: float | None) -> float:
    """导入一轮；wait 秒后杀掉（None 不杀）。返回用时，被杀为负。"""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            work(number)
        finally:
            os._exit(0)
    if wait is not None:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    took = time.monotonic() - start
    return -took if os.WIFSIGNALED(status) else took


def work(number: int) -> None:
    from yijian.access.viewer import SYSTEM
    from yijian.sheets import services
    from yijian.sheets.tests import sample_kind

    assert sample_kind
    lines = ["名称,床位", *(f"{number}号{i}院,{i % 90}" for i in range(ROWS))]
    content = "\n".join(lines).encode()
    services.run_import(kind="sample", content=content, filename="a.csv", commit=True, by=SYSTEM)


def look(number: int, complete: bool = False) -> list[str]:
    """这一轮的行要么全在要么全不在，批次与行相符，审计与批次相符。"""
    from django.db import connection

    from yijian.audit.models import Entry
    from yijian.sheets.models import ColumnMapping, ImportBatch

    rows = ColumnMapping.objects.filter(signature__startswith=f"{number}号").count()
    batches = ImportBatch.objects.count()
    entries = Entry.objects.filter(action="sheets.committed").count()
    expected = number + 1 if rows else number
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        whole = cursor.fetchone()[0]
    connection.close()
    faults = [] if rows in ((ROWS,) if complete else (0, ROWS)) else [f"第 {number} 轮有 {rows} 行"]
    if (batches, entries) != (expected, expected) or whole != "ok":
        faults.append(f"第 {number} 轮：批次 {batches}，审计 {entries}，应为 {expected}；{whole}")
    return faults


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
