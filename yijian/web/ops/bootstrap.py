"""命令行用到数据库之前的准备：设置、Django、数据目录的占用锁。"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yijian.kernel.errors import Refused

try:
    import fcntl
except ImportError:  # Windows：打开着的数据库文件本来就换不掉，不必另加锁
    fcntl = None  # type: ignore[assignment]


def prepare() -> None:
    """读设置并启动 Django；设置写错时抛 Refused。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yijian.settings.embedded")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as problem:
        raise Refused(str(problem)) from problem
    except PermissionError as problem:
        raise Refused(
            f"数据目录不可写：{problem.filename}。请改权限，或用 YIJIAN_DATA 指定别处。"
        ) from problem


def data_dir() -> Path:
    """数据目录（YIJIAN_DATA，默认 var/）。"""
    from django.conf import settings

    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Refused(
            f"数据目录建不了：{folder}（{problem.strerror}）。请用 YIJIAN_DATA 指定别处。"
        ) from problem
    return folder


@contextmanager
def occupying(*, alone: bool = False) -> Iterator[None]:
    """占用数据目录：平常共享，升级独占（alone）；占不到时抛 Refused。进程结束（包括被杀）即释放。"""
    path = data_dir() / ".in-use.lock"
    with open(path, "a") as handle:
        if fcntl is not None:
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except OSError as problem:
                raise Refused(
                    "系统正在运行，升级前请先停下（包括 ./yj worker）。"
                    if alone
                    else "系统正在升级，请稍候再试。"
                ) from problem
        yield


@contextmanager
def at_work() -> Iterator[None]:
    """办事的命令都在里面跑：启动 Django，占用数据目录，确认数据库已建好且是最新。"""
    prepare()
    from yijian.web.ops import migration

    with occupying():
        if migration.pending():
            raise Refused("数据库还没有建好，或不是最新：请先执行 ./yj upgrade（./yj run 会自动做）。")
        yield
