"""读取制度包的 YAML：只认普通数据，带行号；别名、锚点、标签、重复的键、过大的文件一律拒绝。"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from yijian.kernel.errors import YijianError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_NODES = 6_000
MAX_LINES = 10_000
CACHE_FORMAT = 1
Loc = tuple[str | int, ...]
_DEEP = re.compile(rf"(?:[\[{{]\s*){{{MAX_DEPTH + 1}}}")
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Problem:
    """一处毛病：文件、行（从 1 起，0 表示整个文件）、原因。"""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return f"{where}：{self.reason}"


class LoadError(YijianError):
    """制度包不能载入：problems 列出每一处的文件、行和原因；file、line、reason 是第一处。"""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
        self.file, self.line, self.reason = problems[0].file, problems[0].line, problems[0].reason


@dataclass(frozen=True)
class Document:
    """一个读好的 YAML 文件：value 只含字典、列表、文字、整数、真假与空。"""

    name: str
    value: Any
    sha256: str
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> dict[Loc, int]:
        """每个键、每个值所在的行；只在要报错时才重读。"""
        return _Builder(self.name).build(self.text)[1]

    def problem(self, loc: Loc, reason: str) -> Problem:
        """在 loc 处（找不到就在最近的上一级处）报一个问题。"""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return Problem(self.name, self.lines[loc[:length]], reason)
        return Problem(self.name, 0, reason)


class Store:
    """读文件并按内容的 SHA-256 缓存解析结果；缓存文件坏了、写不了都不影响读取。"""

    def __init__(self, cache_file: Path | None = None) -> None:
        self._file = cache_file
        self._known: dict[str, Any] = self._load()
        self._used: dict[str, Any] = {}

    def read(self, path: Path, name: str) -> Document:
        """读一个文件；不能读、过大、不是普通数据时报 LoadError。"""
        try:
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise LoadError([Problem(name, 0, f"读不到这个文件（{error.strerror}）")]) from error
        if len(raw) > MAX_BYTES:
            raise LoadError([Problem(name, 0, f"文件超过 {MAX_BYTES // 1024} KB，制度包不应这么大")])
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise LoadError([Problem(name, line, "不是 UTF-8 文字，请另存为 UTF-8")]) from error
        digest = hashlib.sha256(raw).hexdigest()
        if digest not in self._known:
            self._known[digest] = _Builder(name).build(text)[0]
        self._used[digest] = self._known[digest]
        return Document(name, self._known[digest], digest, text)

    def save(self) -> None:
        """把这次用到的解析结果写回缓存；写不了就算了。"""
        if self._file is None or self._used.keys() == self._known.keys() == self._loaded:
            return
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._file.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"format": CACHE_FORMAT, "values": self._used}, stream, ensure_ascii=False)
            os.replace(temporary, self._file)

    def _load(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self._file is not None:
            with suppress(OSError, ValueError, KeyError, TypeError):
                kept = json.loads(self._file.read_text(encoding="utf-8"))
                if kept["format"] == CACHE_FORMAT:
                    values = dict(kept["values"])
        self._loaded = set(values)
        return values


class _Builder:
    """由事件流直接搭出数据，不经过 YAML 的构造器，也就没有可被利用的标签和别名。"""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Loc, int] = {}
        self.nodes = 0

    def build(self, text: str) -> tuple[Any, dict[Loc, int]]:
        if text.count("\n") > MAX_LINES:
            raise LoadError([Problem(self.name, MAX_LINES, f"超过 {MAX_LINES} 行，制度包不应这么长")])
        if deep := _DEEP.search(text):
            line = text.count("\n", 0, deep.start()) + 1
            raise LoadError([Problem(self.name, line, f"嵌套超过 {MAX_DEPTH} 层")])
        try:
            events = self._checked(YAML(typ="safe", pure=True).parse(text))
            value = None
            for event in events:
                if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
                    value = self._node(event, events, ())
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            why = getattr(error, "problem", None) or "有不可用的字符"
            line = mark.line + 1 if mark else 0
            raise LoadError([Problem(self.name, line, f"不是有效的 YAML（{why}）")]) from error
        return value, self.lines

    def _checked(self, events: Iterator[Event]) -> Iterator[Event]:
        documents = 0
        for event in events:
            documents += isinstance(event, DocumentStartEvent)
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise self._refuse(event, "不允许使用锚点（&）和别名（*）")
            if getattr(event, "tag", None):
                raise self._refuse(event, "不允许使用标签（!）")
            if documents > 1:
                raise self._refuse(event, "一个文件只能有一份内容，不能用 --- 分开")
            yield event

    def _node(self, event: Event, events: Iterator[Event], at: Loc) -> Any:
        if len(at) > MAX_DEPTH:
            raise self._refuse(event, f"嵌套超过 {MAX_DEPTH} 层")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._refuse(event, f"内容超过 {MAX_NODES} 项，制度包不应这么多")
        self.lines.setdefault(at, event.start_mark.line + 1)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, at)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, at)
        return _scalar(event)

    def _sequence(self, events: Iterator[Event], at: Loc) -> list[Any]:
        rows: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            rows.append(self._node(event, events, (*at, len(rows))))
        return rows

    def _mapping(self, events: Iterator[Event], at: Loc) -> dict[str, Any]:
        table: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._refuse(event, "键只能是文字")
            key = str(event.value)
            if key in table:
                raise self._refuse(event, f"键“{key}”重复了")
            self.lines[(*at, key)] = event.start_mark.line + 1
            table[key] = self._node(next(events), events, (*at, key))
        return table

    def _refuse(self, event: Event, reason: str) -> LoadError:
        return LoadError([Problem(self.name, event.start_mark.line + 1, reason)])


def _scalar(event: Any) -> str | int | bool | None:
    """普通标量只认空、真假和整数，其余（含日期、小数、以 0 开头的代码）都留作文字。"""
    text = str(event.value)
    if not event.implicit[0] or event.style:
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if _INT.fullmatch(text) else text
