"""联络员信息表（酉阳 附件2）的一行：姓名、职务、手机的写法；回执编号。"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from yijian.kernel.errors import Refused

_NAME = re.compile(r"[㐀-鿿\U00020000-\U0003ffff·]{2,20}|[A-Za-z][A-Za-z .'·-]{1,39}")
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True)
class Contact:
    """一名联络员。"""

    name: str
    title: str
    phone: str


def clean_contact(name: str, title: str, phone: str) -> Contact:
    """核对一名联络员；写法不对报 Refused，指明哪一栏。"""
    return Contact(clean_name(name), clean_title(title), clean_mobile(phone))


def clean_name(given: str) -> str:
    """姓名：中文 2 到 20 字（可含间隔号），或外文；间隔号统一为“·”。"""
    folded = re.sub(r"[•‧・∙．・]", "·", unicodedata.normalize("NFC", given).strip())
    name = folded if folded.isascii() else "".join(folded.split())
    if not _NAME.fullmatch(name):
        raise Refused("姓名应为 2 到 20 个汉字（少数民族姓名中间用“·”），不要带职务或电话。", field="name")
    return name


def clean_title(given: str) -> str:
    """职务：1 到 40 字。"""
    title = " ".join(unicodedata.normalize("NFC", given).split())
    if not 1 <= len(title) <= 40 or not title.isprintable():
        raise Refused("请填写职务，不超过 40 字，如“民政办主任”。", field="title")
    return title


def clean_mobile(given: str) -> str:
    """手机：11 位，1 开头；全角数字、空格、短横、+86 都认。"""
    digits = re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", given))
    digits = re.sub(r"^(?:\+86|0086)", "", digits)
    if not (digits.isascii() and _MOBILE.fullmatch(digits)):
        raise Refused("手机号应为 11 位数字，以 1 开头，如 13800000000；请不要填座机。", field="phone")
    return digits


def receipt_number(fact_id: int, day: date) -> str:
    """报送回执的编号：年份加记录编号，不重复，撤回后也不再用。"""
    return f"报送回执〔{day.year}〕{fact_id}号"
