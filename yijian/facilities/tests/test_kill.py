"""导入时任何时刻 kill -9：要么全有，要么全无；再跑一次补齐，不丢不重。

轮数由 YIJIAN_KILLS 给出，平常 30，发版前 300。
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from yijian.facilities.tests.samples import csv_bytes, listed

ROUNDS = int(os.environ.get("YIJIAN_KILLS", "30"))
ROWS = 600
TABLES = {
    "机构": "SELECT count(*) FROM facilities_facility",
    "历史": "SELECT count(*) FROM facilities_historicalfacility",
    "单位": "SELECT count(*) FROM people_unit WHERE function = 'facility' AND name LIKE '颐%'",
    "批次": "SELECT count(*) FROM sheets_importbatch WHERE state = 'committed'",
    "提醒": "SELECT count(*) FROM facilities_importnote",
    "审计": "SELECT count(*) FROM audit_entry WHERE action = 'facility.imported'",
}
NONE = dict.fromkeys(TABLES, 0)
ALL = {"机构": ROWS, "历史": ROWS, "单位": ROWS, "批次": 1, "提醒": 1, "审计": 1}


class Target:
    """一个数据目录和在其上反复导入的进程。"""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.path = folder, path
        keep = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
        self.env = {**keep, "YIJIAN_DATA": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self.module = [sys.executable, "-m", "yijian.facilities.tests.kill_runner"]
        subprocess.run([*self.module, "prepare"], env=self.env, check=True, timeout=300)
        self.clean = folder.with_name("clean")
        shutil.copytree(folder, self.clean)
        self.runner = subprocess.Popen(
            [*self.module, "serve", str(path)],
            env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    @property
    def pipes(self) -> tuple[IO[str], IO[str]]:
        assert self.runner.stdin and self.runner.stdout
        return self.runner.stdin, self.runner.stdout

    def start(self) -> int:
        given, said = self.pipes
        given.write("go\n")
        given.flush()
        return int(said.readline().split()[1])

    def finish(self) -> int:
        return int(self.pipes[1].readline().split()[1])

    def timed(self) -> float:
        """完整导入一次要几秒。"""
        began = time.perf_counter()
        self.start()
        assert self.finish() == 0
        took = time.perf_counter() - began
        assert self.counts() == ALL
        self.reset()
        return took

    def reset(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.clean, self.folder)

    def counts(self) -> dict[str, int]:
        database = sqlite3.connect(self.folder / "yijian.sqlite3")
        try:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            return {name: database.execute(sql).fetchone()[0] for name, sql in TABLES.items()}
        finally:
            database.close()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("kill")
    path = folder / "机构.csv"
    path.write_bytes(csv_bytes(listed(ROWS)))
    (folder / "data").mkdir()
    found = Target(folder / "data", path)
    yield found
    found.pipes[0].close()
    found.runner.wait(timeout=60)
    found.pipes[1].close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="要能分进程")
def test_kill_9_at_any_moment_leaves_all_or_nothing(target: Target) -> None:
    whole = min(target.timed() for _ in range(3))
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        pid = target.start()
        time.sleep(random.uniform(0, whole * 1.05))
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        ended = target.finish()
        found = target.counts()
        assert found in (NONE, ALL), found
        seen["杀中" if ended else "办完"] += 1
        if found == ALL:
            target.reset()
    assert seen["杀中"] > ROUNDS // 3, seen
    for _ in range(2):
        target.start()
        assert target.finish() == 0
        assert target.counts() == ALL


def test_two_at_once_import_the_file_once(target: Target) -> None:
    target.reset()
    command = [
        sys.executable,
        "-m",
        "yijian.web.cli",
        "import",
        "facilities",
        str(target.path),
        "--region",
        "990102",
    ]
    both = [subprocess.Popen(command, env=target.env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=120)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert target.counts() == ALL
    assert sorted("导入过" in words for words in said) == [False, True], said
