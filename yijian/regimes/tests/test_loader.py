"""载入：好包载得进，坏包说得清文件、行和原因。"""

import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yijian.regimes.folders import packs_dir
from yijian.regimes.kinds import Catalogue, Pack
from yijian.regimes.library import Library, load_all
from yijian.regimes.loader import load_catalogue, load_pack
from yijian.regimes.reader import MAX_BYTES, LoadError, Problem, Store

Edit = Callable[[str, str, str], None]
EACH_FACT = "{each: fact, fact: complaint.received}"
CHECK, CLAUSES = "obligations/check.yaml", "clauses.yaml"


def load(packs: Path) -> Pack:
    return load_pack(packs / "mini", catalogue())


@cache
def catalogue() -> Catalogue:
    return load_catalogue(packs_dir())


def problems(packs: Path) -> list[Problem]:
    with pytest.raises(LoadError) as caught:
        load(packs)
    return list(caught.value.problems)


def test_a_good_pack_loads_in_document_order(mini: Path) -> None:
    pack = load(mini)
    assert [item.id for item in pack.obligations] == ["check", "answer"]
    assert [clause.ref for clause in pack.clauses] == ["一", "二"]
    assert len(pack.hash) == 64


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "reason"),
    [
        (CHECK, "title:", "titel:", 3, "不认识的键“titel”"),
        (CHECK, "duty: inspect.civil_onsite", "duty: inspect.none", 2, "义务目录里没有“inspect.none”"),
        (CHECK, "inspection.civil_done", "inspection.none", 10, "事实目录里没有“inspection.none”"),
        (CHECK, "inspection.civil_done", "inspection.supervision_done, variant: x", 10, "没有分类“x”"),
        (CHECK, "[civil_affairs]", "[civil_affair]", 6, "职能目录里没有“civil_affair”"),
        (CHECK, "clause: 一", "clause: 三", 4, "clauses.yaml 里没有“三”"),
        (CHECK, "phrase: 每半年检查", f"phrase: {'长' * 25}", 5, "应为 1 至 24 字，现为 25 字"),
        (CHECK, "at_least: 1, per: half_year", "at_least: 1, per: week", 8, "只能是"),
        (CHECK, "at_least: 1, per: half_year", "sometimes: 1", 8, "认不出 when 的形状"),
        (CHECK, "at_least: 1", "at_least: 0", 8, "数字超出范围"),
        (CHECK, "at_least: 1, per: half_year", "every_year_by: 02-31", 8, "应写成 MM-DD"),
        (CHECK, "at_least: 1, per: half_year", "by: 2026-02-30", 8, "应是日期"),
        (CHECK, "nursing_home", "hotel", 7, "只能是"),
        (CHECK, "each: facility, kinds: [nursing_home]", "each: building", 7, "只能是"),
        (CHECK, "id: check", "id: other", 1, "id 应与文件名一致"),
        (CHECK, "who: {lead: [civil_affairs]}", "who: {}", 6, "没有写由谁负责"),
        (CLAUSES, "- ref: 二", "- ref: 一", 1, "条款编号“一”重复"),
        (CLAUSES, "status: modelled\n- ref: 二", "status: no-duty\n- ref: 二", 6, "要在 why 里说明"),
        (CLAUSES, "anchor: 一、检查", f"anchor: {'字' * 25}", 5, "现为 25 字"),
        (CLAUSES, "kind: article\n  heading: 检查", "kind: chapter\n  heading: 检查", 2, "只能是"),
        ("pack.yaml", 'region: "120104"', "region: 120104", 7, "应是文字（数字要加引号）"),
        ("pack.yaml", "id: mini", "id: maxi", 1, "id 应与文件夹名一致"),
        ("pack.yaml", "texts_at_hand: false", "texts_at_hand: true", 1, "source_file"),
        ("pack.yaml", "issued_on: 2026-01-05", "issued_on: 元旦", 5, "应是日期"),
        ("obligations/answer.yaml", "of: complaint.received}", "of: drill.held}", 8, "与 whom 的"),
        ("obligations/answer.yaml", EACH_FACT, "{each: unit, functions: [fire]}", 8, "为起因"),
        ("cases/all.yaml", "obligation: check", "obligation: none", 5, "本包没有义务“none”"),
        ("cases/all.yaml", "kind: complaint.received", "kind: complaint.none", 8, "事实目录里没有"),
    ],
)  # fmt: skip
def test_a_bad_pack_is_refused_with_file_line_and_reason(
    mini: Path, edit: Edit, name: str, old: str, new: str, line: int, reason: str
) -> None:
    edit(name, old, new)
    found = problems(mini)
    assert any(
        problem.file == f"mini/{name}" and problem.line == line and reason in problem.reason
        for problem in found
    ), [str(problem) for problem in found]


