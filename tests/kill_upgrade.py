"""被 test_upgrade.py 以子进程执行：造一个旧库，反复升级并在随机时刻 kill -9，查看留下的是旧库还是新库。

用法：python kill_upgrade.py 目录 次数 种子；结果以 JSON 打印。fork 出来的子进程免去每次重启 Django。
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from yijian.web.ops import bootstrap

bootstrap.prepare()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from yijian.web.ops import migration  # noqa: E402


def migrate_half() -> None:
    """把当前库迁移到一半：这就是“旧版”。"""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    executor.migrate(None, plan=plan[: len(plan) * 5 // 6])
    connection.close()


class OnSQLite:
    """旧库是 WAL 模式，且有一行还在 WAL 里没有并入主文件。"""

    def __init__(self, folder: Path) -> None:
        self.old, self.trial = folder / "old", folder / "data"
        self.old.mkdir()
        self.name = Path(connection.settings_dict["NAME"]).name
        path = self.old / self.name
        with migration.database_at(path):
            migrate_half()
        hot = sqlite3.connect(path)
        hot.execute("PRAGMA journal_mode=WAL")
        hot.execute("INSERT INTO django_content_type(app_label, model) VALUES ('kill', 'mark')")
        hot.commit()
        spare = folder / "spare"
        shutil.copytree(self.old, spare)
        hot.close()
        shutil.rmtree(self.old)
        spare.rename(self.old)
        assert (self.old / f"{self.name}-wal").stat().st_size > 0

    def reset(self) -> None:
        shutil.rmtree(self.trial, ignore_errors=True)
        shutil.copytree(self.old, self.trial)
        connection.settings_dict["NAME"] = str(self.trial / self.name)

    def settle(self) -> None:
        """被杀的进程什么都不会再做。"""

    def state(self) -> tuple[Any, ...]:
        with closing(sqlite3.connect(self.trial / self.name)) as link:
            assert link.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert (
                link.execute("SELECT count(*) FROM django_content_type WHERE app_label='kill'").fetchone()[0]
                == 1
            )
            tables = link.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
            steps = link.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        return sorted(map(str, tables)), sorted(steps)


class OnPostgres:
    """每次试验从模板库复制一个库。"""

    def __init__(self, folder: Path) -> None:
        self.settings = dict(connection.settings_dict)
        self.template, self.trial = f"yj_kill_old_{os.getpid()}", f"yj_kill_{os.getpid()}"
        self.admin(f"CREATE DATABASE {self.template}")
        connection.settings_dict["NAME"] = self.template
        migrate_half()

    def link(self, name: str) -> Any:
        import psycopg

        given = self.settings
        return psycopg.connect(
            host=given["HOST"],
            port=given["PORT"],
            user=given["USER"],
            password=given["PASSWORD"],
            dbname=name,
            autocommit=True,
        )

    def admin(self, statement: str) -> None:
        with self.link(self.settings["NAME"]) as link:
            link.execute(statement)

    def reset(self) -> None:
        connection.close()
        self.admin(f"DROP DATABASE IF EXISTS {self.trial} WITH (FORCE)")
        self.admin(f"CREATE DATABASE {self.trial} TEMPLATE {self.template}")
        connection.settings_dict["NAME"] = self.trial

    def settle(self) -> None:
        """等服务器发现客户端没了。"""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with self.link(self.settings["NAME"]) as link:
            for _ in range(200):
                if link.execute(query, [self.trial]).fetchone()[0] == 0:
                    return
                time.sleep(0.05)
        raise AssertionError("被杀的升级还占着连接")

    def state(self) -> tuple[Any, ...]:
        columns = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
        with self.link(self.trial) as link:
            tables = [*link.execute(columns).fetchall(), *link.execute(indexes).fetchall()]
            steps = link.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2").fetchall()
        return sorted(map(str, tables)), sorted(steps)

    def clear(self) -> None:
        for name in (self.trial, self.template):
            self.admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def attempt(wait: float | None) -> float:
    """子进程里升级；wait 秒后杀掉（None 表示等它做完），返回用时。"""
    connection.close()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with bootstrap.occupying(alone=True):
                migration.upgrade()
            code = 0
        finally:
            os._exit(code)
    if wait is None:
        assert os.waitpid(child, 0)[1] == 0, "升级没有成功"
        return time.monotonic() - began
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - began


def main() -> None:
    folder, times, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    where = OnSQLite(folder) if connection.vendor == "sqlite" else OnPostgres(folder)
    where.reset()
    old = where.state()
    whole = attempt(None)
    new = where.state()
    assert old[1] != new[1]
    dice, seen = random.Random(seed), []
    for _ in range(times):
        where.reset()
        attempt(dice.uniform(0, whole * 1.02))
        where.settle()
        found = where.state()
        seen.append("old" if found == old else "new" if found == new else "between")
    attempt(None)  # 最后一次被杀之后，再升级必须成功
    where.settle()
    last = "new" if where.state() == new else "between"
    left = sorted(path.name for path in where.trial.iterdir()) if isinstance(where, OnSQLite) else []
    if isinstance(where, OnPostgres):
        where.clear()
    print(json.dumps({"seen": seen, "last": last, "left": left, "whole": whole}))


main()
