"""松鹤养老院的一次检查；文件在临时目录。"""

from pathlib import Path
from typing import Any

import pytest

from yijian.inspections.tests.visit_world import World, world
from yijian.people.cast import Cast


@pytest.fixture
def there(cast: Cast, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return world(cast)
