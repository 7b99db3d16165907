"""核对制度包内外的引用：目录里有没有、条款对不对得上、形状和对象配不配。"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from yijian.regimes.kinds import Case, Catalogue, EachFact, Evidence, Obligation, Pack
from yijian.regimes.reader import Document, Loc, Problem
from yijian.regimes.whens import Ahead, Promptly, Within

Complaint = tuple[Loc, str]


def check_references(pack: Pack, catalogue: Catalogue, documents: Mapping[str, Document]) -> list[Problem]:
    """全部引用问题，带文件和行。"""
    found: list[Problem] = []

    def add(name: str, complaints: Iterable[Complaint]) -> None:
        document = documents[name]
        found.extend(document.problem(loc, reason) for loc, reason in complaints)

    add("pack.yaml", _head(pack))
    if "clauses.yaml" in documents:
        add("clauses.yaml", _clauses(pack, catalogue))
    if "bodies.yaml" in documents:
        add("bodies.yaml", _bodies(pack, catalogue))
    if "campaign.yaml" in documents:
        add("campaign.yaml", _campaign(pack, catalogue))
    for item in pack.obligations:
        add(f"obligations/{item.id}.yaml", _obligation(item, pack, catalogue)) if (
            f"obligations/{item.id}.yaml" in documents
        ) else None
    found += _stems(pack, documents)
    found += _indicators(pack, documents)
    for name, document in documents.items():
        if name.startswith("cases/"):
            add(name, _cases(document, pack, catalogue))
    return found


def _head(pack: Pack) -> Iterator[Complaint]:
    head = pack.head
    if pack.folder.rpartition("/")[2] != head.id:
        yield ("id",), f"id 应与文件夹名一致（{pack.folder.rpartition('/')[2]}）"
    if head.effective_to and head.effective_to < head.effective_from:
        yield ("effective_to",), "effective_to 早于 effective_from"
    if head.status == "local":
        if not head.extends:
            yield (), "本地包要写 extends，说明它依附哪一个包"
        if not head.decided_by:
            yield (), "本地包要写 decided_by，说明是哪一项本地决定"
    elif head.texts_at_hand and not (head.source_file and head.text_sha256):
        yield (), "要写 source_file 和 text_sha256；手头没有原文就写 texts_at_hand: false"


def _repeated(values: Iterable[str]) -> set[str]:
    return {value for value, count in Counter(values).items() if count > 1}


def _clauses(pack: Pack, catalogue: Catalogue) -> Iterator[Complaint]:
    repeated = _repeated(clause.ref for clause in pack.clauses)
    for row, clause in enumerate(pack.clauses):
        if clause.ref in repeated:
            yield (row, "ref"), f"条款编号“{clause.ref}”重复"
        if clause.status != "modelled" and not clause.why:
            yield (row, "status"), f"“{clause.ref}”没有建成义务，要在 why 里说明原因"
        if clause.anchor is None and pack.head.texts_at_hand and pack.head.status != "local":
            yield (row,), f"“{clause.ref}”缺少 anchor（原文开头的字）"
        if clause.units:
            for group in ("lead", "responsible", "local"):
                yield from _functions(catalogue, getattr(clause.units, group), (row, "units", group))


def _functions(catalogue: Catalogue, words: Iterable[str], at: Loc) -> Iterator[Complaint]:
    for position, word in enumerate(words):
        if word not in catalogue.functions:
            yield (*at, position), f"职能目录里没有“{word}”"


def _bodies(pack: Pack, catalogue: Catalogue) -> Iterator[Complaint]:
    for row, body in enumerate(pack.bodies):
        yield from _functions(catalogue, (body.function,), (row, "function"))
        yield from _functions(catalogue, body.also, (row, "also"))
        if body.clause and not pack.clause(body.clause):
            yield (row, "clause"), f"clauses.yaml 里没有“{body.clause}”"


def _campaign(pack: Pack, catalogue: Catalogue) -> Iterator[Complaint]:
    campaign = pack.campaign
    if campaign is None:
        return
    for row, stage in enumerate(campaign.stages):
        if not pack.clause(stage.ref):
            yield ("stages", row, "ref"), f"clauses.yaml 里没有“{stage.ref}”"
        if stage.ends_on < stage.starts_on:
            yield ("stages", row), "阶段的结束日早于开始日"
    for row, submission in enumerate(campaign.submissions):
        if not pack.clause(submission.clause):
            yield ("submissions", row, "clause"), f"clauses.yaml 里没有“{submission.clause}”"
        yield from _functions(catalogue, (submission.by,), ("submissions", row, "by"))


def _obligation(item: Obligation, pack: Pack, catalogue: Catalogue) -> Iterator[Complaint]:
    if item.duty not in catalogue.duties:
        yield ("duty",), f"义务目录里没有“{item.duty}”"
    for key, refs in (("clause", (item.clause,)), ("also", item.also)):
        for ref in refs:
            if not pack.clause(ref):
                yield (key,), f"clauses.yaml 里没有“{ref}”"
    if item.phrase is None and pack.head.texts_at_hand:
        yield (), "缺少 phrase（原文的关键词句，不超过 24 字）"
    for group in ("lead", "responsible", "local"):
        yield from _functions(catalogue, getattr(item.who, group), ("who", group))
    if not item.who.all and item.by == "unit":
        yield ("who",), "没有写由谁负责"
    for row, evidence in enumerate(item.evidence):
        yield from _fact(catalogue, evidence, ("evidence", row))
    if item.whom.each == "unit":
        yield from _functions(catalogue, item.whom.functions, ("whom", "functions"))
    yield from _trigger(item, catalogue)


def _fact(catalogue: Catalogue, evidence: Evidence, at: Loc) -> Iterator[Complaint]:
    kind = catalogue.facts.get(evidence.fact)
    if kind is None:
        yield (*at, "fact"), f"事实目录里没有“{evidence.fact}”"
    elif evidence.variant is not None and evidence.variant not in kind.variants:
        known = "、".join(kind.variants) or "没有分类"
        yield (*at, "variant"), f"事实“{evidence.fact}”没有分类“{evidence.variant}”（{known}）"


def trigger_of(item: Obligation) -> str | None:
    """起因事实：within 的 of、before、promptly 的 of；周期和日期没有起因。"""
    match item.when:
        case Within(of=fact) | Ahead(before=fact) | Promptly(of=fact):
            return fact
    return None


def _trigger(item: Obligation, catalogue: Catalogue) -> Iterator[Complaint]:
    fact = trigger_of(item)
    if isinstance(item.whom, EachFact):
        if item.whom.fact not in catalogue.facts:
            yield ("whom", "fact"), f"事实目录里没有“{item.whom.fact}”"
        if fact is None:
            yield ("when",), "whom 是每件事实时，when 要用 within、before 或带 of 的 promptly"
        elif fact != item.whom.fact:
            yield ("when",), f"when 的起因“{fact}”与 whom 的“{item.whom.fact}”不同"
    elif fact is not None:
        yield ("when",), f"when 以“{fact}”为起因，whom 要写 {{each: fact, fact: {fact}}}"


def _stems(pack: Pack, documents: Mapping[str, Document]) -> Iterator[Problem]:
    for name, document in documents.items():
        if name.startswith("obligations/"):
            stem = name.removeprefix("obligations/").removesuffix(".yaml")
            if document.value.get("id") != stem:
                yield document.problem(("id",), f"id 应与文件名一致（{stem}）")
            target = document.value.get("sets")
            if target and target.split("/")[0] not in pack.head.extends:
                yield document.problem(("sets",), f"pack.yaml 的 extends 里没有“{target.split('/')[0]}”")


def _indicators(pack: Pack, documents: Mapping[str, Document]) -> Iterator[Problem]:
    repeated = _repeated(item.ref for item in pack.indicators)
    for name, document in documents.items():
        if name.startswith("indicators/"):
            for row, item in enumerate(document.value):
                if item["ref"] in repeated:
                    yield document.problem((row, "ref"), f"指标编号“{item['ref']}”重复")
                elif not pack.clause(item["ref"]):
                    yield document.problem((row, "ref"), f"clauses.yaml 里没有指标“{item['ref']}”")


def _cases(document: Document, pack: Pack, catalogue: Catalogue) -> Iterator[Complaint]:
    single = isinstance(document.value, dict)
    rows = [document.value] if single else document.value
    for row, value in enumerate(rows):
        case = Case.model_validate(value)
        at: Loc = () if single else (row,)
        for position, fact in enumerate(case.given.facts):
            evidence = Evidence(fact=fact.kind, variant=fact.variant)
            for loc, reason in _fact(catalogue, evidence, (*at, "given", "facts", position)):
                yield loc[:-1], reason
        for position, expect in enumerate(case.expect):
            if not pack.obligation(expect.obligation):
                yield (*at, "expect", position), f"本包没有义务“{expect.obligation}”"
