"""坏文件样本：多语文件、炸弹、宏、外部引用、脚本、截断、改名。都在测试里现造，不含真的恶意代码。"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

CT = '<?xml version="1.0"?><Types xmlns="x"><Default Extension="xml" ContentType="application/xml"/></Types>'
RELS = '<?xml version="1.0"?><Relationships xmlns="r">{}</Relationships>'
LINK = '<Relationship Id="a" Type="http://x/relationships/{}" Target="{}" TargetMode="External"/>'
VBA = "_VBA_PROJECT".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def package(main: str = "word/document.xml", macro: bool = False, **parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", CT.replace('xml"/>', 'vnd.macroEnabled"/>') if macro else CT)
        made.writestr(main, "<w:document xmlns:w='w'><w:p/></w:document>")
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def pdf(*objects: bytes, end: bytes = b"%%EOF\n") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n" + end


def object_stream(inner: bytes) -> bytes:
    packed = zlib.compress(inner)
    head = b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>" % len(packed)
    return head + b"\nstream\n" + packed + b"\nendstream"


def png_bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * (width // 8)) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def lying_zip() -> bytes:
    """文件头说主文件只有 10 字节，实际展开 400 MB。"""
    content = bytearray(package(filler__xml=b"A" * (400 << 20)))
    size = struct.pack("<I", 400 << 20)
    return bytes(content.replace(size, struct.pack("<I", 10)))


def renamed(given: bytes, old: str, new: str) -> bytes:
    assert len(old) == len(new)
    return given.replace(old.encode(), new.encode())


def hyperlinked(kind: str, target: str) -> bytes:
    return package(**{"word__rels__document.xml.rels": RELS.format(LINK.format(kind, target))})


def bad_documents() -> Iterator[tuple[str, bytes]]:
    """（名字, 内容），每一个都应当被拒绝。"""
    sheet = "xl/workbook.xml"
    yield "宏.docx", package(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin")
    yield "夹带程序.docx", package(word__x_bin=b"x").replace(b"x_bin", b"x.bin")
    yield "宏类型.docx", package(macro=True)
    for kind, target in (
        ("attachedTemplate", "http://a.example/t.dotm"), ("oleObject", "file://a/b"), ("image", "http://a/i.png"),
        ("externalLinkPath", "b.xlsx"), ("frame", "http://a"), ("hyperlink", "file://host/share"),
        ("hyperlink", "javascript:alert(1)"), ("hyperlink", "\\\\host\\share"),
        ("subDocument", "x.docx"),
    ):  # fmt: skip
        yield f"外部 {kind} {target[:5]}.docx".replace(":", ""), hyperlinked(kind, target)
    yield "嵌入.docx", package(word__embeddings__a_xlsx=b"PK")
    yield "ActiveX.docx", package(word__activeX__a_xml="<a/>")
    yield "外链.xlsx", package(sheet, xl__externalLinks__e1_xml="<a/>")
    yield "四点零宏.xlsx", package(sheet, xl__macrosheets__s_xml="<a/>")
    for number, field in enumerate(("DDEAUTO c:\\\\x", "DDE excel x", "dde x")):
        body = f"<w:document xmlns:w='w'><w:instrText>{field}</w:instrText></w:document>"
        yield f"DDE{number}.docx", package(word__header1=body).replace(b"header1", b"h01.xml")
    split = "<w:document><w:instrText>DDE</w:instrText><w:instrText>AUTO c</w:instrText></w:document>"
    yield "拆开的 DDE.docx", package(word__header1=split).replace(b"header1", b"h01.xml")
    slow = "".join(f"<w:instrText {i} " for i in range(300_000)) + "<w:instrText>DDE x</w:instrText>"
    yield "慢.docx", package(word__header1=slow).replace(b"header1", b"h01.xml")
    yield (
        "实体.docx",
        package(word__header1='<!DOCTYPE a [<!ENTITY b "c">]><a/>').replace(b"header1", b"h01.xml"),
    )
    yield "越界.docx", renamed(package(aabbbbbbb=b"x"), "aabbbbbbb", "../bbbbbb")
    yield "绝对.docx", renamed(package(abbbbbbb=b"x"), "abbbbbbb", "/bbbbbbb")
    yield "谎报.docx", lying_zip()
    yield "炸弹.docx", package(word__big=b"A" * (310 << 20))
    yield "改名.docx", b"PK\x03\x04" + b"0" * 400
    yield "其实是表.docx", package(sheet)
    yield "其实是压缩包.xlsx", package("a.txt")
    yield "其实是程序.docx", b"MZ" + b"0" * 400
    yield "截断.docx", package()[:-30]
    yield "宏.doc", OLE + b"\0" * 500 + VBA + b"\0" * 500
    yield "宏.xls", OLE + b"\0" * 500 + "Ole10Native".encode("utf-16-le")
    yield "密码.doc", OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le")
    for name, action in (
        ("JS", b"<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), ("JS2", b"<</JS (x)>>"),
        ("启动", b"<</S /Launch /F (cmd)>>"), ("写法", b"<</S /J#61vaScript>>"),
        ("写法2", b"<</#4a#53 (x)>>"),
        ("表单", b"<</XFA [(a)]>>"), ("富媒体", b"<</Subtype /RichMedia >>"),
    ):  # fmt: skip
        yield f"{name}.pdf", pdf(action)
        yield f"压缩的{name}.pdf", pdf(object_stream(b"1 0 " + action))
    yield "密码.pdf", pdf(b"<</Type /Catalog>>", end=b"trailer<</Encrypt 5 0 R>>\n%%EOF")
    yield "截断.pdf", pdf(b"<</Type /Catalog>>", end=b"")
    yield "炸弹.pdf", pdf(object_stream(b"\0" * (100 << 20)))
    yield "不收尾的流.pdf", pdf(b"stream\n" * 2_000_000 + b"/JS (x)")
    yield "前面有别的.pdf", b"GIF89a" + pdf(b"<<>>")
    yield "二进制.txt", b"\x00\x01\x02"
    yield "乱码.txt", b"\xff\xff\xff\xff"
    yield "网页.txt", b"<html><script>1</script>"
    yield "视频.mp4", b"0" * 500
    yield "空.pdf", b""


def bad_pictures() -> Iterator[tuple[str, bytes]]:
    yield "像素炸弹.png", png_bomb(20_000, 20_000)
    yield "像素炸弹二.png", png_bomb(60_000, 60_000 // 8)
    yield "截断.jpg", picture(size=(600, 400))[:-2000]
    yield "只有头.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 100
    yield "动图脚本.jpg", b"GIF89a=1;/*" + b"0" * 100
    yield "苹果.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 100
    yield "苹果.heic", b"\0\0\0\x18ftypheic" + b"\0" * 100
    yield "矢量.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    yield "矢量.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    yield "网页.jpg", b"<!doctype html><script>1</script>"
    yield "位图.bmp", b"BM" + b"\0" * 100
    yield "文档.jpg", pdf(b"<<>>")
    yield "双扩展.jpg.exe", picture()
    yield "没有扩展名", picture()
    yield "压缩包.jpg", package()


def good_documents() -> Iterator[tuple[str, bytes]]:
    yield "方案.docx", package()
    yield "带网址.docx", hyperlinked("hyperlink", "https://a.example/")
    yield "带邮箱.docx", hyperlinked("hyperlink", "mailto:a@a.example")
    yield "台账.xlsx", package("xl/workbook.xml", xl__printerSettings__p_bin=b"x")
    yield "公文.ofd", package("OFD.xml")
    yield "纪要.pdf", pdf(b"<</Type /Catalog /OpenAction [3 0 R /Fit]>>", object_stream(b"1 0 <</A 1>>"))
    yield "图里碰巧有字.pdf", pdf(b"<</Length 9>>\nstream\n/JS (x) /JavaScript \nendstream")
    yield "旧文.doc", OLE + b"\0" * 600
    yield "旧表.et", OLE + b"\0" * 600
    yield "现场.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 100
    yield "说明.txt", "㐂𬎆䶮𠮷".encode()
    yield "国标说明.txt", "㐂𬎆䶮𠮷养老".encode("gb18030")
