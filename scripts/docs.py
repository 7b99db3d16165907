"""文档里由代码印出来的几块：楼层、制度包、状态图。

python scripts/docs.py 重写 README 的标记块与 docs/states/；tests/test_docs.py 核对两边一致。
"""

import configparser
import importlib
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.en.md")
STATUS = {"in_force": "有效", "draft": "草案", "local": "本地口径"}
CLAUSES = {
    "article": "条", "task": "项任务", "duty": "段职责", "indicator": "个指标",
    "stage": "个阶段", "requirement": "项要求", "form": "张表", "note": "则说明",
}  # fmt: skip


def floors_block() -> str:
    """楼层，由上到下；原样取自 .importlinter，最左是楼号。"""
    reader = configparser.ConfigParser()
    reader.read(ROOT / ".importlinter", encoding="utf-8")
    layers = reader["importlinter:contract:floors"]["layers"].strip().splitlines()
    lines = [f"F{len(layers) - 1 - n:<3} {layer.strip()}" for n, layer in enumerate(layers)]
    return "\n".join(["```text", *lines, "```"])


def packs_block() -> str:
    """制度包一览：条款、义务、例子各多少。"""
    from yijian.regimes.library import load_all

    rows = ["| 制度包 | 文件 | 状态 | 条款 | 义务 | 例子 |", "| --- | --- | --- | --- | ---: | ---: |"]
    for _, pack in sorted(load_all(ROOT / "packs").packs.items()):
        counts = Counter(clause.kind for clause in pack.clauses)
        clauses = "，".join(f"{counts[kind]} {word}" for kind, word in CLAUSES.items() if counts[kind])
        title = pack.head.title + (f"（{pack.head.document_no}）" if pack.head.document_no else "")
        owed = len(pack.obligations) + len(pack.settings)
        status = STATUS[pack.head.status]
        rows.append(f"| `{pack.id}` | {title} | {status} | {clauses or '—'} | {owed} | {len(pack.cases)} |")
    return "\n".join(rows)


def state_pages() -> dict[str, str]:
    """每台状态机一页：文件名 → 内容，由各应用 kinds.py 的转移表印出。"""
    from yijian.kernel.states import Machine

    pages = {}
    for path in sorted((ROOT / "yijian").glob("*/kinds.py")):
        module = importlib.import_module(f"yijian.{path.parent.name}.kinds")
        for name, value in sorted(vars(module).items()):
            if isinstance(value, Machine):
                title = f"{path.parent.name}.{name}"
                body = f"# {title}\n\n```mermaid\n{value.as_mermaid()}```\n"
                pages[f"{path.parent.name}-{name.lower()}.md"] = body + "\n由 `scripts/docs.py` 印出。\n"
    return pages


def blocks() -> dict[str, str]:
    """标记名 → 应有的内容。"""
    return {"floors": floors_block(), "packs": packs_block()}


def replaced(text: str, name: str, body: str) -> str:
    """把文中 name 标记之间的内容换成 body；没有这对标记则原样。"""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if begin not in text or end not in text:
        return text
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{body}\n{end}{rest.partition(end)[2]}"


def block_in(text: str, name: str) -> str | None:
    """文中 name 标记之间的内容；没有则 None。"""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if begin not in text or end not in text:
        return None
    return text.partition(begin)[2].partition(end)[0].strip("\n")


def rewrite() -> None:
    for name in READMES:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        for block, body in blocks().items():
            text = replaced(text, block, body)
        path.write_text(text, encoding="utf-8")
    for name, body in state_pages().items():
        (ROOT / "docs" / "states" / name).write_text(body, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    rewrite()
