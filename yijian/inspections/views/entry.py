"""扫码入企：机构扫检查人员出示的码，看来查什么、凭什么、来的是谁；事后匿名评价。"""

import io

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe

from yijian.access.doors import public_form
from yijian.access.viewer import ANONYMOUS
from yijian.inspections.queries import visits as found
from yijian.inspections.services import entry as service
from yijian.kernel.errors import Refused


def qr_svg(text: str) -> SafeString:
    """二维码（SVG）；内容由 segno 画出，不含外来标记。"""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True)
    return mark_safe(out.getvalue().decode())  # noqa: S308


@public_form
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """入企码的页面；检查完毕后可以匿名评价一次。"""
    said, status = "", 200
    if request.method == "POST":
        given = request.POST.get("score", "")
        try:
            score = int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0
            service.rate(code=code, score=score, words=request.POST.get("words", ""), by=ANONYMOUS)
        except Refused as error:
            said, status = error.message, 422
        else:
            messages.success(request, "谢谢您的评价。检查单位看不到是谁评的，也看不到这一条。")
            return redirect("inspections:entry", code=code)
    context = found.entry(code) | {"said": said, "words": request.POST.get("words", "")}
    return render(request, "inspections/entry.html", context, status=status)
