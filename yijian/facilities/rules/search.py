"""检索用语：名称、简称、拼音全拼与首字母、代码、电话，拼成一列小写文字供查找。

多音字按前后字定音（长者 zhang、长寿 chang），并缓存，批量与单条得到同样的结果。
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_SEPARATORS = re.compile(r"[\s\-()（）·]+")


_MANY = "\x00"
# 地名、机构名里读音随词而变的字；其余取常用音
_POLYPHONES = frozenset("长重乐行都朝单盛省解仇查薄厦石还藏传降宿曲校参少便觉调")


def lazy_pinyin(text: str) -> list[str]:
    """第三方库的词典有四万词，用到时才载入，免得每次启动都等。"""
    from pypinyin import lazy_pinyin as read

    return read(text)


class _Readings(dict[int, str]):
    """字 → 拼音（不计声调）；多音字为 _MANY；不是汉字则原样。"""

    def __missing__(self, code: int) -> str:
        sign = found = chr(code)
        if _HAN.match(sign):
            found = _MANY if sign in _POLYPHONES else lazy_pinyin(sign)[0]
        self[code] = found
        return found


class _Initials(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = _READINGS[code][:1]
        return self[code]


_READINGS = _Readings()
_INITIALS = _Initials()


@lru_cache(maxsize=200_000)
def _reading(window: str, at: int) -> str:
    """多音字在前后字之间的读音。"""
    return str(lazy_pinyin(window)[at])


def romanised(text: str) -> tuple[str, str]:
    """（全拼，首字母），无声调；不是汉字的字原样。"""
    full, initials = text.translate(_READINGS), text.translate(_INITIALS)
    if _MANY not in full:
        return full, initials
    readings = [_in_context(text, i) for i, sign in enumerate(text) if _READINGS[ord(sign)] is _MANY]
    firsts = (reading[:1] for reading in readings)
    return _woven(full, iter(readings)), _woven(initials, firsts)


def _in_context(text: str, i: int) -> str:
    before = text[i - 1] if i and _HAN.match(text[i - 1]) else ""
    after = text[i + 1 : i + 2]
    return _reading(before + text[i] + (after if _HAN.match(after) else ""), len(before))


def _woven(text: str, readings: Iterator[str]) -> str:
    parts = text.split(_MANY)
    return parts[0] + "".join(next(readings) + part for part in parts[1:])


def fold(text: str) -> str:
    """查找用的规范写法：全角变半角、小写、去空白与横线括号。"""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _SEPARATORS.sub("", text).casefold()


def search_text(name: str, aliases: Iterable[str] = (), uscc: str = "", phone: str = "") -> str:
    """一家机构的检索用语：名称、简称各带全拼与首字母，另加代码与电话，空格隔开。"""
    words = []
    for label in (name, *aliases):
        folded = fold(label)
        words += [folded, *romanised(folded)]
    words += [fold(uscc), fold(phone)]
    return " ".join(dict.fromkeys(word for word in words if word))


def terms(query: str) -> list[str]:
    """把查询拆成词，至多 8 个；各词都要出现。"""
    return [word for word in (fold(part) for part in query.split()[:8]) if word]
