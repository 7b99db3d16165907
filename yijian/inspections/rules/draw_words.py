"""规则的文字（docs/draw.md）拆成段落，供网页排版：只认那一页用到的几种写法。"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[str, str]  # （样式，文字）：样式是 code、strong 或空

_SPANS = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")
_ITEM = re.compile(r"(?:- |\d+\. )(.*)")


@dataclass(frozen=True)
class Block:
    """一段：h1、h2、p、list、code 各行是一条；table 各行是一行单元格，首行是表头。"""

    kind: str
    lines: tuple[tuple[tuple[Span, ...], ...], ...]


def spans(text: str) -> tuple[Span, ...]:
    """一行里的代码、加重与平常文字。"""
    found = []
    for part in filter(None, _SPANS.split(text)):
        if part.startswith("`"):
            found.append(("code", part.strip("`")))
        elif part.startswith("**"):
            found.append(("strong", part.strip("*")))
        else:
            found.append(("", part))
    return tuple(found)


def blocks(text: str) -> Iterator[Block]:
    """逐段拆开。"""
    for piece in re.split(r"\n{2,}", text.strip()):
        lines = piece.split("\n")
        if lines[0].startswith("#"):
            mark, _, title = lines[0].partition(" ")
            yield Block(f"h{len(mark)}", ((spans(title),),))
        elif lines[0].startswith("```"):
            yield Block("code", (((("", "\n".join(lines[1:-1])),),),))
        elif lines[0].startswith("|"):
            rows = [line.strip("|").split("|") for n, line in enumerate(lines) if n != 1]
            yield Block("table", tuple(tuple(spans(cell.strip()) for cell in row) for row in rows))
        elif _ITEM.match(lines[0]):
            yield Block("list", tuple((spans(one),) for one in items(lines)))
        else:
            yield Block("p", ((spans("".join(lines)),),))


def items(lines: list[str]) -> list[str]:
    """列表的各条；折行的接上。"""
    found: list[str] = []
    for line in lines:
        start = _ITEM.match(line)
        if start:
            found.append(start[1])
        else:
            found[-1] += line.strip()
    return found
