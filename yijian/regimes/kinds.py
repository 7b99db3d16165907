"""制度包的格式：一部文件的条款、职责单位、义务、指标、专项活动和自带的例子。"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from yijian.regimes.whens import Model, Name, Positive, When

FacilityKind = Literal[
    "nursing_home", "township_home", "home_community", "canteen", "embedded_clinic", "day_care"
]
FACILITY_KINDS: dict[str, str] = {
    "nursing_home": "养老机构",
    "township_home": "敬老院",
    "home_community": "居家社区养老服务机构",
    "canteen": "老人家食堂",
    "embedded_clinic": "内设医疗机构",
    "day_care": "日间照料中心",
}
Level = Literal["place", "county", "city"]
ClauseKind = Literal["article", "task", "duty", "indicator", "stage", "requirement", "form", "note"]
VERIFY_LABELS: dict[str, str] = {"F": "查到文字", "S": "见于本地文件", "M": "待核"}
PHRASE_LIMIT = 24
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))


def squeeze(text: str) -> str:
    """去掉一切空白和不可见字符，用于逐字比对。"""
    return "".join(text.translate(_INVISIBLE).split())


def _short(text: str) -> str:
    length = len(squeeze(text))
    if not 0 < length <= PHRASE_LIMIT:
        raise ValueError(f"去掉空白后应为 1 至 {PHRASE_LIMIT} 字，现为 {length} 字")
    return text


Phrase = Annotated[str, AfterValidator(_short)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,79}$")]


# ── 对谁 ──────────────────────────────────────────────────────────────


class EachFacility(Model):
    """每家机构一行。"""

    each: Literal["facility"]
    kinds: tuple[FacilityKind, ...] = Field(min_length=1)


class EachJurisdiction(Model):
    """辖区一行；place 是本包所在地，county、city 是其中每个该级区划。"""

    each: Literal["jurisdiction"]
    levels: tuple[Level, ...] = Field(min_length=1)


class EachUnit(Model):
    """每个该职能的单位一行，各自履行。"""

    each: Literal["unit"]
    functions: tuple[str, ...] = Field(min_length=1)


class EachFact(Model):
    """某种事实每发生一次一行。"""

    each: Literal["fact"]
    fact: str


Whom = Annotated[EachFacility | EachJurisdiction | EachUnit | EachFact, Field(discriminator="each")]


# ── 文件与条款 ────────────────────────────────────────────────────────


class Units(Model):
    """牵头、责任、属地单位（职能词），照文件所列顺序。"""

    lead: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """全部单位，去重，依次为牵头、责任、属地。"""
        return tuple(dict.fromkeys((*self.lead, *self.responsible, *self.local)))


class Head(Model):
    """pack.yaml：文件本身。"""

    id: Slug
    title: Words
    document_no: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    effective_from: date
    effective_to: date | None = None
    region: Annotated[str, Field(pattern=r"^[0-9A-Z]{6,12}$")]
    extends: tuple[str, ...] = ()
    status: Literal["in_force", "draft", "local"]
    supersedes: str | None = None
    source_file: str | None = None
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    texts_at_hand: bool = True
    verified_on: date | None = None
    version: Positive = 1
    summary: Annotated[str, Field(max_length=120)] = ""
    decided_by: str | None = None


class Clause(Model):
    """clauses.yaml 的一条；gist 用自己的话。"""

    ref: Name
    kind: ClauseKind
    part: str | None = None
    heading: Name
    gist: Words
    anchor: Phrase | None = None
    status: Literal["modelled", "no-duty", "needs-a-person"]
    why: str | None = None
    units: Units | None = None
    verify: Literal["F", "S", "M"] | None = None
    source: str | None = None


class Body(Model):
    """bodies.yaml 的一条：一个职责段落和它说的单位。"""

    function: str
    names: tuple[str, ...] = ()
    clause: str | None = None
    also: tuple[str, ...] = ()
    gist: Words


class Evidence(Model):
    """能证明履行的一种事实；variant 限定分类。"""

    fact: str
    variant: str | None = None


class Ladder(Model):
    """督办阶梯：逾期后第几个工作日出督办单。"""

    supervise_after: Annotated[int, Field(ge=0, le=250)] = 5


class Obligation(Model):
    """obligations/<id>.yaml：一项义务。"""

    id: Slug
    duty: str
    title: Annotated[str, Field(min_length=1, max_length=40)]
    clause: Name
    also: tuple[str, ...] = ()
    phrase: Phrase | None = None
    who: Units
    by: Literal["facility", "unit"] = "unit"
    whom: Whom
    when: When
    evidence: tuple[Evidence, ...] = ()
    all_of: bool = False
    warn: Annotated[int, Field(ge=0, le=365)] | None = None
    review: bool = False
    ladder: Ladder = Ladder()
    verify: Literal["F", "S", "M"] | None = None
    source: str | None = None
    note: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None


class LocalSetting(Model):
    """本地包里的一项：把上位包某项义务的 when 换成本地数字。"""

    id: Slug
    sets: Annotated[str, Field(pattern=r"^[^/]+/[^/]+$")]
    when: When
    decided_by: Words
    decided_on: date | None = None
    note: str | None = None


class IndicatorPart(Model):
    """指标里的一小项。"""

    id: str | None = None
    ref: str | None = None
    label: Name
    kind: Literal["yes_no", "number", "ratio", "list", "text"] | None = None
    unit: str | None = None
    auto: str | tuple[str, ...] | None = None


class Indicator(Model):
    """自评表的一个指标；basis 是表中政策依据栏的文件名。"""

    ref: Name
    group: Name
    label: Name
    kind: Literal["yes_no", "number", "ratio", "list", "text"]
    basis: tuple[str, ...] = ()
    auto: str | tuple[str, ...] | None = None
    parts: tuple[str | IndicatorPart, ...] = ()
    note: str | None = None


class Stage(Model):
    """专项活动的一个阶段，起止日都算在内。"""

    ref: Name
    title: Name
    starts_on: date = Field(alias="from")
    ends_on: date = Field(alias="to")
    gist: Words


class Submission(Model):
    """专项活动要求报送的一份材料。"""

    id: Slug
    title: Name
    due_on: date | None = None
    phrase: Phrase | None = None
    clause: Name
    by: str
    format: str = "word"
    parts: tuple[str, ...] = ()
    note: str | None = None


class Contacts(Model):
    """联络员：每个单位几名、信息表要填什么。"""

    title: str | None = None
    per: str | None = None
    by: str | None = None
    count: Positive = 1
    fields: tuple[str, ...] = ()
    clause: str | None = None
    form: str | None = None
    phrase: Phrase | None = None
    gist: str | None = None
    note: str | None = None


class Campaign(Model):
    """专项活动：阶段、报送、联络员。"""

    title: Name
    starts_on: date
    ends_on: date
    stages: tuple[Stage, ...] = ()
    submissions: tuple[Submission, ...] = ()
    contacts: Contacts | None = None
    note: str | None = None


# ── 例子 ──────────────────────────────────────────────────────────────


class CaseFacility(Model):
    """例子里的一家机构。"""

    kind: FacilityKind = "nursing_home"
    opened_on: date | None = None
    closed_on: date | None = None
    filed_on: date | None = None


class CaseFact(Model):
    """例子里的一件事实；id 与 answers 用来指明它答复的是哪一件。"""

    kind: str
    occurred_on: date | datetime
    variant: str | None = None
    about_on: date | None = None
    id: str | None = None
    answers: str | None = None


class CaseGiven(Model):
    """例子的前提；没有 facility 就只看辖区和单位的义务。"""

    facility: CaseFacility | None = None
    place: str | None = None
    units: tuple[str, ...] = ()
    facts: tuple[CaseFact, ...] = ()


class CaseExpect(Model):
    """例子预期的一行台账；period 是那一行周期（或起因）的起始日。"""

    obligation: str
    period: date | None = None
    status: Literal["未到期", "临期", "逾期", "已完成", "逾期完成", "不适用", "暂定"] | None = None
    due_on: date | datetime | None = None


class Case(Model):
    """cases/*.yaml：给定事实和日期，应得到哪些台账行。name 是业务人员读得懂的一句话。"""

    name: Words
    given: CaseGiven = CaseGiven()
    on: date
    expect: tuple[CaseExpect, ...] = Field(min_length=1)


# ── 目录与整包 ────────────────────────────────────────────────────────


class Duty(Model):
    """义务目录的一项；covers 是办了它也就算办了的义务（如联合现场检查之于民政现场检查）。"""

    label: Name
    group: Annotated[str, Field(pattern=r"^[A-X]$")]
    covers: tuple[str, ...] = ()


class FactKind(Model):
    """事实目录的一项。"""

    label: Name
    about: Literal["facility", "unit", "place"]
    precision: Literal["day", "time"] = "day"
    variants: dict[str, str] = {}
    asks: tuple[Literal["file", "photo", "number", "link", "place"], ...] = ()


class Catalogue(Model):
    """跨制度包统一的义务名称、事实种类和单位职能。"""

    duties: dict[str, Duty]
    facts: dict[str, FactKind]
    functions: dict[str, str]


class Pack(Model):
    """一部文件的全部数据；hash 是各文件内容的摘要，台账行据此记住自己依据的版本。"""

    head: Head
    clauses: tuple[Clause, ...] = ()
    bodies: tuple[Body, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    settings: tuple[LocalSetting, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    campaign: Campaign | None = None
    cases: tuple[Case, ...] = ()
    hash: str
    folder: str

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def region(self) -> str:
        return self.head.region

    def clause(self, ref: str) -> Clause | None:
        """按编号取条款。"""
        return next((clause for clause in self.clauses if clause.ref == ref), None)

    def obligation(self, obligation_id: str) -> Obligation | None:
        """按标识取义务。"""
        return next((item for item in self.obligations if item.id == obligation_id), None)

    def since(self, item: Obligation) -> date:
        """义务从哪天起有约束力：自己写明的，或整包的。"""
        return max(self.head.effective_from, item.effective_from or self.head.effective_from)

    def until(self, item: Obligation) -> date | None:
        """义务到哪天为止（含）；一直有效为空。"""
        ends = [day for day in (self.head.effective_to, item.effective_to) if day]
        return min(ends, default=None)

    def of_kind(self, kind: ClauseKind) -> tuple[Clause, ...]:
        """某类条款，按文件顺序。"""
        return tuple(clause for clause in self.clauses if clause.kind == kind)
