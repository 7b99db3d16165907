"""抽取的公开页面：不登录可看。列表里冻结过的都在；公布了的可以下载、重算。"""

from pathlib import Path

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import public
from yijian.inspections.queries import draws as found
from yijian.inspections.rules.draw_words import blocks
from yijian.kernel.errors import NotFound
from yijian.ledger.views.params import attachment

RULE = Path(__file__).resolve().parents[3] / "docs" / "draw.md"
PAGE = 30


@public
def index(request: HttpRequest) -> HttpResponse:
    """抽取公开：每份冻结过的名单和它的摘要。"""
    page = Paginator(found.public_draws(), PAGE).get_page(request.GET.get("page"))
    return render(request, "inspections/draws_public.html", {"page": page})


@public
def detail(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """一次公布的抽取。"""
    draw = found.public_draw(draw_uid)
    context = {"sheet": found.Sheet(draw), "draw": draw, "commitments": found.commitments(draw)}
    return render(request, "inspections/draw_public.html", context)


@public
def file(request: HttpRequest, draw_uid: str) -> HttpResponse:
    """公布的文件，一字不差。"""
    content = found.published_file(draw_uid).encode()
    headers = {"Content-Disposition": attachment(f"抽取-{draw_uid}.json")}
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)


@public
def rule(request: HttpRequest) -> HttpResponse:
    """抽取规则的文字。"""
    if not RULE.is_file():
        raise NotFound("这台服务器上没有带规则的文字，请向软件提供方索取 docs/draw.md。")
    return render(
        request, "inspections/draw_rule.html", {"blocks": list(blocks(RULE.read_text(encoding="utf-8")))}
    )
