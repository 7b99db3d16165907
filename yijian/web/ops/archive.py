"""备份文件的格式：zip，内有 manifest.json；zip 注释是前面全部字节的 SHA-256，任何截断或改动都看得出。"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from yijian.kernel.errors import Refused
from yijian.web.ops import disk

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = 64  # 十六进制 SHA-256 的长度，正好是 zip 注释


@dataclass(frozen=True)
class Member:
    """备份里的一个文件。"""

    path: str
    size: int
    sha256: str


class Writer:
    """往备份里加文件；finish 之后才是完整的备份。"""

    def __init__(self, target: Path) -> None:
        self.path = target
        self.members: list[Member] = []
        self._zip = zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=3)

    def add(self, name: str, source: Path) -> None:
        """加入一个文件；中途被删的普通文件跳过。"""
        try:
            handle = open(source, "rb")
        except FileNotFoundError:
            return
        with handle, self._zip.open(name, "w", force_zip64=True) as out:
            size, sha256 = disk.copy_hashed(handle, out)
        self.members.append(Member(name, size, sha256))

    def finish(self, facts: dict[str, Any]) -> None:
        """写入清单与封印，落盘。"""
        listed = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in self.members]
        body = json.dumps({"format": FORMAT, **facts, "files": listed}, ensure_ascii=False, indent=1)
        self._zip.writestr(MANIFEST, body)
        self._zip.comment = b"0" * SEAL
        self._zip.close()
        with open(self.path, "rb+") as handle:
            _, sha256 = disk.copy_hashed(handle, None, self.path.stat().st_size - SEAL)
            handle.seek(-SEAL, 2)
            handle.write(sha256.encode())
        disk.fsync_file(self.path)


def check_seal(path: Path) -> None:
    """核对封印；截断、改动过的备份抛 Refused。"""
    try:
        size = path.stat().st_size
        with open(path, "rb") as handle:
            _, sha256 = disk.copy_hashed(handle, None, max(size - SEAL, 0))
            seal = handle.read()
    except OSError as problem:
        raise Refused(f"备份文件读不了：{path}（{problem.strerror}）。") from problem
    if seal != sha256.encode():
        raise Refused("备份文件不完整或被改动过（封印不符），已拒绝恢复。请换一份备份。")


def read_manifest(path: Path) -> dict[str, Any]:
    """核对封印并读出清单。"""
    check_seal(path)
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            names = {name for name in archive.namelist() if name != MANIFEST}
    except (zipfile.BadZipFile, KeyError, ValueError) as problem:
        raise Refused("这不是颐监的备份文件。") from problem
    if manifest.get("format") != FORMAT:
        raise Refused(f"备份格式是第 {manifest.get('format')} 版，本程序只认第 {FORMAT} 版。")
    if names != {entry["path"] for entry in manifest["files"]}:
        raise Refused("备份里的文件与清单不符，已拒绝恢复。")
    return manifest


def unpack(path: Path, manifest: dict[str, Any], folder: Path) -> None:
    """把清单里的文件解到 folder，逐个核对大小与 SHA-256。"""
    with zipfile.ZipFile(path) as archive:
        for entry in manifest["files"]:
            inside = PurePosixPath(entry["path"])
            if inside.is_absolute() or ".." in inside.parts or "\\" in entry["path"]:
                raise Refused(f"备份里有越出目录的文件名：{entry['path']}，已拒绝恢复。")
            target = folder.joinpath(*inside.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry["path"]) as source, open(target, "xb") as out:
                size, sha256 = disk.copy_hashed(source, out)
            if (size, sha256) != (entry["size"], entry["sha256"]):
                raise Refused(f"备份里的 {entry['path']} 与清单不符，已拒绝恢复。")
            disk.fsync_file(target)