def test_every_problem_is_reported_at_once(mini: Path, edit: Edit) -> None:
    edit(CHECK, "inspect.civil_onsite", "no.duty")
    edit("obligations/answer.yaml", "complaint.answered", "no.fact")
    assert {problem.file for problem in problems(mini)} == {
        "mini/obligations/check.yaml",
        "mini/obligations/answer.yaml",
    }


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: &x 1\nb: *x\n", 1, "锚点"),
        ("a: *x\n", 1, "别名"),
        ("a: !!python/object:os.system x\n", 1, "标签"),
        ("a: 1\na: 2\n", 2, "键“a”重复了"),
        ("a: [1\nb: 2\n", 2, "不是有效的 YAML"),
        ("a: 1\n---\nb: 2\n", 2, "一个文件只能有一份内容"),
        ("? [a, b]\n: 1\n", 1, "键只能是文字"),
        ("[" * 40 + "]" * 40, 1, "嵌套超过"),
        ("a: \x07\n", 0, "不是有效的 YAML"),
        ("", 0, "文件是空的"),
        ("- 1\n- 2\n", 1, "应是键值对"),
    ],
)
def test_only_plain_yaml_is_read(mini: Path, text: str, line: int, reason: str) -> None:
    (mini / "mini" / CHECK).write_text(text, encoding="utf-8")
    assert any(problem.line == line and reason in problem.reason for problem in problems(mini)), problems(
        mini
    )


def test_yaml_bombs_are_refused_within_a_second(tmp_path: Path) -> None:
    billion = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    billion += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    bombs = ["\n".join(billion), "[" * 200_000, "{a: " * 60_000, "- " * 120_000, "a: " + "? " * 100_000]
    bombs += ["- 1\n" * 60_000, "".join(f"a{n}: 1\n" for n in range(12_000)), "[" + "1," * 120_000 + "]"]
    for bomb in bombs:
        (tmp_path / "bomb.yaml").write_text(bomb, encoding="utf-8")
        began = time.process_time()
        with pytest.raises(LoadError):
            Store().read(tmp_path / "bomb.yaml", "bomb.yaml")
        assert time.process_time() - began < 1, bomb[:20]


def test_a_large_file_and_a_foreign_encoding_are_refused(mini: Path) -> None:
    path = mini / "mini" / CHECK
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "超过 256 KB" in problems(mini)[0].reason
    path.write_bytes("id: check\ntitle: 检查\n".encode("gb18030"))
    found = problems(mini)[0]
    assert "UTF-8" in found.reason and found.line == 2


def test_stray_files_and_missing_folders_are_named(mini: Path) -> None:
    (mini / "mini" / "notes.txt").write_text("x")
    (mini / "mini" / "drafts").mkdir()
    assert {problem.file for problem in problems(mini)} == {"mini/notes.txt", "mini/drafts"}
    with pytest.raises(LoadError, match="没有这个制度包文件夹"):
        load_pack(mini / "nowhere", catalogue())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(["pack.yaml", CLAUSES, CHECK, "cases/all.yaml"]), pick=st.integers(0), value=VALUES
)
def test_no_content_makes_the_loader_crash(mini: Path, name: str, pick: int, value: object) -> None:
    """任一处换成任意内容：要么照样载入，要么用 LoadError 说清楚。"""
    path = mini / "mini" / name
    good = path.read_text(encoding="utf-8")
    document = Store().read(path, name)
    places = sorted(document.lines, key=str)
    place = places[pick % len(places)]
    try:
        path.write_text(json.dumps(replaced(document.value, place, value)), encoding="utf-8")
        load(mini)
    except LoadError as error:
        assert all(problem.reason and problem.file for problem in error.problems)
    finally:
        path.write_text(good, encoding="utf-8")


