"""佐证压缩包（酉阳 填表说明：按指标顺序分类命名打包）：逐个取出，连同目录名留作证据名。"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from yijian.kernel.errors import Refused

MEMBERS = 300
UNPACKED = 300 << 20
MEMBER = 60 << 20
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\._)", re.IGNORECASE)
_BROKEN = "压缩包打不开，可能没有传完或已损坏。请重新压缩成 zip 再报送。"
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Member:
    """压缩包里的一个文件：包内路径（用作证据名）、文件名、取出后的位置。"""

    label: str
    name: str
    path: Path


def unpack(given: IO[bytes], folder: Path) -> list[Member]:
    """把压缩包逐个取出到 folder，按名称里的数字排序；有密码、路径越界、过大、损坏的报 Refused。"""
    try:
        with zipfile.ZipFile(given) as package:
            infos = [info for info in package.infolist() if not info.is_dir()]
            named = [(decoded(info), info) for info in infos]
            wanted = sorted((p for p in named if not _JUNK.search(p[0])), key=lambda p: natural(p[0]))
            check(wanted)
            return list(extract(package, wanted, folder))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Refused(_BROKEN, field="files") from error


def decoded(info: zipfile.ZipInfo) -> str:
    """成员名：标了 UTF-8 的照用；否则先试 UTF-8 再试 GB18030（多数压缩软件的中文名）。"""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def natural(name: str) -> list[tuple[int, str]]:
    """数字按大小排：1.2 在 1.10 之前。"""
    return [(int(p[:9]), "") if p.isdecimal() else (-1, p) for p in _NUMBER.split(name) if p]


def check(wanted: list[tuple[str, zipfile.ZipInfo]]) -> None:
    if not wanted:
        raise Refused("压缩包是空的，请放入佐证材料后再报送。", field="files")
    if len(wanted) > MEMBERS:
        raise Refused(f"压缩包里有 {len(wanted)} 个文件，最多 {MEMBERS} 个，请分成几个包。", field="files")
    for name, info in wanted:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or ":" in parts[0] or "\x00" in name:
            raise Refused("压缩包里的路径不正常，不能接收。请重新压缩再报送。", field="files")
        if info.flag_bits & 1:
            raise Refused("压缩包设了密码，请去掉密码重新压缩再报送。", field="files")
        if name.lower().endswith((".zip", ".rar", ".7z")):
            raise Refused(f"压缩包里还有压缩包“{name}”，请先解开，再一起压缩。", field="files")


def extract(
    package: zipfile.ZipFile, wanted: list[tuple[str, zipfile.ZipInfo]], folder: Path
) -> Iterator[Member]:
    """边读边数，不信文件头里写的大小；取出的文件另起序号名，不用包里的路径。"""
    room = UNPACKED
    for number, (name, info) in enumerate(wanted):
        limit = min(MEMBER, room)
        with package.open(info) as source:
            content = source.read(limit + 1)
        if len(content) > limit:
            raise Refused("压缩包展开后太大（单个 60 MB、合计 300 MB 以内），请分成几个包。", field="files")
        room -= len(content)
        path = folder / f"{number:04d}"
        path.write_bytes(content)
        yield Member(name[:200], PurePosixPath(name).name, path)
