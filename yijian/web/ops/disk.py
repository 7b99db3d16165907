"""落盘：写完同步、原子改名，断电或被杀都不留半个文件。"""

import hashlib
import os
from pathlib import Path
from typing import IO

CHUNK = 1 << 20


def fsync_file(path: Path) -> None:
    """把文件内容压到盘上。"""
    with open(path, "rb+") as handle:
        os.fsync(handle.fileno())


def fsync_folder(path: Path) -> None:
    """把目录项压到盘上；Windows 没有这一步。"""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(fresh: Path, target: Path) -> None:
    """把写好的 fresh 换成 target：要么旧的，要么新的。"""
    fsync_file(fresh)
    os.replace(fresh, target)
    fsync_folder(target.parent)


def copy_hashed(source: IO[bytes], target: IO[bytes] | None, limit: int | None = None) -> tuple[int, str]:
    """边抄边算 SHA-256，返回 (字节数, 十六进制摘要)；target 为 None 时只算；limit 是只读前多少字节。"""
    seen, state = 0, hashlib.sha256()
    while limit is None or seen < limit:
        block = source.read(CHUNK if limit is None else min(CHUNK, limit - seen))
        if not block:
            break
        state.update(block)
        seen += len(block)
        if target is not None:
            target.write(block)
    return seen, state.hexdigest()
