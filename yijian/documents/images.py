"""照片：真正解码，重新编码成显示用的图；原图里的定位、附加数据、夹带的程序都不会进显示图。"""

import io
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from yijian.kernel.errors import Refused

SIDE = 2560
PIXELS = {"JPEG": 100_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
_BAD = "照片打不开，可能没有传完或已损坏。请重新拍摄或另存一份再上传。"


def display_copy(given: Path | IO[bytes]) -> tuple[bytes, str]:
    """（显示图内容, 媒体类型）：长边不超过 2560 像素，不带任何附加信息。不是完整照片、像素过多报 Refused。"""
    try:
        with Image.open(given, formats=tuple(PIXELS)) as image:
            _check_pixels(image)
            image.draft("RGB", (SIDE, SIDE))
            turned = ImageOps.exif_transpose(image)
            turned.thumbnail((SIDE, SIDE), reducing_gap=2.0)
            return _encode(turned)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_too_many(0), field="file") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise Refused(_BAD, field="file") from error


def _check_pixels(image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > PIXELS.get(image.format or "", 0):
        raise Refused(_too_many(pixels), field="file")


def _too_many(pixels: int) -> str:
    seen = f"（{pixels // 10_000} 万像素）" if pixels else ""
    return f"图片的像素太多{seen}，请缩小后再上传。"


def _encode(image: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if _transparent(image):
        image.convert("RGBA").save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    image.convert("RGB").save(out, "JPEG", quality=85, exif=b"", icc_profile=None)
    return out.getvalue(), "image/jpeg"


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
