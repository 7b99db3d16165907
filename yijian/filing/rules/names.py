"""备案名称规则：规则是数据（data/name_rules），这里只会判。"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[1] / "data" / "name_rules"


@dataclass(frozen=True)
class Broken:
    """违反的一条。"""

    rule: str
    says: str


def _contains_any(name: str, rule: Mapping[str, Any], places: Collection[str]) -> bool:
    return not any(word in name for word in rule["words"])


def _contains_bad(name: str, rule: Mapping[str, Any], places: Collection[str]) -> bool:
    return any(word in name for word in rule["words"])


def _shorter(name: str, rule: Mapping[str, Any], places: Collection[str]) -> bool:
    return len(name) < int(rule["number"])


def _pattern(name: str, rule: Mapping[str, Any], places: Collection[str]) -> bool:
    return re.search(rule["pattern"], name) is not None


def _no_place(name: str, rule: Mapping[str, Any], places: Collection[str]) -> bool:
    return bool(places) and not any(place in name for place in places)


TESTS: dict[str, Callable[[str, Mapping[str, Any], Collection[str]], bool]] = {
    "contains_any": _contains_any,
    "contains_any_bad": _contains_bad,
    "shorter_than": _shorter,
    "pattern_bad": _pattern,
    "names_place": _no_place,
}


@lru_cache(maxsize=32)
def ruleset(name: str) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    """（说明，全部规则）；继承的在前。写错的规则报 ValueError。"""
    found = YAML(typ="safe", pure=True).load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    rules = tuple(found["rules"])
    unknown = [rule["id"] for rule in rules if rule["test"] not in TESTS]
    if unknown:
        raise ValueError(f"{name}.yaml 有不认识的判法：{unknown}")
    base = ruleset(found["extends"])[1] if found.get("extends") else ()
    return str(found["says"]), base + rules


@lru_cache(maxsize=256)
def ruleset_for(path: str) -> str:
    """管着这个区划的规则；没有地方口径的用通行规则。"""
    for file in sorted(FOLDER.glob("*.yaml")):
        regions = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")).get("regions") or ()
        if any(f"/{code}/" in path for code in regions):
            return file.stem
    return "default"


def check_name(name: str, path: str, places: Collection[str] = ()) -> list[Broken]:
    """一个名称违反的规则，空为规范。places 是所在县、乡镇的叫法。末尾的“（演示）”不计。"""
    bare = re.sub(r"[（(]演示[）)]$", "", name.strip())
    _, rules = ruleset(ruleset_for(path))
    return [Broken(r["id"], r["says"]) for r in rules if TESTS[r["test"]](bare, r, places)]
