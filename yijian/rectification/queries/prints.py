"""找极相似的照片：先按指纹的段查出候选，再逐个比对。"""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from yijian.rectification.models import PhotoBand, PhotoPrint
from yijian.rectification.rules.prints import NEAR, Seen, bands, distance, probes, turns

LIMIT = 200


def alike(seen: Seen) -> list[tuple[PhotoPrint, int]]:
    """库里与这张相同或极相似的照片（跨机构、跨日期、各种方向与裁切）与差几位，先存的在前。"""
    whole = [probe for turned in turns(seen.full) for probe in probes(turned)]
    parts = [pair for window in seen.windows for turned in turns(window) for pair in enumerate(bands(turned))]
    found = set(candidates(whole, Q())) | set(candidates(parts, Q(whole=True)))
    rows = PhotoPrint.objects.filter(pk__in=sorted(found)[:LIMIT]).select_related("facility", "problem")
    found_rows = ((row, distance(seen, full_of(row), windows_of(row))) for row in rows.order_by("pk"))
    return [(row, bits) for row, bits in found_rows if bits <= NEAR]


def candidates(pairs: Iterable[tuple[int, int]], also: Q) -> Iterable[int]:
    """哪些照片有这样的段。"""
    values: dict[int, set[int]] = defaultdict(set)
    for band, value in pairs:
        values[band].add(value)
    if not values:
        return []
    wanted = Q(pk__in=[])
    for band, found in values.items():
        wanted |= Q(band=band, value__in=sorted(found))
    return PhotoBand.objects.filter(wanted, also).values_list("photo_id", flat=True).distinct()


def full_of(row: PhotoPrint) -> int:
    return int(row.full, 16)


def windows_of(row: PhotoPrint) -> tuple[int, ...]:
    return tuple(int(part, 16) for part in row.windows)
