"""命令行与包装脚本：说得清缺什么；坏输入不冒栈。"""

import importlib.machinery
import importlib.util
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest
from house import ROOT, embedded, yijian

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def yj() -> ModuleType:
    """包装脚本没有 .py 后缀，按路径载入。"""
    loader = importlib.machinery.SourceFileLoader("yj_script", str(ROOT / "yj"))
    spec = importlib.util.spec_from_loader("yj_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "还缺参数"),
        (("fly",), "没有这个选项"),
        (("run", "--port", "abc"), "端口应是"),
        (("run", "--port", "99999"), "端口应是"),
        (("import", "facilities"), "还缺参数"),
        (("import", "dragons", "x.xlsx"), "没有这个选项"),
        (("restore",), "还缺参数"),
    ],
)
def test_wrong_usage_is_explained_in_chinese(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = yijian(tmp_path, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("restore", "no-such.zip", "--check"), "读不了"),
        (("restore", "no-such.zip"), "--into"),
        (("import", "facilities", "no-such.xlsx"), "找不到文件"),
        (("run", "--port", "8000", "--host", "not a host"), "用不了"),
    ],
)
def test_refusals_are_one_line_and_exit_1(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = yijian(tmp_path, *words, DATABASE_URL="")
    assert done.returncode == 1, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("worker", "--once"), ("audit", "verify"), ("demo",), ("account", "create-admin", "wang")]
)
def test_commands_ask_for_an_upgrade_first(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = yijian(tmp_path, *words, DATABASE_URL="")
    assert done.returncode == 1
    assert "./yj upgrade" in done.stderr
    assert not (tmp_path / "yijian.sqlite3").exists()


def test_worker_prints_its_timetable(site: Path) -> None:
    done = yijian(site, "worker", "--timetable", "--json", DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    assert {"name", "title", "when", "next"} <= set(json.loads(done.stdout)[0])
    assert yijian(site, "worker", "--once", DATABASE_URL="").returncode == 0


def test_a_wrong_setting_is_named_at_start(tmp_path: Path) -> None:
    (tmp_path / "yijian.toml").write_text('emial_host = "x"\n')
    done = yijian(tmp_path, "upgrade", "--check", DATABASE_URL="", YIJIAN_EMAIL_PORT="abc")
    assert done.returncode == 1
    assert "emial_host 没有这项设置" in done.stderr
    assert "email_port 应为整数" in done.stderr
    assert "Traceback" not in done.stderr


def test_regime_commands_run_without_django(tmp_path: Path) -> None:
    code = "import sys; sys.modules['django'] = None\n"
    code += "from yijian.web import cli\nsys.exit(cli.main(['regime', 'list']))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=embedded(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_run_says_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = yijian(tmp_path, "run", "--port", str(other.getsockname()[1]), DATABASE_URL="")
    assert done.returncode == 1
    assert "已被占用" in done.stderr
    assert "--port" in done.stderr
    assert not list(tmp_path.iterdir()), "端口不行就什么都不该动"


def serve(data: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-P", "-m", "yijian.web.cli", "run", "--port", "0", *words]
    return subprocess.Popen(
        command,
        env=embedded(data, DATABASE_URL=""),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def read_until(server: "subprocess.Popen[str]", mark: str) -> list[str]:
    assert server.stdout is not None
    lines: list[str] = []
    for line in server.stdout:
        lines.append(line)
        if mark in line:
            return lines
    raise AssertionError("".join(lines))


def test_run_empty_makes_an_administrator_serves_and_stops(site: Path) -> None:
    server = serve(site, "--empty")
    try:
        lines = read_until(server, "颐监已启动")
        assert any("一次性密码" in line for line in lines)
        address = lines[-1].split("：", 1)[1].strip()
        with urllib.request.urlopen(address + "account/login/", timeout=20) as page:
            assert page.status == 200
            assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        with urllib.request.urlopen(address + "static/vendor/htmx.min.js", timeout=20) as script:
            assert len(script.read()) > 10_000
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=40)
    assert server.returncode == 0
    again = serve(site, "--empty")
    try:
        assert not any("一次性密码" in line for line in read_until(again, "颐监已启动")), "第二次不再建管理员"
    finally:
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=40)


# ---- 包装脚本 --------------------------------------------------------------------------------------


def test_an_old_python_gets_a_plain_sentence(tmp_path: Path) -> None:
    text = (ROOT / "yj").read_text(encoding="utf-8")
    script = tmp_path / "yj"
    script.write_text(
        text.replace("sys.version_info < (3, 11)", "sys.version_info < (99, 0)", 1), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, str(script), "run"],
        env={"PATH": "", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "需要 Python 3.11 或更高版本" in done.stderr


def test_the_wrapper_can_be_parsed_by_old_pythons() -> None:
    import ast

    ast.parse((ROOT / "yj").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_a_python_without_venv_is_explained(
    yj: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "python3"
    bare.write_text(
        "#!/bin/sh\necho 'The virtual environment was not created: ensurepip is not available'\nexit 1\n"
    )
    bare.chmod(0o755)
    monkeypatch.setattr(yj, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(yj, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(yj.sys, "executable", str(bare))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(yj.Stop, match="apt install python3-venv"):
        yj.make_venv()
    assert not (tmp_path / ".venv").exists()


def test_no_network_is_explained_and_leaves_no_stamp(
    yj: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yj, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(yj, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(yj, "ROOT", tmp_path)
    (tmp_path / "requirements.lock").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(yj.Stop, match=r"安装 Python 依赖失败.*镜像"):
        yj.install_python(False, str(tmp_path))  # 空的离线目录：哪里也取不到
    assert not (tmp_path / "stamp").exists()


def test_missing_node_falls_back_and_then_explains(
    yj: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(yj, "PYTHON", Path(sys.executable))
    with pytest.raises(yj.Stop, match="本机没有 node/npm"):
        yj.npm_command(str(tmp_path), str(tmp_path))


def test_wheelhouse_may_stand_anywhere_and_must_exist(yj: ModuleType, tmp_path: Path) -> None:
    assert yj.take_wheelhouse(["run", "--wheelhouse", str(tmp_path), "--port", "1"]) == (
        str(tmp_path),
        ["run", "--port", "1"],
    )
    assert yj.take_wheelhouse(["--wheelhouse", str(tmp_path), "test"])[1] == ["test"]
    for wrong in (["run", "--wheelhouse"], ["--wheelhouse", str(tmp_path / "none")]):
        with pytest.raises(yj.Stop):
            yj.take_wheelhouse(wrong)


def test_uv_inherits_the_operators_pip_mirror(
    yj: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho \"global.index-url='https://mirror.example/simple'\"\n")
    fake.chmod(0o755)
    monkeypatch.setattr(yj, "PYTHON", fake)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    assert yj.uv_environment()["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert yj.uv_environment()["UV_DEFAULT_INDEX"] == "https://own.example/simple"


def test_the_sprite_holds_every_icon_named_and_refuses_unknown_ones(yj: ModuleType) -> None:
    nodes = {"home": [["path", {"d": "M0 0<"}]], "arrows-diff": [["path", {"d": "M1 1"}]]}
    text = yj.sprite(["home", "compare=arrows-diff"], nodes)
    assert '<symbol id="home"' in text and '<symbol id="compare"' in text
    assert "M0 0&lt;" in text
    with pytest.raises(yj.Stop, match="没有 dragon"):
        yj.sprite(["dragon"], nodes)


def test_every_icon_used_by_a_template_is_in_the_list() -> None:
    import re

    listed = {entry.split("=")[0] for entry in json.loads((ROOT / "package.json").read_text())["icons"]}
    used: dict[str, str] = {}
    for path in (ROOT / "yijian").rglob("*.html"):
        for icon in re.findall(r"icons\.svg['\"][^#>]{0,8}#([a-z0-9-]+)\"", path.read_text(encoding="utf-8")):
            used.setdefault(icon, path.name)
    assert not {icon: where for icon, where in used.items() if icon not in listed}


@pytest.mark.slow
def test_second_start_prepares_nothing_again(site: Path) -> None:
    """环境与库都已备好时，再启动不再升级、不再装包（快慢由 benchmarks 量）。"""
    first = serve(site, "--no-demo")
    assert any("装入区划与制度包" in line for line in read_until(first, "颐监已启动"))
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=40)
    second = serve(site, "--no-demo")
    said = read_until(second, "颐监已启动")
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=40)
    assert not any("装入" in line or "升级" in line for line in said)
