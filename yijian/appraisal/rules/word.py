"""最小的 Word 文档（docx）：一个标题、一张表；WPS、Word 都能打开。"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAMP = (2000, 1, 1, 0, 0, 0)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
TEXT_WIDTH = 8844  # A4 去掉公文版心左右页边后的宽度，单位二十分之一磅


def table_document(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """标题居中（小标宋二号），表头加粗，正文仿宋三号；同样的内容得到同样的文件。"""
    width = TEXT_WIDTH // max(len(headers), 1)
    body = [paragraph(title, "方正小标宋简体", 44), paragraph("", "仿宋_GB2312", 32)]
    lines = [line(headers, width, "黑体"), *(line(row, width, "仿宋_GB2312") for row in rows)]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _ in headers)
    table = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width * len(headers)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" '
        'w:gutter="0"/></w:sectPr>'
    )
    return packed(
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f"{''.join(body)}{table}{paragraph('', '仿宋_GB2312', 32)}{page}</w:body></w:document>"
    )


def line(cells: Sequence[str], width: int, font: str) -> str:
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{paragraph(cell, font, 28)}</w:tc>"
        for cell in cells
    )
    return f'<w:tr><w:trPr><w:trHeight w:val="624"/></w:trPr>{inside}</w:tr>'


def paragraph(text: str, font: str, size: int) -> str:
    """居中的一段；size 是半磅。"""
    look = f'<w:rFonts w:eastAsia="{font}" w:ascii="{font}" w:hAnsi="{font}"/><w:sz w:val="{size}"/>'
    words = escape(_ILLEGAL.sub("", text))
    run = f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>' if words else ""
    return f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{run}</w:p>'


def packed(document: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (
            ("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELS), ("word/document.xml", document),
        ):  # fmt: skip
            made.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
