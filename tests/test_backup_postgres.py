"""PostgreSQL 上的备份与恢复：恢复到空库，逐表逐行与原来一样。只在 PostgreSQL 那一轮跑。"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from house import yijian

from yijian.web.ops import postgres

pytestmark = pytest.mark.skipif(not settings.DATABASE_URL, reason="只在 PostgreSQL 那一轮跑")


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """两个空库的地址。"""
    base, _, _ = settings.DATABASE_URL.rpartition("/")
    names = [f"yj_backup_{which}_{os.getpid()}" for which in ("from", "into")]
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as link:
        for name in names:
            link.execute(f"CREATE DATABASE {name}")
        yield f"{base}/{names[0]}", f"{base}/{names[1]}"
        for name in names:
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(url: str) -> dict[str, tuple[int, str]]:
    """每张表的行数与内容摘要。"""
    found = {}
    with psycopg.connect(url) as link:
        tables = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = sorted(row[0] for row in link.execute(f'SELECT t::text FROM "{table}" t'))
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def test_restored_database_equals_the_source(databases: tuple[str, str], tmp_path: Path) -> None:
    if not postgres.has_dump():
        pytest.skip("没有 pg_dump")
    source, target = databases
    data, saved, into = tmp_path / "data", tmp_path / "saved.zip", tmp_path / "into"
    for words in (("upgrade",), ("account", "create-admin", "admin"), ("backup", str(saved))):
        done = yijian(data, *words, DATABASE_URL=source)
        assert done.returncode == 0, done.stderr
    refused = yijian(data, "restore", str(saved), "--into", str(into), "--database", source)
    assert refused.returncode == 1
    assert "恢复只写进空库" in refused.stderr
    assert not into.exists()
    done = yijian(data, "restore", str(saved), "--into", str(into), "--database", target)
    assert done.returncode == 0, done.stderr
    assert contents(target) == contents(source)
    assert contents(target)["people_account"][0] == 1
