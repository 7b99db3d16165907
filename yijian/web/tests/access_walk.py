"""走遍全部网址，读权限总表。"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from ruamel.yaml import YAML

TABLE = Path(__file__).resolve().parent.parent / "access_table.yaml"


@dataclass(frozen=True)
class Url:
    """一个网址：带命名空间的名字、视图、参数名。"""

    name: str
    route: str
    view: Any
    params: tuple[str, ...]

    @property
    def kind(self) -> str:
        """reads、writes、public；登录组件的视图为 allauth；没有声明为空。"""
        if str(getattr(self.view, "__module__", "")).startswith("allauth."):
            return "allauth"
        return str(getattr(self.view, "access_kind", ""))

    @property
    def posts_only(self) -> bool:
        return self.kind == "writes" and not self.view.access_form


@dataclass(frozen=True)
class Line:
    """总表的一行：每种身份的结果，参数改由谁提供。"""

    expected: dict[str, str]
    providers: dict[str, str] = field(default_factory=dict)
    partial: bool = False


def walk(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[Url]:
    """全部网址，含嵌套的。"""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry, route, inner)
        elif isinstance(entry, URLPattern):
            params = tuple(entry.pattern.converters) or tuple(entry.pattern.regex.groupindex)
            own = tuple(dict.fromkeys((*_params(prefix), *params)))
            yield Url(f"{space}{entry.name}" if entry.name else "", route, entry.callback, own)


def _params(prefix: str) -> list[str]:
    """上层路由里的参数名：<int:x>、<x> 或 (?P<x>…)。"""
    names = [part.split(">", 1)[0] for part in prefix.split("<")[1:]]
    return [name.split(":")[-1] for name in names]


@cache
def urls() -> dict[str, Url]:
    return {url.name: url for url in walk()}


@cache
def table() -> dict[str, Any]:
    return YAML(typ="safe").load(TABLE.read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def lines() -> dict[str, Line]:
    return {name: parse(name, str(text)) for name, text in table()["urls"].items()}


def parse(name: str, text: str) -> Line:
    """读总表的一行；写错了指出是哪一行。"""
    identities: list[str] = table()["identities"]
    first, *rest = text.split()
    try:
        chosen: dict[str, Any] = table()["classes"][first]
    except KeyError:
        raise ValueError(f"{name}：没有“{first}”这个类别") from None
    expected = {who: str(chosen.get(who, chosen["default"])) for who in identities}
    providers: dict[str, str] = {}
    for pair in rest:
        key, _, value = pair.partition("=")
        if pair == "as=partial":
            continue
        if key in expected:
            expected[key] = value
        else:
            providers[key] = value
    return Line(expected, providers, "as=partial" in rest)
