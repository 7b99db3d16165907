"""代码校验：以 python-stdnum 与 id-validator 为独立对照。"""

from datetime import date
from string import ascii_letters, digits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from id_validator import validator  # type: ignore[import-untyped]
from stdnum.cn import ric, uscc

from yijian.kernel import clock
from yijian.kernel.codes import (
    _USCC_SIGNS,
    check_id_card,
    check_uscc,
    id_card_check_sign,
    mask_id,
    mask_phone,
    normalise,
    uscc_check_sign,
)

SIGNS = st.sampled_from(_USCC_SIGNS)
BODIES = st.builds(
    lambda a, b, c: a + b + c,
    st.text(SIGNS, min_size=2, max_size=2),
    st.text(st.sampled_from(digits), min_size=6, max_size=6),
    st.text(SIGNS, min_size=9, max_size=9),
)
ODD = st.text(st.sampled_from(digits + ascii_letters + "\n\r\t -.０１ＡXx\u2028\x00年①½"), max_size=22)


@given(BODIES)
def test_the_check_sign_is_the_one_of_the_other_implementation(body: str) -> None:
    assert uscc_check_sign(body) == uscc.calc_check_digit(body)
    assert check_uscc(body + uscc_check_sign(body))


@given(BODIES.filter(lambda b: b[:2].isdigit()), SIGNS)
def test_codes_with_digits_in_front_are_judged_alike(body: str, sign: str) -> None:
    assert bool(check_uscc(body + sign)) == uscc.is_valid(body + sign)


@pytest.mark.parametrize("front", ["N1", "N2", "Y1", "A1", "11", "52", "93"])
def test_registrars_with_a_letter_are_accepted(front: str) -> None:
    body = front + "530302MA6K12345"
    assert check_uscc(body + uscc_check_sign(body)).ok


@given(BODIES, st.integers(0, 17), SIGNS)
def test_one_wrong_sign_is_always_found(body: str, at: int, sign: str) -> None:
    code = body + uscc_check_sign(body)
    assume(code[at] != sign)
    assert not check_uscc(code[:at] + sign + code[at + 1 :])


@given(BODIES, st.integers(0, 16))
def test_two_swapped_signs_are_always_found(body: str, at: int) -> None:
    code = body + uscc_check_sign(body)
    assume(code[at] != code[at + 1])
    assert not check_uscc(code[:at] + code[at + 1] + code[at] + code[at + 2 :])


@given(st.one_of(st.text(max_size=30), ODD))
def test_no_text_makes_a_check_fail_with_an_error(text: str) -> None:
    for check in (check_uscc, check_id_card):
        found = check(text)
        assert found.ok == (found.reason == "")
        assert bool(found) == found.ok


@pytest.mark.parametrize(
    "text", ["4222222\n222222221H", "422222222222222221\n1", "\n", "", "９" * 18, "٣" * 18]
)
def test_newlines_and_foreign_digits_are_refused_calmly(text: str) -> None:
    assert not check_uscc(text)
    assert not check_id_card(text)


def test_full_width_spaces_and_small_letters_are_put_right() -> None:
    good = "91110000600037341L"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in good.lower())
    assert check_uscc(f" {wide}\u3000\n").normal == good
    assert check_uscc(wide).ok
    assert normalise("\u3000ａｂ１ ") == "AB1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "没有填写"),
        ("9111", "现为 4 位"),
        ("9111000060003734IL", "I、O、S、V、Z"),
        ("91110000600037341M", "校验码"),
        ("91110000 60003734L", "空格"),
        ("91A10000600037341L", "行政区划"),
    ],
)
def test_the_reason_says_what_is_wrong(text: str, reason: str) -> None:
    assert reason in check_uscc(text).reason


def _card(area: str, born: date, order: int) -> str:
    body = f"{area}{born:%Y%m%d}{order:03d}"
    return body + id_card_check_sign(body)


CARDS = st.builds(
    _card,
    st.sampled_from(["110101", "120104", "330523", "500242", "140525", "530302", "810000"]),
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.integers(0, 999),
)


@given(CARDS, st.sampled_from(digits + "X"))
def test_identity_numbers_are_judged_like_both_oracles(card: str, sign: str) -> None:
    assert check_id_card(card).ok
    assert validator.is_valid(card)
    other = card[:17] + sign
    assert check_id_card(other).ok == bool(validator.is_valid(other)) == (other == card)
    assert not ric.is_valid(other) or check_id_card(other).ok


@given(CARDS, st.integers(0, 16), st.sampled_from(digits))
def test_one_wrong_digit_in_an_identity_number_is_found(card: str, at: int, sign: str) -> None:
    assume(card[at] != sign)
    assert not check_id_card(card[:at] + sign + card[at + 1 :])


def test_births_in_the_future_and_unknown_provinces_are_refused() -> None:
    card = _card("120104", date(2026, 3, 2), 21)
    with clock.travel(date(2026, 3, 1)):
        assert "出生日期" in check_id_card(card).reason
    with clock.travel(date(2026, 3, 2)):
        assert check_id_card(card).ok
    assert "省级" in check_id_card(_card("770101", date(1950, 1, 1), 1)).reason
    assert "15 位" in check_id_card("110101500101123").reason
    assert check_id_card(_card("931156", date(1950, 1, 1), 1)).ok


def test_masks_leave_only_the_ends() -> None:
    assert mask_id("12010419500101002X") == "120***********002X"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("0874-3123456")[3:-4] == "*****"
    assert mask_phone("3123456") == "***3456"
    assert mask_phone("12345") == "*****"
    assert mask_id("") == ""


@given(st.text(max_size=30))
def test_a_mask_hides_at_least_three_signs_or_everything(text: str) -> None:
    for mask in (mask_id, mask_phone):
        shown = mask(text)
        assert len(shown) == len(text.strip())
        assert shown.count("*") >= min(3, len(shown))
