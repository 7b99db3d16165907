"""抽取时任何时刻 kill -9：要么没有抽，要么整个抽完（结果、任务、人员、审计都在）；两个进程同时抽只成一次。

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

from yijian.inspections.tests.draw_kill import DRAWN

ROUNDS = int(os.environ.get("YIJIAN_KILLS", "30"))
TABLES = {
    "结果": "SELECT count(*) FROM inspections_draw WHERE state = 'drawn' AND result <> ''",
    "任务": "SELECT count(*) FROM inspections_visit",
    "人员": "SELECT count(*) FROM inspections_visitinspector",
    "审计": "SELECT count(*) FROM audit_entry WHERE action = 'draw.drawn'",
}
NONE = dict.fromkeys(TABLES, 0)
ALL = {"结果": 1, "任务": DRAWN, "人员": 2 * DRAWN, "审计": 1}
MODULE = [sys.executable, "-m", "yijian.inspections.tests.draw_kill"]


class Target:
    """一个数据目录和在其上反复抽取的进程。"""

    def __init__(self, folder: Path) -> None:
        keep = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
        self.folder, self.clean = folder, folder.with_name("clean")
        self.env = {**keep, "YIJIAN_DATA": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([*MODULE, "prepare"], env=self.env, check=True, timeout=300)
        shutil.copytree(folder, self.clean)
        self.runner = self.serve()

    def serve(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*MODULE, "serve"], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self) -> int:
        given, said = pipes(self.runner)
        given.write("go\n")
        given.flush()
        return int(said.readline().split()[1])

    def finish(self) -> int:
        return int(pipes(self.runner)[1].readline().split()[1])

    def timed(self) -> float:
        """完整抽一次要几秒。"""
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
            return {name: database.execute(sql).fetchone()[0] for name, sql in TABLES.items()}
        finally:
            database.close()


def pipes(runner: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    assert runner.stdin and runner.stdout
    return runner.stdin, runner.stdout


def close(runner: "subprocess.Popen[str]") -> None:
    pipes(runner)[0].close()
    runner.wait(timeout=60)
    pipes(runner)[1].close()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("kill-draw") / "data"
    folder.mkdir()
    found = Target(folder)
    yield found
    close(found.runner)


pytestmark = [pytest.mark.once, pytest.mark.skipif(not hasattr(os, "fork"), reason="要能分进程")]


def test_kill_9_at_any_moment_leaves_none_or_one_whole_draw(target: Target) -> None:
    whole = min(target.timed() for _ in range(3))
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        pid = target.start()
        time.sleep(random.uniform(0, whole))
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
    if target.counts() == NONE:
        target.start()
        assert target.finish() == 0
    assert target.counts() == ALL


def test_two_at_once_draw_once(target: Target) -> None:
    target.reset()
    other = target.serve()
    try:
        for runner in (target.runner, other):
            given, _ = pipes(runner)
            given.write("go\n")
            given.flush()
        ended = []
        for runner in (target.runner, other):
            pipes(runner)[1].readline()
            ended.append(int(pipes(runner)[1].readline().split()[1]))
    finally:
        close(other)
    assert sorted(ended) == [0, 3]
    assert target.counts() == ALL
