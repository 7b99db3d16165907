"""单元格：各种写法都认，认不出的说明白，从不猜。"""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijian.kernel.errors import Refused
from yijian.sheets import cells

DAY = date(2021, 11, 23)


@pytest.mark.parametrize(
    "given_",
    [
        "2021-11-23", "2021/11/23", "2021.11.23", "2021年11月23日", "20211123", 44523, 44523.0, "44523",
        datetime.combine(DAY, time(8, 30)), DAY, "２０２１年１１月２３日", "2021-11-23 00:00:00",
        " 2021-11-23 ",
        "2021 年 11 月 23 日", "2021/11/23 8:30", 20211123, 20211123.0,
    ],
)  # fmt: skip
def test_every_way_of_writing_a_day_is_the_same_day(given_: cells.Cell) -> None:
    assert cells.day(given_) == DAY


@pytest.mark.parametrize(
    "given_", ["2021-2-30", "11/23/2021", "23.11.2021", "昨天", "2021-13-01", 3, 1e12, "21-11-23", True, "0"]
)
def test_what_is_not_surely_a_day_is_refused(given_: cells.Cell) -> None:
    with pytest.raises(Refused):
        cells.day(given_)


def test_blank_cells_are_none_for_every_parser() -> None:
    parsers = (cells.text, cells.code, cells.number, cells.integer, cells.day, cells.yes_no, cells.money,
               cells.uscc, cells.id_card, cells.phone)  # fmt: skip
    assert all(parse(blank) is None for parse in parsers for blank in (None, "", "  ", "\u3000", "\ufeff"))


def test_codes_keep_leading_zeros_and_become_half_width() -> None:
    assert cells.code("０１２３ 45") == "012345"
    assert cells.code("'0123") == "0123"
    assert cells.code(12345.0) == "12345"
    assert cells.text("１２ 床") == "１２ 床"


def test_a_number_excel_has_already_damaged_is_refused() -> None:
    with pytest.raises(Refused, match="15 位"):
        cells.code(5.3032119490101e17)
    assert cells.code(1316568906946580480) == "1316568906946580480"


def test_numbers() -> None:
    assert cells.integer("１，２００".replace("，", ",")) == 1200
    assert cells.count("120") == cells.count(120.0) == 120
    assert cells.money("1,234.5") == Decimal("1234.50")
    for wrong in ("12张", "1.5", -3, True, float("nan"), float("inf"), "1e5", "九"):
        with pytest.raises(Refused):
            cells.count(wrong)
    with pytest.raises(Refused):
        cells.money("1.234")


def test_yes_no_and_choice() -> None:
    assert [cells.yes_no(w) for w in ("是", "√", "否", "×", True, 1.0, 0.0)] == [True, True, False, False,
                                                                           True, True, False]  # fmt: skip
    kind = cells.choice({"养老机构": "nursing_home", "敬老院": "township_home"})
    assert kind(" 养老机构 ") == "nursing_home"
    with pytest.raises(Refused, match="可填：养老机构、敬老院"):
        kind("酒店")


def test_invisible_direction_marks_are_refused_and_zero_width_dropped() -> None:
    with pytest.raises(Refused, match="U\\+202E"):
        cells.text("颐和\u202e养老院")
    assert cells.text("颐\u200b和\u00a0院") == "颐和 院"


def test_rare_characters_survive() -> None:
    assert cells.text("㐂𬎆䶮𠮷") == "㐂𬎆䶮𠮷"


def test_uscc_and_id_check_digits() -> None:
    assert cells.uscc("91350100M000100Y43".lower()) == "91350100M000100Y43"
    with pytest.raises(Refused, match="校验码"):
        cells.uscc("91350100M000100Y44")
    with pytest.raises(Refused, match="18"):
        cells.id_card("12345")


ANY = st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes())


@given(ANY)
def test_no_cell_ever_breaks_a_parser(cell: cells.Cell) -> None:
    for parse in (cells.text, cells.code, cells.number, cells.count, cells.money, cells.day, cells.yes_no,
                  cells.uscc, cells.id_card, cells.phone):  # fmt: skip
        try:
            parse(cell)
        except Refused as error:
            assert error.message
