"""全部测试共用：固定的人物，以及以某人身份登录的客户端。"""

from collections.abc import Callable

import pytest
from django.test import Client

from yijian.access.viewer import build_viewer
from yijian.people.cast import Cast, small_district
from yijian.people.viewer import Viewer


@pytest.fixture
def cast(db: None) -> Cast:
    """演示小区县（演示数据）。"""
    return small_district()


@pytest.fixture
def viewer(cast: Cast) -> Callable[[str], Viewer]:
    """viewer("fire_officer")：某人今天的身份。"""
    return lambda key: build_viewer(cast.accounts[key])


@pytest.fixture
def client_as(cast: Cast) -> Callable[[str], Client]:
    """client_as("street_clerk")：以某人登录的客户端；client_as("anonymous") 不登录。"""

    def make(key: str) -> Client:
        client = Client()
        if key != "anonymous":
            client.force_login(cast.accounts[key])
        return client

    return make
