"""检查：真实文件里该发现的都发现；小包里种下的毛病逐一报出。"""

from collections.abc import Callable
from pathlib import Path

import pytest

from yijian.kernel.workdays import Calendar
from yijian.regimes.findings import Finding
from yijian.regimes.library import Library, load_all
from yijian.regimes.lint import lint, ordinal
from yijian.regimes.source import sha256_of

Edit = Callable[[str, str, str], None]
Lint = Callable[[str], list[Finding]]


@pytest.fixture
def findings(library: Library, calendar: Calendar) -> Lint:
    return lambda name: lint(library.pack(name), library.catalogue, calendar)


def where(found: list[Finding], code: str) -> list[str]:
    return [finding.where for finding in found if finding.code == code]


@pytest.mark.parametrize(
    "name",
    [
        "cn",
        "cn-120104-nankai-2021",
        "cn-500242-youyang-2023",
        "cn-140525-zezhou-2022",
        "cn-530300-qujing-2021",
    ],
)
def test_no_pack_has_an_error(findings: Lint, name: str) -> None:
    assert [str(finding) for finding in findings(name) if finding.level == "error"] == []


def test_nankai_has_units_without_duty_and_a_duty_without_task(findings: Lint) -> None:
    found = findings("cn-120104-nankai-2021")
    assert where(found, "task-without-duty") == ["cyberspace", "tax"]
    assert where(found, "duty-without-task") == ["approval"]
    said = {finding.where: finding.message for finding in found}
    assert "任务27" in said["cyberspace"] and "任务19" in said["tax"] and "职责4" in said["approval"]


def test_qujing_deadline_is_a_saturday_three_days_after_issue(findings: Lint) -> None:
    found = findings("cn-530300-qujing-2021")
    for code in ("rest-day", "too-close"):
        messages = [f.message for f in found if f.code == code and "2021-12-25（星期六）" in f.message]
        assert len(messages) >= 2
    close = next(finding.message for finding in found if finding.code == "too-close")
    assert "2021-12-22（星期三）印发" in close and "相隔 3 天、2 个工作日" in close


def test_youyang_stages_and_submissions_clash(findings: Lint) -> None:
    found = findings("cn-500242-youyang-2023")
    assert where(found, "stage-issue") == ["阶段一"]
    assert where(found, "stage-no-due") == ["阶段三"]
    assert any("联络员" in f.message and "1 个工作日" in f.message for f in found if f.code == "too-close")
    assert len(where(found, "stage-submission")) == 3


@pytest.mark.parametrize("name", ["cn-120104-nankai-2021", "cn-140525-zezhou-2022", "cn"])
def test_words_without_a_number_are_listed(findings: Lint, library: Library, name: str) -> None:
    words = [item.id for item in library.pack(name).obligations if "promptly" in item.when.model_dump()]
    assert len(where(findings(name), "no-number")) == len(words) > 0


def test_items_from_memory_are_listed(findings: Lint) -> None:
    assert "待对照原文核实" in next(f.message for f in findings("cn") if f.code == "verify")


# ── 小包 ──────────────────────────────────────────────────────────────


def mini_findings(packs: Path, calendar: Calendar, cache: Path, sources: Path | None = None) -> list[Finding]:
    library = load_all(packs, cache=cache)
    return lint(library.pack("mini"), library.catalogue, calendar, [sources] if sources else [])


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("obligations/check.yaml", "\n  - {fact: inspection.civil_done}", " []", "no-evidence"),
        ("obligations/check.yaml", "at_least: 1, per: half_year", "by: 2026-01-08", "too-close"),
        ("obligations/check.yaml", "at_least: 1, per: half_year", "by: 2026-05-01", "rest-day"),
        ("obligations/check.yaml", "at_least: 1, per: half_year", 'every_year_by: "10-01"', "rest-day"),
        ("obligations/check.yaml", "at_least: 1, per: half_year", "promptly: 定期", "no-number"),
        ("obligations/check.yaml", "title:", "verify: M\ntitle:", "verify"),
        ("obligations/check.yaml", "clause: 一", "clause: 二", "unaccounted"),
        ("clauses.yaml", "- ref: 二", "- ref: 三", "gap"),
        ("clauses.yaml", "status: modelled\n- ref: 二", "status: no-duty\n  why: 试\n- ref: 二", "status"),
    ],
)
def test_planted_faults_are_found(
    mini: Path, edit: Edit, calendar: Calendar, tmp_path: Path, name: str, old: str, new: str, code: str
) -> None:
    assert mini_findings(mini, calendar, tmp_path) == []
    edit(name, old, new)
    if code == "gap":
        edit("obligations/answer.yaml", "clause: 二", "clause: 三")
    (mini / "mini/cases/all.yaml").unlink()
    assert code in {finding.code for finding in mini_findings(mini, calendar, tmp_path)}


def test_text_anchor_and_phrase_are_checked_by_clause(
    mini: Path, edit: Edit, calendar: Calendar, tmp_path: Path
) -> None:
    text = tmp_path / "doc.txt"
    text.write_text("演示\n一、检 查\n每半\n年检查一次。\n二、投诉\n五日内答复。", encoding="utf-8")
    edit("pack.yaml", "texts_at_hand: false", f"source_file: doc.txt\ntext_sha256: {sha256_of(text)}")
    assert mini_findings(mini, calendar, tmp_path, tmp_path) == []
    edit("obligations/check.yaml", "phrase: 每半年检查", "phrase: 五日内答复")
    (found,) = mini_findings(mini, calendar, tmp_path, tmp_path)
    assert (found.code, found.level) == ("phrase", "error") and "别处有" in found.message
    edit("clauses.yaml", "anchor: 二、投诉", "anchor: 二、举报")
    assert "anchor" in {finding.code for finding in mini_findings(mini, calendar, tmp_path, tmp_path)}
    text.write_text("改过的文字", encoding="utf-8")
    assert "text-changed" in {finding.code for finding in mini_findings(mini, calendar, tmp_path, tmp_path)}
    text.unlink()
    assert "text-missing" in {finding.code for finding in mini_findings(mini, calendar, tmp_path, tmp_path)}


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("任务31", 31),
        ("十八", 18),
        ("十", 10),
        ("二十一", 21),
        ("重点任务三", 3),
        ("附件", None),
        ("4.21", 21),
    ],
)
def test_ordinals(ref: str, number: int | None) -> None:
    assert ordinal(ref) == number
