"""显示图上画时间、地点、检查人：只画在副本上，原件一个字节不动。"""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
SIDE = 1600


@lru_cache(maxsize=1)
def chinese_font() -> str:
    """本机的中文字体；没有为空。"""
    return next((name for name in FONTS if Path(name).is_file()), "")


def stamped(picture: Path, lines: list[str], plain: list[str]) -> bytes:
    """画好的副本（JPEG）。本机没有中文字体时画 plain（只有数字字母）。"""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    image.thumbnail((SIDE, SIDE))
    if image.width < 480:
        image = image.resize((480, max(1, image.height * 480 // image.width)))
    name = chinese_font()
    size = max(16, image.width // 40)
    font: Any = ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    _draw(image, lines if name else plain, font, size)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _draw(image: Image.Image, lines: list[str], font: Any, size: int) -> None:
    step, pad = size * 3 // 2, size // 2
    height = step * len(lines) + pad
    shade = Image.new("RGBA", (image.width, height), (0, 0, 0, 140))
    image.paste(shade, (0, image.height - height), shade)
    pen = ImageDraw.Draw(image)
    for n, line in enumerate(lines):
        pen.text((pad, image.height - height + pad // 2 + n * step), line, fill="white", font=font)
