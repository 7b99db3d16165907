"""列与表：一种表有哪些列，文件里的表头对应哪一列。"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from yijian.kernel.errors import Refused
from yijian.sheets import cells
from yijian.sheets.cells import Cell, Parse

_MARKS = re.compile(r"[*＊]|[（(](?:必填|选填|可选)[）)]")
_UNIT = re.compile(r"[（(][^（）()]*[）)]$")


@dataclass(frozen=True)
class Column:
    """一列：name 是程序里的名字，label 是表头；aliases 是也认的表头；code 为真时导出和模板按文本格式。"""

    name: str
    label: str
    required: bool = False
    parse: Parse = cells.text
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    note: str = ""
    example: str = ""
    width: int = 16
    code: bool = False


@dataclass(frozen=True)
class Table:
    """读出来的表：表头、各行（空行已去掉）、各行在文件里的行号，以及读的时候要告诉用户的话。"""

    headers: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    numbers: Sequence[int]
    sheet: str
    notes: tuple[str, ...] = ()

    def numbered(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        return zip(self.numbers, self.rows, strict=True)

    @property
    def signature(self) -> str:
        """表头签名：同样的表头（不论空格和全半角）得到同样的签名。"""
        return hashlib.sha256("\x1f".join(map(key_of, self.headers)).encode()).hexdigest()


@dataclass(frozen=True)
class Guess:
    """对应关系：places 是 {列名: 文件里的列序号}；faults 非空就不能导入。"""

    places: dict[str, int]
    unused: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())


def key_of(label: object) -> str:
    """表头的比较键：NFKC、去空白、去必填标记、小写。"""
    if not isinstance(label, str):
        label = "" if label is None else str(label)
    folded = unicodedata.normalize("NFKC", label)
    return _MARKS.sub("", "".join(folded.split())).casefold().rstrip(":：")


def bare_key(key: str) -> str:
    """去掉末尾单位括号的键：床位数（张）→ 床位数。"""
    return _UNIT.sub("", key) or key


def known_keys(columns: Iterable[Column]) -> dict[str, str]:
    """{比较键: 列名}；同一键被两列使用报 ValueError（写程序的人的错）。"""
    found: dict[str, str] = {}
    for column in columns:
        for label in (column.label, *column.aliases):
            key = key_of(label)
            if found.setdefault(key, column.name) != column.name:
                raise ValueError(f"表头“{label}”同时属于 {found[key]} 和 {column.name}")
            found.setdefault(bare_key(key), column.name)
    return found


def column_letter(index: int) -> str:
    """列序号（从 0 起）的字母：0 → A，27 → AB。"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def guess(columns: Sequence[Column], headers: Sequence[str]) -> Guess:
    """按表头名和别名找对应关系；重复的表头、缺少的必填列写进 faults。"""
    known = known_keys(columns)
    claims: dict[str, list[int]] = {}
    unused = []
    for index, header in enumerate(headers):
        key = key_of(header)
        name = known.get(key) or known.get(bare_key(key)) or known.get(key.rpartition("-")[2])
        if name:
            claims.setdefault(name, []).append(index)
        elif key:
            unused.append(header)
    by_name = {column.name: column for column in columns}
    places, faults = {}, []
    for name, indexes in claims.items():
        best = _best(by_name[name], indexes, headers)
        if best is None:
            where = "、".join(f"{column_letter(i)} 列“{headers[i]}”" for i in indexes)
            faults.append(
                f"“{by_name[name].label}”在文件里出现了 {len(indexes)} 次（{where}），请只保留一列。"
            )
        else:
            places[name] = best
    missing = [column.label for column in columns if column.required and column.name not in claims]
    if missing:
        faults.append(f"缺少必填的列：{'、'.join(missing)}。请对照模板检查表头，或在对应关系里指定。")
    return Guess(places, tuple(unused), tuple(faults))


def _best(column: Column, indexes: list[int], headers: Sequence[str]) -> int | None:
    if len(indexes) == 1:
        return indexes[0]
    exact = [i for i in indexes if key_of(headers[i]) == key_of(column.label)]
    return exact[0] if len(exact) == 1 else None


def check_places(columns: Sequence[Column], headers: Sequence[str], given: Mapping[str, int]) -> Guess:
    """核对用户指定的对应关系：未知的列、超出范围、两列指向同一处都写进 faults。"""
    names = {column.name: column for column in columns}
    faults = []
    places: dict[str, int] = {}
    taken: dict[int, str] = {}
    for name, index in given.items():
        if name not in names or isinstance(index, bool) or not isinstance(index, int):
            faults.append("对应关系里有不认识的列，请重新选择。")
        elif not 0 <= index < len(headers):
            faults.append(f"“{names[name].label}”对应的列不在文件里，文件可能换过，请重新选择。")
        elif index in taken:
            faults.append(f"“{names[name].label}”和“{taken[index]}”对应了同一列“{headers[index]}”。")
        else:
            places[name], taken[index] = index, names[name].label
    missing = [c.label for c in columns if c.required and c.name not in places]
    if missing:
        faults.append(f"缺少必填的列：{'、'.join(missing)}。")
    unused = tuple(header for i, header in enumerate(headers) if i not in taken and header)
    return Guess(places, unused, tuple(dict.fromkeys(faults)))


def insist(found: Guess) -> Guess:
    """对应关系有毛病就报 Refused，全部毛病一次说完。"""
    if found.faults:
        raise Refused("".join(found.faults))
    return found
