"""判级、期限链、退回、屡犯、照片指纹：纯规则。"""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from yijian.kernel.errors import Refused
from yijian.rectification.kinds import ASPECTS, HANDOVER
from yijian.rectification.rules import chain, prints
from yijian.rectification.rules.returns import return_step
from yijian.rectification.rules.severity import SeverityError, grade_of, parse, situations
from yijian.rectification.tests.world import encoded, scene_image

pytestmark = pytest.mark.once

# ---- 判级 --------------------------------------------------------------------------------------


def test_choosing_a_situation_fills_grade_and_basis() -> None:
    found = grade_of("4-3", "")
    assert found.grade == "major" and "第四条" in found.basis and "彩钢板" in found.basis and not found.mark


def test_a_checklist_item_finds_its_situation_and_uncertain_ones_are_marked() -> None:
    assert grade_of("", "H05").situation == "4-1"
    assert grade_of("", "F13").mark == "待核"
    assert grade_of("", "A01") == grade_of("", "")
    assert grade_of("", "").grade == "general"


def test_an_unknown_situation_is_refused() -> None:
    with pytest.raises(Refused):
        grade_of("99-9", "")


def test_the_shipped_table_is_whole() -> None:
    table = situations()
    assert {code.split("-")[0] for code in table} == {"4", "5", "6", "7"}
    assert all(
        one.aspect in ASPECTS and one.basis.startswith("重大事故隐患判定标准第") for one in table.values()
    )


GOOD = '{code: "1", title: 甲, aspect: fire, grade: major, basis: 乙, mark: F, items: [A]}'
OTHER = GOOD.replace('"1"', '"2"')


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: [", "YAML"),
        ("[]", "standard"),
        ("{standard: 甲, situations: []}", "至少一条"),
        ("{standard: 甲, situations: [文字]}", "第 1 条"),
        (f"{{standard: 甲, situations: [{GOOD}, {GOOD}]}}", "写了两遍"),
        (f"{{standard: 甲, situations: [{GOOD}, {OTHER}]}}", "已归入"),
        (f"{{standard: 甲, situations: [{GOOD.replace('major', 'huge')}]}}", "grade 只能是"),
        (f"{{standard: 甲, situations: [{GOOD.replace('aspect: fire, ', '')}]}}", "缺 aspect"),
        (
            f"{{standard: 甲, situations: [{GOOD.replace('title: 甲', 'title: 甲, colour: 红')}]}}",
            "不认识 colour",
        ),
        (f"{{standard: 甲, situations: [{GOOD.replace('title: 甲', 'title: 3')}]}}", "应是文字"),
        (f"{{standard: 甲, situations: [{GOOD.replace('[A]', 'A')}]}}", "items"),
    ],
)
def test_a_wrong_table_says_where_and_why(text: str, word: str) -> None:
    with pytest.raises(SeverityError, match=word):
        parse(text)


# ---- 期限链、屡犯 ---------------------------------------------------------------------------------


def test_the_chain_drafts_one_step_at_a_time() -> None:
    due, late = date(2026, 3, 20), date(2026, 3, 21)

    def step(today: date, decided: tuple[str, ...] = (), pending: tuple[str, ...] = ()) -> str:
        return chain.next_step(today=today, due_on=due, decided=decided, pending=pending)

    assert step(due) == ""
    assert step(late) == "suspend"
    assert step(late, pending=("suspend",)) == ""
    assert step(late, decided=("suspend",)) == "transfer"
    assert step(late, decided=("suspend", "transfer")) == ""


@pytest.mark.parametrize(
    ("found_on", "repeat"),
    [
        (date(2026, 3, 1), True),
        (date(2024, 3, 2), True),
        (date(2026, 3, 2), False),
        (date(2024, 3, 1), False),
    ],
)
def test_a_repeat_is_within_two_years_of_closing(found_on: date, repeat: bool) -> None:
    assert chain.is_repeat(closed_on=date(2024, 3, 2), found_on=found_on) is repeat


# ---- 退回的规则：任意一串动作，都守得住 -----------------------------------------------------------------

ACTS = st.lists(
    st.sampled_from(["receive", "arrive", "answer", "return", "resend", "arbitrate"]), max_size=40
)


