"""升级：杀在任何一刻，留下的不是旧库就是新库。"""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from house import ROOT, embedded, yijian

KILLS = 24


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as link:
        return list(link.iterdump())


@pytest.mark.slow
def test_killing_the_upgrade_leaves_the_old_or_the_new_database(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "kill_upgrade.py"), str(tmp_path), str(KILLS), "颐监"],
        env=embedded(tmp_path / "lock", DATABASE_URL=settings.DATABASE_URL),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert len(result["seen"]) == KILLS
    assert "between" not in result["seen"]
    assert "old" in result["seen"], "没有一次杀在升级当中，试验没有意义"
    assert result["last"] == "new"
    assert not [name for name in result["left"] if ".new" in name or name.endswith(".part")], result["left"]


@pytest.mark.once
def test_upgrade_runs_once_and_keeps_the_previous_database(site: Path) -> None:
    path = site / "yijian.sqlite3"
    with closing(sqlite3.connect(path)) as link:
        link.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        link.execute("DROP TABLE django_session")
        link.commit()
    assert yijian(site, "upgrade", "--check", DATABASE_URL="").returncode == 1
    again = yijian(site, "upgrade", "--json", DATABASE_URL="")
    assert json.loads(again.stdout)["applied"] == ["sessions.0001_initial"], again.stderr
    with closing(sqlite3.connect(path.with_name(path.name + ".bak"))) as link:
        assert (
            link.execute("SELECT count(*) FROM sqlite_master WHERE name='django_session'").fetchone()[0] == 0
        )
    assert json.loads(yijian(site, "upgrade", "--json", DATABASE_URL="").stdout)["applied"] == []


@pytest.mark.once
def test_upgrade_refuses_a_database_newer_than_the_program(site: Path) -> None:
    path = site / "yijian.sqlite3"
    with closing(sqlite3.connect(path)) as link:
        link.execute(
            "INSERT INTO django_migrations(app, name, applied) VALUES ('people', '9999_later', '2030-01-01')"
        )
        link.commit()
    before = dump(path)
    refused = yijian(site, "upgrade", DATABASE_URL="")
    assert refused.returncode == 1
    assert "数据库比程序新" in refused.stderr
    assert dump(path) == before


@pytest.mark.once
def test_upgrade_refuses_while_the_system_is_running(site: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with open(site / ".in-use.lock", "a") as running:
        fcntl.flock(running, fcntl.LOCK_SH)
        refused = yijian(site, "upgrade", DATABASE_URL="")
    assert refused.returncode == 1
    assert "系统正在运行" in refused.stderr


@pytest.mark.once
def test_every_migration_can_run_inside_one_transaction() -> None:
    loader = MigrationLoader(None)
    loose = sorted(f"{app}.{name}" for (app, name), step in loader.disk_migrations.items() if not step.atomic)
    assert not loose, f"PostgreSQL 的升级放在一个事务里，这些迁移却声明 atomic=False：{loose}"


@pytest.mark.once
def test_nothing_else_calls_migrate() -> None:
    callers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "yijian").rglob("*.py")
        if "call_command" in path.read_text(encoding="utf-8") and "tests" not in path.parts
    ]
    assert callers == ["yijian/web/ops/migration.py"]
