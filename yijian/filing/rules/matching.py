"""登记主体与机构档案比对：先比代码，再按字比名称，辅以街道和法定代表人。只出建议，不作认定。"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from yijian.kernel.codes import check_uscc

# 机构名称里常见的繁体与异体字，自编小表
_TRADITIONAL = str.maketrans(
    "養護壽頤樂龍鶴長齡縣區鄉鎮鄰華豐寧陽陰興廣義愛親溫馨聖賢慶國際東蘭蓮園園莊鄉嶺貴鳳鴻禮儀務業學"
    "醫療衛團體會館廳聯關懷與為無歸樓臺灣濟濱濤澤錦繡綠紅藍銀鐵錢門開閒閣陳劉張楊趙孫馬馮許鄭謝蕭葉",
    "养护寿颐乐龙鹤长龄县区乡镇邻华丰宁阳阴兴广义爱亲温馨圣贤庆国际东兰莲园园庄乡岭贵凤鸿礼仪务业学"
    "医疗卫团体会馆厅联关怀与为无归楼台湾济滨涛泽锦绣绿红蓝银铁钱门开闲阁陈刘张杨赵孙马冯许郑谢萧叶",
)
_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_NOISE = re.compile(r"[\W_]+")
_TAILS = re.compile(
    "(?:有限责任公司|股份有限公司|集团有限公司|有限公司|分公司|公司|民办非企业单位|普通合伙|合伙企业)$"
)
_GENERIC = sorted(
    "养老服务有限 养老服务中心 养老服务站 社区养老服务 居家养老服务 养老服务 养老院 敬老院 福利院 老年公寓 "
    "养护院 护理院 托养中心 日间照料中心 日间照料 颐养院 "
    "福利中心 康养中心 医养中心 养老中心 养老公寓 服务中心 社会福利 管理 中心".split(),
    key=len,
    reverse=True,
)
_GENERIC_RE = re.compile("|".join(_GENERIC))
DOUBTFUL = 74.0


@dataclass(frozen=True)
class Party:
    """比对的一方。"""

    key: int
    name: str
    code: str = ""
    old_code: str = ""
    street: str = ""
    legal_person: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """一个可能的对方。"""

    key: int
    score: int
    why: str


@dataclass(frozen=True)
class Verdict:
    """结论：certain 时 candidates 只有一个；doubtful 的要由人认定。"""

    outcome: str
    candidates: tuple[Candidate, ...] = ()


def simplified(text: str) -> str:
    """全角转半角、繁转简（小表）。"""
    return unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).casefold()


def normal(name: str, places: Sequence[str] = ()) -> str:
    """名称的比较写法：去括注、符号、公司后缀和地名前缀。places 要由长到短。"""
    folded = simplified(name)
    bare = _NOISE.sub("", _BRACKETS.sub("", folded)) or _NOISE.sub("", folded)
    bare = _TAILS.sub("", bare) or bare
    return _without_places(bare, places)


def _without_places(bare: str, places: Sequence[str]) -> str:
    again = True
    while again:
        again = False
        for place in places:
            if bare.startswith(place) and len(bare) - len(place) >= 4:
                bare, again = bare[len(place) :], True
                break
    return bare


def brand(core: str) -> str:
    """字号：去掉通名；全是通名时用原名。"""
    return _GENERIC_RE.sub("", core) or core


def sorted_signs(text: str) -> str:
    return "".join(sorted(text))


def similar(first: str, second: str) -> float:
    """两个名称像不像（0 到 100）：字号占六成，全名占四成；换了词序的按字袋比，打九五折。"""
    straight = 0.6 * fuzz.ratio(brand(first), brand(second)) + 0.4 * fuzz.ratio(first, second)
    bag = 95.0 if sorted_signs(first) == sorted_signs(second) else 0.0
    return max(straight, bag)


def org_code(text: str) -> str:
    """组织机构代码（9 位）：旧码本身，或统一代码的第 9 至 17 位；不是的为空。"""
    code = re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(code) == 9 and code.isalnum():
        return code
    return code[8:17] if check_uscc(code) else ""


def old_number(text: str) -> str:
    """旧注册号（13 或 15 位数字）；不是的为空。"""
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return code if code.isdecimal() and len(code) in (13, 15) else ""


def place_words(names: Iterable[str]) -> tuple[str, ...]:
    """地名的各种叫法，由长到短；单字的不要。"""
    words = set()
    for name in map(simplified, names):
        words |= {name, re.sub("(?:街道|镇|乡|区|县|市|省|自治县)$", "", name)}
    return tuple(sorted((word for word in words if len(word) >= 2), key=lambda w: (-len(w), w)))


@dataclass
class Index:
    """机构一方的索引：代码、组织机构代码、旧注册号、名称。"""

    parties: Sequence[Party]
    places: Sequence[str] = ()
    by_code: dict[str, list[Party]] = field(default_factory=lambda: defaultdict(list))
    names: list[str] = field(default_factory=list)
    owners: list[Party] = field(default_factory=list)

    def __post_init__(self) -> None:
        for party in self.parties:
            for code in codes(party):
                self.by_code[code].append(party)
            for name in (party.name, *party.aliases):
                self.names.append(normal(name, self.places))
                self.owners.append(party)
        self.bags = [sorted_signs(name) for name in self.names]
        self.brands = [brand(name) for name in self.names]

    def match(self, one: Party) -> Verdict:
        """比一个主体。代码对上且只有一家即为对上；其余相像的都要人认定。"""
        coded = {p.key: p for code in codes(one) for p in self.by_code.get(code, ())}
        if len(coded) == 1:
            (party,) = coded.values()
            return self._by_code(one, party)
        if coded:
            found = [Candidate(p.key, 100, "代码相同的不止一家") for p in coded.values()]
            return Verdict("doubtful", tuple(found))
        return self._by_name(one)

    def _by_code(self, one: Party, party: Party) -> Verdict:
        if one.code and one.code == party.code:
            return Verdict("certain", (Candidate(party.key, 100, "统一社会信用代码相同"),))
        alike = self._score(one, party)[0] >= DOUBTFUL
        why = "旧注册号或组织机构代码相同"
        return Verdict("certain" if alike else "doubtful", (Candidate(party.key, 100 if alike else 80, why),))

    def _by_name(self, one: Party) -> Verdict:
        core = normal(one.name, self.places)
        near = {
            i for _, _, i in process.extract(core, self.names, scorer=fuzz.ratio, limit=8, score_cutoff=50)
        }
        near |= {
            i
            for _, _, i in process.extract(
                sorted_signs(core), self.bags, scorer=fuzz.ratio, limit=5, score_cutoff=80
            )
        }
        near |= {
            i
            for _, _, i in process.extract(
                brand(core), self.brands, scorer=fuzz.ratio, limit=8, score_cutoff=66
            )
        }
        best: dict[int, Candidate] = {}
        for i in near:
            party = self.owners[i]
            score, why = self._score(one, party)
            if score >= DOUBTFUL and (party.key not in best or best[party.key].score < score):
                best[party.key] = Candidate(party.key, round(min(score, 100)), why)
        ranked = sorted(best.values(), key=lambda c: (-c.score, c.key))[:5]
        if not ranked:
            return Verdict("none")
        if self._sure(one, core, ranked):
            return Verdict("certain", (ranked[0],))
        return Verdict("doubtful", tuple(ranked))

    def _sure(self, one: Party, core: str, ranked: Sequence[Candidate]) -> bool:
        """名称写法完全一样、法定代表人或街道也一样、代码不冲突、没有第二家同样像的，才算对上。"""
        party = next(p for p in self.parties if p.key == ranked[0].key)
        same = core in {normal(name, self.places) for name in (party.name, *party.aliases)}
        backed = bool(one.street and one.street == party.street) or same_person(one, party)
        rival = len(ranked) > 1 and ranked[1].score >= ranked[0].score
        return same and backed and not rival and not clash(one, party)

    def _score(self, one: Party, party: Party) -> tuple[float, str]:
        core = normal(one.name, self.places)
        score = max(similar(core, normal(name, self.places)) for name in (party.name, *party.aliases))
        said = [f"名称相似 {round(score)}"]
        if one.street and one.street == party.street:
            score, said = score + 3, [*said, "同一街道"]
        elif one.street and party.street:
            score, said = score - 6, [*said, "街道不同"]
        if same_person(one, party):
            score, said = score + 8, [*said, "法定代表人相同"]
        if clash(one, party):
            score, said = score - 4, [*said, "代码不同"]
        return score, "，".join(said)


def codes(party: Party) -> set[str]:
    """一方可以拿来对的全部代码，前面注明种类免得串。"""
    found = set()
    if check_uscc(party.code):
        found |= {f"uscc:{party.code}", f"org:{org_code(party.code)}"}
    for text in (party.code, party.old_code):
        if old_number(text):
            found.add(f"old:{old_number(text)}")
        elif org_code(text):
            found.add(f"org:{org_code(text)}")
    return found


def same_person(one: Party, party: Party) -> bool:
    return bool(one.legal_person) and simplified(one.legal_person) == simplified(party.legal_person)


def clash(one: Party, party: Party) -> bool:
    """两边都有效而不相同的统一社会信用代码。"""
    return bool(check_uscc(one.code)) and bool(check_uscc(party.code)) and one.code != party.code
