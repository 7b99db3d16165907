"""台账页面测试的场面。"""

from collections.abc import Iterator

import pytest

from yijian.kernel import clock
from yijian.ledger.tests.scene import DAY, Scene, make_scene
from yijian.people.cast import Cast


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    with clock.travel(DAY):
        yield make_scene(cast)
