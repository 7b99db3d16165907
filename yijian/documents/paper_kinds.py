"""文书种类与填写内容的检查；种类是数据（data/papers.yaml）。纯函数。"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from yijian.kernel.errors import Refused

DATA = Path(__file__).parent / "data"
LONGEST = 5_000
MOST_LINES = 200
# 每种文书都有、由系统填的占位。
COMMON = {
    "title": "标题",
    "number": "文号",
    "issuer": "制发单位",
    "date": "制发日期",
    "verify_code": "核验码",
}
NEEDED = ("number", "issuer", "date")
# 各职能的部门简称，互不相同，不同部门的文号才不会混；街道（乡镇）只用地名。
OFFICES = {
    "civil_affairs": "民",
    "development": "发改",
    "public_security": "公",
    "approval": "政务",
    "finance": "财",
    "human_resources": "人社",
    "natural_resources": "规资",
    "ecology": "环",
    "housing": "住建",
    "health": "卫健",
    "emergency": "应急",
    "fire": "消",
    "audit": "审",
    "market": "市监",
    "medical_insurance": "医保",
    "financial_affairs": "金融",
    "subdistrict": "",
    "establishment": "编",
    "cyberspace": "网信",
    "tax": "税",
    "education": "教",
    "justice": "司",
    "banking_insurance_regulator": "银保监",
    "court": "法",
    "cdc": "疾控",
    "joint_meeting": "联席",
    "municipal_departments": "市直",
    "county_governments": "政",
    "development_zone": "管委",
    "facility": "养",
    "association": "协",
    "third_party": "三方",
}


@dataclass(frozen=True)
class PaperField:
    """文书的一项。"""

    name: str
    label: str
    required: bool = False
    list: bool = False


@dataclass(frozen=True)
class PaperKind:
    """一种文书。"""

    name: str
    label: str
    layout: str
    word: str
    fields: tuple[PaperField, ...]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(COMMON) | {field.name for field in self.fields}

    @property
    def required(self) -> dict[str, str]:
        """样式里不能缺的占位：名 → 中文名。"""
        named = {name: COMMON[name] for name in NEEDED}
        return named | {field.name: field.label for field in self.fields if field.required}


@functools.cache
def paper_kinds() -> Mapping[str, PaperKind]:
    """全部文书种类，按数据文件的次序。"""
    given = YAML(typ="safe", pure=True).load((DATA / "papers.yaml").read_text("utf-8"))
    return {
        name: PaperKind(
            name, row["label"], row["layout"], row["word"], tuple(PaperField(**f) for f in row["fields"])
        )
        for name, row in given.items()
    }


def paper_kind(name: str) -> PaperKind:
    """一种文书；没有的报 Refused。"""
    found = paper_kinds().get(name)
    if found is None:
        raise Refused("没有这种文书，请从列表里选。", field="kind")
    return found


def settle_values(kind: PaperKind, given: Mapping[str, object]) -> dict[str, str | list[str]]:
    """填写的内容：去掉控制符和多余空白；缺必填项报 Refused，把缺的都说出来。"""
    unknown = sorted(set(given) - {field.name for field in kind.fields})
    if unknown:
        raise Refused(f"{kind.label}没有这些项：{'、'.join(unknown)}。")
    settled = {field.name: _settle(field, given.get(field.name)) for field in kind.fields}
    missing = [field for field in kind.fields if field.required and not settled[field.name]]
    if missing:
        names = "、".join(field.label for field in missing)
        raise Refused(f"{kind.label}还缺：{names}。请补全后再制发。", field=missing[0].name)
    return settled


def _settle(field: PaperField, value: object) -> str | list[str]:
    if not field.list:
        return _clean(field, "" if value is None else str(value))
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list | tuple | None):
        raise Refused(f"“{field.label}”应逐条填写。", field=field.name)
    kept = [text for text in (_clean(field, str(line)) for line in lines or ()) if text]
    if len(kept) > MOST_LINES:
        raise Refused(f"“{field.label}”最多 {MOST_LINES} 条，请合并或作为附件。", field=field.name)
    return kept


def _clean(field: PaperField, text: str) -> str:
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    if len(kept) > LONGEST:
        raise Refused(f"“{field.label}”最多 {LONGEST} 字，请精简或作为附件。", field=field.name)
    return " ".join(kept.split())


def number_word(region: str, function: str, kind: PaperKind) -> str:
    """机关代字：区划简称、部门简称、文书字，如“南开民检”。"""
    short = region
    for ending in ("自治县", "街道", "新区", "区", "县", "市", "镇", "乡"):
        if region.endswith(ending) and len(region) - len(ending) >= 2:
            short = region.removesuffix(ending)
            break
    return f"{short}{OFFICES[function]}{kind.word}"


def number_of(word: str, year: int, sequence: int) -> str:
    """文号，如“南开民检〔2026〕12号”。"""
    return f"{word}〔{year}〕{sequence}号"
