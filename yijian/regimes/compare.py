"""两地对照：同一义务并排，看哪一地更严。"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from yijian.regimes.library import Library
from yijian.regimes.shapes import parse_when, strictness
from yijian.regimes.stack import BindingRule, rules_for


def compare_places(library: Library, a: str, b: str, on: date | None = None) -> list[dict[str, Any]]:
    """同一义务两地并排：各自有约束力的规则，以及哪一地更严（a、b、same、different、only_a、only_b）。"""
    left, right = _by_duty(rules_for(library, a, on)), _by_duty(rules_for(library, b, on))
    rows: list[dict[str, Any]] = []
    for duty in (duty for duty in library.catalogue.duties if duty in left or duty in right):
        mine, theirs = left.get(duty, []), right.get(duty, [])
        rows.append(
            {
                "duty": duty,
                "label": library.catalogue.duties[duty].label,
                "a": [_brief(rule) for rule in mine],
                "b": [_brief(rule) for rule in theirs],
                "stricter": _stricter(mine, theirs),
            }
        )
    return rows


def _by_duty(rules: Iterable[BindingRule]) -> dict[str, list[BindingRule]]:
    found: dict[str, list[BindingRule]] = {}
    for rule in rules:
        found.setdefault(rule.duty, []).append(rule)
    return found


def _brief(rule: BindingRule) -> dict[str, Any]:
    keys = ("pack", "obligation", "title", "clause", "phrase", "each", "kinds", "when", "when_text", "local")
    brief = {key: getattr(rule, key) for key in keys}
    return {**brief, "kinds": list(rule.kinds), "verify": rule.verify}


def _stricter(mine: list[BindingRule], theirs: list[BindingRule]) -> str:
    if not mine or not theirs:
        return "only_a" if mine else "only_b"
    verdicts = {
        strictness(parse_when(x.when), parse_when(y.when)) for x in mine for y in theirs if _alike(x, y)
    }
    if verdicts == {0}:
        return "same"
    if verdicts and verdicts <= {0, 1}:
        return "a"
    return "b" if verdicts and verdicts <= {0, -1} else "different"


def _alike(x: BindingRule, y: BindingRule) -> bool:
    """对象相同才可比：机构类别或单位职能有重合，辖区同级，起因相同。"""
    if x.each != y.each:
        return False
    if x.each in {"facility", "unit"}:
        return bool({*x.kinds, *x.functions} & {*y.kinds, *y.functions})
    return (x.level, x.fact) == (y.level, y.fact)
