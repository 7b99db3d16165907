"""公布的文件：系统、命令行、单个文件的核对程序、浏览器里的四份程序结论相同；改动任何一个字节都不一致。"""

import importlib.util
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from yijian.inspections.command import run
from yijian.inspections.models import Commitment, Draw, Visit, VisitInspector
from yijian.inspections.queries.draws import published_file
from yijian.inspections.rules.draw_file import compose, verify
from yijian.inspections.services.draws import publish_draw, run_draw
from yijian.inspections.tests import draw_world as world_of
from yijian.kernel import clock
from yijian.kernel import draw as rule
from yijian.ledger.queries.packs import library
from yijian.people.cast import Cast, small_district
from yijian.web.tests.test_browser import sign_in

APP = Path(__file__).resolve().parents[1]
SCRIPT = APP / "static" / "inspections" / "verify_draw.py"
DOC = APP.parents[1] / "docs" / "draw.md"


def script() -> Any:
    spec = importlib.util.spec_from_file_location("verify_draw", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_script(content: bytes) -> bool:
    try:
        script().verify(content)
    except Exception:
        return False
    return True


def publish(cast: Cast, *, dice: bool) -> bytes:
    world = world_of.make_world(cast)
    world_of.relation(world, 0, 1)
    seed = world_of.diced if dice else world_of.committed
    draw = seed(world, world_of.frozen(world, size=3, exclusions={world.homes[3].pk: "停业装修"}))
    publish_draw(draw=run_draw(draw=draw, by=world.chief), by=world.chief)
    return published_file(draw.uid).encode()


@pytest.fixture(params=["dice", "commit"])
def content(request: pytest.FixtureRequest, cast: Cast) -> bytes:
    with clock.travel(world_of.DAY):
        return publish(cast, dice=request.param == "dice")


def command(path: Path, *options: str) -> int:
    return run(["verify", str(path), *options])


def test_all_agree_that_it_is_right(content: bytes, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "抽取.json"
    path.write_bytes(content)
    assert verify(content) == [] and by_script(content)
    assert command(path) == 0 and capsys.readouterr().out.startswith("一致")
    assert command(path, "--json") == 0 and json.loads(capsys.readouterr().out)["ok"] is True
    done = subprocess.run([sys.executable, "-I", SCRIPT, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("一致：5 家")


def forgeries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """把外层摘要一并重算的改法：换名、换人、换点数、换次序、改地点，都要露馅。"""
    file = json.loads(content)
    frozen, result = json.loads(file["frozen"]), json.loads(file["result"])
    frozen["objects"][0]["name"] = "换了名的养老院"
    yield "名单换一个名字", compose(rule.canonical(frozen), file["seed"], file["result"]).encode()
    fresh = rule.digest(rule.canonical(frozen))
    told = rule.outcome(frozen, fresh, file["seed"]["value"])
    yield (
        "名单换名并照旧种子重算",
        compose(rule.canonical(frozen), file["seed"], rule.canonical(told)).encode(),
    )
    result["drawn"][0]["team"] = result["drawn"][0]["team"][::-1]
    yield "换派去的人", compose(file["frozen"], file["seed"], rule.canonical(result)).encode()
    result = json.loads(file["result"])
    result["drawn"].pop()
    yield "少一家", compose(file["frozen"], file["seed"], rule.canonical(result)).encode()
    seed = file["seed"] | {"value": "ab" * 32}
    yield "换种子", compose(file["frozen"], seed, file["result"]).encode()
    early = {"rolled_at": "2020-01-01T00:00:00Z"}
    if file["seed"]["method"] == "commit":
        early = {"parts": [p | {"committed_at": "2020-01-01T00:00:00Z"} for p in file["seed"]["parts"]]}
    yield "种子早于冻结", compose(file["frozen"], file["seed"] | early, file["result"]).encode()
    yield "末尾多一个换行", content + b"\n"
    yield "前面多一个标记", b"\xef\xbb\xbf" + content
    yield "同一个键写两遍", content[:-1] + b',"format":"yijian-draw-file-1"}'
    yield "空文件", b""


def flips(content: bytes, many: int) -> Iterator[tuple[str, bytes]]:
    """改动一个字节：随便哪一处，随便改成什么。"""
    for _ in range(many):
        at, by = random.randrange(len(content)), random.randrange(1, 256)
        yield f"第 {at} 个字节", content[:at] + bytes([content[at] ^ by]) + content[at + 1 :]
    for _ in range(many // 4):
        at = random.randrange(len(content))
        yield f"少第 {at} 个字节", content[:at] + content[at + 1 :]


def test_any_altered_byte_is_found_by_both_programs(content: bytes) -> None:
    module = script()
    for words, altered in (*forgeries(content), *flips(content, 400)):
        assert verify(altered), words
        with pytest.raises(Exception):  # noqa: B017
            module.verify(altered)


def test_the_command_says_what_is_wrong(content: bytes, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "改过的.json"
    for words, altered in forgeries(content):
        path.write_bytes(altered)
        assert command(path) == 1, words
        assert capsys.readouterr().out.startswith("不一致")
        done = subprocess.run(
            [sys.executable, "-I", SCRIPT, path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1 and done.stdout.startswith("不一致"), words
    assert command(tmp_path / "没有.json") == 2
    assert run(["verify"]) == 2


# ---- 规则的文字 -------------------------------------------------------------------------------------


def test_the_worked_example_of_the_rule_is_right() -> None:
    text = DOC.read_text(encoding="utf-8")
    frozen_text, result_text = re.findall(r"```json\n(.*)\n```", text)
    frozen = json.loads(frozen_text)
    digest = re.search(r"名单摘要：`(\w+)`", text)
    faces = re.search(r"掷骰 50 次：`(\d+)`", text)
    seed = re.search(r"种子：`(\w+)`", text)
    assert digest and faces and seed
    assert rule.canonical(frozen) == frozen_text and rule.digest(frozen_text) == digest[1]
    assert rule.dice_seed(digest[1], faces[1]) == seed[1]
    assert rule.canonical(rule.outcome(frozen, digest[1], seed[1])) == result_text
    assert (
        rule.canonical(
            {
                "drawn": script().draw(frozen, seed[1]),
                **{k: v for k, v in json.loads(result_text).items() if k != "drawn"},
            }
        )
        == result_text
    )
    tickets = dict(re.findall(r"^\| (\d) \| \S+ \| \S+ \| `(\w{64})` \|$", text, re.MULTILINE))
    assert {p.ticket.hex() for p in rule.draw(frozen, seed[1])} <= set(tickets.values()) and len(tickets) == 5
    names = re.findall(r"^\| \d \| \S+ \| (\S+) \| (\S+、\S+) \|$", text, re.MULTILINE)
    assert names == [
        (one["name"], "、".join(m["name"] for m in one["team"])) for one in json.loads(result_text)["drawn"]
    ]
    a, ca, b, cb = (
        re.findall(r"暗数是 `(\w+)`，承诺是\s*`(\w+)`", text)[0]
        + re.findall(r"暗数是 `(\w+)`，承诺是\s*`(\w+)`", text)[1]
    )
    assert (ca, cb) == (rule.commitment(digest[1], "民政局", a), rule.commitment(digest[1], "消防大队", b))
    assert rule.revealed_seed(digest[1], [a, b]) in text


# ---- 浏览器 -----------------------------------------------------------------------------------------


@pytest.fixture
def cleared(live_server: Any) -> Iterator[None]:
    """真正提交的抽取，用完去掉触发器清空。"""
    yield
    migration: Any = import_module("yijian.inspections.migrations.0002_draw")
    with connection.schema_editor() as editor:
        migration.unguard(None, editor)
    for model in (VisitInspector, Visit, Commitment, Draw):
        model.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    with connection.schema_editor() as editor:
        migration.guard(None, editor)


@pytest.fixture
def live(live_server: Any, cleared: None) -> tuple[str, bytes]:
    """真正提交的一次公布的抽取。"""
    cast = small_district()
    with clock.travel(world_of.DAY):
        content = publish(cast, dice=True)
    return f"{live_server.url}/inspections/draws/public/{Draw.objects.get().uid}/", content


def verdict(page: Any, act: Callable[[], None]) -> str:
    page.evaluate("document.querySelector('[data-verdict]').hidden = true")
    act()
    box = page.locator("[data-verdict]")
    box.wait_for()
    text: str = box.inner_text()
    return text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_visitor_recomputes_the_draw_in_the_browser(
    live: tuple[str, bytes], page: Any, tmp_path: Path
) -> None:
    url, content = live
    page.goto(url)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert verdict(page, page.get_by_role("button", name="在本机重算").click).startswith("一致：5 家")
    path = tmp_path / "抽取.json"

    def give(given: bytes) -> str:
        path.write_bytes(given)
        return verdict(page, lambda: page.set_input_files("[data-own-file]", str(path)))

    assert give(content).startswith("一致：5 家")
    for words, altered in (*forgeries(content), *flips(content, 30)):
        assert give(altered).startswith("不一致："), words
    assert give(content).startswith("一致：5 家")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_and_python_draw_alike(live: tuple[str, bytes], page: Any) -> None:
    url, content = live
    page.goto(url)
    file = json.loads(content)
    frozen = json.loads(file["frozen"])
    for n in range(25):
        faces = "".join(random.choice("123456") for _ in range(60))
        frozen["uid"] = f"第{n}份"
        text = rule.canonical(frozen)
        seed = rule.dice_seed(rule.digest(text), faces)
        told = rule.canonical(rule.outcome(frozen, rule.digest(text), seed))
        made = compose(text, file["seed"] | {"faces": faces, "value": seed}, told).encode()
        assert verify(made) == [] and by_script(made)
        give = [{"name": "抽取.json", "mimeType": "application/json", "buffer": made}]
        assert verdict(page, lambda give=give: page.set_input_files("[data-own-file]", give)).startswith(
            "一致"
        )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_seals_a_secret_that_never_leaves_it(cleared: None, live_server: Any, page: Any) -> None:
    library()  # 第一次读制度包要几秒，不算进页面的等待
    cast = small_district()
    with clock.travel(world_of.DAY):
        draw = world_of.frozen(world_of.make_world(cast))
    sign_in(page, live_server, cast.fire_officer)
    page.goto(f"{live_server.url}/inspections/draws/{draw.uid}/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.get_by_role("button", name="产生暗数").click()
    secret = page.input_value("[data-secret]")
    assert re.fullmatch("[0-9a-f]{32}", secret)
    sealed = rule.commitment(draw.frozen_sha256, "颐和区消防救援大队", secret)
    assert page.input_value("[name=commitment]") == sealed
    page.get_by_role("button", name="交存承诺").click()
    page.get_by_text("已交存承诺，等另一家部门").wait_for()
    assert Commitment.objects.get().sha256 == sealed
    assert any(sealed in one for one in sent) and not any(secret in one for one in sent)
