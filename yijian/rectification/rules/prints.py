"""照片指纹：离散余弦变换的符号位（63 位）。旋转、镜像后的指纹可以由原指纹推出；裁切由多个窗口认出。"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from yijian.kernel.clock import TZ

SIDE, KEPT = 32, 8
BITS = KEPT * KEPT
NEAR = 9  # 63 位里至多差几位算极相似
SAME = 5  # 站在原处拍的前后两张本来就像：差得更少才算同一张
BANDS, WIDTH = 4, 16
WORK = 512
SCALES = (0.9, 0.8, 0.7, 0.6)
ANCHORS = (0.5, 0.0, 1.0)
PLAIN = 6.0  # 灰度标准差低于此的（白墙、漆黑）认不出彼此，不留指纹
EARTH = 6_371_008.8


@dataclass(frozen=True)
class Seen:
    """从一张照片看到的：整幅与各窗口的指纹、拍摄时间与地点（照片里写着才有）。"""

    full: int
    windows: tuple[int, ...] = ()
    taken_at: datetime | None = None
    place: tuple[float, float] | None = field(default=None)


def look(original: Path | io.BytesIO) -> Seen | None:
    """看一张照片；打不开、没有内容（纯色）的为空。"""
    try:
        with Image.open(original, formats=("JPEG", "PNG", "WEBP")) as image:
            exif = image.getexif()
            taken, place = taken_at(exif), place_of(exif)
            image.draft("L", (WORK, WORK))
            grey = ImageOps.exif_transpose(image).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey.thumbnail((WORK, WORK))
    if spread(grey) < PLAIN:
        return None
    return Seen(print_of(grey), tuple(print_of(part) for part in crops(grey)), taken, place)


def spread(grey: Image.Image) -> float:
    """灰度的标准差。"""
    counts = grey.histogram()
    total = sum(counts)
    mean = sum(level * n for level, n in enumerate(counts)) / total
    return math.sqrt(sum(n * (level - mean) ** 2 for level, n in enumerate(counts)) / total)


def crops(grey: Image.Image) -> Iterator[Image.Image]:
    """裁切窗：几种大小，居中、靠边、靠角。"""
    width, height = grey.size
    for scale in SCALES:
        w, h = width * scale, height * scale
        for x in ANCHORS:
            for y in ANCHORS:
                left, top = (width - w) * x, (height - h) * y
                yield grey.crop((round(left), round(top), round(left + w), round(top + h)))


def print_of(grey: Image.Image) -> int:
    """一幅灰度图的指纹：缩到 32×32，取低频系数的正负。"""
    pixels = list(grey.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes())
    waves = cosines()
    rows = [
        [sum(p * c for p, c in zip(pixels[y * SIDE : (y + 1) * SIDE], wave, strict=True)) for wave in waves]
        for y in range(SIDE)
    ]
    value = 0
    for v in range(KEPT):
        for u in range(KEPT):
            coefficient = sum(rows[y][u] * waves[v][y] for y in range(SIDE))
            value |= (u + v > 0 and coefficient > 0) << (v * KEPT + u)
    return value


@cache
def cosines() -> list[list[float]]:
    return [[math.cos(math.pi * (2 * x + 1) * u / (2 * SIDE)) for x in range(SIDE)] for u in range(KEPT)]


def turns(value: int) -> tuple[int, ...]:
    """这幅图转 0、90、180、270 度，连同各自镜像之后的指纹。"""
    found = []
    for swap in (False, True):
        for flip_x in (False, True):
            for flip_y in (False, True):
                turned = 0
                for v in range(KEPT):
                    for u in range(KEPT):
                        a, b = (v, u) if swap else (u, v)
                        bit = value >> (b * KEPT + a) & 1
                        odd = (flip_x and u % 2) ^ (flip_y and v % 2)
                        turned |= ((bit ^ odd) if u + v else 0) << (v * KEPT + u)
                found.append(turned)
    return tuple(dict.fromkeys(found))


def apart(a: int, b: int) -> int:
    """两个指纹差几位。"""
    return (a ^ b).bit_count()


def bands(value: int) -> list[int]:
    """指纹的四段，各 16 位。"""
    return [value >> (n * WIDTH) & (1 << WIDTH) - 1 for n in range(BANDS)]


def probes(value: int) -> list[tuple[int, int]]:
    """查找用的（段，值）：每段原样与只差一位的；差七位以内的两个指纹必有一段对得上。"""
    found = []
    for number, part in enumerate(bands(value)):
        found += [(number, part), *((number, part ^ 1 << bit) for bit in range(WIDTH))]
    return found


def distance(mine: Seen, full: int, windows: tuple[int, ...]) -> int:
    """两张差几位：整幅对整幅，一张的整幅对另一张的裁切窗，各种方向，取最小。"""
    mine_to_theirs = (apart(turned, other) for turned in turns(mine.full) for other in (full, *windows))
    theirs_to_mine = (apart(turned, part) for turned in turns(full) for part in mine.windows)
    return min(chain(mine_to_theirs, theirs_to_mine))


def resembles(mine: Seen, full: int, windows: tuple[int, ...]) -> bool:
    """两张是不是同一张或极相似。"""
    return distance(mine, full, windows) <= NEAR


# ---- 照片里写着的时间与地点 ----------------------------------------------------------------------


def taken_at(exif: Any) -> datetime | None:
    """拍摄时间；没有写或写坏了为空。照片里不写时区的按北京时间。"""
    text = str(exif.get_ifd(0x8769).get(0x9003) or exif.get(0x0132) or "").strip("\x00 ")
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=TZ)
    except ValueError:
        return None


def place_of(exif: Any) -> tuple[float, float] | None:
    """（经度, 纬度）；没有写或写坏了为空。"""
    gps = exif.get_ifd(0x8825)
    try:
        lat, lon = _degrees(gps[2], gps[1] == "S"), _degrees(gps[4], gps[3] == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return (lon, lat) if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon) else None


def _degrees(parts: Any, negative: bool) -> float:
    degrees = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -degrees if negative else degrees


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """两地的球面距离，米；地点是（经度, 纬度）。"""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, p)) for p in (a, b))
    part = math.sin((lat2 - lat1) / 2) ** 2
    part += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(part)))
