"""整改测试的共用件：自己的内容库，停在发现问题的那天。"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.people.cast import Cast
from yijian.rectification.models import Problem
from yijian.rectification.tests.world import FOUND, home, opened


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def day() -> Iterator[None]:
    with clock.travel(FOUND):
        yield


@pytest.fixture
def facility(day: None, cast: Cast) -> Facility:
    return home(cast)


@pytest.fixture
def problem(facility: Facility, viewer: Callable[[str], Viewer]) -> Problem:
    """民政科员在松鹤养老院发现的一个一般隐患。"""
    return opened(facility, viewer("civil_officer"))
