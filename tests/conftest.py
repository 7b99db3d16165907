"""全楼测试的现成站点：建好的空库只做一次，各测试拿副本。"""

import shutil
from pathlib import Path

import pytest
from house import yijian


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """用 yijian upgrade 建好的数据目录；只许复制，不许改。"""
    data = tmp_path_factory.mktemp("built") / "data"
    done = yijian(data, "upgrade", DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """自己的一份数据目录，库是最新的，里面没有人。"""
    return Path(shutil.copytree(built, tmp_path / "site"))
