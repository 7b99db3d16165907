"""分页与网址参数：写错了给第一页，不报错。"""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 50


def paged(request: HttpRequest, rows: Any, per: int = PER_PAGE) -> Page[Any]:
    """请求所要的那一页；页码不是数、超出范围时取最近的一页。"""
    return Paginator(rows, per).get_page(request.GET.get("page"))


def number(text: str | None) -> int | None:
    """网址里的编号；不是数就当没给。"""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
