"""由名称、代码推断种类和性质；名称的比较键。推断只作提示，由人核实。"""

import re
import unicodedata

# 先专后泛：靠前的先认。（词，种类）
_KIND_WORDS: tuple[tuple[str, str], ...] = (
    ("食堂", "canteen"),
    ("助餐", "canteen"),
    ("餐厅", "canteen"),
    ("日间照料", "day_care"),
    ("日照中心", "day_care"),
    ("医务室", "embedded_clinic"),
    ("卫生室", "embedded_clinic"),
    ("卫生所", "embedded_clinic"),
    ("护理站", "embedded_clinic"),
    ("门诊部", "embedded_clinic"),
    ("诊所", "embedded_clinic"),
    ("敬老院", "township_home"),
    ("光荣院", "township_home"),
    ("五保", "township_home"),
    ("居家", "home_community"),
    ("社区养老", "home_community"),
    ("养老服务中心", "home_community"),
    ("养老服务站", "home_community"),
    ("驿站", "home_community"),
    ("养老院", "nursing_home"),
    ("福利院", "nursing_home"),
    ("老年公寓", "nursing_home"),
    ("护理院", "nursing_home"),
    ("颐养", "nursing_home"),
    ("托养", "nursing_home"),
    ("托老", "nursing_home"),
    ("康养", "nursing_home"),
    ("养护", "nursing_home"),
    ("医养", "nursing_home"),
    ("福利中心", "nursing_home"),
    ("养老", "nursing_home"),
    ("老年", "nursing_home"),
)
_TOWN = re.compile("[镇乡]|街道")
_TOWN_HOMES = ("福利中心", "福利院", "敬老服务中心")

# 统一社会信用代码前两位：登记管理部门与机构类别（GB 32100-2015）
_NATURE_OF_CODE: dict[str, str] = {
    "11": "public",
    "12": "public",
    "51": "non_profit",
    "52": "non_profit",
    "53": "non_profit",
    "91": "for_profit",
    "92": "for_profit",
    "93": "for_profit",
}

_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_NOISE = re.compile(r"[\W_]+")
_TAILS = re.compile("(?:有限责任公司|股份有限公司|有限公司|公司|民办非企业)$")


def kind_of_name(name: str) -> tuple[str, str] | None:
    """由名称推断（种类，依据的词）；看不出为 None。带乡镇街道名的福利中心按敬老院。"""
    for word in _TOWN_HOMES:
        at = name.find(word)
        if at > 0 and _TOWN.search(name[:at]):
            return "township_home", word
    for word, kind in _KIND_WORDS:
        if word in name:
            return kind, word
    return None


def nature_of_code(uscc: str) -> str:
    """由统一社会信用代码前两位推断性质；推断不出为空。"""
    return _NATURE_OF_CODE.get(uscc[:2], "")


def name_key(name: str) -> str:
    """名称的比较键：NFKC，去括注、标点空白和公司后缀，小写。"""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = _NOISE.sub("", _BRACKETS.sub("", folded)) or _NOISE.sub("", folded)
    return _TAILS.sub("", bare) or bare


def place_key(name: str) -> str:
    """乡镇街道名的比较键：去空白和“街道办事处”“人民政府”等尾巴。"""
    folded = "".join(unicodedata.normalize("NFKC", name).split())
    for tail in ("人民政府", "办事处", "街道办"):
        if folded.endswith(tail) and len(folded) > len(tail):
            folded = folded[: -len(tail)] + ("街道" if tail == "街道办" else "")
    return folded


def short_place(key: str) -> str:
    """乡镇街道名去掉通名：松鹤街道 → 松鹤。只剩一个字时不去。"""
    for tail in ("街道", "镇", "乡", "片区", "开发区"):
        if key.endswith(tail) and len(key) - len(tail) >= 2:
            return key[: -len(tail)]
    return key
