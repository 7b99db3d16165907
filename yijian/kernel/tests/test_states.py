import pytest

from yijian.kernel.errors import Refused
from yijian.kernel.states import Machine

ISSUE = Machine(
    states={"open": {"fix": "fixed", "drop": "end"}, "fixed": {"accept": "end", "reopen": "open"}, "end": {}},
    labels={"open": "待整改", "fixed": "待复核", "end": "已销号", "fix": "报送整改", "accept": "复核通过"},
    initial="open",
)


def test_a_verb_moves_along_the_table() -> None:
    assert ISSUE.next("open", "fix") == "fixed"
    assert ISSUE.next("fixed", "reopen") == "open"
    assert ISSUE.verbs("open") == ("fix", "drop")
    assert ISSUE.sources("accept") == ("fixed",)
    assert ISSUE.final() == ("end",)
    assert ISSUE.unreachable() == ()


@pytest.mark.parametrize(
    ("state", "verb", "words"),
    [
        ("open", "accept", "“待整改”时不能复核通过，现在可以：报送整改、drop"),
        ("end", "fix", "已经办结"),
        ("lost", "fix", "没有“lost”这一状态"),
    ],
)
def test_a_wrong_move_is_refused_in_plain_words(state: str, verb: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        ISSUE.next(state, verb)


def test_a_table_that_points_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="不存在的状态"):
        Machine(states={"a": {"go": "b"}})
    with pytest.raises(ValueError, match="初始状态"):
        Machine(states={"a": {}}, initial="z")
    assert Machine(states={"a": {}, "b": {}}).unreachable() == ("b",)


def test_the_diagram_prints() -> None:
    assert ISSUE.as_mermaid() == (
        "stateDiagram-v2\n"
        '    state "待整改" as s_open\n'
        '    state "待复核" as s_fixed\n'
        '    state "已销号" as s_end\n'
        "    [*] --> s_open\n"
        "    s_open --> s_fixed: 报送整改\n"
        "    s_open --> s_end: drop\n"
        "    s_fixed --> s_end: 复核通过\n"
        "    s_fixed --> s_open: reopen\n"
        "    s_end --> [*]\n"
    )
