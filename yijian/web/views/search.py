"""一站式查询。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.kernel import clock
from yijian.web.queries import find


@reads("search.use")
def search(request: HttpRequest) -> HttpResponse:
    """一个框：机构、单位、义务、条款。"""
    given = "".join(sign for sign in request.GET.get("q", "") if sign.isprintable() or sign.isspace())
    text = " ".join(given.split())[: find.LONGEST]
    began = clock.monotonic()
    found = find.search(viewer_of(request), text) if text else []
    context = {
        "text": text,
        "found": found,
        "total": sum(len(part.hits) for part in found),
        "seconds": f"{clock.monotonic() - began:.2f}",
    }
    return render(request, "web/search.html", context)
