"""单独的进程：在磁盘上的 SQLite 里写审计，供多进程与 kill -9 测试。

用法：writer 目录 条数；条数 0 为建库。写完核验一遍，打印结果。
"""

import sys
import time
from pathlib import Path

import django
from django.conf import settings

from yijian.settings.base import sqlite


def main(folder: Path, count: int) -> None:
    settings.configure(
        INSTALLED_APPS=["yijian.audit"],
        DATABASES={"default": sqlite(folder / "audit.sqlite3")},
        DATA_DIR=folder,
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from yijian.audit.services import SYSTEM, record, verify_command

    if count == 0:
        call_command("migrate", "audit", verbosity=0)
    for i in range(count):
        with transaction.atomic():
            record("audit.verified", by=SYSTEM, data={"size": i})
        time.sleep(0.005)
    sys.exit(verify_command(as_json=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
