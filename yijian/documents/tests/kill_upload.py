"""被 test_kill.py 以子进程执行：反复上传并在随机时刻 kill -9，查看登记的是否都完整。

用法：python -m yijian.documents.tests.kill_upload 目录 次数 种子；结果以 JSON 打印。
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path


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
    pairs = [run(dice, None), run(dice, None)]
    took, killed = max(pairs), 0
    for _ in range(rounds):
        killed += run(dice, dice.uniform(0, took)) < 0
    print(json.dumps({"killed": killed} | look()))


def run(dice: random.Random, wait: float | None) -> float:
    start, seed = time.monotonic(), dice.random()
    child = os.fork()
    if child == 0:
        try:
            work(seed)
        finally:
            os._exit(0)
    if wait is not None:
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    took = time.monotonic() - start
    return -took if os.WIFSIGNALED(status) else took


def work(seed: float) -> None:
    from yijian.access.viewer import SYSTEM
    from yijian.documents import services
    from yijian.documents.tests import corpus

    random.seed(seed)
    for size in (80, 120, 160):
        content = corpus.picture("JPEG", (size, size))
        services.store_upload(name=f"{size}.jpg", content=content, label="", by=SYSTEM)
        services.store_upload(name="a.txt", content=os.urandom(64).hex().encode() * size, label="", by=SYSTEM)


def look() -> dict[str, int]:
    """登记了的逐个核验；没有登记的数一数，再清扫。"""
    from datetime import timedelta

    from yijian.access.viewer import SYSTEM
    from yijian.audit.models import Entry
    from yijian.documents import queries, services
    from yijian.documents.models import Blob, Document
    from yijian.kernel import clock

    store = queries.store()
    bad = sum(store.verify(blob.sha256, blob.size) != "ok" for blob in Blob.objects.all())
    files = sum(len(names) for names in store.folders())
    with clock.travel(clock.now() + timedelta(days=2)):
        swept = services.sweep(by=SYSTEM)
    after = sum(len(names) for names in store.folders())
    return {
        "bad": bad,
        "documents": Document.objects.count(),
        "entries": Entry.objects.filter(action="documents.uploaded").count(),
        "blobs": Blob.objects.count(),
        "orphans": files - Blob.objects.count(),
        "swept": swept,
        "left": after - Blob.objects.count(),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
