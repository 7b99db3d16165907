"""错误页：说清楚出了什么事、怎么办。写的人说的话原样给出，不外露内部细节。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400。"""
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403：缺哪项权限。"""
    return render(request, "403.html", {"message": said(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404：不存在，或在管辖范围外（两者不作区分）。"""
    return render(request, "404.html", {"message": said(exception)}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500：不查数据库、不用会话，免得错上加错。"""
    return HttpResponse(render_to_string("500.html"), status=500)


def said(exception: Exception | None) -> str:
    """异常里写给人看的话：只要中文的，框架自带的英文不外露。"""
    given = exception.args[0] if exception is not None and exception.args else ""
    return given if isinstance(given, str) and any("\u4e00" <= c <= "\u9fff" for c in given) else ""
