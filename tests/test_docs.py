"""文档与程序一致：印出来的块、链接、命令、设置、测试名、样例制度包都要对得上。"""

import re
from datetime import date
from pathlib import Path

import pytest
from house import ROOT, floors
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from scripts import docs
from yijian.kernel.workdays import load_calendar
from yijian.people.command import run as region_command
from yijian.people.queries import region
from yijian.people.services import load_regions
from yijian.people.viewer import SYSTEM
from yijian.regimes.cases import run_cases
from yijian.regimes.lint import lint
from yijian.regimes.loader import load_catalogue, load_pack
from yijian.settings.options import Options
from yijian.web import cli
from yijian.web.ops import serve

TOP = ("README.md", "README.en.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "THREAT_MODEL.md", "CHANGELOG.md")
WRAPPED = {"test", "lock", "wheelhouse", "setup"}  # 由 yj 自己办的命令
ADR_LINES = 40


def pages() -> list[Path]:
    return [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").rglob("*.md"))]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", docs.READMES)
def test_the_floors_and_packs_printed_in_the_readme_are_the_real_ones(name: str) -> None:
    for block, wanted in docs.blocks().items():
        assert docs.block_in(text(name), block) == wanted, f"{name}：请执行 python scripts/docs.py"
    printed = re.findall(r"^F(\d+) +(.+)$", text(name), re.MULTILINE)
    listed = {app.strip(" ()"): int(number) for number, layer in printed for app in layer.split("|")}
    assert listed == floors()


def test_a_planted_difference_in_a_block_is_seen() -> None:
    bent = text("README.md").replace("\nF0   kernel", "\nF0   attic")
    assert docs.block_in(bent, "floors") != docs.floors_block()
    assert docs.replaced(bent, "floors", docs.floors_block()) == text("README.md")


def test_the_state_diagrams_are_printed_from_the_tables() -> None:
    printed = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/states").glob("*.md")}
    assert printed == docs.state_pages(), "请执行 python scripts/docs.py"


def test_links_lead_somewhere() -> None:
    broken = []
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" in target or (
                target.startswith("docs/screens/") and not (ROOT / "docs/screens").exists()
            ):
                continue
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert not broken


def test_files_named_in_the_text_exist() -> None:
    """反引号里写成路径的，都要有；带 < 或 * 的是写法，var/ 是运行时才有的。"""
    missing = []
    for page in pages():
        for name in re.findall(r"`([\w.-]+(?:/[\w.\u4e00-\u9fff-]+)+/?)`", page.read_text(encoding="utf-8")):
            first = name.partition("/")[0]
            if (
                first in ("yijian", "tests", "docs", "scripts", "benchmarks", ".ci")
                and not (ROOT / name).exists()
            ):
                missing.append(f"{page.relative_to(ROOT)}：{name}")
    assert not missing


def test_commands_in_the_text_exist() -> None:
    known = WRAPPED | set(subcommands())
    wrong = []
    for page in pages():
        for name in re.findall(r"(?:\./yj|\byijian) +([a-z][a-z-]*)\b", page.read_text(encoding="utf-8")):
            if name not in known:
                wrong.append(f"{page.relative_to(ROOT)}：{name}")
    assert not wrong


def subcommands() -> list[str]:
    (action,) = (a for a in cli.parser()._actions if getattr(a, "choices", None) and a.dest == "command")
    return list(action.choices or ())


def test_every_command_and_every_setting_is_told_somewhere() -> None:
    everything = "\n".join(page.read_text(encoding="utf-8") for page in pages())
    silent = [c for c in subcommands() if f"./yj {c}" not in everything and f"yijian {c}" not in everything]
    assert set(silent) <= {"draw", "bench"}, f"没有写到的命令：{silent}"
    names = [f.upper() for f in Options.model_fields]
    untold = [n for n in names if f"YIJIAN_{n}" not in everything and n not in everything]
    assert not untold, f"docs/how-to/部署.md 没有写到的设置：{untold}"


