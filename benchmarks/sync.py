"""上传测速：200 次检查、每次 5 张照片，与把同样的字节逐个写盘并 fsync 相比（同一次运行）。

用法：./yj bench sync [--visits 200] [--photos 5]；给 DATABASE_URL 则测 PostgreSQL。
"""

import argparse
import io
import os
import tempfile
from pathlib import Path

from harness import report, scratch, took


def floor(images: list[bytes]) -> float:
    """地板：一个文件一个文件写，各自 fsync。"""
    with tempfile.TemporaryDirectory() as folder:

        def work() -> None:
            for n, content in enumerate(images):
                with (Path(folder) / str(n)).open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())

        return took(work)


def measure(visits: int, photos: int, side: int) -> None:
    from yijian.inspections.models import Photo
    from yijian.inspections.services.sync import From, receive_photo
    from yijian.inspections.tests.visit_world import jpeg, make_visit, sha, world
    from yijian.people.cast import small_district

    there = world(small_district())
    phone = there.civil
    images = [jpeg(n, side) for n in range(visits * photos)]
    people = (there.civil.inspector, there.fire.inspector)
    made = [make_visit(there.cast, there.home, there.version, *people) for _ in range(visits)]
    jobs = [
        (phone.about(visit, check="F1"), images[n * photos + k])
        for n, visit in enumerate(made) for k in range(photos)
    ]  # fmt: skip

    def send() -> None:
        for sent, image in jobs:
            receive_photo(
                sent=sent, image_sha256=sha(image), image=io.BytesIO(image), size=len(image), name="a.jpg",
                source=From(phone.device), by=phone.viewer,
            )  # fmt: skip

    least = floor(images)
    words = "逐个写盘并 fsync"
    report("收照片（核对、存证、显示图、台账、审计）", len(jobs), took(send), least, words)
    report("同样的再传一遍（认出，不重复）", len(jobs), took(send), least, words)
    assert Photo.objects.count() == len(jobs)


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--visits", type=int, default=200)
    wanted.add_argument("--photos", type=int, default=5)
    wanted.add_argument("--side", type=int, default=1280)
    given = wanted.parse_args()
    with scratch() as vendor:
        print(f"数据库：{vendor}")
        measure(given.visits, given.photos, given.side)


if __name__ == "__main__":
    main()
