"""部件与模板：灯、天数、进度条、分页；模板里没有行内样式和脚本。"""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from yijian.ledger.kinds import STATUSES
from yijian.web.templatetags import yj

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
SPRITE = ROOT / "web" / "static" / "vendor" / "icons.svg"


def render(text: str, **context: object) -> str:
    request = RequestFactory().get("/ledger/?status=逾期&page=2")
    return Template("{% load yj %}" + text).render(Context({"request": request, **context}))


def test_every_light_has_a_shape_a_word_and_a_colour() -> None:
    seen = {status: render("{% light s %}", s=status) for status in STATUSES}
    for status, text in seen.items():
        assert status in text and "<use " in text and re.search(r"l-(red|amber|green|teal|blue|grey)", text)
    shapes = [re.search(r"#([a-z0-9-]+)", text).group(1) for text in seen.values()]  # type: ignore[union-attr]
    assert len(set(shapes)) == len(STATUSES), "两种状态用了同一个形状，黑白打印分不清"


@pytest.mark.parametrize(
    ("left", "says"),
    [(3, "剩3天"), (0, "今天到期"), (-5, "逾5天"), (400, "剩400天"), (None, "")],
)
def test_days_in_words(left: int | None, says: str) -> None:
    assert re.sub("<[^>]*>", "", render("{% days n %}", n=left)) == says


def test_bars_add_up_to_a_hundred() -> None:
    for numbers in ([1], [1, 1, 1], [1, 9999], [3, 0, 5, 8], [1, 1, 1, 1, 1, 100000]):
        assert sum(yj.widths(numbers)) == 100
        assert all(w >= 1 for w, n in zip(yj.widths(numbers), numbers, strict=True) if n)
    assert 'aria-label="已完成3、逾期1"' in render("{% bar c %}", c={"已完成": 3, "逾期": 1})
    assert "没有义务" in render("{% bar c %}", c={})


def test_counts_name_themselves_to_those_who_cannot_see_colour() -> None:
    text = render("{% lights c %}", c={"逾期": 2, "未到期": 0})
    assert 'title="逾期"' in text and "未到期" not in text


def test_query_strings_are_edited_not_rebuilt() -> None:
    assert render("{% qs page=3 %}") == "?status=%E9%80%BE%E6%9C%9F&amp;page=3"
    assert render("{% qs page=None status='' %}") == "?"


def test_page_links_work_for_both_kinds_of_page() -> None:
    page = SimpleNamespace(number=5, pages=9, total=10000, capped=True)
    text = render("{% page_links p %}", p=page)
    assert "10000+" in text and "第 5 / 9 页" in text and "page=4" in text and "page=9" in text


def test_phones_are_masked() -> None:
    assert render("{% mask p %}", p="13800001234") != "13800001234"
    assert render("{% mask p %}", p="") == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"))
    assert not re.search(r"\sstyle\s*=", text), "行内样式会被 CSP 拦下，请写成类"
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "行内事件会被 CSP 拦下，请用 data- 属性和 app.js"
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), "脚本要放在文件里"
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "一切都由本程序供应，不从外面取"


@pytest.mark.skipif(not SPRITE.exists(), reason="前端库还没有取来")
def test_every_icon_in_the_templates_is_in_the_sprite() -> None:
    known = set(re.findall(r'id="([a-z0-9-]+)"', SPRITE.read_text("utf-8")))
    used = {
        n for path in TEMPLATES for n in re.findall(r'\{% icon "([a-z0-9-]+)" %\}', path.read_text("utf-8"))
    }
    used |= {shape for _, shape in yj.LIGHTS.values()}
    assert used <= known, f"图标表里没有：{sorted(used - known)}"
