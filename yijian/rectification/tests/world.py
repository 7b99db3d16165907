"""整改测试的场面：松鹤养老院、照片、签名（演示数据）。"""

import io
from datetime import date, timedelta

from PIL import Image, ImageDraw

from yijian.access.viewer import Viewer
from yijian.documents.services import About, store_upload
from yijian.facilities.models import Facility
from yijian.ledger.tests.world import make_facility
from yijian.people.cast import Cast
from yijian.people.viewer import SYSTEM
from yijian.rectification.models import Problem
from yijian.rectification.services.problems import Finding, open_problem
from yijian.rectification.services.rectify import accept, reply

FOUND = date(2026, 3, 2)
DUE = date(2026, 3, 20)


def scene_image(seed: int, size: tuple[int, int] = (480, 360)) -> Image.Image:
    """一张有内容的图：种子不同，画面就不同。"""
    image = Image.new("RGB", size, (40 + seed * 37 % 160, 90, 140))
    pen = ImageDraw.Draw(image)
    value = seed * 2654435761 + 12345
    for _ in range(14):
        value = (value * 1103515245 + 12345) % 2**31
        x, y = value % size[0], value // 7 % size[1]
        w, h = 30 + value // 11 % 160, 30 + value // 13 % 120
        colour = (value % 256, value // 256 % 256, value // 65536 % 256)
        if value % 2:
            pen.rectangle((x, y, x + w, y + h), fill=colour)
        else:
            pen.ellipse((x, y, x + w, y + h), fill=colour)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def signature_png(name: int = 0) -> bytes:
    """一个签名：种子不同，笔迹不同。"""
    image = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    points = [(20 + 18 * n, 80 + (n * 53 + name * 29) % 60 - 30) for n in range(20)]
    pen.line(points, fill=(10, 10, 60, 255), width=4)
    return encoded(image, "PNG")


def home(cast: Cast, key: str = "home_a", region: str = "990102001") -> Facility:
    """一家机构的档案；已有就用已有的。"""
    unit = cast.units[key]
    found = Facility.objects.filter(unit=unit).first()
    where = {"lon": 117.15, "lat": 39.13, "director": "温如松"}
    return found or make_facility(unit.name, region, unit=unit, search_text=unit.name, **where)


def about(facility: Facility) -> About:
    return About(facility_id=facility.pk, facility_unit_id=facility.unit_id, region_path=facility.region_path)


def photo(facility: Facility, by: Viewer, seed: int = 1, content: bytes | None = None) -> int:
    """上传一张照片。"""
    given = content or encoded(scene_image(seed), quality=90)
    return store_upload(name=f"{seed}.jpg", content=given, about=about(facility), by=by).pk


def signature(by: Viewer, name: int = 0, content: bytes | None = None) -> int:
    """上传一个签名。"""
    return store_upload(name="签名.png", content=content or signature_png(name), label="验收签名", by=by).pk


def finding(**extra: object) -> Finding:
    values: dict[str, object] = {
        "title": "疏散通道堆放杂物",
        "aspect": "fire",
        "measure": "清理通道，保持畅通",
        "found_on": FOUND,
        "due_on": DUE,
        "basis": "消防法第十六条",
        "origin_kind": "visit",
        "origin_ref": "任务1",
    }
    return Finding(**(values | extra))  # type: ignore[arg-type]


def opened(facility: Facility, by: Viewer = SYSTEM, **extra: object) -> Problem:
    """登记一个问题。"""
    return open_problem(facility=facility, finding=finding(**extra), by=by)


def replied(problem: Problem, by: Viewer, seed: int = 1) -> Problem:
    """机构回复整改。"""
    reply(problem=problem, text="已清理。", documents=(photo(problem.facility, by, seed),), by=by)
    problem.refresh_from_db()
    return problem


def closed(problem: Problem, director: Viewer, officer: Viewer, seed: int = 1) -> Problem:
    """回复并验收通过。"""
    replied(problem, director, seed)
    accept(problem=problem, verdict="passed", signature=signature(officer, seed), by=officer)
    problem.refresh_from_db()
    return problem


def days(count: int) -> timedelta:
    return timedelta(days=count)
