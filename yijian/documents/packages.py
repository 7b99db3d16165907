"""检查文档里夹带的东西：宏、外部引用、嵌入对象、DDE、PDF 脚本。有就不收，并说明怎么办。"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from yijian.kernel.errors import Refused

MEMBERS = 5_000
UNPACKED = 300 << 20
PART = 64 << 20
RATIO = 400
_SAFE_LINK = re.compile(rb'Target\s*=\s*["\'](?:https?:|mailto:|#)', re.IGNORECASE)
_HYPERLINK = re.compile(rb'Type\s*=\s*["\'][^"\']*/hyperlink["\']')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
_FIELD = re.compile(rb"<(?:\w+:)?instrText\b[^<>]*>([^<]*)<|\binstr\s*=\s*[\"']([^\"']*)[\"']")
_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_EMBEDDED = ("embeddings/", "activex/", "oleobject", "externallinks/", "macrosheets/", "dialogsheets/")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
_SCRIPT = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|XFA)(?=[\s/(<\[\]>]|$)")
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_MACRO_NAMES = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "Ole10Native"))
_BROKEN = "文件打不开，可能没有传完或已损坏。请用原来的软件打开，另存一份再上传。"


def check(container: str, path: Path) -> None:
    """按容器检查；照片、视频、文本另有检查，此处不管。"""
    if container in ("docx", "xlsx", "ofd"):
        check_zip(container, path)
    elif container == "ole":
        check_ole(path.read_bytes())
    elif container == "pdf":
        check_pdf(path.read_bytes())
    elif container == "text":
        check_text(path.read_bytes())


def check_zip(container: str, path: Path) -> None:
    """docx、xlsx、ofd：成员名、大小、主文件、夹带物。"""
    must = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}[container]
    try:
        with zipfile.ZipFile(path) as package:
            names = _names(package)
            if must not in names:
                raise Refused(f"这不是 {container} 文件，可能改过扩展名。请另存一份再上传。", field="file")
            total = 0
            for info in package.infolist():
                content = _part(package, info, UNPACKED - total)
                total += len(content)
                _check_part(info.filename.lower(), content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refused(_BROKEN, field="file") from error
    except ValueError as error:
        raise Refused(_BROKEN, field="file") from error


def _names(package: zipfile.ZipFile) -> set[str]:
    infos = package.infolist()
    names = {info.filename for info in infos}
    slip = any(".." in PurePosixPath(n).parts or n.startswith(("/", "\\")) or "\\" in n for n in names)
    if len(infos) > MEMBERS or len({name.lower() for name in names}) != len(infos) or slip:
        raise Refused("文件的内部结构不正常，不能接收。请用原来的软件打开，另存一份再上传。", field="file")
    if any(info.flag_bits & 1 for info in infos):
        raise Refused("文件设了密码，请去掉密码后再上传。", field="file")
    return names


def _part(package: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    """读一个成员，不信文件头里写的大小，边读边数。"""
    limit = min(PART, room)
    with package.open(info) as given:
        content = given.read(limit + 1)
    squeezed = len(content) > (1 << 20) and len(content) > RATIO * max(info.compress_size, 1)
    if len(content) > limit or squeezed:
        raise Refused("文件展开后大得不正常，不能接收。请另存为 PDF 再上传。", field="file")
    return content


def _check_part(name: str, content: bytes) -> None:
    if "vbaproject" in name or (b"macroEnabled" in content[:100_000] and name == "[content_types].xml"):
        raise Refused("文件里有宏，不能接收。请另存为不带宏的 .docx、.xlsx 或 PDF 再上传。", field="file")
    if any(mark in name for mark in _EMBEDDED) or (
        name.endswith((".bin", ".exe", ".js", ".vbs")) and ("printersettings" not in name)
    ):
        raise Refused(
            "文件里嵌入或引用了别的文件，不能接收。请删去嵌入的对象，或另存为 PDF 再上传。", field="file"
        )
    if name.endswith((".xml", ".rels", ".vml")):
        _check_markup(name, content)


def _check_markup(name: str, content: bytes) -> None:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("文件的内部结构不正常，不能接收。请另存为 PDF 再上传。", field="file")
    if name.endswith(".rels"):
        _check_relations(content)
    fields = b"".join(a or b for a, b in _FIELD.findall(content))
    if _DDE.search(fields) or b"ddeLink" in content:
        raise Refused("文件里有自动执行的链接（DDE），不能接收。请另存为 PDF 再上传。", field="file")


def _check_relations(content: bytes) -> None:
    """指向文件外的引用只许是网页、邮件的超链接；模板、图片、对象的外部引用会在打开时自动联网。"""
    for relation in _RELATION.findall(content):
        outside = re.search(rb'TargetMode\s*=\s*["\']External', relation, re.IGNORECASE)
        if outside and not (_HYPERLINK.search(relation) and _SAFE_LINK.search(relation)):
            raise Refused(
                "文件引用了外部的模板、图片或数据，不能接收。请断开链接，或另存为 PDF 再上传。", field="file"
            )


def check_ole(content: bytes) -> None:
    """旧格式文档：目录里有宏工程或打包对象的不收；加密的不收。"""
    if any(name in content for name in _MACRO_NAMES):
        raise Refused("文件里有宏或嵌入的程序，不能接收。请另存为 .docx、.xlsx 或 PDF 再上传。", field="file")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("文件设了密码，请去掉密码后再上传。", field="file")


def check_pdf(content: bytes) -> None:
    """PDF：要有结尾，不带脚本、启动程序；加密的看不到内容，不收。"""
    if b"%%EOF" not in content[-2048:]:
        raise Refused("PDF 不完整，可能没有传完。请重新上传。", field="file")
    outside = _plain_names(_without_streams(content))
    if re.search(rb"/Encrypt(?=[\s/<])", outside):
        raise Refused("PDF 设了密码或编辑限制，无法检查内容，请去掉后再上传。", field="file")
    for part in (outside, *map(_plain_names, _object_streams(content))):
        if _SCRIPT.search(part):
            raise Refused("PDF 里有脚本或启动程序的动作，不能接收。请重新打印成 PDF 再上传。", field="file")


def _without_streams(content: bytes) -> bytes:
    """去掉流的内容（压缩数据里什么字节都可能碰巧出现）；只向前找，随长度线性。"""
    kept: list[bytes] = []
    position = 0
    while True:
        start = content.find(b"stream", position)
        end = content.find(b"endstream", start + 6) if start >= 0 else -1
        if end < 0:
            return b" ".join([*kept, content[position:]])
        kept.append(content[position:start])
        position = end + 9


def _plain_names(content: bytes) -> bytes:
    """还原写成 #4A 样子的名字。"""
    return _ESCAPED_NAME.sub(lambda found: bytes([int(found[1], 16)]), content)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """解开对象流（压缩了的对象）；总量有上限。"""
    room = UNPACKED
    for found in _OBJECT_STREAM.finditer(content):
        unpack = zlib.decompressobj()
        try:
            part = unpack.decompress(content[found.end() : found.end() + PART], min(PART, room))
        except zlib.error:
            continue
        room -= len(part)
        if unpack.unconsumed_tail or room <= 0:
            raise Refused("PDF 展开后大得不正常，不能接收。请重新打印成 PDF 再上传。", field="file")
        yield part


def check_text(content: bytes) -> None:
    """文本：严格 UTF-8 或 GB18030，没有空字符。"""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            if "\x00" not in content.decode(encoding):
                return
        except UnicodeDecodeError:
            continue
    raise Refused("文本的编码认不出来。请用记事本打开，另存为 UTF-8 再上传。", field="file")
