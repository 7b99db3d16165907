"""页面部件：图标、灯、天数、进度条、分页、壳。"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yijian.kernel.codes import mask_id, mask_phone
from yijian.ledger import kinds
from yijian.people.kinds import FUNCTIONS, ROLES
from yijian.web import frame, places
from yijian.web.demo_accounts import Demo, listed

register = template.Library()

# 状态 → （颜色，形状）：形状与文字、颜色三者同义，黑白打印也分得清。
LIGHTS: dict[str, tuple[str, str]] = {
    kinds.OVERDUE: ("red", "alert-triangle"),
    kinds.SOON: ("amber", "clock-exclamation"),
    kinds.NOT_DUE: ("blue", "circle"),
    kinds.PROVISIONAL: ("grey", "circle-dashed"),
    kinds.DONE: ("green", "circle-check"),
    kinds.DONE_LATE: ("teal", "progress-check"),
    kinds.NOT_APPLICABLE: ("grey", "circle-minus"),
}
BARS = (
    (kinds.DONE, "b-green"),
    (kinds.DONE_LATE, "b-teal"),
    (kinds.OVERDUE, "b-red"),
    (kinds.SOON, "b-amber"),
    (kinds.NOT_DUE, "b-blue"),
    (kinds.PROVISIONAL, "b-grey"),
)
SOON_DAYS = 10


@register.simple_tag
def icon(name: str) -> SafeString:
    """图标：vendor/icons.svg 里的一个。"""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("vendor/icons.svg"), name
    )


@register.simple_tag
def light(status: str, count: int | None = None) -> SafeString:
    """状态灯：形状 + 文字 + 颜色；没有义务时是一道横线。给出 count 时文字后跟条数。"""
    if status not in LIGHTS:
        return SafeString('<span class="light l-none">—</span>')
    colour, shape = LIGHTS[status]
    number = "" if count is None else format_html(" <b>{}</b>", count)
    return format_html(
        '<span class="light l-{}">{}<span>{}{}</span></span>', colour, icon(shape), status, number
    )


@register.simple_tag
def days(left: int | None) -> SafeString:
    """还剩几天：剩3天、今天到期、逾5天；没有期限为空。"""
    if left is None:
        return SafeString("")
    if left < 0:
        return format_html('<span class="days late">逾{}天</span>', -left)
    if left == 0:
        return SafeString('<span class="days soon">今天到期</span>')
    return format_html('<span class="days{}">剩{}天</span>', " soon" if left <= SOON_DAYS else "", left)


@register.simple_tag
def lights(counts: Mapping[str, int]) -> SafeString:
    """一组义务的各盏灯和条数，只列有的。"""
    shown = [(LIGHTS[s][0], s, icon(LIGHTS[s][1]), counts[s]) for s in LIGHTS if counts.get(s)]
    if not shown:
        return SafeString('<span class="muted">—</span>')
    parts = format_html_join(
        "", '<span class="light l-{}" title="{}">{}<span class="vh">{}</span>{}</span>',
        ((colour, s, shape, s, n) for colour, s, shape, n in shown),
    )  # fmt: skip
    return format_html('<span class="counts">{}</span>', parts)


@register.simple_tag
def bar(counts: Mapping[str, int]) -> SafeString:
    """进度条：各状态所占的宽度，整数百分比，合计一百；另有文字说明。"""
    found = [(s, css, counts[s]) for s, css in BARS if counts.get(s)]
    total = sum(n for _, _, n in found)
    if not total:
        return SafeString('<span class="bar" role="img" aria-label="没有义务"></span>')
    said = "、".join(f"{s}{n}" for s, _, n in found)
    parts = format_html_join(
        "", '<i class="{} w-{}"></i>',
        ((css, w) for (_, css, _), w in zip(found, widths([n for _, _, n in found]), strict=True)),
    )  # fmt: skip
    return format_html('<span class="bar" role="img" aria-label="{}" title="{}">{}</span>', said, said, parts)


def widths(numbers: list[int]) -> list[int]:
    """按比例分一百份：不为零的至少一份，余数给最大的。"""
    total = sum(numbers)
    found = [max(1, n * 100 // total) if n else 0 for n in numbers]
    found[found.index(max(found))] += 100 - sum(found)
    return found


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """百分比，如 83%；分母为零时是横线。"""
    return f"{part * 100 // whole}%" if whole else "—"


@register.simple_tag(takes_context=True)
def qs(context: Any, **changes: object) -> str:
    """改网址里的查询：给空或 None 的去掉，其余换上。"""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def shell(context: Any) -> frame.Frame:
    """页面的壳：菜单、未读数、审计树头、今天。"""
    return frame.frame(context["request"])


@register.simple_tag
def demo_accounts() -> list[Demo]:
    """登录页列出的演示账号；没装演示时为空。"""
    return listed()


@register.inclusion_tag("ui/pager.html", takes_context=True)
def page_links(context: Any, page: Any) -> dict[str, object]:
    """分页：Django 的分页，或带 number、pages、total 的一页。"""
    paginator = getattr(page, "paginator", None)
    pages = paginator.num_pages if paginator else page.pages
    number = page.number
    near = [n for n in range(number - 2, number + 3) if 1 <= n <= pages]
    return {
        "request": context["request"],
        "number": number,
        "pages": pages,
        "total": paginator.count if paginator else page.total,
        "capped": getattr(page, "capped", False),
        "near": near,
        "first": near[0] > 1 if near else False,
        "last": near[-1] < pages if near else False,
    }


@register.inclusion_tag("ui/why.html")
def why(row: Any) -> dict[str, object]:
    """为什么：条款、关键语、时限；点开是条文。row 有 pack、clause、phrase、local、verify。"""
    return {
        "url": places.clause_url(row.pack, row.clause),
        "source": places.pack_word(row.pack),
        "title": places.pack_title(row.pack),
        "row": row,
    }


@register.simple_tag
def mask(value: str, kind: str = "phone") -> str:
    """遮盖电话（phone）或证件号（id）中间几位。"""
    return (mask_id if kind == "id" else mask_phone)(value) if value else ""


@register.filter
def function_word(function: str) -> str:
    return FUNCTIONS.get(function, function)


@register.filter
def role_word(role: str) -> str:
    return ROLES.get(role, role)


@register.filter
def day(value: date | None) -> str:
    """日期 2026-03-02；没有为横线。"""
    return value.isoformat() if value else "—"


@register.filter
def short_when(text: str) -> str:
    """时限的短说法：“持续保持：有备案回执”只要“持续保持”。"""
    return text.split("：", 1)[0].split("（", 1)[0]
