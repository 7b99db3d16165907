"""试算上传的草案：把压缩包里的制度包读到临时文件夹，查过再用，不入库。"""

import re
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from yijian.kernel.errors import Refused
from yijian.ledger.queries.packs import library
from yijian.regimes.kinds import Pack
from yijian.regimes.loader import load_pack

MAX_FILES = 400
MAX_FILE = 256 * 1024
MAX_ALL = 4 * 1024 * 1024
HELP = "请把制度包文件夹（内有 pack.yaml、clauses.yaml、obligations 文件夹）压成一个 zip 再上传。"


def read_draft(content: IO[bytes]) -> Pack:
    """压缩包 → 制度包；有毛病的报 Refused 或 LoadError（说明文件、行、原因）。"""
    with tempfile.TemporaryDirectory(prefix="yijian-draft-") as folder:
        inside = Path(folder) / "unpacked"
        inside.mkdir()
        unpack(content, inside)
        roots = sorted(path.parent for path in inside.rglob("pack.yaml"))
        if len(roots) != 1:
            raise Refused(f"压缩包里应当恰有一个 pack.yaml，现有 {len(roots)} 个。{HELP}", field="file")
        return load_pack(named(roots[0], Path(folder)), library().catalogue)


def named(root: Path, folder: Path) -> Path:
    """包的文件夹须与它的 id 同名；压缩时叫什么不要紧，这里改过来。"""
    text = (root / "pack.yaml").read_text("utf-8", errors="replace")
    found = re.search(r"^id:[ \t]*[\"']?([a-z0-9][a-z0-9.-]{0,79})[\"']?[ \t]*(?:#.*)?$", text, re.MULTILINE)
    return root.rename(folder / found[1]) if found and found[1] != "unpacked" else root


def unpack(content: IO[bytes], folder: Path) -> None:
    """只取 yaml 文件；名字、大小、个数都有限。"""
    try:
        with zipfile.ZipFile(content) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and wanted(m.filename)]
            if len(members) > MAX_FILES or sum(m.file_size for m in members) > MAX_ALL:
                raise Refused(f"压缩包太大：至多 {MAX_FILES} 个文件、共 4 MB。{HELP}", field="file")
            for member in members:
                write(archive, member, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Refused(f"打不开这个压缩包，可能已损坏或加了密码。{HELP}", field="file") from None


def wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix in (".yaml", ".yml") and not path.name.startswith(".") and "__MACOSX" not in path.parts


def write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    target = (folder / member.filename).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise Refused("压缩包里有越出文件夹的路径，不收。", field="file")
    with archive.open(member) as source:
        body = source.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise Refused(f"{PurePosixPath(member.filename).name} 超过 256 KB，不像制度包的文件。", field="file")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
