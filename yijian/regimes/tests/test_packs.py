"""五部真实文件：条数、单位、关键词句、数字，逐一与公布的文字核对。"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from yijian.regimes.export import export_pack
from yijian.regimes.kinds import Pack, squeeze
from yijian.regimes.library import Library
from yijian.regimes.shapes import describe
from yijian.regimes.source import found_in, source_text
from yijian.regimes.whens import By

NeedText = Callable[[Pack], None]
NANKAI, DRAFT = "cn-120104-nankai-2021", "cn-120104-nankai-2021-draft"
YOUYANG, ZEZHOU, QUJING = "cn-500242-youyang-2023", "cn-140525-zezhou-2022", "cn-530300-qujing-2021"
DOCUMENTS = [NANKAI, DRAFT, YOUYANG, ZEZHOU, QUJING]
HAN = "一二三四五六七八九十"


def numerals(count: int) -> list[str]:
    """一、二、……、十八。"""
    return [HAN[n] if n < 10 else f"十{HAN[n - 10]}" for n in range(count)]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (NANKAI, {"article": 15, "task": 40, "duty": 17}),
        (DRAFT, {"article": 15}),
        (YOUYANG, {"task": 10, "stage": 3, "requirement": 5, "indicator": 50, "form": 2, "note": 1}),
        (ZEZHOU, {"article": 16, "duty": 15}),
        (QUJING, {"article": 18}),
    ],
)
def test_every_clause_is_counted(library: Library, name: str, kinds: dict[str, int]) -> None:
    assert Counter(clause.kind for clause in library.pack(name).clauses) == kinds


@pytest.mark.parametrize(
    ("name", "kind", "refs"),
    [
        (NANKAI, "article", numerals(15)),
        (NANKAI, "task", [f"任务{n}" for n in range(1, 41)]),
        (NANKAI, "duty", [f"职责{n}" for n in range(1, 18)]),
        (YOUYANG, "task", [f"重点任务{n}" for n in numerals(10)]),
        (YOUYANG, "stage", [f"阶段{n}" for n in numerals(3)]),
        (YOUYANG, "requirement", [f"要求{n}" for n in numerals(5)]),
        (ZEZHOU, "article", numerals(16)),
        (ZEZHOU, "duty", [f"职责{n}" for n in range(1, 16)]),
        (QUJING, "article", numerals(18)),
    ],
)
def test_refs_follow_the_agreed_form(library: Library, name: str, kind: str, refs: list[str]) -> None:
    assert [clause.ref for clause in library.pack(name).clauses if clause.kind == kind] == refs


@pytest.mark.parametrize("name", DOCUMENTS)
def test_head_states_the_document(library: Library, name: str) -> None:
    head = library.pack(name).head
    assert head.extends == ("cn",) and head.verified_on and head.region == name.split("-")[1]
    if head.status != "draft":
        assert head.issuer and head.issued_on and head.effective_from >= head.issued_on


def test_document_numbers_and_dates(library: Library) -> None:
    heads = {name: library.pack(name).head for name in DOCUMENTS}
    assert (heads[NANKAI].document_no, heads[NANKAI].issued_on) == (
        "南开政办发〔2021〕12号",
        date(2021, 11, 23),
    )
    assert (heads[ZEZHOU].document_no, heads[ZEZHOU].issued_on) == ("泽政办发〔2022〕3号", date(2022, 2, 21))
    assert (heads[QUJING].document_no, heads[QUJING].issued_on) == (
        "曲政办发〔2021〕58号",
        date(2021, 12, 22),
    )
    assert heads[YOUYANG].issued_on == date(2023, 4, 20)
    assert heads[DRAFT].status == "draft" and heads[NANKAI].supersedes in {DRAFT, None}


# ── 原文 ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_anchor_and_phrase_is_verbatim(library: Library, name: str, need_text: NeedText) -> None:
    pack = library.pack(name)
    need_text(pack)
    found = found_in(pack)
    assert found is not None and found.missing == ()
    wrong = [
        f"{item.id}：{item.phrase}"
        for item in pack.obligations
        if squeeze(item.phrase or "") not in (found.clause(item.clause) or "")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_gists_and_titles_are_our_own_words(library: Library, name: str, need_text: NeedText) -> None:
    """不照抄：要点里没有与原文连续二十字以上相同的话。"""
    pack = library.pack(name)
    need_text(pack)
    text = source_text(pack)
    assert text is not None
    said = {clause.ref: clause.gist for clause in pack.clauses}
    said |= {f"{body.function} {body.clause}": body.gist for body in pack.bodies}
    said |= {item.id: item.title for item in pack.obligations}
    copied = {ref: run for ref, gist in said.items() if (run := longest_copy(squeeze(gist), text.tight, 20))}
    assert copied == {}


def longest_copy(words: str, text: str, size: int) -> str:
    runs = (words[start : start + size] for start in range(len(words) - size + 1))
    return next((run for run in runs if run in text), "")


@pytest.mark.parametrize("name", [*DOCUMENTS, "cn"])
def test_all_clauses_are_accounted_for(library: Library, name: str) -> None:
    pack = library.pack(name)
    used = {ref for item in pack.obligations for ref in (item.clause, *item.also)}
    for clause in pack.clauses:
        if clause.status == "modelled" and clause.kind in {"article", "task", "requirement"}:
            assert clause.ref in used, clause.ref
        if clause.status != "modelled":
            assert clause.why, clause.ref


@pytest.mark.parametrize("name", [*DOCUMENTS, "cn"])
def test_every_obligation_names_evidence(library: Library, name: str) -> None:
    assert [item.id for item in library.pack(name).obligations if not item.evidence] == []


# ── 单位 ──────────────────────────────────────────────────────────────

WORDS = {
    "人民政府": "county_governments", "民政": "civil_affairs",
    "住房": "housing", "住建": "housing", "消防": "fire", "市场监管": "market",
    "市监": "market", "财政": "finance", "发展改革": "development", "发改": "development",
    "规划和自然资源": "natural_resources", "自然资源": "natural_resources", "医疗保障": "medical_insurance",
    "医保": "medical_insurance", "卫生健康": "health", "审计": "audit", "金融": "financial_affairs",
    "公安": "public_security", "编办": "establishment", "税务": "tax", "应急": "emergency",
    "网信": "cyberspace",
    "生态环境": "ecology", "人力资源": "human_resources", "街道": "subdistrict", "教育": "education",
    "司法": "justice", "银保监": "banking_insurance_regulator", "联席会议": "joint_meeting",
    "市直有关": "municipal_departments", "开区管委会": "development_zone",
}  # fmt: skip


def functions(names: str) -> list[str]:
    """把“区民政局、区市场监管局……”这样一串单位名逐个换成职能词。"""
    found: list[str] = []
    for name in re.split(r"[、，,；;]", names):
        words = [function for word, function in WORDS.items() if word in name]
        if name:
            assert words, name
            found.append(words[0])
    return found


def test_nankai_tasks_name_the_units_the_list_names(library: Library, need_text: NeedText) -> None:
    pack = library.pack(NANKAI)
    need_text(pack)
    found = found_in(pack)
    assert found is not None
    for clause in pack.of_kind("task"):
        text = re.sub(r"(压实机构|健全|加强|发挥行业)[^。]*$", "", found.clause(clause.ref) or "")
        tail = text.rpartition("。")[2] if not text.endswith("。") else ""
        tail = re.sub(r"\d+$", "", tail).replace("按职责分工落实", "、")
        assert clause.units is not None
        assert sorted(clause.units.all) == sorted(functions(tail)), (clause.ref, tail)
        assert all(unit == "subdistrict" for unit in clause.units.local)
        assert ("subdistrict" in clause.units.local) == ("街道" in tail), clause.ref


def test_nankai_units_have_as_many_tasks_as_the_list_gives(library: Library) -> None:
    tasks = export_pack(library.pack(NANKAI))["tasks"]
    count = Counter(function for task in tasks for function in task["functions"])
    assert count == {
        "subdistrict": 32, "civil_affairs": 26, "market": 15, "health": 14, "emergency": 9, "housing": 8,
        "fire": 8, "public_security": 7, "development": 6, "medical_insurance": 4, "finance": 3,
        "financial_affairs": 3, "natural_resources": 2, "ecology": 2, "audit": 1, "establishment": 1,
        "tax": 1,
        "cyberspace": 1, "human_resources": 1,
    }  # fmt: skip


def test_qujing_measures_name_the_units_the_document_names(library: Library, need_text: NeedText) -> None:
    pack = library.pack(QUJING)
    need_text(pack)
    found = found_in(pack)
    assert found is not None
    tasks = {task["ref"]: task for task in export_pack(pack)["tasks"]}
    assert list(tasks) == numerals(18)
    for ref, task in tasks.items():
        ends = re.findall(r"\(([^()]*责任单位[^()]*)\)", (found.clause(ref) or "").replace("：", ":"))[-1]
        lead, _, rest = ends.rpartition("责任单位:")
        lead = lead.removeprefix("牵头单位:").rstrip(";；")
        assert task["lead"] == functions(lead), ref
        assert sorted(task["responsible"] + task["local"]) == sorted(functions(rest)), ref


@pytest.mark.parametrize(("name", "duties"), [(NANKAI, 17), (ZEZHOU, 15)])
def test_duty_paragraphs_have_their_body(library: Library, name: str, duties: int) -> None:
    bodies = export_pack(library.pack(name))["duties"]
    assert [body["clause"] for body in bodies if body["clause"]] == [f"职责{n}" for n in range(1, duties + 1)]
    assert "fire" in next(body for body in bodies if body["function"] == "emergency")["also"]


# ── 数字 ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "duty", "each", "said"),
    [
        (NANKAI, "inspect.joint_onsite", "facility", "每半年不少于1次"),
        (YOUYANG, "filing.first_check", "fact", "20个工作日内"),
        (YOUYANG, "filing.unfiled_check", "fact", "20个工作日内"),
        (YOUYANG, "inspect.civil_onsite", "facility", "每年不少于1次"),
        (YOUYANG, "inspect.supervise_county", "facility", "每年不少于1次"),
        (YOUYANG, "inspect.supervise_town", "facility", "每年不少于2次"),
        (ZEZHOU, "emergency.drill", "facility", "每年不少于1次"),
        (ZEZHOU, "emergency.publicity", "facility", "每半年不少于1次"),
        (ZEZHOU, "archive.rules_books", "facility", "2022年6月30日前"),
        (ZEZHOU, "video.install", "facility", "2022年12月31日前"),
        (QUJING, "emergency.drill", "facility", "每半年不少于1次"),
        (QUJING, "emergency.publicity", "facility", "每半年不少于1次"),
        (QUJING, "emergency.revise", "facility", "2021年12月25日前，此后每年不少于1次"),
        (QUJING, "archive.build", "facility", "2021年12月25日前"),
        (QUJING, "video.install", "facility", "2022年11月30日前"),
        (QUJING, "exit.notice", "fact", "至少提前30日"),
        (QUJING, "complaint.feedback", "fact", "5个工作日内"),
        (QUJING, "inspect.civil_onsite", "facility", "每年不少于1次"),
    ],
)
def test_the_numbers_of_the_documents(library: Library, name: str, duty: str, each: str, said: str) -> None:
    items = [item for item in library.pack(name).obligations if item.duty == duty and item.whom.each == each]
    assert said in {describe(item.when) for item in items}, [describe(item.when) for item in items]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (ZEZHOU, "每季度不少于1次"),
        (QUJING, "每季度不少于1次"),
        (QUJING, "每月不少于1次"),
        (QUJING, "每年6月30日前"),
        (QUJING, "2021年12月31日前"),
        (QUJING, "2022年12月31日前"),
    ],
)
def test_other_frequencies_and_dates(library: Library, name: str, said: str) -> None:
    assert said in {describe(item.when) for item in library.pack(name).obligations}


def test_youyang_form_and_campaign(library: Library) -> None:
    value = export_pack(library.pack(YOUYANG))
    groups = Counter(item["group"] for item in value["indicators"])
    assert sorted(groups.values()) == [6, 11, 12, 21] and len(value["indicators"]) == 50
    assert [item["ref"].split(".")[0] for item in value["indicators"]] == sorted(
        item["ref"].split(".")[0] for item in value["indicators"]
    )
    campaign = value["campaign"]
    assert [(stage["from"], stage["to"]) for stage in campaign["stages"]] == [
        ("2023-04-20", "2023-05-10"),
        ("2023-05-11", "2023-07-31"),
        ("2023-08-01", "2023-12-30"),
    ]
    due = [item["due_on"] for item in campaign["submissions"] if item["due_on"]]
    assert due == ["2023-04-21", "2023-04-24", "2023-07-24"]
    assert (
        next(item for item in campaign["submissions"] if item["due_on"] == "2023-07-24")["parts"].__len__()
        == 4
    )
    assert campaign["contacts"]["count"] == 1


def test_qujing_dates_fall_after_issue(library: Library) -> None:
    days = [item.when.by for item in library.pack(QUJING).obligations if isinstance(item.when, By)]
    assert min(days) == date(2021, 12, 25) and max(days) == date(2022, 12, 31)


# ── 国家包 ────────────────────────────────────────────────────────────


def test_national_items_carry_their_mark_and_source(library: Library) -> None:
    pack = library.pack("cn")
    assert pack.region == "000000" and not pack.head.texts_at_hand
    assert all(item.verify for item in pack.obligations)
    assert all(clause.verify and clause.source for clause in pack.clauses)
    assert 15 <= len(pack.obligations) <= 45


def test_national_phrases_of_the_elderly_law_are_verbatim(library: Library) -> None:
    from yijian.regimes.folders import sources_dirs
    from yijian.regimes.source import read_text

    pack = library.pack("cn")
    paths = [folder / "cn-elderly-rights-law-2018.md" for folder in sources_dirs()]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        pytest.skip("手头没有 cn-elderly-rights-law-2018.md；设 YIJIAN_SOURCES_DIR 后再测")
    text = read_text(path).raw
    quoted = [item for item in pack.obligations if item.phrase]
    assert quoted
    for item in quoted:
        number = re.fullmatch(r"老年法(\d+)条", item.clause)
        assert number, item.id
        article = re.search(rf"^第{han(int(number[1]))}条 .*?(?=^第\S+条 |^## )", text, re.M | re.S)
        assert article and squeeze(item.phrase or "") in squeeze(article[0]), item.id


def han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{HAN[tens - 1]}十{HAN[ones - 1] if ones else ''}"


@pytest.mark.parametrize("name", [*DOCUMENTS, "cn"])
def test_export_answers_the_contract(library: Library, name: str) -> None:
    value = export_pack(library.pack(name))
    assert {"id", "title", "document_no", "issuer", "issued_on", "region", "extends", "clauses", "duties",
            "tasks", "obligations", "indicators", "campaign"} <= value.keys()  # fmt: skip
    for clause in value["clauses"]:
        assert {"ref", "kind", "heading", "gist", "status", "why"} <= clause.keys()
    for task in value["tasks"]:
        assert {"ref", "clause", "functions", "lead", "responsible"} <= task.keys()
        assert task["functions"] == list(dict.fromkeys(task["lead"] + task["responsible"] + task["local"]))
    for item in value["obligations"]:
        assert {"id", "duty", "title", "clause", "phrase", "who", "whom", "when", "evidence"} <= item.keys()
        assert set(item["who"]) == {"lead", "responsible", "local"}
