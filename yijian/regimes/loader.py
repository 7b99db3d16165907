"""载入制度包：读文件、按格式校验、核对目录和条款；有毛病就说清哪个文件、第几行、为什么。"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from yijian.regimes.kinds import (
    Body,
    Campaign,
    Case,
    Catalogue,
    Clause,
    Duty,
    FactKind,
    Head,
    Indicator,
    LocalSetting,
    Obligation,
    Pack,
)
from yijian.regimes.reader import Document, LoadError, Loc, Problem, Store
from yijian.regimes.references import check_references
from yijian.regimes.whens import Model

M = TypeVar("M", bound=Model)
T = TypeVar("T")
_TOP = {"pack.yaml", "clauses.yaml", "bodies.yaml", "campaign.yaml"}
_FOLDERS = {"obligations", "indicators", "cases"}
_SAY: dict[str, str] = {
    "missing": "缺少这一项",
    "string_type": "应是文字（数字要加引号）",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "bool_parsing": "应是 true 或 false",
    "bool_type": "应是 true 或 false",
    "tuple_type": "应是列表",
    "dict_type": "应是键值对",
    "model_type": "应是键值对",
    "model_attributes_type": "应是键值对",
    "too_short": "不能是空列表",
    "string_too_short": "不能为空",
}


def load_catalogue(packs_dir: Path, store: Store | None = None) -> Catalogue:
    """读取义务、事实、职能目录；有误报 LoadError。"""
    store = store or Store()
    parts: dict[str, Any] = {}
    for key, kind in (("duties", Duty), ("facts", FactKind), ("functions", str)):
        name = f"catalogue/{key}.yaml"
        document = store.read(packs_dir / name, name)
        parts[key] = _valid(TypeAdapter(dict[str, kind]), document)  # type: ignore[valid-type]
        if key == "duties":
            _check_covers(parts[key], document)
    return Catalogue(**parts)


def _check_covers(duties: dict[str, Duty], document: Document) -> None:
    """covers 所指的义务要在目录里，且只涵盖一层。"""
    problems = [
        document.problem((duty, "covers"), f"“{other}”不在目录里，或它自己又涵盖别的义务")
        for duty, known in duties.items()
        for other in known.covers
        if other not in duties or duties[other].covers
    ]
    if problems:
        raise LoadError(problems)


def load_pack(folder: Path, catalogue: Catalogue, store: Store | None = None) -> Pack:
    """读取一个制度包；所有毛病一次报全（LoadError.problems）。"""
    return _Loading(folder, catalogue, store or Store()).run()


class _Loading:
    def __init__(self, folder: Path, catalogue: Catalogue, store: Store) -> None:
        self.folder, self.catalogue, self.store = folder, catalogue, store
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}

    def run(self) -> Pack:
        names = self._names()
        head = self._one("pack.yaml", Head)
        parts: dict[str, Any] = {
            "clauses": self._many("clauses.yaml", Clause),
            "bodies": self._many("bodies.yaml", Body),
            "indicators": self._all(names["indicators"], lambda name: self._many(name, Indicator)),
            "campaign": self._one("campaign.yaml", Campaign) if "campaign.yaml" in names["top"] else None,
            "cases": self._all(names["cases"], self._cases),
        }
        local = head is not None and head.status == "local"
        items: list[Any] = self._items(names["obligations"], LocalSetting if local else Obligation)
        parts["settings" if local else "obligations"] = tuple(items)
        if head is None or self.problems:
            raise LoadError(self.problems or [Problem(f"{self.folder.name}/pack.yaml", 0, "没有内容")])
        pack = Pack(head=head, hash=self._hash(), folder=str(self.folder), **parts)
        self.problems += check_references(pack, self.catalogue, self.documents)
        if self.problems:
            raise LoadError(self.problems)
        return _in_document_order(pack)

    def _names(self) -> dict[str, list[str]]:
        """包里有哪些文件；多出来的文件和文件夹都要说出来。"""
        found: dict[str, list[str]] = {key: [] for key in ("top", *_FOLDERS)}
        if not self.folder.is_dir():
            raise LoadError([Problem(self.folder.name, 0, "没有这个制度包文件夹")])
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            parent = name.rpartition("/")[0]
            if path.is_dir():
                if name not in _FOLDERS:
                    self._complain(name, "不认识的文件夹，只能有 obligations、indicators、cases")
            elif (not parent and name in _TOP) or (parent in _FOLDERS and path.suffix == ".yaml"):
                found[parent or "top"].append(name)
            elif parent in {"", *_FOLDERS} and not path.name.startswith(".") and path.suffix != ".md":
                self._complain(name, "不认识的文件，制度包里只放 .yaml")
        return found

    def _complain(self, name: str, reason: str) -> None:
        self.problems.append(Problem(f"{self.folder.name}/{name}", 0, reason))

    def _read(self, name: str) -> Document | None:
        try:
            document = self.store.read(self.folder / name, f"{self.folder.name}/{name}")
        except LoadError as error:
            self.problems += error.problems
            return None
        self.documents[name] = document
        return document

    def _parse(self, name: str, adapter: TypeAdapter[Any], empty: Any) -> Any:
        document = self._read(name)
        if document is None:
            return empty
        try:
            return _valid(adapter, document)
        except LoadError as error:
            self.problems += error.problems
            return empty

    def _one(self, name: str, kind: type[M]) -> M | None:
        found: M | None = self._parse(name, TypeAdapter(kind), None)
        return found

    def _many(self, name: str, kind: type[M]) -> tuple[M, ...]:
        if not (self.folder / name).exists():
            return ()
        rows: tuple[M, ...] = self._parse(name, TypeAdapter(tuple[kind, ...]), ())  # type: ignore[valid-type]
        return rows

    def _items(self, names: list[str], kind: type[M]) -> list[M]:
        return [item for name in names if (item := self._one(name, kind)) is not None]

    def _all(self, names: list[str], read: Callable[[str], Iterable[T]]) -> tuple[T, ...]:
        return tuple(item for name in names for item in read(name))

    def _cases(self, name: str) -> tuple[Case, ...]:
        """例子文件可以是一个例子，也可以是一列例子。"""
        document = self._read(name)
        if document is not None and isinstance(document.value, dict):
            case = self._one(name, Case)
            return (case,) if case else ()
        return self._many(name, Case)

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for name, document in sorted(self.documents.items()):
            digest.update(f"{name}\0{document.sha256}\n".encode())
        return digest.hexdigest()


def _valid(adapter: TypeAdapter[Any], document: Document) -> Any:
    if document.value is None:
        raise LoadError([Problem(document.name, 0, "文件是空的")])
    try:
        return adapter.validate_python(document.value)
    except ValidationError as error:
        raise LoadError([_problem(document, dict(item)) for item in error.errors()]) from None


def _problem(document: Document, error: dict[str, Any]) -> Problem:
    """把一条格式错误说成中文，并找到它在文件里的行。"""
    at: Loc = ()
    for step in error["loc"]:
        if (*at, step) in document.lines:
            at = (*at, step)
    kind = error["type"]
    last = error["loc"][-1] if error["loc"] else ""
    label = ".".join(str(step) for step in at) or "整个文件"
    if kind == "extra_forbidden":
        return document.problem(at, f"不认识的键“{last}”")
    if kind == "missing":
        return document.problem(at, f"缺少“{last}”")
    return document.problem(at, f"{label}：{_say(kind, error)}（现为 {_shown(error.get('input'))}）")


def _say(kind: str, error: dict[str, Any]) -> str:
    context = error.get("ctx", {})
    if kind in _SAY:
        return _SAY[kind]
    if kind == "literal_error":
        return f"只能是 {str(context['expected']).replace(' or ', '、').replace(', ', '、')}"
    if kind == "union_tag_invalid":
        return f"只能是 {str(context['expected_tags']).replace(', ', '、')}"
    if kind.startswith("date"):
        return "应是日期，写成 YYYY-MM-DD"
    if kind == "string_too_long":
        return f"不能超过 {context['max_length']} 字"
    if kind == "string_pattern_mismatch":
        return "写法不对，标识用小写字母、数字、点和连字符，代码用数字和大写字母"
    if kind in {"greater_than", "greater_than_equal", "less_than_equal"}:
        return "数字超出范围"
    return str(context.get("error", error["msg"]))


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _in_document_order(pack: Pack) -> Pack:
    order = {clause.ref: position for position, clause in enumerate(pack.clauses)}
    ranked = sorted(pack.obligations, key=lambda item: (order.get(item.clause, 0), item.id))
    return pack.model_copy(update={"obligations": tuple(ranked)})
