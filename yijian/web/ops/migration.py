"""升级数据库结构：被杀在任何一刻，留下的不是旧库就是新库。

SQLite：抄一份、在抄本上迁移、检查、落盘、改名。PostgreSQL：抢到咨询锁后，全部迁移放在一个事务里。
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.web.ops import disk, postgres

SIDE_FILES = ("-wal", "-shm", "-journal")
UPGRADE_LOCK = 0x79696A69  # pg_advisory_lock 的键：“yiji”


def database_file() -> Path | None:
    """SQLite 数据库文件；PostgreSQL 返回 None。"""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def pending() -> list[str]:
    """待执行的迁移，按顺序；库比程序新时抛 Refused。"""
    path = database_file()
    if path and not path.exists():
        return ["新建数据库"]
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as problem:
        raise Refused(f"连不上数据库：{str(problem).strip()}") from problem
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    ours = sorted(f"{app}.{name}" for app, name in unknown if app in executor.loader.migrated_apps)
    if ours and not executor.loader.replacements:
        raise Refused(f"数据库比程序新（有 {ours[0]} 等 {len(ours)} 步程序里没有的升级），请换用更新的程序。")
    return [
        f"{step.app_label}.{step.name}"
        for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]


def upgrade() -> list[str]:
    """升级：执行待执行的迁移，返回执行了哪些；没有就什么也不动。调用者已独占数据目录。"""
    steps = pending()
    if not steps:
        return []
    path = database_file()
    if path:
        upgrade_sqlite(path)
    else:
        upgrade_postgres()
    return steps


# ---- SQLite ---------------------------------------------------------------------------------------


def upgrade_sqlite(path: Path) -> None:
    """抄本上迁移再改名；旧库留作 .bak。其间旧库若被改动则放弃。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    discard(fresh)
    connection.close()
    size = path.stat().st_size if path.exists() else 0
    if shutil.disk_usage(path.parent).free < 3 * size + (64 << 20):
        raise Refused(f"磁盘空间不足：升级要临时多占约 {3 * size // (1 << 20) + 64} MiB。")
    try:
        if not path.exists():
            migrate_copy(fresh)
        else:
            with closing(sqlite3.connect(path, isolation_level=None)) as old:
                before = old.execute("PRAGMA data_version").fetchone()
                with closing(sqlite3.connect(fresh)) as copy:
                    old.backup(copy)
                migrate_copy(fresh)
                if old.execute("PRAGMA data_version").fetchone() != before:
                    raise Refused(
                        "升级期间有程序改动了数据库，升级已放弃，数据未变。请停下所有颐监进程再试。"
                    )
            keep_old(path)
        disk.put_in_place(fresh, path)
    except BaseException:
        discard(fresh)
        raise


def discard(path: Path) -> None:
    """删去抄本和它的附属文件（上次被杀时可能留下）。"""
    for name in (path.name, *(path.name + suffix for suffix in SIDE_FILES)):
        path.with_name(name).unlink(missing_ok=True)


@contextmanager
def database_at(path: Path) -> Iterator[None]:
    """让默认连接暂时指向另一个文件。"""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def migrate_copy(fresh: Path) -> None:
    """在抄本上迁移、检查完整性与外键、收成单个文件并落盘。"""
    with database_at(fresh):
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
    with closing(sqlite3.connect(fresh, isolation_level=None)) as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy.execute("PRAGMA journal_mode=DELETE")
        fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
        orphan = copy.execute("PRAGMA foreign_key_check").fetchone()
    if fault != "ok" or orphan:
        raise Refused(f"升级后的数据库没有通过检查（{fault if fault != 'ok' else orphan}），旧库未动。")
    disk.fsync_file(fresh)


def keep_old(path: Path) -> None:
    """把旧库的 WAL 并入主文件（否则会被错配到新库上），再留一份 .bak。"""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as old:
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            mode = old.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError as problem:
            raise Refused("数据库正被其他程序使用，升级已放弃，数据未变。") from problem
    if mode != "delete":
        raise Refused("数据库正被其他程序使用，升级已放弃，数据未变。")
    spare = path.with_name(path.name + ".bak.part")
    spare.unlink(missing_ok=True)
    try:
        os.link(path, spare)
    except OSError:  # 有的文件系统没有硬链接
        shutil.copy2(path, spare)
        disk.fsync_file(spare)
    os.replace(spare, path.with_name(path.name + ".bak"))


# ---- PostgreSQL -----------------------------------------------------------------------------------


def upgrade_postgres() -> None:
    """一个事务里做完全部迁移：被杀则整体回滚。升级前能用 pg_dump 就先留一份。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [UPGRADE_LOCK])
        if not cursor.fetchone()[0]:
            raise Refused("另一个进程正在升级这个数据库，请等它结束。")
    try:
        dump_before()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '60s'")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as problem:
        raise Refused(f"升级没有成功，数据库保持原样：{str(problem).strip()}") from problem
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [UPGRADE_LOCK])


def dump_before() -> None:
    """升级前的留底（pg_dump 可用且库非空时）。"""
    from yijian.web.ops.bootstrap import data_dir

    if not postgres.has_dump() or "django_migrations" not in connection.introspection.table_names():
        return
    folder = data_dir() / "backups"
    folder.mkdir(exist_ok=True)
    stamp = clock.now().astimezone(clock.TZ).strftime("%Y%m%d-%H%M%S")
    postgres.dump(connection.settings_dict, folder / f"before-upgrade-{stamp}.dump")
