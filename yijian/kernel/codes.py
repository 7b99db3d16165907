"""证件与代码：统一社会信用代码（GB 32100-2015）、公民身份号码（GB 11643-1999），以及遮盖显示。

校验码只说明号码书写无误，不说明这个单位或这个人存在。
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from yijian.kernel import clock

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}", re.ASCII)
_ID_CARD = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)


@dataclass(frozen=True)
class CodeCheck:
    """校验结果；ok 为真时 normal 是规范写法，否则 reason 说明哪里不对、怎么办。"""

    ok: bool
    normal: str
    reason: str = ""

    def __bool__(self) -> bool:
        return self.ok


def normalise(text: str) -> str:
    """规范写法：全角转半角（NFKC）、去掉首尾空白、字母大写。"""
    return unicodedata.normalize("NFKC", text).strip().upper()


def uscc_check_sign(body: str) -> str:
    """统一社会信用代码前 17 位对应的校验码（模 31，第 i 位的权为 3 的 i 次方）。"""
    total = sum(_USCC_SIGNS.index(sign) * pow(3, i, 31) for i, sign in enumerate(body))
    return _USCC_SIGNS[-total % 31]


def check_uscc(text: str) -> CodeCheck:
    """校验统一社会信用代码；任何文字都有答案，从不报错。"""
    code = normalise(text)
    if not _USCC.fullmatch(code):
        return CodeCheck(False, code, _uscc_fault(code))
    if uscc_check_sign(code[:17]) != code[17]:
        return CodeCheck(False, code, "统一社会信用代码的校验码不对，请对照证照逐位核对。")
    return CodeCheck(True, code)


def _uscc_fault(code: str) -> str:
    if not code:
        return "统一社会信用代码没有填写。"
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位。"
    wrong = next((sign for sign in code if sign not in _USCC_SIGNS), "")
    if wrong and wrong in "IOSVZ":
        return f"统一社会信用代码不使用字母 I、O、S、V、Z，现有“{wrong}”，是否应为数字？"
    if wrong:
        return "统一社会信用代码只能有数字和大写字母，中间不能有空格或换行。"
    return "统一社会信用代码第 3 至 8 位应为登记机关的六位行政区划码。"


def id_card_check_sign(body: str) -> str:
    """公民身份号码前 17 位对应的校验码（模 11-2，10 写作 X）。"""
    return "10X98765432"[sum(int(n) * w for n, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def check_id_card(text: str) -> CodeCheck:
    """校验公民身份号码（18 位；9 开头为外国人永久居留身份证）；从不报错。"""
    code = normalise(text)
    reason = _id_card_fault(code)
    return CodeCheck(not reason, code, reason)


def _id_card_fault(code: str) -> str:
    if not _ID_CARD.fullmatch(code):
        if len(code) == 15 and code.isdecimal():
            return "这是 15 位旧身份证号码，请填写 18 位号码。"
        return "身份证号码应为 18 位：前 17 位是数字，末位是数字或 X。"
    if code[:2] not in _PROVINCES and code[0] != "9":
        return "身份证号码前两位不是有效的省级代码，请核对。"
    born = _date(code[6:14])
    if born is None or not 1850 <= born.year or born > clock.today():
        return "身份证号码第 7 至 14 位的出生日期不对，请核对。"
    if id_card_check_sign(code[:17]) != code[17]:
        return "身份证号码的校验码不对，请对照证件逐位核对。"
    return ""


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def mask_id(text: str) -> str:
    """遮盖证件号码：留前三位和后四位，其余为星号；过短的全部遮盖。"""
    return _mask(text, 3, 4)


def mask_phone(text: str) -> str:
    """遮盖电话号码：手机号留前三后四，较短的号码只留后四位，过短的全部遮盖。"""
    return _mask(text, 3 if len(text.strip()) >= 11 else 0, 4)


def _mask(text: str, head: int, tail: int) -> str:
    shown = text.strip()
    if len(shown) < head + tail + 3:
        return "*" * len(shown)
    return shown[:head] + "*" * (len(shown) - head - tail) + shown[-tail:]
