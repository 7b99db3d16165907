"""解析工作簿的子进程：只做一件事，读 xlsx/xls 并把各行送回；内存和时间受限，炸弹文件炸不到主程序。

独立运行，只依赖 python_calamine。协议：标准输入先给 8 字节长度和文件内容，再逐行给命令
（next 看下一张表，take N 取第 N 张）；标准输出是一串 pickle：每张表一个说明，取表后是一批批的行，空批结束。
"""

import contextlib
import io
import pickle
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

HEAD = 40
BATCH = 2_000


def limit(size: int) -> None:
    """给本进程设上限：内存 512 MiB 加文件的四十倍，处理器时间 120 秒。"""
    try:
        import resource
    except ImportError:  # Windows 没有这个模块
        return
    memory = (512 << 20) + 40 * size
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(given: BinaryIO, out: BinaryIO) -> None:
    (size,) = struct.unpack(">Q", given.read(8))
    limit(size)
    import python_calamine as calamine

    def send(message: object) -> None:
        pickler = pickle.Pickler(out, protocol=5)
        pickler.fast = True  # 行里没有共享的对象，不记忆快一倍
        pickler.dump(message)
        out.flush()

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.read(size)))
    except calamine.PasswordError:
        return send({"fault": "password"})
    except (calamine.CalamineError, OSError, ValueError):
        return send({"fault": "broken"})
    visible = [
        i
        for i, meta in enumerate(book.sheets_metadata)
        if meta.visible == calamine.SheetVisibleEnum.Visible and meta.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    sheets: dict[int, Any] = {}
    send({"sheets": [book.sheet_names[i] for i in visible]})
    for line in given:
        word, _, index = line.decode("ascii").strip().partition(" ")
        number = int(index)
        try:
            if number not in sheets:
                sheets[number] = book.get_sheet_by_index(visible[number])
            sheet = sheets[number]
        except (calamine.CalamineError, OSError, ValueError):
            return send({"fault": "broken"})
        if word == "look":
            head = [row for _, row in zip(range(HEAD), rows_of(sheet), strict=False)]
            send({"head": head, "merged": list(sheet.merged_cell_ranges or ())})
        else:
            return send_rows(sheet, send)


def rows_of(sheet: Any) -> Iterator[list[object]]:
    """各行，从第 1 行第 A 列算起；calamine 会省掉左边的空列，这里补上。"""
    left: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
    return (left + row for row in sheet.iter_rows()) if left else sheet.iter_rows()


def send_rows(sheet: Any, send: Callable[[object], None]) -> None:
    batch: list[tuple[object, ...]] = []
    for row in rows_of(sheet):
        batch.append(tuple(row))
        if len(batch) == BATCH:
            send(batch)
            batch = []
    if batch:
        send(batch)
    send([])


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
