"""制度包测试共用：真实的包库、节假日，和可以随意改坏的小包。"""

from collections.abc import Callable
from pathlib import Path

import pytest

from yijian.kernel.workdays import Calendar, load_calendar
from yijian.regimes.folders import packs_dir, sources_dirs
from yijian.regimes.kinds import Pack
from yijian.regimes.library import Library, load_all
from yijian.regimes.source import found_in

HEAD = """id: mini
title: 演示办法
document_no: 演示〔2026〕1号
issuer: 演示数据
issued_on: 2026-01-05
effective_from: 2026-01-05
region: "120104"
extends: []
status: in_force
texts_at_hand: false
"""
CLAUSES = """- ref: 一
  kind: article
  heading: 检查
  gist: 每半年检查。
  anchor: 一、检查
  status: modelled
- ref: 二
  kind: article
  heading: 投诉
  gist: 限时答复。
  anchor: 二、投诉
  status: modelled
"""
CHECK = """id: check
duty: inspect.civil_onsite
title: 半年一次现场检查
clause: 一
phrase: 每半年检查
who: {lead: [civil_affairs]}
whom: {each: facility, kinds: [nursing_home]}
when: {at_least: 1, per: half_year}
evidence:
  - {fact: inspection.civil_done}
"""
ANSWER = """id: answer
duty: complaint.feedback
title: 五个工作日内答复
clause: 二
phrase: 五日内答复
who: {lead: [civil_affairs]}
whom: {each: fact, fact: complaint.received}
when: {within: 5, unit: workdays, of: complaint.received}
evidence:
  - {fact: complaint.answered}
"""
CASES = """- name: 上半年没有检查，七月一日起逾期
  given: {facility: {kind: nursing_home, opened_on: 2020-01-01}}
  on: 2026-07-02
  expect:
    - {obligation: check, period: 2026-01-01, status: 逾期, due_on: 2026-06-30}
- name: 周五收到的投诉下周五前答复
  given:
    facts: [{kind: complaint.received, occurred_on: 2026-03-06}]
  on: 2026-03-06
  expect:
    - {obligation: answer, due_on: 2026-03-13}
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """随软件发布的全部制度包，连同演示的本地口径。"""
    return load_all(packs_dir(), packs_dir() / "demo", cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """随软件发布的节假日表。"""
    return load_calendar(packs_dir() / "holidays")


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    """一个小包：packs/mini，目录用真实的；改坏其中一个文件再载入。"""
    packs = tmp_path / "packs"
    (packs / "mini" / "obligations").mkdir(parents=True)
    (packs / "mini" / "cases").mkdir()
    (packs / "catalogue").symlink_to(packs_dir() / "catalogue")
    (packs / "holidays").symlink_to(packs_dir() / "holidays")
    for name, text in {
        "pack.yaml": HEAD,
        "clauses.yaml": CLAUSES,
        "obligations/check.yaml": CHECK,
        "obligations/answer.yaml": ANSWER,
        "cases/all.yaml": CASES,
    }.items():
        (packs / "mini" / name).write_text(text, encoding="utf-8")
    return packs


@pytest.fixture
def edit(mini: Path) -> Callable[[str, str, str], None]:
    """把小包某个文件里的一段换掉；那一段必须在。"""

    def change(name: str, old: str, new: str) -> None:
        path = mini / "mini" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture
def need_text() -> Callable[[Pack], None]:
    """原文不在手头就跳过，说清楚去哪里找。"""

    def check(pack: Pack) -> None:
        if found_in(pack) is None:
            where = "、".join(str(folder) for folder in sources_dirs()) or "没有原文文件夹"
            pytest.skip(f"手头没有 {pack.head.source_file}（{where}）；设 YIJIAN_SOURCES_DIR 后再测")

    return check
