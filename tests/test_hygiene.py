"""卫生：不写主机名与机器路径，没有杂物间，没有信号，外键不朝楼上指。"""

import ast
import json
import re

import pytest
from django.apps import apps
from django.db import models
from house import ROOT, floors, name, project_files, python_files

# 拆开写，免得这个文件自己也算数
HOSTS = ["pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "npm" + "mirror", "tuna.tsing" + "hua"]
PLACES = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "/home" + "/"]
TEXT = {
    ".py",
    ".toml",
    ".in",
    ".lock",
    ".json",
    ".yaml",
    ".yml",
    ".html",
    ".css",
    ".js",
    ".md",
    ".cfg",
    ".cmd",
    ".txt",
    "",
}
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "signals", "managers", "misc", "util", "admin"}
OURS = {"yijian"}


def texts() -> list[tuple[str, str]]:
    chosen = [path for path in project_files() if path.suffix in TEXT]
    return [(name(path), path.read_text(encoding="utf-8", errors="replace")) for path in chosen]


def test_no_registry_host_or_machine_path_is_named() -> None:
    found = [f"{where}: {word}" for where, text in texts() for word in (*HOSTS, *PLACES) if word in text]
    assert not found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_locks_carry_hashes_and_name_no_source(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|file:|@ ", text)
    pins = re.findall(
        r"^[a-z0-9][^\n=]*==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+", text, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))


def test_npm_lock_keeps_integrity_and_no_source() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for where, entry in packages.items():
        assert "resolved" not in entry
        assert not where or entry["integrity"].startswith("sha512-")


def test_dev_lock_agrees_with_the_lock_it_contains() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9][^ \\]*==[^ \\]+)", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_no_room_for_odds_and_ends() -> None:
    found = [
        name(path)
        for path in python_files()
        if path.parts and name(path).startswith("yijian/")
        if path.stem in FORBIDDEN_ROOMS or path.parent.name in FORBIDDEN_ROOMS
        if name(path) not in ("yijian/web/ops/admin.py",)
    ]
    assert not found


def test_no_signals_and_no_django_admin() -> None:
    found = []
    for path in python_files():
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = (
                [module] if module else [a.name for a in node.names] if isinstance(node, ast.Import) else []
            )
            if any(
                re.search(r"\.signals$|^django\.dispatch|^django\.contrib\.admin", str(one)) for one in names
            ):
                found.append(f"{name(path)}:{node.lineno}")
    assert not found
    assert not apps.is_installed("django.contrib.admin")


def floor_of(model: type[models.Model]) -> int | None:
    parts = model.__module__.split(".")
    return floors()[parts[1]] if parts[0] in OURS else None


def upward(model: type[models.Model]) -> list[str]:
    """这张表里朝楼上、或朝同层别家指的键。"""
    here, found = floor_of(model), []
    for field in model._meta.get_fields(include_hidden=True):
        target = field.related_model if getattr(field, "concrete", False) else None
        if here is None or not isinstance(target, type) or not issubclass(target, models.Model):
            continue
        there = floor_of(target)
        beside = there == here and target._meta.app_label != model._meta.app_label
        if there is not None and (there > here or beside):
            found.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    return found


def test_no_key_points_up_a_floor_or_sideways() -> None:
    found = [line for model in apps.get_models(include_auto_created=True) for line in upward(model)]
    assert not found


def test_a_planted_upward_key_is_found() -> None:
    class Planted(models.Model):
        case = models.ForeignKey("facilities.Facility", on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "audit"

    Planted.__module__ = "yijian.audit.models"
    try:
        assert upward(Planted) == ["audit.Planted.case → facilities.Facility"]
    finally:
        del apps.all_models["audit"]["planted"]
        apps.clear_cache()


def test_every_app_has_its_floor() -> None:
    folders = {path.parent.name for path in (ROOT / "yijian").glob("*/__init__.py")} - {"settings"}
    assert folders <= set(floors()), "这些应用没有登记在 .importlinter 的楼层里"
