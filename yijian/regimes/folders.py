"""制度包、原文和缓存放在哪里；环境变量可以改。"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """运行数据目录：YIJIAN_DATA，默认仓库下的 var。"""
    return Path(os.environ.get("YIJIAN_DATA") or ROOT / "var").resolve()


def packs_dir() -> Path:
    """随软件发布的制度包：YIJIAN_PACKS，默认仓库下的 packs。"""
    return Path(os.environ.get("YIJIAN_PACKS") or ROOT / "packs").resolve()


def extra_packs_dir() -> Path | None:
    """使用单位自己的制度包：YIJIAN_EXTRA_PACKS，默认运行数据目录下的 packs；没有这个文件夹则为空。"""
    folder = Path(os.environ.get("YIJIAN_EXTRA_PACKS") or data_dir() / "packs").resolve()
    return folder if folder.is_dir() else None


def attached_dir() -> Path:
    """管理员挂接的文件原文：YIJIAN_SOURCES，默认运行数据目录下的 sources。"""
    return Path(os.environ.get("YIJIAN_SOURCES") or data_dir() / "sources").resolve()


def sources_dirs() -> tuple[Path, ...]:
    """依次到哪些文件夹找原文：YIJIAN_SOURCES_DIR、挂接目录、仓库旁的 shared/sources。"""
    named = os.environ.get("YIJIAN_SOURCES_DIR")
    folders = ([Path(named)] if named else []) + [attached_dir(), ROOT.parent / "shared" / "sources"]
    return tuple(folder.resolve() for folder in folders if folder.is_dir())


def cache_dir() -> Path:
    """解析缓存的文件夹。"""
    return data_dir() / "cache"