def replaced(tree: Any, place: tuple[str | int, ...], value: object) -> Any:
    if not place:
        return value
    head, *rest = place
    copy = dict(tree) if isinstance(tree, dict) else dict(enumerate(tree))
    copy[head] = replaced(copy[head], tuple(rest), value)
    return copy if isinstance(tree, dict) else list(copy.values())


def test_links_between_packs_are_checked(mini: Path, edit: Edit, tmp_path: Path) -> None:
    edit("pack.yaml", "extends: []", "extends: [cn-nowhere]")
    with pytest.raises(LoadError, match="cn-nowhere"):
        load_all(mini, cache=tmp_path)
    lenient = load_all(mini, strict=False, cache=tmp_path)
    assert not lenient.packs and "mini" in lenient.broken


def test_an_operators_folder_adds_packs_but_cannot_replace_one(mini: Path, tmp_path: Path) -> None:
    extra = tmp_path / "own"
    (extra / "mini").mkdir(parents=True)
    (extra / "mini" / "pack.yaml").write_text((mini / "mini/pack.yaml").read_text())
    (extra / "ours").mkdir()
    (extra / "ours" / "pack.yaml").write_text(
        (mini / "mini/pack.yaml").read_text().replace("id: mini", "id: ours")
    )
    library = load_all(mini, extra, strict=False, cache=tmp_path)
    assert set(library.packs) == {"mini", "ours"}
    assert len(library.pack("mini").obligations) == 2
    assert any("同名" in error.reason for error in library.broken.values())


def test_the_cache_follows_the_content_and_survives_damage(mini: Path, edit: Edit, tmp_path: Path) -> None:
    before = load_all(mini, cache=tmp_path).hash
    assert load_all(mini, cache=tmp_path).hash == before
    edit(CHECK, "半年一次", "半年两次")
    after = load_all(mini, cache=tmp_path)
    assert after.hash != before and after.pack("mini").obligations[0].title.startswith("半年两次")
    for path in tmp_path.glob("packs-*.json"):
        path.write_text("{broken")
    assert load_all(mini, cache=tmp_path).hash == after.hash


def test_all_packs_load_quickly_once_parsed(library: Library, tmp_path: Path) -> None:
    load_all(packs_dir(), packs_dir() / "demo", cache=tmp_path)
    began = time.process_time()
    again = load_all(packs_dir(), packs_dir() / "demo", cache=tmp_path)
    assert time.process_time() - began < 1.5
    assert again.hash == library.hash and len(again.packs) >= 6


def test_a_local_pack_only_sets_when(mini: Path, tmp_path: Path) -> None:
    local = mini / "local-mini"
    (local / "obligations").mkdir(parents=True)
    head = (mini / "mini/pack.yaml").read_text().replace("id: mini", "id: local-mini")
    head = head.replace("status: in_force", "status: local").replace("extends: []", "extends: [mini]")
    (local / "pack.yaml").write_text(head)
    setting = "id: s\nsets: mini/none\nwhen: {at_least: 1, per: quarter}\ndecided_by: 演示决定\n"
    (local / "obligations/s.yaml").write_text(setting)
    with pytest.raises(LoadError, match="decided_by"):
        load_all(mini, cache=tmp_path)
    (local / "pack.yaml").write_text(head + "decided_by: 演示决定\n")
    with pytest.raises(LoadError, match="没有义务“none”"):
        load_all(mini, cache=tmp_path)
    (local / "obligations/s.yaml").write_text(setting.replace("none", "check") + "title: 改题\n")
    with pytest.raises(LoadError, match="不认识的键“title”"):
        load_all(mini, cache=tmp_path)
