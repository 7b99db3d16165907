"""该由谁处理：按名义或事项查表（data/router.yaml），给出单位、理由和条款。"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Route:
    """一条去向。"""

    unit: str
    reason: str
    clause: str
    fact: str = ""
    variant: str = ""


@lru_cache(maxsize=1)
def table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe", pure=True).load(
        (DATA / "router.yaml").read_text(encoding="utf-8")
    )
    return found


def route_place(claims: str, path: str) -> Route:
    """未登记场所由谁处理；认不得的名义按名义不清。path 是区划路径，用来取当地的条款。"""
    rows = {row["claims"]: row for row in table()["places"]}
    return _route(rows.get(claims) or rows["unclear"], path)


def route_violation(kind: str, path: str) -> Route:
    """违法线索由谁处理；没有写明的事项由民政部门先核实。"""
    for row in table()["violations"]:
        if row["kind"] == kind:
            return _route(row, path)
    return Route("civil_affairs", "没有写明由谁处理，先由民政部门核实", "")


def _route(row: Mapping[str, Any], path: str) -> Route:
    clauses = row["clauses"]
    codes = [code for code in reversed(path.split("/")) if code in clauses]
    return Route(
        row["unit"],
        row["reason"],
        str(clauses[codes[0]] if codes else clauses["cn"]),
        row.get("fact", ""),
        row.get("variant", ""),
    )
