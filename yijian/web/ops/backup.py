"""备份与恢复：一致的数据库快照、全部文件、审计树头，装进一个带封印的 zip。"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.web.ops import archive, disk, postgres

SQLITE_NAME = "yijian.sqlite3"
DUMP_NAME = "database.dump"
LEFT_OUT = {"backups", "static", ".in-use.lock"}


def backup(target: Path) -> dict[str, Any]:
    """备份到 target（已存在则拒绝），返回清单。先抄审计树头，再取库快照，最后抄文件：
    树头不会比库新，库里提到的文件都在。"""
    from django.db import connection

    from yijian.web.ops.bootstrap import data_dir

    if target.exists():
        raise Refused(f"{target} 已经存在，请换个文件名，以免盖掉旧备份。")
    if not target.parent.is_dir():
        raise Refused(f"目录不存在：{target.parent}")
    fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
    folder = data_dir()
    try:
        writer = archive.Writer(fresh)
        fresh.chmod(0o600)
        done = set()
        for name, path in files_under(folder, folder / "audit"):
            writer.add(f"data/{name}", path)
            done.add(name)
        snapshot(connection, writer, folder)
        for name, path in files_under(folder, folder):
            if name not in done:
                writer.add(f"data/{name}", path)
        writer.finish(facts(connection))
        manifest = archive.read_manifest(fresh)
        disk.put_in_place(fresh, target)
    except sqlite3.Error as problem:
        raise Refused(f"数据库快照没有取成：{problem}") from problem
    finally:
        fresh.unlink(missing_ok=True)
    return manifest


def files_under(root: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """folder 里要备份的文件；数据库本身、旧备份、锁与半成品除外。"""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(root)
        skip = (
            name.parts[0] in LEFT_OUT
            or name.name.startswith((SQLITE_NAME, ".secret."))
            or name.suffix == ".part"
        )
        if path.is_file() and not path.is_symlink() and not skip:
            yield name.as_posix(), path


def snapshot(connection: Any, writer: archive.Writer, folder: Path) -> None:
    """数据库的一致快照：SQLite 用 VACUUM INTO，PostgreSQL 用 pg_dump；都不挡写入。"""
    with tempfile.TemporaryDirectory(prefix=".snapshot-", suffix=".part", dir=folder) as scratch:
        copy = Path(scratch) / "copy"
        if connection.vendor == "sqlite":
            source = Path(connection.settings_dict["NAME"])
            if not source.exists():
                raise Refused("还没有数据库，没有可备份的内容。")
            with closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as live:
                live.execute("VACUUM INTO ?", [str(copy)])
            writer.add(SQLITE_NAME, copy)
        else:
            postgres.dump(connection.settings_dict, copy)
            writer.add(DUMP_NAME, copy)


def facts(connection: Any) -> dict[str, Any]:
    """清单开头：何时、何种数据库、结构到哪一步。"""
    from django.db.migrations.recorder import MigrationRecorder

    last: dict[str, str] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        last[app] = max(name, last.get(app, ""))
    return {
        "made_at": clock.now().isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "migrations": last,
    }


# ---- 恢复 -----------------------------------------------------------------------------------------


def restore(source: Path, into: Path, database_url: str = "") -> dict[str, Any]:
    """把备份恢复到空目录 into，返回清单。PostgreSQL 的备份还要给一个空库的地址。"""
    manifest = archive.read_manifest(source)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Refused(f"{into} 不是空目录。恢复只写进空目录，不覆盖现有数据。")
    need = sum(entry["size"] for entry in manifest["files"])
    into.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(into.parent).free < need + (16 << 20):
        raise Refused(f"磁盘空间不足：恢复需要约 {need // (1 << 20) + 16} MiB。")
    scratch = Path(tempfile.mkdtemp(prefix=f".{into.name}-", suffix=".part", dir=into.parent))
    try:
        archive.unpack(source, manifest, scratch)
        place = scratch / "data"
        place.mkdir(exist_ok=True)
        if manifest["engine"] == "sqlite":
            check_sqlite(scratch / SQLITE_NAME)
            os.replace(scratch / SQLITE_NAME, place / SQLITE_NAME)
        else:
            load_postgres(scratch / DUMP_NAME, database_url)
        if into.exists():
            into.rmdir()
        os.replace(place, into)
        disk.fsync_folder(into.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def check_sqlite(path: Path) -> None:
    """恢复出来的库要过完整性检查。"""
    try:
        with closing(sqlite3.connect(path)) as copy:
            fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as problem:
        fault = str(problem)
    if fault != "ok":
        raise Refused(f"备份里的数据库没有通过检查（{fault}），已拒绝恢复。")


def load_postgres(dump: Path, database_url: str) -> None:
    """装入 PostgreSQL 空库；库里已有表则拒绝。"""
    if not database_url:
        raise Refused("这份备份来自 PostgreSQL，请用 --database 给一个空库的地址（postgres://…）。")
    import psycopg

    settings = postgres.from_url(database_url)
    try:
        with psycopg.connect(database_url) as link:
            row = link.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except psycopg.Error as problem:
        raise Refused(f"连不上数据库：{str(problem).strip()}") from problem
    if row and row[0]:
        raise Refused(f"数据库 {settings['NAME']} 里已有 {row[0]} 张表。恢复只写进空库，不覆盖现有数据。")
    postgres.load(settings, dump)
