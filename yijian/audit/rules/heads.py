"""签名树头：存在数据库之外的 heads.log（每行一个）、leaves.bin（每叶 32 字节）与 Ed25519 密钥。

只有先写好叶再写树头，才算封存；半截的末行和多出的叶是中断留下的，下次封存时覆盖。
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from yijian.kernel.errors import YijianError

LEAF = 32


class HeadError(YijianError):
    """树头文件或签名密钥有问题，无法封存。"""


@dataclass(frozen=True)
class Head:
    """一个树头：前 size 条记录的根（十六进制）与签发时刻。"""

    size: int
    root: str
    time: str
    sig: str = ""

    def signed_bytes(self) -> bytes:
        """签名所覆盖的内容；大小与根一起签，根本身不约束大小。"""
        return f"yijian-audit-head\n{self.size}\n{self.root}\n{self.time}\n".encode()

    def line(self) -> bytes:
        """文件中的一行。"""
        row = {"size": self.size, "root": self.root, "time": self.time, "sig": self.sig}
        return json.dumps(row).encode() + b"\n"


@dataclass(frozen=True)
class Line:
    """heads.log 的一行：head 为空表示读不懂；sound 表示签名有效。"""

    number: int
    head: Head | None
    sound: bool


@dataclass(frozen=True)
class Sealed:
    """数据库之外的全部凭据。"""

    lines: list[Line]
    leaves: bytes


def parse(text: bytes) -> Head | None:
    """读一行；读不懂为 None。"""
    try:
        row = json.loads(text)
        size, root = row["size"], bytes.fromhex(row["root"])
        if type(size) is not int or size < 0 or len(root) != LEAF or set(row) != _KEYS:
            return None
        return Head(size, root.hex(), str(row["time"]), str(row["sig"]))
    except (ValueError, TypeError, KeyError):
        return None


_KEYS = {"size", "root", "time", "sig"}


def last_head(folder: Path) -> Head | None:
    """最近一个完整写下的树头；还没有则为 None。不验签，只读文件末尾。"""
    try:
        with (folder / "heads.log").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            whole = file.read().rpartition(b"\n")[0]
    except FileNotFoundError:
        return None
    return parse(whole.rpartition(b"\n")[2]) if whole else None


def read_sealed(folder: Path) -> Sealed:
    """读出全部树头（逐行验签）与叶；文件不在时为空。"""
    with suppress(FileNotFoundError):
        whole = (folder / "heads.log").read_bytes().rpartition(b"\n")[0]
        public = _public_key(folder)
        lines = whole.split(b"\n") if whole else []
        found = [_check(number, text, public) for number, text in enumerate(lines, 1)]
        leaves = folder / "leaves.bin"
        return Sealed(found, leaves.read_bytes() if leaves.exists() else b"")
    return Sealed([], b"")


def _check(number: int, text: bytes, public: Ed25519PublicKey | None) -> Line:
    head = parse(text)
    if head is None or public is None:
        return Line(number, head, False)
    try:
        public.verify(bytes.fromhex(head.sig), head.signed_bytes())
    except (InvalidSignature, ValueError):
        return Line(number, head, False)
    return Line(number, head, True)


def append_head(
    folder: Path, state: Callable[[], tuple[int, str]], leaves: Callable[[int, int], bytes], time: str
) -> Head | None:
    """封存：锁住文件后取当前大小与根，先补写叶，再签发并追加树头，逐步落盘。

    state() 给出（大小，根）；leaves(a, b) 给出第 a+1 至 b 叶。没有新记录时返回 None。
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(folder / "heads.log") as log:
        last = last_head(folder)
        done = last.size if last else 0
        size, root = state()
        if size <= done:
            return None
        key = _private_key(folder, fresh=last is None)
        _write_leaves(folder / "leaves.bin", done, leaves(done, size))
        unsigned = Head(size, root, time)
        head = Head(size, root, time, key.sign(unsigned.signed_bytes()).hex())
        _drop_torn_line(log)
        os.write(log, head.line())
        os.fsync(log)
        return head


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    log = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(log, fcntl.LOCK_EX)
        yield log
    finally:
        os.close(log)


def _drop_torn_line(log: int) -> None:
    size = os.fstat(log).st_size
    tail = os.pread(log, 4096, max(0, size - 4096))
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        os.ftruncate(log, size - torn)


def _write_leaves(path: Path, done: int, new: bytes) -> None:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(file, done * LEAF)
        os.lseek(file, 0, os.SEEK_END)
        view = memoryview(new)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
    finally:
        os.close(file)


def _private_key(folder: Path, *, fresh: bool) -> Ed25519PrivateKey:
    path = folder / "head.key"
    if not path.exists():
        if not fresh:
            raise HeadError("审计树头的签名密钥 head.key 不见了，请从备份恢复；在此之前新记录无法封存。")
        _create_key(folder)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except ValueError as error:
        raise HeadError("审计树头的签名密钥 head.key 已损坏，请从备份恢复。") from error


def _create_key(folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    (folder / "head.pub").write_text(key.public_key().public_bytes_raw().hex() + "\n")
    draft = folder / "head.key.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key.private_bytes_raw().hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
    draft.rename(folder / "head.key")


def _public_key(folder: Path) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex((folder / "head.pub").read_text().strip()))
    except (OSError, ValueError):
        return None
