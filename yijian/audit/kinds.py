"""审计的种类：每个动作一句中文，各应用在自己的 kinds.py 写 AUDIT，启动时登记到这里。"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, Protocol

AUDIT: dict[str, str] = {
    "audit.exported": "{actor}导出审计记录 {count} 条",
    "audit.verified": "{actor}核验审计记录 {size} 条：{result}",
}
CAPABILITIES: dict[str, str] = {"audit.read": "查阅审计记录"}

_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_sentences: dict[str, str] = {}


class UnknownActionError(LookupError):
    """没有登记过的审计动作：编程错误。"""


class Spoken(Protocol):
    """能说成一句话的审计记录。"""

    action: str
    actor: str
    unit: str
    subject: str
    data: Any
    reason: str


def register(mapping: Mapping[str, str]) -> None:
    """登记一组动作与句子；同名而句子不同、写法不对报 ValueError。可重复登记同一组。"""
    for action, sentence in mapping.items():
        if not _ACTION.fullmatch(action):
            raise ValueError(f"审计动作应写作“应用.动作”：{action!r}")
        if any(name is not None and not name.isidentifier() for name in _fields(sentence)):
            raise ValueError(f"{action} 的句子里只能有简单的名字：{sentence!r}")
        if _sentences.setdefault(action, sentence) != sentence:
            raise ValueError(f"审计动作 {action} 已登记为另一句话")


def known(action: str) -> bool:
    """动作是否登记过。"""
    return action in _sentences


def sentence_of(action: str) -> str:
    """动作的句子模板；没有登记报 UnknownActionError。"""
    try:
        return _sentences[action]
    except KeyError:
        raise UnknownActionError(f"审计动作 {action!r} 没有登记，请写进该应用 kinds.py 的 AUDIT") from None


def actions() -> dict[str, str]:
    """全部动作与短名（去掉占位的句子），供筛选框使用。"""
    return {action: short(action) for action in sorted(_sentences)}


def short(action: str) -> str:
    """动作的短名：句子去掉占位与多余标点；没有登记的用原名。"""
    sentence = _sentences.get(action, action)
    words = "".join(text for text, *_ in Formatter().parse(sentence) if text)
    return re.sub(r"（[^）]*）|[“”：，]|\s+", "", words).strip("、。") or action


def say(entry: Spoken) -> str:
    """把一条审计记录说成一句话；缺的数据写“（未记）”，已停用的动作用原名。"""
    sentence = _sentences.get(entry.action, f"{{actor}}：{entry.action}（{{subject}}）")
    words = _Words({name: _word(value) for name, value in dict(entry.data or {}).items()})
    words["actor"] = f"{entry.unit} {entry.actor}".strip()
    words["subject"] = entry.subject
    words.setdefault("reason", entry.reason or "（未记）")
    said = sentence.format_map(words)
    if entry.reason and "reason" not in _fields(sentence):
        said += f"（理由：{entry.reason}）"
    return said


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "（未记）"


def _fields(sentence: str) -> list[str | None]:
    return [name for _, name, *_ in Formatter().parse(sentence) if name is not None]


def _word(value: object) -> str:
    if value is None or value == "":
        return "（无）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_word(item) for item in value) or "（无）"
    if isinstance(value, dict):
        return "、".join(f"{name} {_word(item)}" for name, item in value.items())
    return str(value)


register(AUDIT)
