"""文书的 PDF：内容作为数据交给排版程序，从不拼进版式源文；二维码指向核验页。"""

import io
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import segno
import typst

from yijian.documents.paper_kinds import DATA, PaperKind

FONTS = "noto_cjk_sans_otc"


def font_folder() -> Path:
    """随装的中文字体所在目录。"""
    found = find_spec(FONTS)
    if found is None or found.origin is None:
        raise RuntimeError("没有装中文字体包，PDF 排不出来")
    return Path(found.origin).parent


def qr_svg(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=1, scale=4)
    return out.getvalue().decode("utf-8")


def print_pdf(kind: PaperKind, values: Mapping[str, object], link: str) -> bytes:
    """排成 PDF。"""
    rows = [
        {"label": field.label, "value": values.get(field.name, ""), "list": field.list}
        for field in kind.fields
    ]
    data = {name: str(values.get(name, "")) for name in ("title", "number", "issuer", "date", "verify_code")}
    return typst.compile(
        str(DATA / "typst" / f"{kind.layout}.typ"),
        font_paths=[str(font_folder())],
        sys_inputs={"data": json.dumps(data | {"rows": rows, "qr": qr_svg(link)}, ensure_ascii=False)},
    )
