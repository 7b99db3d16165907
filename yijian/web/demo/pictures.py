"""演示的照片：画出来的走廊，不是真的照片；签名也是画的。"""

import io
import math

from PIL import Image, ImageDraw

from yijian.web.demo.dice import between

SIZE = (640, 480)
COLOURS = ("#8c5a2b", "#3f6b8c", "#7a3b3b", "#4f7a4a", "#6b5b95")


def corridor(name: str, *, blocked: bool) -> bytes:
    """一段走廊；blocked 时堆着东西。"""
    width, height = SIZE
    left, top = between(180, 260, name, "left"), between(110, 160, name, "top")
    right, bottom = width - between(170, 250, name, "right"), height - between(120, 170, name, "bottom")
    image = Image.new("RGB", SIZE, "#e9e4da")
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, height), (left, bottom), (right, bottom), (width, height)], fill="#b9b2a3")
    pen.polygon([(0, 0), (left, top), (right, top), (width, 0)], fill="#f6f3ec")
    pen.rectangle((left, top, right, bottom), fill="#d8d2c4", outline="#8a8475", width=2)
    pen.rectangle((left + 30, top + 40, left + 90, bottom), fill="#7c6a4d")
    for n in range(3):
        x = between(20, left - 60, name, "door", n)
        pen.polygon([(x, 120 + n * 20), (x + 40, 130 + n * 20), (x + 40, 400), (x, 430)], fill="#a58a62")
    pen.rectangle((right + 30, 90, right + 90, 120), fill="#2e8b57")
    image = lit(image, name)
    pen = ImageDraw.Draw(image)
    for n in range(between(5, 8, name, "boxes") if blocked else 0):
        x, y = between(120, 470, name, "x", n), between(250, 380, name, "y", n)
        w, h = between(50, 120, name, "w", n), between(40, 90, name, "h", n)
        colour = COLOURS[between(0, len(COLOURS) - 1, name, "c", n)]
        pen.rectangle((x, y, x + w, y + h), fill=colour, outline="#333333", width=2)
    return encoded(image, "JPEG")


def lit(image: Image.Image, name: str) -> Image.Image:
    """各处的光影、墙面不同，走廊才不会千篇一律。"""
    tones = Image.new("L", (6, 5))
    tones.putdata([between(20, 255, name, "tone", n) for n in range(30)])
    shade = tones.resize(image.size, Image.Resampling.BICUBIC)
    return Image.composite(image, Image.new("RGB", image.size, "#2f2a26"), shade)


def signature(name: str) -> bytes:
    """一个签名：一笔曲线，人各不同。"""
    image = Image.new("RGBA", (420, 160), (255, 255, 255, 0))
    pace, tall = between(4, 9, name, "pace"), between(18, 40, name, "tall")
    line = [
        (30 + 4 * n, 80 + tall * math.sin(n / pace) + 14 * math.sin(n * n / between(90, 240, name, "bend")))
        for n in range(90)
    ]
    ImageDraw.Draw(image).line(line, fill=(16, 32, 74, 255), width=4)
    return encoded(image, "PNG")


def encoded(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()
