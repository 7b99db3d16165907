"""材料的规则：文件名清理、类型识别、链接和文号的写法。纯函数。"""

import re
import unicodedata
from urllib.parse import urlsplit

from yijian.documents.kinds import ADVICE, ALLOWED, IMAGES, TYPES, FileType
from yijian.kernel.errors import Refused

LONGEST_NAME = 120
_BAD_IN_NAME = re.compile(r'[<>:"|?*/\\\x00-\x1f]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def clean_name(given: str) -> str:
    """干净的文件名：只留最后一段，去掉控制符、双向符、零宽符和系统不许的字符，至多 120 字。"""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = " ".join(_BAD_IN_NAME.sub("_", name).split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    stem = stem.strip()[: LONGEST_NAME - len(extension) - 1].rstrip(". ") or "未命名"
    return f"{stem}.{extension}" if extension else stem


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def type_of(name: str) -> FileType:
    """按扩展名得到类型；不收的报 Refused，说明怎么办。"""
    extension = extension_of(name)
    found = TYPES.get(extension)
    if found is None:
        said = ADVICE.get(extension) or (
            f"不收 .{extension[:10]} 文件。" if extension else "文件名没有扩展名，认不出类型。"
        )
        raise Refused(f"{said}可以上传：{ALLOWED}。", field="file")
    return found


def check_size(kind: FileType, size: int) -> None:
    """大小：不能为空，不超过该类型上限。"""
    if size == 0:
        raise Refused("文件是空的（0 字节），可能没有保存成功，请重新选择。", field="file")
    if size > kind.limit:
        raise Refused(
            f"{kind.label}有 {size / (1 << 20):.1f} MB，最多 {kind.limit >> 20} MB，请压缩或拆分后再上传。",
            field="file",
        )


def container_of(head: bytes) -> str:
    """按内容开头认容器：jpeg、png、webp、pdf、zip、ole、mp4、heic、markup；其余空串。"""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in (*_HEIC, b"avif") else "mp4"
    return "markup" if _is_markup(head) else ""


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    return start.startswith((b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<body", b"<head"))


def settle_type(name: str, head: bytes) -> tuple[str, FileType]:
    """文件名和类型：内容须与扩展名相符；照片三种格式互相改错名的，改正扩展名。"""
    kind, found = type_of(name), container_of(head)
    if found == "heic":
        raise Refused(ADVICE["heic"], field="file")
    if found == "markup":
        raise Refused(ADVICE["html"], field="file")
    if kind.is_image and found in IMAGES and found != kind.container:
        right = "jpg" if found == "jpeg" else found
        return f"{name.rpartition('.')[0]}.{right}", TYPES[right]
    expected = {"docx": "zip", "xlsx": "zip", "ofd": "zip", "text": ""}.get(kind.container, kind.container)
    if found != expected:
        raise Refused(
            f"文件内容不是{kind.label}，可能改过扩展名或已损坏。请用原来的软件打开，另存一份再上传。",
            field="file",
        )
    return name, kind


def clean_link(given: str) -> str:
    """链接：只收 http、https 的完整网址，不带账号密码，至多 500 字。"""
    url = given.strip()
    if not url or len(url) > 500 or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise Refused("网址是空的、太长（超过 500 字）或中间有空格，请重新复制粘贴。", field="url")
    try:
        parts = urlsplit(url)
        host, named = parts.hostname, parts.username or parts.password
    except ValueError as error:
        raise Refused("网址写法不对，请重新复制粘贴。", field="url") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("网址应以 http:// 或 https:// 开头，请填写完整网址。", field="url")
    if named:
        raise Refused("网址里带有账号或密码，请去掉后再填。", field="url")
    return url


def clean_number(given: str) -> str:
    """文号：年份括号统一为〔〕，去掉空白，2 到 80 字。"""
    number = "".join(unicodedata.normalize("NFC", given).split())
    number = re.sub(r"[\[［(（【](\d{4})[\]］)）】]", r"〔\1〕", number)
    if not 2 <= len(number) <= 80 or not all(sign.isprintable() for sign in number):
        raise Refused("文号应为 2 到 80 个字，如“×民发〔2026〕12号”。", field="number")
    return number


def clean_label(given: str, fallback: str) -> str:
    """材料名称：去掉控制符和多余空白，空的用 fallback，至多 200 字。"""
    kept = "".join(
        sign for sign in unicodedata.normalize("NFC", given) if unicodedata.category(sign) not in ("Cf", "Cs")
    )
    label = " ".join("".join(s if s.isprintable() else " " for s in kept).split())
    return (label or fallback)[:200]
