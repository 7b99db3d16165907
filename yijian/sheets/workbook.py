"""读工作簿（xlsx、xls）：在受限的子进程里解析，炸弹和坏文件只得到一句话。"""

import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from yijian.kernel.errors import Refused
from yijian.sheets.cells import Cell

CHILD = Path(__file__).with_name("workbook_child.py")
SECONDS = 120
_BROKEN = "打不开这个工作簿：文件可能不完整或已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
_TOO_BIG = "这个工作簿展开后太大。请删除表格右侧和下方多余的行列，或拆成几个文件，再上传。"
_LOCKED = "这个工作簿设了打开密码，请去掉密码后再上传。"

Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """一张工作表的开头：前几十行和合并的单元格（行列从 0 起，含两端）。"""

    name: str
    head: list[list[Cell]]
    merged: list[Merge]


class Workbook:
    """已打开的工作簿；sheets 是可见的表名，look 看一张表的开头，rows 逐行取一张表（只能取一次）。"""

    def __init__(self, given: IO[bytes], out: IO[bytes]) -> None:
        self._given, self._out = given, out
        self.names: list[str] = self._receive()["sheets"]

    def look(self, index: int) -> Sheet:
        found = self._ask(f"look {index}\n")
        return Sheet(self.names[index], found["head"], found["merged"])

    def rows(self, index: int) -> Iterator[tuple[Cell, ...]]:
        batch = self._ask(f"take {index}\n")
        while batch:
            yield from batch
            batch = self._receive()

    def _ask(self, line: str) -> Any:
        try:
            self._given.write(line.encode("ascii"))
            self._given.flush()
        except OSError as error:
            raise Refused(_TOO_BIG) from error
        return self._receive()

    def _receive(self) -> Any:
        """子进程是本程序自己的代码，所以可以用 pickle；它死了就是超出了限制。"""
        try:
            message = pickle.load(self._out)  # noqa: S301
        except (EOFError, pickle.UnpicklingError) as error:
            raise Refused(_TOO_BIG) from error
        if isinstance(message, dict) and "fault" in message:
            raise Refused(_LOCKED if message["fault"] == "password" else _BROKEN)
        return message


@contextmanager
def opened(content: bytes) -> Iterator[Workbook]:
    """打开工作簿；打不开、有密码、太大都报 Refused。"""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    watch = threading.Timer(SECONDS, child.kill)
    watch.start()
    assert child.stdin is not None and child.stdout is not None
    try:
        _send(child.stdin, content)
        yield Workbook(child.stdin, child.stdout)
    finally:
        watch.cancel()
        child.kill()
        child.wait()
        _close(child.stdin.close)
        child.stdout.close()


def _send(given: IO[bytes], content: bytes) -> None:
    try:
        given.write(struct.pack(">Q", len(content)))
        given.write(content)
        given.flush()
    except OSError as error:
        raise Refused(_TOO_BIG) from error


def _close(close: Callable[[], None]) -> None:
    try:
        close()
    except OSError:  # 子进程已死，管道里没写完的就不要了
        return
