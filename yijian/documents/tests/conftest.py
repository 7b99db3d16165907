"""材料测试的共用件：每个测试自己的内容库。"""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def kept(media: Path) -> list[Path]:
    """库里现有的全部文件（含临时的）。"""
    return sorted(path for path in media.rglob("*") if path.is_file())