@given(ACTS)
def test_whatever_happens_a_handover_is_returned_at_most_twice_and_never_after_arbitration(
    acts: list[str],
) -> None:
    state, returned, arbitrated = "sent", 0, False
    for act in acts:
        try:
            step = act
            if act == "return":
                step = return_step(
                    state=state, returned=returned, arbitrated=arbitrated, reason="不归我单位管"
                )
            state = HANDOVER.next(state, step)
        except Refused:
            continue
        if act == "return":
            returned += 1
            assert not arbitrated
            assert state == ("returned" if returned == 1 else "disputed")
        if act == "arbitrate":
            assert returned == 2
            arbitrated = True
    assert returned <= 2
    assert arbitrated <= (returned == 2)


@given(st.text(alphabet=" \n\t", max_size=4), st.sampled_from(sorted(HANDOVER.states)), st.integers(0, 2))
def test_a_return_without_a_reason_is_refused_in_every_state(reason: str, state: str, returned: int) -> None:
    with pytest.raises(Refused, match="理由"):
        return_step(state=state, returned=returned, arbitrated=False, reason=reason)


# ---- 照片指纹 -----------------------------------------------------------------------------------


def seen(image: Image.Image, quality: int = 88) -> prints.Seen:
    found = prints.look(io.BytesIO(encoded(image, quality=quality)))
    assert found is not None
    return found


def alike(a: Image.Image, b: Image.Image) -> bool:
    first, second = seen(a), seen(b, 60)
    return prints.resembles(first, second.full, second.windows)


def crop(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(width * left), int(height * top), int(width * right), int(height * bottom)))


SAME = {
    "原样": lambda i: i,
    "转九十度": lambda i: i.rotate(90, expand=True),
    "倒过来": lambda i: i.rotate(180, expand=True),
    "转二百七十度": lambda i: i.rotate(270, expand=True),
    "左右镜像": ImageOps.mirror,
    "上下镜像": ImageOps.flip,
    "缩小": lambda i: i.resize((240, 180)),
    "调亮": lambda i: i.point(lambda p: min(255, int(p * 1.15))),
    "裁掉一圈": lambda i: crop(i, 0.1, 0.1, 0.9, 0.9),
    "裁掉左上": lambda i: crop(i, 0.2, 0.2, 1, 1),
    "裁掉右下": lambda i: crop(i, 0, 0, 0.7, 0.7),
    "裁边再转": lambda i: crop(i, 0.15, 0.15, 0.85, 0.85).rotate(90, expand=True),
    "镜像再裁角": lambda i: crop(ImageOps.mirror(i), 0.3, 0, 1, 0.7),
}


@pytest.mark.parametrize("how", list(SAME))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_copy_however_turned_or_cropped_is_caught(how: str, seed: int) -> None:
    image = scene_image(seed, (640, 480))
    assert alike(image, SAME[how](image))
    assert alike(SAME[how](image), image)


def test_different_photos_are_not_taken_for_copies() -> None:
    looks = [seen(scene_image(seed)) for seed in range(20)]
    mistaken = [
        (a, b)
        for a in range(20)
        for b in range(a)
        if prints.resembles(looks[a], looks[b].full, looks[b].windows)
    ]
    assert not mistaken


def test_a_plain_wall_leaves_no_print_and_a_broken_file_is_passed_over() -> None:
    assert prints.look(io.BytesIO(encoded(Image.new("RGB", (300, 200), "#ddd")))) is None
    assert prints.look(io.BytesIO(b"not a picture")) is None


def test_time_and_place_are_read_from_the_photo() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 7.0, 48.0), 3: "E", 4: (117.0, 9.0, 0.0)})
    found = prints.look(io.BytesIO(encoded(scene_image(1), exif=exif.tobytes())))
    assert found is not None and found.taken_at is not None and found.place is not None
    assert found.taken_at.date() == date(2026, 3, 1)
    assert prints.metres(found.place, (117.15, 39.13)) < 1
    assert 110_000 < prints.metres((117.15, 39.13), (117.15, 40.13)) < 112_000


def test_the_turned_prints_are_those_of_the_turned_picture() -> None:
    image = scene_image(4).convert("L").resize((400, 400))
    turned = prints.turns(prints.print_of(image))
    assert len(turned) == 8
    for degrees in (0, 90, 180, 270):
        for mirrored in (image.rotate(degrees), ImageOps.mirror(image.rotate(degrees))):
            assert min(prints.apart(prints.print_of(mirrored), one) for one in turned) <= 2
