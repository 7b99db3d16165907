"""工作进程被 kill -9：任务由下一个进程重跑，效果恰好一次。"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest


@contextmanager
def child(folder: Path, *act: str) -> Iterator["subprocess.Popen[str]"]:
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    command = [sys.executable, "-m", "yijian.worker.tests.kill_worker", str(folder), *act]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(folder: Path, *act: str) -> str:
    with child(folder, *act) as process:
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    return out


def running(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "yijian.sqlite3", timeout=20)) as database:
        row = database.execute("SELECT status FROM django_tasks_database_dbtaskresult").fetchone()
    return bool(row and row[0] == "RUNNING")


@pytest.mark.slow
def test_a_task_whose_worker_is_killed_runs_again_with_one_effect(tmp_path: Path) -> None:
    finished(tmp_path, "setup", "1.5")
    until = time.monotonic() + 60
    with child(tmp_path, "work") as worker:
        while not running(tmp_path):
            assert time.monotonic() < until and worker.poll() is None
            time.sleep(0.05)
        time.sleep(0.3)
    assert worker.returncode == -9 and running(tmp_path)
    found = json.loads(finished(tmp_path, "finish"))
    assert found == {"done": 1, "marks": 1, "backlog": {"SUCCESSFUL": 1}}
