"""酉阳一套，一个模块建一次，每个测试做完撤销。"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from yijian.appraisal.tests.world import Youyang, youyang


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Youyang]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield youyang()
        transaction.set_rollback(True)


@pytest.fixture
def county(built: Youyang, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Youyang]:
    """酉阳；测试里做的都在存档点里，做完撤销，文件在临时目录。"""
    settings.MEDIA_ROOT = tmp_path
    with django_db_blocker.unblock(), transaction.atomic():
        yield built
        transaction.set_rollback(True)
