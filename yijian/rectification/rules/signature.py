"""签名图：是图片，而且真有笔迹；空白的签字板不算签名。"""

import io
import math

from PIL import Image, UnidentifiedImageError

from yijian.kernel.errors import Refused

SIDE = 160
INK = 0.002  # 笔迹至少占画面千分之二
CONTRAST = 40


def check_signature(content: bytes) -> None:
    """核对签名图；打不开、没有笔迹报 Refused。"""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            image.draft("L", (SIDE * 4, SIDE * 4))
            small = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("签名图打不开，请重新签名，或换一张 JPG、PNG 图片。", field="signature") from error
    paper = Image.new("RGBA", small.size, "white")
    paper.alpha_composite(small)
    paper = paper.convert("L")
    paper.thumbnail((SIDE, SIDE))
    if ink(paper) < INK:
        raise Refused("签名是空白的，请签上姓名再提交。", field="signature")


def ink(paper: Image.Image) -> float:
    """笔迹所占的比例：与最常见的底色相差明显的点。"""
    counts = paper.histogram()
    ground = max(range(256), key=lambda level: counts[level])
    marked = sum(n for level, n in enumerate(counts) if abs(level - ground) > CONTRAST)
    return marked / math.prod(paper.size)
