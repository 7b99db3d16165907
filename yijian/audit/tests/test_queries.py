"""查阅：范围、筛选、句子、命令行。"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.db import transaction

from yijian.audit import kinds, queries
from yijian.audit.command import run
from yijian.audit.models import Entry
from yijian.audit.queries import Filters, entries, of_subject
from yijian.audit.services import SYSTEM, PlainActor, export_noted, record, verify_command
from yijian.audit.tests import tamper
from yijian.audit.tests.conftest import CLERK
from yijian.kernel import clock

CITY = PlainActor(1, "市民政（演示）", "市民政局（演示）", "/120000/")
DISTRICT = PlainActor(2, "区民政（演示）", "区民政局（演示）", "/120000/120104/")
OTHER = PlainActor(3, "外地（演示）", "外地民政局（演示）", "/530000/")


@dataclass(frozen=True)
class Viewer:
    """有多个岗位的看的人。"""

    account_id: int | None
    region_paths: tuple[str, ...]
    region_path: str = "/"


@pytest.fixture
def said(transactional_db: None, log: Path) -> None:
    day = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    for actor in (SYSTEM, CITY, DISTRICT, OTHER):
        with clock.travel(day), transaction.atomic():
            record("demo.visited", by=actor, subject=("facility", 5, "甲院"), data={"count": 1})
    with clock.travel(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)), transaction.atomic():
        record("demo.closed", by=CITY, subject=("issue", "a-1", "隐患单"), reason="已改")
        record("demo.closed", by=CITY, subject=("issue", "a-2", "x"), region_path="/120000/120104/")


def seen(viewer: object, **filters: object) -> list[int]:
    return sorted(entry.seq for entry in entries(viewer, Filters(**filters)))  # type: ignore[arg-type]


@pytest.mark.usefixtures("said")
def test_one_sees_the_entries_of_ones_own_area_and_ones_own_doings() -> None:
    assert seen(SYSTEM) == [1, 2, 3, 4, 5, 6]
    assert seen(CITY) == [2, 3, 5, 6]
    assert seen(DISTRICT) == [3, 6]
    assert seen(OTHER) == [4]
    assert seen(PlainActor(None, "未登录")) == []
    assert seen(PlainActor(1, "已调离", "", "")) == [2, 5, 6]
    assert seen(Viewer(9, ())) == []
    assert seen(Viewer(9, ("/530000/", "/120000/120104/"))) == [3, 4, 6]
    assert seen(Viewer(9, ("/",))) == [1, 2, 3, 4, 5, 6]
    assert [entry.seq for entry in entries(SYSTEM)] == [6, 5, 4, 3, 2, 1]


@pytest.mark.usefixtures("said")
def test_filters_narrow_by_person_action_subject_day_and_text() -> None:
    assert seen(SYSTEM, actor="区民政") == [3]
    assert seen(SYSTEM, actor_id=1) == [2, 5, 6]
    assert seen(SYSTEM, action="demo.closed") == [5, 6]
    assert seen(SYSTEM, action="demo.") == [1, 2, 3, 4, 5, 6]
    assert seen(SYSTEM, action="nothing") == []
    assert seen(SYSTEM, subject_kind="issue", subject_id="a-1") == [5]
    assert seen(SYSTEM, until=date(2026, 3, 1)) == [1, 2, 3, 4]
    assert seen(SYSTEM, since=date(2026, 3, 2)) == [5, 6]
    assert seen(SYSTEM, since=date.min, until=date.max) == [1, 2, 3, 4, 5, 6]
    assert seen(SYSTEM, text="隐患") == [5]
    assert seen(SYSTEM, text="走访") == [1, 2, 3, 4]
    assert seen(SYSTEM, text="已改") == [5]
    assert seen(SYSTEM, text="%") == []
    assert [entry.seq for entry in of_subject(DISTRICT, "issue", "a-2")] == [6]


@pytest.mark.usefixtures("said")
def test_entries_say_themselves() -> None:
    words = [kinds.say(entry) for entry in Entry.objects.order_by("seq")]
    assert words[0] == "系统走访甲院，发现问题 1 处"
    assert words[2] == "区民政局（演示） 区民政（演示）走访甲院，发现问题 1 处"
    assert words[4].endswith("关闭隐患单（理由：已改）")


def test_sentences_cope_with_missing_odd_and_retired_things() -> None:
    entry = Entry(action="demo.visited", actor="甲", unit="", subject="乙", data={}, reason="")
    assert kinds.say(entry) == "甲走访乙，发现问题 （未记） 处"
    for value, word in [
        (None, "（无）"),
        (True, "是"),
        (["a", 1], "a、1"),
        ([], "（无）"),
        ({"k": 1}, "k 1"),
    ]:
        entry.data = {"count": value}
        assert f"发现问题 {word} 处" in kinds.say(entry)
    entry.data = {"actor": "冒名", "count": "{actor.__class__}"}
    assert kinds.say(entry) == "甲走访乙，发现问题 {actor.__class__} 处"
    entry.action = "gone.away"
    assert kinds.say(entry) == "甲：gone.away（乙）"


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("visited", "x"),
        ("Demo.x", "x"),
        ("demo.x ", "x"),
        ("demo.visited", "另一句"),
        ("a.b", "{x.y}"),
        ("a.b", "{}"),
    ],
)
def test_wrong_registrations_are_refused(action: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"应用\.动作|简单的名字|另一句话"):
        kinds.register({action: sentence})
    assert not kinds.known("a.b")


def test_actions_have_short_names_for_filters() -> None:
    assert kinds.actions()["demo.visited"] == "走访发现问题 处".replace(" ", "")
    assert kinds.short("gone.away") == "gone.away"


def test_exports_are_noted(log: Path) -> None:
    with transaction.atomic():
        assert kinds.say(export_noted(count=12, by=CLERK)).endswith("导出审计记录 12 条")


def test_the_command_speaks_plainly_and_in_json(
    write: Callable[[int], list[Entry]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["head"]) == 0
    assert "还没有" in capsys.readouterr().out
    write(3)
    assert run(["verify"]) == 0
    assert "核验通过" in capsys.readouterr().out
    last = queries.head()
    assert last is not None
    assert run(["verify", "--anchor", f"3:{last.root[:12]}", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["ok"], shown["size"], shown["unsealed"], shown["findings"]) == (True, 3, 0, [])
    assert run(["head", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 3
    tamper.execute("UPDATE audit_entry SET reason = 'x' WHERE seq = 2")
    out = StringIO()
    assert verify_command(out=out) == 1
    assert "第 2 条的内容被改动过" in out.getvalue()
    assert run(["verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["seq"] == 2
    for bad in ("3", "x:abcdefab", "3:zzzzzzzz", "3:abc"):
        with pytest.raises(SystemExit):
            run(["verify", "--anchor", bad])