def test_environment_variables_in_the_text_are_read_by_the_program() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "yijian").rglob("*.py")) + text("yj")
    code += text("scripts/check.py") + text("conftest.py")
    known = {f"YIJIAN_{f.upper()}" for f in Options.model_fields}
    named = {
        word for page in pages() for word in re.findall(r"YIJIAN_[A-Z_]+", page.read_text(encoding="utf-8"))
    }
    assert not {word for word in named - known if word not in code}


def test_every_defence_names_a_test_file_that_exists() -> None:
    body = text("THREAT_MODEL.md").partition("## 威胁、防护、证明")[2].partition("\n## ")[0]
    rows = [line for line in body.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) >= 20
    for row in rows:
        proof = row.rstrip("| ").rpartition("|")[2]
        named = re.findall(r"`([^`]+\.py)`", proof)
        assert named, f"没有写测试：{row[:40]}"
        assert all((ROOT / name).is_file() for name in named), row[:40]


def test_decisions_are_short_complete_and_listed() -> None:
    listed = text("docs/adr/README.md")
    for page in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        body = page.read_text(encoding="utf-8")
        assert len(body.splitlines()) <= ADR_LINES, page.name
        for heading in ("## 背景", "## 决定", "## 后果"):
            assert heading in body, f"{page.name} 没有{heading}"
        assert f"({page.name})" in listed, f"docs/adr/README.md 没有列出 {page.name}"


def test_the_example_pack_loads_lints_and_its_case_holds(tmp_path: Path) -> None:
    found = re.findall(r"^`([\w./-]+)`\n\n```(?:yaml|text)\n(.*?)^```", text("CONTRIBUTING.md"), re.S | re.M)
    assert len(found) == 6
    for name, body in found:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    catalogue = load_catalogue(ROOT / "packs")
    calendar = load_calendar(ROOT / "packs" / "holidays")
    pack = load_pack(tmp_path / "cn-990102-yihe-2026", catalogue)
    faults = [f for f in lint(pack, catalogue, calendar, [tmp_path]) if f.level != "info"]
    assert not faults
    results = run_cases(pack, calendar)
    assert len(results) == 1 and all(result.ok for result in results)
    assert pack.head.effective_from == date(2026, 1, 4)


@pytest.mark.django_db
def test_the_python_shown_in_the_pages_runs() -> None:
    """文中的 Python 原样执行一遍。"""
    load_regions(by=SYSTEM)
    blocks = re.findall(r"```python\n(.*?)```", text("docs/how-to/制度包.md"), re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "制度包.md", "exec"), {})


@pytest.mark.django_db
def test_the_region_commands_shown_in_the_page_run() -> None:
    """文中的 ./yj region 原样执行一遍；添的区划真的添上了。"""
    load_regions(by=SYSTEM)
    shown = re.findall(r"^\./yj region (.+)$", text("docs/how-to/建立一地.md"), re.M)
    assert len(shown) == 4
    assert all(region_command(line.split()) == 0 for line in shown)
    assert region("330523").path == "/330000/330500/330523/"


@pytest.mark.parametrize(("layers", "scheme", "client"), [(1, "https", "10.9.8.7"), (0, "http", "127.0.0.1")])
def test_the_proxy_shown_in_the_deployment_page_is_believed_only_when_told(
    layers: int, scheme: str, client: str
) -> None:
    """代理写的协议与来源，设了 YIJIAN_TRUSTED_PROXIES 才认；没设的一律当成伪造的去掉。"""
    assert "X-Forwarded-Proto https" in text("docs/how-to/部署.md")
    seen: dict[str, str] = {}
    options = Adjustments(**serve.proxy_options(layers))
    door = proxy_headers_middleware(
        lambda environ, _: seen.update(environ) or [],
        trusted_proxy=options.trusted_proxy,
        trusted_proxy_count=options.trusted_proxy_count,
        trusted_proxy_headers=options.trusted_proxy_headers,
        clear_untrusted=options.clear_untrusted_proxy_headers,
    )
    given = {"wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "x", "SERVER_PORT": "8000"}
    sent = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.9.8.7"}
    door(given | sent, None)
    assert (seen["wsgi.url_scheme"], seen["REMOTE_ADDR"]) == (scheme, client)
    assert ("HTTP_X_FORWARDED_PROTO" in seen) is bool(layers)
