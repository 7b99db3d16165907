"""对照表：词表里的词都在表里，表里的标识都在程序里。"""

import re
from functools import cache

from django.apps import apps
from house import ROOT

from yijian.access import kinds as access
from yijian.appraisal import kinds as appraisal
from yijian.documents import kinds as documents
from yijian.facilities import kinds as facilities
from yijian.ledger import kinds as ledger
from yijian.ledger.queries.compare import GROUPS
from yijian.notices import kinds as notices
from yijian.people import kinds as people
from yijian.rectification import kinds as rectification
from yijian.regimes.library import load_all
from yijian.sheets import kinds as sheets
from yijian.worker import kinds as worker

PAGE = ROOT / "docs" / "glossary.md"
ROW = re.compile(r"^\| ([^|]+) \| `([^`|]+)` \| ([^|]+) \|$", re.MULTILINE)


@cache
def rows() -> tuple[tuple[str, str, str], ...]:
    """（官方用语，标识，出处）。"""
    return tuple(ROW.findall(PAGE.read_text(encoding="utf-8")))


def missing(words: dict[str, str]) -> list[str]:
    """词表里有、对照表里没有（标识与说法须在同一行）的词。"""
    told = {(label, word) for label, word, _ in rows()}
    return [f"{word} {label}" for word, label in words.items() if (label, word) not in told]


def machine(table: object) -> dict[str, str]:
    return {state: table.label(state) for state in table.states}  # type: ignore[attr-defined]


def test_unit_functions_stand_in_the_glossary_as_in_the_catalogue() -> None:
    assert not missing(load_all(ROOT / "packs").catalogue.functions)


def test_words_of_people_stand_in_the_glossary() -> None:
    for words in (people.LEVELS, people.ROLES, people.OFFICERS):
        assert not missing(words)
    told = {word for _, word, _ in rows()}
    assert set(people.GROUPS) <= told


def test_words_of_facilities_stand_in_the_glossary() -> None:
    for words in (facilities.KINDS, facilities.NATURES, facilities.LICENCES, facilities.STANDINGS):
        assert not missing(words)
    for words in (facilities.REGISTRATION, facilities.FILING, facilities.PREMISES):
        assert not missing({word: label for word, label in words.items() if word != "unknown"})


def test_statuses_shapes_and_roles_of_the_ledger_stand_in_the_glossary() -> None:
    named = {getattr(ledger, word): word for _, word, _ in rows() if word.isupper() and hasattr(ledger, word)}
    assert set(ledger.STATUSES) <= set(named)
    assert not missing({word: label for label, word in named.items() if label in ledger.STATUSES})
    assert not missing({word: label for word, label in ledger.EACH.items()})
    told = {word for _, word, _ in rows()}
    shapes = {"within", "before", "at_least", "at_most", "by", "every_year_by", "standing", "promptly"}
    assert shapes | set(ledger.ROLES) <= told


def test_states_and_channels_of_the_other_apps_stand_in_the_glossary() -> None:
    assert not missing(documents.KINDS) + missing(documents.BLOB_STATES)
    assert not missing(notices.CHANNELS) + missing(machine(notices.STATES))
    assert not missing(machine(sheets.STATES)) + missing(machine(ledger.ORDER))
    for table in ("PROBLEM", "EXTENSION", "DRAFT", "LISTING", "HANDOVER"):
        assert not missing(machine(getattr(rectification, table)))
    for words in (rectification.GRADES, rectification.LISTS, rectification.STEPS, rectification.HANDOVERS):
        assert not missing(words)
    assert not missing(worker.STATUS)
    assert appraisal.SUBMISSION in {word for _, word, _ in rows()}
    assert set(appraisal.FORMATS) <= {word for _, word, _ in rows()}


def test_every_table_of_ours_stands_in_the_glossary() -> None:
    names = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("yijian.") and not model.__name__.startswith("Historical")
    }
    assert not names - {word for _, word, _ in rows()}


def test_every_capability_stands_in_the_glossary() -> None:
    assert not missing(access.CAPABILITIES)


def test_duty_groups_are_told() -> None:
    body = PAGE.read_text(encoding="utf-8")
    for letter, label in GROUPS.items():
        assert f"| {label} | {letter} |" in body
    for duty, known in load_all(ROOT / "packs").catalogue.duties.items():
        (line,) = [
            row for row in body.splitlines() if row.startswith(f"| {GROUPS[known.group]} | {known.group} |")
        ]
        assert f"`{duty.partition('.')[0]}.`" in line, duty


def test_identifiers_of_the_glossary_exist_in_the_program() -> None:
    sources = [*(ROOT / "yijian").rglob("*.py"), *(ROOT / "packs" / "catalogue").glob("*.yaml")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    gone = [word for _, word, _ in rows() if not re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", code)]
    assert not gone


def test_a_term_is_told_once_for_one_meaning() -> None:
    seen: dict[tuple[str, str], str] = {}
    for label, word, meaning in rows():
        assert seen.setdefault((label, word), meaning) == meaning, f"{label} `{word}` 写了两遍"
    assert len(rows()) > 150
