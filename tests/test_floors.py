"""楼层与房间：约定成立；每条约定都种一处违规，确认真的会被抓住。"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLANTS = {
    "floors: 下层引用上层": ("yijian/audit/planted.py", "from yijian.facilities import apps\n", "楼层"),
    "floors: 同层互相引用": ("yijian/notices/planted.py", "from yijian.documents import apps\n", "楼层"),
    "floors: 没有登记楼层的应用": ("yijian/attic/__init__.py", "", "楼层"),
    "rooms: 规则引用服务": ("yijian/{app}/rules.py", "from yijian.{app} import services\n", "应用内部"),
    "rooms: 读引用写": ("yijian/{app}/queries.py", "from yijian.{app} import services\n", "应用内部"),
    "doors: 页面直接用表": ("yijian/{app}/views.py", "from yijian.people import models\n", "不直接用 models"),
    "doors: web 直接用表": ("yijian/web/planted.py", "from yijian.people import models\n", "不直接用 models"),
    "pure: 规则引用 Django": ("yijian/{app}/rules.py", "import django.db\n", "不依赖 Django"),
    "pure: 词表引用 Django": ("yijian/{app}/kinds.py", "import django.conf\n", "不依赖 Django"),
    "pure: kernel 引用 Django": ("yijian/kernel/planted.py", "import django\n", "不依赖 Django"),
    "pure: regimes 引用 Django": ("yijian/regimes/planted.py", "import django\n", "不依赖 Django"),
    "settings: 楼里引用部署设置": (
        "yijian/people/planted.py",
        "from yijian.settings import base\n",
        "部署设置",
    ),
}


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """在 house 里检查楼层约定。"""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", ".importlinter"]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(house), "PYTHONUTF8": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=house, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """全部 Python 源码的副本，外加一个什么房间都有的小应用可供种违规。"""
    house = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "yijian", house / "yijian", ignore=lambda _, names: [n for n in names if is_other(n)]
    )
    shutil.copy(ROOT / ".importlinter", house)
    folder = house / "yijian" / "rectification"
    if not folder.exists():
        folder.mkdir()
        (folder / "__init__.py").write_text("")
    for room in ("views", "services", "queries", "models", "rules", "kinds"):
        if not (folder / f"{room}.py").exists() and not (folder / room).exists():
            (folder / f"{room}.py").write_text("")
    return house


def is_other(name: str) -> bool:
    return name in ("static", "templates", "__pycache__", "data")


@pytest.fixture
def planted(copied: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """种下一处违规，用完恢复原样。"""
    where, text, _ = request.param
    path = copied / where.format(app="rectification")
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text((before or "") + "\n" + text.format(app="rectification"), encoding="utf-8")
    yield copied
    path.unlink()
    if before is not None:
        path.write_text(before, encoding="utf-8")
    elif not any(path.parent.iterdir()):
        path.parent.rmdir()


def broken(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.endswith("BROKEN") or " BROKEN" in line]


def test_the_house_keeps_every_contract(copied: Path) -> None:
    done = lint(copied)
    assert done.returncode == 0, done.stdout
    assert not broken(done.stdout)


@pytest.mark.parametrize(
    ("planted", "contract"),
    [(plant, plant[2]) for plant in PLANTS.values()],
    ids=list(PLANTS),
    indirect=["planted"],
)
def test_a_planted_violation_breaks_its_contract(planted: Path, contract: str) -> None:
    done = lint(planted)
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(contract in line for line in broken(done.stdout)), done.stdout


def pure_modules() -> list[str]:
    names = []
    for path in sorted((ROOT / "yijian").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        room = parts[2] if len(parts) > 2 else ""
        pure = parts[1] in ("kernel", "regimes") or room in ("rules", "kinds")
        if pure and "tests" not in parts:
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def test_pure_rooms_really_run_without_django() -> None:
    blocked = "\n".join(
        f"sys.modules[{name!r}] = None" for name in ("django", "simple_history", "django_tasks")
    )
    loads = "\n".join(f"importlib.import_module({name!r})" for name in pure_modules())
    done = subprocess.run(
        [sys.executable, "-c", f"import importlib, sys\n{blocked}\n{loads}\n"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# ---- ruff 管的约定：时钟、骰子、信号、复杂度 ----

LINT_PLANTS = {
    "时钟 datetime.now": ("from datetime import UTC, datetime\n\nX = datetime.now(UTC)\n", "TID251"),
    "时钟 date.today": ("from datetime import date\n\nX = date.today()\n", "TID251"),
    "时钟 timezone.now": ("from django.utils import timezone\n\nX = timezone.now()\n", "TID251"),
    "骰子 random": ("import random\n\nX = random.random()\n", "TID251"),
    "信号": ("from django.dispatch import receiver\n\nX = receiver\n", "TID251"),
    "后台": ("from django.contrib import admin\n\nX = admin\n", "TID251"),
    "打印": ("print('x')\n", "T201"),
    "复杂度": (
        "def f(x: int) -> int:\n"
        + "".join(f"    if x == {n}:\n        x += {n}\n" for n in range(11))
        + "    return x\n",
        "C901",
    ),
}


@pytest.mark.parametrize(("source", "code"), list(LINT_PLANTS.values()), ids=list(LINT_PLANTS))
def test_a_planted_lint_violation_is_found(source: str, code: str) -> None:
    ruff = str(Path(sys.executable).parent / "ruff")
    done = subprocess.run(
        [
            ruff,
            "check",
            "--no-cache",
            "--output-format",
            "concise",
            "--stdin-filename",
            "yijian/people/planted.py",
            "-",
        ],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert code in done.stdout
