"""命令行：列出、检查、导出、比较、挂接、例子、试算；都有机器可读的输出。"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yijian.regimes.command import run
from yijian.regimes.folders import packs_dir
from yijian.regimes.library import Library
from yijian.regimes.source import find_source, found_in, sha256_of

Edit = Callable[[str, str, str], None]
NANKAI, DRAFT = "cn-120104-nankai-2021", "cn-120104-nankai-2021-draft"
ZEZHOU, QUJING = "cn-140525-zezhou-2022", "cn-530300-qujing-2021"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """各条测试共用的解析缓存。"""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def data(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """运行数据放在临时文件夹；制度包用随软件发布的。"""
    monkeypatch.setenv("YIJIAN_DATA", str(cache))
    monkeypatch.setenv("YIJIAN_SOURCES", str(tmp_path / "data/sources"))
    monkeypatch.setenv("YIJIAN_PACKS", str(packs_dir()))
    return tmp_path / "data"


def ask(capsys: pytest.CaptureFixture[str], *argv: object, code: int = 0) -> Any:
    assert run([str(word) for word in argv] + ["--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    packs = {row["id"]: row for row in ask(capsys, "list")["packs"]}
    assert {"cn", NANKAI, DRAFT, "cn-500242-youyang-2023", ZEZHOU, QUJING} <= packs.keys()
    assert packs[NANKAI]["document_no"] == "南开政办发〔2021〕12号" and packs[DRAFT]["status"] == "draft"
    assert run(["list"]) == 0
    assert "泽政办发〔2022〕3号" in capsys.readouterr().out


def test_check_says_what_lint_found(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "check", QUJING)
    (row,) = value["packs"]
    assert value["ok"] and row["counts"]["article"] == 18 and row["cases"]["failed"] == []
    assert any("2021-12-25（星期六）" in finding["message"] for finding in row["findings"])
    assert run(["check", NANKAI]) == 0
    assert "税务有任务" in capsys.readouterr().out


def test_check_of_everything_passes(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "check")
    assert value["ok"], [row["id"] for row in value["packs"] if not row["ok"]]


def test_check_reports_file_line_and_reason(
    mini: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("obligations/check.yaml", "inspect.civil_onsite", "no.duty")
    (row,) = ask(capsys, "check", "mini", "--packs", mini, code=1)["packs"]
    assert row["problems"] == [
        {"file": "mini/obligations/check.yaml", "line": 2, "reason": "义务目录里没有“no.duty”"}
    ]
    assert run(["check", "mini", "--packs", str(mini)]) == 1
    assert "第 2 行" in capsys.readouterr().out


def test_unknown_packs_and_wrong_usage_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "没有制度包“nowhere”" in ask(capsys, "export", "nowhere", code=1)["error"]
    assert run(["explode"]) == 2
    assert run(["check", "nowhere"]) == 1


def test_export(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "export", NANKAI)
    assert len(value["tasks"]) == 40 and len(value["duties"]) == 17 and value["region"] == "120104"
    assert run(["export", NANKAI]) == 0
    assert json.loads(capsys.readouterr().out) == value


def test_diff_of_draft_and_notice_shows_the_leading_group(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    value = ask(capsys, "diff", DRAFT, NANKAI)
    clauses = {clause["ref"]: clause for clause in value["clauses"]}
    assert clauses["任务1"]["change"] == "added" and clauses["职责17"]["change"] == "added"
    if value["basis"] == "gist":
        pytest.skip("两份原文不都在手头，只比了要点；设 YIJIAN_SOURCES_DIR 后再测")
    added = "".join(clauses["十三"]["added"])
    assert "领导小组" in added and "副区长" in added
    assert not any("领导小组" in sentence for sentence in clauses["十三"]["removed"])


def test_diff_of_two_documents_puts_the_same_duty_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["duty"]: row for row in ask(capsys, "diff", ZEZHOU, QUJING)["duties"]}
    assert rows["emergency.drill"]["stricter"] == "b"
    assert rows["emergency.drill"]["a"][0]["when_text"] == "每年不少于1次"
    assert rows["emergency.publicity"]["stricter"] == "same"
    assert rows["complaint.feedback"]["stricter"] in {"only_b", "b"}


def test_diff_of_two_places_stacks_first(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "diff", "140525", "530302")
    assert value["kind"] == "places"
    rows = {row["duty"]: row for row in value["duties"]}
    assert "每半年不少于1次" in {item["when_text"] for item in rows["emergency.drill"]["b"]}
    assert run(["diff", "140525", "530302"]) == 0
    assert "【应急演练】" in capsys.readouterr().out


def test_attach_source_takes_only_the_very_text(
    library: Library, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("不是这份文件", encoding="utf-8")
    assert "不一致" in ask(capsys, "attach-source", ZEZHOU, wrong, code=1)["error"]
    assert "读不到文件" in ask(capsys, "attach-source", ZEZHOU, tmp_path / "none", code=1)["error"]
    assert "没有记载原文" in ask(capsys, "attach-source", "cn", wrong, code=1)["error"]
    assert not (data / "sources").exists()
    right = find_source(library.pack(ZEZHOU))
    if right is None:
        pytest.skip("手头没有泽州文件原文；设 YIJIAN_SOURCES_DIR 后再测")
    value = ask(capsys, "attach-source", ZEZHOU, right)
    assert sha256_of(Path(value["attached"])) == library.pack(ZEZHOU).head.text_sha256
    assert [path.name for path in (data / "sources").iterdir()] == [right.name]


def test_highlight_splits_the_clause_around_the_phrase(library: Library) -> None:
    found = found_in(library.pack(ZEZHOU))
    if found is None:
        pytest.skip("手头没有泽州文件原文；设 YIJIAN_SOURCES_DIR 后再测")
    parts = found.highlight("五", "每年至少开展1次应急演练")
    assert parts and "".join(parts[1].split()) == "每年至少开展1次应急演练"
    assert parts[0].startswith("(五)") and "".join(parts) in found.text.raw
    assert found.highlight("五", "原文没有的话") is None and found.highlight("九十九", "开放日") is None


def test_cases(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "cases", "cn")
    assert value["failed"] == 0 and len(value["cases"]) >= 8
    assert run(["cases", "cn"]) == 0
    assert "0 个不符" in capsys.readouterr().out


def test_load_test_counts_by_unit_and_month(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "load-test", NANKAI, "--year", 2022, "--facilities", 10, "--streets", 12)
    joint = next(row for row in value["by_obligation"] if row["obligation"] == "t31-joint-onsite")
    assert joint["times"] == 20 and joint["months"][5] == joint["months"][11] == 10
    assert value["months"]["housing"][5] >= 10 and value["roles"]["civil_affairs"]["lead"] >= 20
    assert "年份" in ask(capsys, "load-test", NANKAI, "--year", 1900, code=1)["error"]


def test_load_test_of_qujing_warns_of_the_impossible_date(capsys: pytest.CaptureFixture[str]) -> None:
    value = ask(capsys, "load-test", QUJING, "--year", 2021, "--facilities", 120, "--counties", 9)
    archives = next(row for row in value["by_obligation"] if row["obligation"] == "q3-archives")
    assert archives["months"][11] == 120
    codes = {finding["code"] for finding in value["impossible"] if "2021-12-25" in finding["message"]}
    assert codes == {"rest-day", "too-close"}
    assert run(["load-test", QUJING, "--year", "2021"]) == 0
    assert "办不到" in capsys.readouterr().out
