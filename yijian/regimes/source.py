"""文件原文：核对摘要，按 anchor 定位条款，在条款里找关键词句，把管理员给的原文挂上。"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yijian.kernel.errors import Refused
from yijian.regimes.folders import attached_dir, sources_dirs
from yijian.regimes.kinds import Pack, squeeze

MAX_SOURCE_BYTES = 4 * 1024 * 1024
_SENTENCE = re.compile(r"[^。；！？;!?]*[。；！？;!?]?")


@dataclass(frozen=True)
class Text:
    """一份原文：raw 原样，tight 去掉全部空白，at[i] 是 tight 第 i 字在 raw 里的位置。"""

    raw: str
    tight: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """tight 里的一段对应 raw 里的哪一段。"""
        return (self.at[start], self.at[end - 1] + 1) if end > start else (0, 0)


@dataclass(frozen=True)
class Found:
    """原文里的条款：spans 是各条款在 tight 中的起止，missing 是 anchor 没找到的条款。"""

    text: Text
    spans: dict[str, tuple[int, int]]
    missing: tuple[str, ...]

    def clause(self, ref: str) -> str | None:
        """条款的原文（去掉空白）；没定位到为空。"""
        span = self.spans.get(ref)
        return self.text.tight[span[0] : span[1]] if span else None

    def raw_clause(self, ref: str) -> str | None:
        """条款的原文（保留换行）；没定位到为空。"""
        span = self.spans.get(ref)
        if not span:
            return None
        start, end = self.text.span(*span)
        return self.text.raw[start:end].strip()

    def highlight(self, ref: str, phrase: str) -> tuple[str, str, str] | None:
        """把条款原文分成关键词句之前、关键词句、之后三段，供页面标亮；找不到为空。"""
        span, wanted = self.spans.get(ref), squeeze(phrase)
        place = self.text.tight.find(wanted, *span) if span and wanted else -1
        if not span or place < 0:
            return None
        (start, end), (first, last) = self.text.span(*span), self.text.span(place, place + len(wanted))
        raw = self.text.raw
        return raw[start:first].lstrip(), raw[first:last], raw[last:end].rstrip()

    def preface(self) -> str:
        """第一个条款之前的文字（标题、引言），去掉空白。"""
        first = min((start for start, _ in self.spans.values()), default=len(self.text.tight))
        return self.text.tight[:first]


def read_text(path: Path) -> Text:
    """读一份原文；不是 UTF-8 文字或过大报 Refused。"""
    raw = _bytes(path)
    try:
        return _text(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"{path.name} 不是 UTF-8 文字，请另存为 UTF-8 再试。") from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise Refused(f"读不到文件 {path}（{error.strerror}）。") from error
    if len(raw) > MAX_SOURCE_BYTES:
        raise Refused(f"{path.name} 超过 {MAX_SOURCE_BYTES // 1024 // 1024} MB，不像是一份文件的文字。")
    return raw


def _text(raw: str) -> Text:
    kept = [(position, mark) for position, mark in enumerate(raw) if squeeze(mark)]
    return Text(raw, "".join(mark for _, mark in kept), tuple(position for position, _ in kept))


@lru_cache(maxsize=32)
def _text_of(path: str, modified: int, size: int) -> Text:
    del modified, size
    return read_text(Path(path))


def find_source(pack: Pack, folders: Iterable[Path] | None = None) -> Path | None:
    """这个包的原文在哪里；手头没有为空。"""
    if not pack.head.source_file or Path(pack.head.source_file).name != pack.head.source_file:
        return None
    for folder in sources_dirs() if folders is None else folders:
        path = folder / pack.head.source_file
        if path.is_file():
            return path
    return None


def sha256_of(path: Path) -> str:
    """文件内容的 SHA-256。"""
    return hashlib.sha256(_bytes(path)).hexdigest()


def source_text(pack: Pack, folders: Iterable[Path] | None = None) -> Text | None:
    """这个包的原文；手头没有、或摘要与包里记的不同，为空。"""
    path = find_source(pack, folders)
    if path is None or sha256_of(path) != pack.head.text_sha256:
        return None
    stat = path.stat()
    return _text_of(str(path), stat.st_mtime_ns, stat.st_size)


def locate(pack: Pack, text: Text) -> Found:
    """按文件顺序用 anchor 逐条定位；一条从自己的 anchor 起，到下一条的 anchor 止。"""
    starts: list[tuple[str, int]] = []
    missing: list[str] = []
    position = 0
    for clause in pack.clauses:
        anchor = squeeze(clause.anchor or "")
        place = text.tight.find(anchor, position) if anchor else -1
        if place < 0:
            missing.append(clause.ref)
        else:
            starts.append((clause.ref, place))
            position = place + len(anchor)
    ends = [start for _, start in starts[1:]] + [len(text.tight)]
    spans = {ref: (start, end) for (ref, start), end in zip(starts, ends, strict=True)}
    return Found(text, spans, tuple(missing))


def found_in(pack: Pack, folders: Iterable[Path] | None = None) -> Found | None:
    """定位好的原文；手头没有为空。"""
    text = source_text(pack, folders)
    return locate(pack, text) if text else None


def sentences(text: str) -> list[str]:
    """按句号、分号断句（已去空白的文字）。"""
    return [part for part in _SENTENCE.findall(text) if part]


def attach_source(pack: Pack, path: Path, folder: Path | None = None) -> Path:
    """挂接原文：内容摘要与包里记的一致才收下，返回收下后的路径；否则报 Refused，什么也不改。"""
    wanted = pack.head.text_sha256
    name = pack.head.source_file
    if not wanted or not name or Path(name).name != name:
        raise Refused(f"制度包 {pack.id} 没有记载原文的文件名和摘要，不能挂接原文。")
    actual = sha256_of(path)
    if actual != wanted:
        raise Refused(
            f"{path.name} 与制度包 {pack.id} 所依据的文本不一致：摘要应为 {wanted[:12]}…，"
            f"实为 {actual[:12]}…。请取发布机关公布的同一文本，不要改动文字和格式。"
        )
    target_dir = folder or attached_dir()
    target_dir.mkdir(parents=True, exist_ok=True)
    target = target_dir / name
    handle, temporary = tempfile.mkstemp(dir=target_dir, suffix=".tmp")
    os.close(handle)
    shutil.copyfile(path, temporary)
    if sha256_of(Path(temporary)) != wanted:
        os.unlink(temporary)
        raise Refused(f"{path.name} 在读取时变了，请重试。")
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)
    return target
