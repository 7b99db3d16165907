"""照片的指纹与提示：回复整改时比对，只提示，不决定。"""

from collections.abc import Iterator, Mapping, Sequence

from yijian.documents.models import Document
from yijian.documents.queries import store
from yijian.kernel import clock
from yijian.rectification.kinds import FLAGS
from yijian.rectification.models import PhotoBand, PhotoFlag, PhotoPrint, Problem, Rectification
from yijian.rectification.queries.prints import alike
from yijian.rectification.rules.prints import SAME, Seen, bands, look, metres

FAR = 1000  # 米：离机构多远算“较远”，只作提示


def look_at(documents: Sequence[Document]) -> dict[int, Seen]:
    """看各张照片的原件；不是照片、认不出内容的略过。费时，在事务之外做。"""
    found = {}
    for document in documents:
        if document.kind == "photo" and document.blob_id:
            path = store().path(document.blob_id)
            seen = look(path) if path.is_file() else None
            if seen is not None:
                found[document.pk] = seen
    return found


def keep(problem: Problem, rectification: Rectification | None, seen: Mapping[int, Seen]) -> None:
    """存下指纹与索引。"""
    for document_id, one in seen.items():
        lon, lat = one.place or (None, None)
        row, made = PhotoPrint.objects.get_or_create(
            document_id=document_id,
            problem=problem,
            defaults={
                "facility_id": problem.facility_id,
                "rectification": rectification,
                "full": f"{one.full:016x}",
                "windows": [f"{part:016x}" for part in one.windows],
                "taken_at": one.taken_at,
                "lon": lon,
                "lat": lat,
            },
        )
        if made:
            PhotoBand.objects.bulk_create(rows_of(row, one))


def rows_of(row: PhotoPrint, seen: Seen) -> Iterator[PhotoBand]:
    pairs = {(band, value): True for band, value in enumerate(bands(seen.full))}
    for part in seen.windows:
        for band, value in enumerate(bands(part)):
            pairs.setdefault((band, value), False)
    for (band, value), whole in pairs.items():
        yield PhotoBand(photo=row, band=band, value=value, whole=whole)


def flag(problem: Problem, rectification: Rectification, seen: Mapping[int, Seen]) -> list[PhotoFlag]:
    """比对一次整改的照片，写下提示。须在存下本次指纹之前调用。"""
    flags = []
    for document_id, one in seen.items():
        for other, bits in alike(one):
            kind, words = likeness(problem, other)
            if kind == "unchanged" and bits > SAME:
                continue
            flags.append(
                PhotoFlag(
                    problem=problem,
                    rectification=rectification,
                    kind=kind,
                    document_id=document_id,
                    other=other,
                    words=words,
                )
            )
        for kind, words in doubts(problem, one):
            flags.append(
                PhotoFlag(
                    problem=problem,
                    rectification=rectification,
                    kind=kind,
                    document_id=document_id,
                    words=words,
                )
            )
    return PhotoFlag.objects.bulk_create(flags)


def likeness(problem: Problem, other: PhotoPrint) -> tuple[str, str]:
    """与库里这一张相似，属于哪一种。"""
    if other.facility_id != problem.facility_id:
        return "elsewhere", FLAGS["elsewhere"]
    if other.problem_id == problem.pk and other.rectification_id is None:
        return "unchanged", FLAGS["unchanged"]
    return "reused", f"{FLAGS['reused']}（{other.problem.number}，{clock.local_date(other.made_at)}）"


def doubts(problem: Problem, seen: Seen) -> Iterator[tuple[str, str]]:
    """照片里写着的时间、地点对不对得上。"""
    if seen.taken_at is not None and clock.local_date(seen.taken_at) < problem.found_on:
        day = clock.local_date(seen.taken_at)
        yield "older", f"拍摄于 {day}，早于发现问题的 {problem.found_on}"
    home = problem.facility
    if seen.place is not None and home.lon is not None and home.lat is not None:
        away = metres(seen.place, (home.lon, home.lat))
        if away > FAR:
            yield "far", f"拍摄地点距机构约 {away / 1000:.1f} 公里"
