"""备份与恢复：恢复出来的与原来一样；截断、翻转过一位的备份一概拒绝。"""

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from house import yijian

from yijian.kernel.errors import Refused
from yijian.web.ops import archive
from yijian.web.ops import backup as work

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def source(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """一个有库、有人、有文件、有审计树头的小站。"""
    data = Path(shutil.copytree(built, tmp_path_factory.mktemp("source") / "data"))
    made = yijian(data, "account", "create-admin", "admin", DATABASE_URL="")
    assert made.returncode == 0, made.stderr
    (data / "files" / "ab").mkdir(parents=True)
    (data / "files" / "ab" / "证据.bin").write_bytes(bytes(range(256)) * 400)
    return data


@pytest.fixture(scope="module")
def saved(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "备份.zip"
    done = yijian(source, "backup", str(target), "--json", DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["engine"] == "sqlite"
    return target


def tables(path: Path) -> dict[str, list[str]]:
    """每张表的全部行，作比较用。"""
    with closing(sqlite3.connect(path)) as link:
        names = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: sorted(map(repr, link.execute(f'SELECT * FROM "{name}"'))) for name in names}


def files(folder: Path) -> dict[str, str]:
    skip = {".in-use.lock"}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in skip and not path.name.startswith("yijian.sqlite3")
    }


def test_restored_site_equals_the_source(source: Path, saved: Path, tmp_path: Path) -> None:
    into = tmp_path / "new"
    done = yijian(tmp_path, "restore", str(saved), "--into", str(into), DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    assert tables(into / "yijian.sqlite3") == tables(source / "yijian.sqlite3")
    assert files(into) == files(source)
    assert "audit/heads.log" in files(into)
    assert yijian(into, "upgrade", "--check", DATABASE_URL="").returncode == 0


def test_backup_file_is_private_and_never_overwritten(source: Path, saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    before = saved.read_bytes()
    done = yijian(source, "backup", str(saved), DATABASE_URL="")
    assert done.returncode == 1
    assert "已经存在" in done.stderr
    assert saved.read_bytes() == before


def test_truncated_archives_are_refused_at_a_hundred_offsets(saved: Path, tmp_path: Path) -> None:
    whole, cut = saved.read_bytes(), tmp_path / "cut.zip"
    for step in range(100):
        cut.write_bytes(whole[: len(whole) * step // 100])
        with pytest.raises(Refused):
            work.restore(cut, tmp_path / "into")
    cut.write_bytes(whole[:-1])
    with pytest.raises(Refused):
        work.restore(cut, tmp_path / "into")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.zip"]


def test_flipped_archives_are_refused_wherever_the_bit_is(saved: Path, tmp_path: Path) -> None:
    whole, bad = saved.read_bytes(), tmp_path / "bad.zip"
    places = [len(whole) * step // 100 for step in range(100)] + [len(whole) - 1, len(whole) - 70, 8, 10]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1
        bad.write_bytes(damaged)
        with pytest.raises(Refused):
            work.restore(bad, tmp_path / "into")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.zip"]


def test_restore_never_writes_over_existing_data(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("原有的文件")
    with pytest.raises(Refused, match="不是空目录"):
        work.restore(saved, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def sealed(target: Path, members: dict[str, bytes]) -> Path:
    """造一份封印完好、内容却有毛病的备份。"""
    writer = archive.Writer(target)
    for name, body in members.items():
        source = target.with_suffix(".part")
        source.write_bytes(body)
        writer.add(name, source)
        source.unlink()
    writer.finish({"made_at": "2026-01-01", "engine": "sqlite"})
    return target


def test_a_forged_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    forged = sealed(tmp_path / "forged.zip", {"../outside": b"x"})
    with pytest.raises(Refused, match="越出目录"):
        work.restore(forged, tmp_path / "into")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forged.zip"]


def test_a_broken_database_inside_a_good_seal_is_refused(tmp_path: Path) -> None:
    forged = sealed(tmp_path / "forged.zip", {"yijian.sqlite3": b"not a database" * 100})
    with pytest.raises(Refused, match="没有通过检查"):
        work.restore(forged, tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_some_other_zip_is_not_a_backup(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as out:
        out.writestr("a.txt", "a")
    with pytest.raises(Refused):
        work.restore(other, tmp_path / "into")
