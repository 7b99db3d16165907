"""内容库：文件按内容摘要（SHA-256）存放，写满、落盘、改名之后才算存下。

次序：临时文件（同一文件系统）→ fsync → 改名 → 目录 fsync → 数据库登记。任何时刻被杀，
只会留下没有登记的残留文件（由清扫收走），不会有登记了却不完整的文件。
"""

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from yijian.kernel.errors import Refused

CHUNK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class Pending:
    """已写进临时文件、还没有入库的内容。"""

    path: Path
    sha256: str
    size: int

    def read(self) -> bytes:
        return self.path.read_bytes()

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)


class Store:
    """一个目录下的内容库。"""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temporary = root / "incoming"
        self.blobs = root / "blobs"

    def path(self, sha256: str) -> Path:
        """某一摘要的文件位置（不论在不在）。"""
        return self.blobs / sha256[:2] / sha256[2:4] / sha256

    def receive(self, content: bytes | IO[bytes], limit: int) -> Pending:
        """写进临时文件并落盘；超过 limit 字节、磁盘已满报 Refused，不留残余。"""
        self.temporary.mkdir(parents=True, exist_ok=True)
        path = self.temporary / f"{uuid.uuid4().hex}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                for chunk in _chunks(content):
                    size += len(chunk)
                    if size > limit:
                        raise Refused(f"文件超过 {limit >> 20} MB，请压缩或拆分后再上传。", field="file")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except BaseException as error:
            path.unlink(missing_ok=True)
            raise _said(error) from error
        return Pending(path, digest.hexdigest(), size)

    def keep(self, pending: Pending) -> Path:
        """入库：改名到摘要所在的位置，目录落盘。已有同样内容的，新的换下旧的（顺便修好坏的）。"""
        target = self.path(pending.sha256)
        try:
            made = _make(target.parent, self.root)
            os.replace(pending.path, target)
            for folder in (target.parent, *made):
                _sync_folder(folder)
        except OSError as error:
            pending.drop()
            raise _said(error) from error
        return target

    def put(self, content: bytes | IO[bytes], limit: int) -> Pending:
        """receive 再 keep。"""
        pending = self.receive(content, limit)
        self.keep(pending)
        return pending

    def verify(self, sha256: str, size: int) -> str:
        """核验一个文件：ok、damaged（内容或大小变了）、missing。"""
        digest, seen = hashlib.sha256(), 0
        try:
            with self.path(sha256).open("rb") as given:
                for chunk in iter(lambda: given.read(CHUNK), b""):
                    digest.update(chunk)
                    seen += len(chunk)
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "damaged"
        return "ok" if seen == size and digest.hexdigest() == sha256 else "damaged"

    def folders(self) -> Iterator[list[str]]:
        """逐个目录给出其中的文件名（摘要），供清扫对照。"""
        for first in sorted(_listed(self.blobs)):
            for second in sorted(_listed(self.blobs / first)):
                yield _listed(self.blobs / first / second)

    def sweep(self, names: list[str], before: float) -> int:
        """删去这些没有登记的文件中，最后改动早于 before（时间戳，秒）的；返回删了几个。"""
        return sum(_remove_old(self.path(name), before) for name in names)

    def sweep_temporary(self, before: float) -> int:
        """删去早于 before 的临时文件。"""
        return sum(_remove_old(self.temporary / name, before) for name in _listed(self.temporary))


def _chunks(content: bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]
        return
    while chunk := content.read(CHUNK):
        yield chunk


def _said(error: BaseException) -> BaseException:
    """磁盘写满说成一句话，其他照旧。"""
    if isinstance(error, OSError) and error.errno in _FULL:
        return Refused("服务器的存储空间已满，文件没有保存。请联系系统管理员清理后再上传。", field="file")
    return error


def _make(folder: Path, root: Path) -> list[Path]:
    """建目录；返回因此要落盘的上级目录。"""
    missing = []
    step = folder
    while not step.exists() and step != root.parent:
        missing.append(step.parent)
        step = step.parent
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows 不能对目录 fsync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove_old(path: Path, before: float) -> bool:
    with suppress(FileNotFoundError):
        if path.stat().st_mtime < before:
            path.unlink()
            return True
    return False
