"""测试用的几个视图：各种门各一个。"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from yijian.access.doors import public, reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.models import Unit


@reads("ledger.view")
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(viewer_of(request).name)


@reads(None)
def naughty(request: HttpRequest) -> HttpResponse:
    Unit.objects.update(short_name="偷改")
    return HttpResponse("不该到这里")


@reads(None)
def naughty_stream(request: HttpRequest) -> StreamingHttpResponse:
    def rows() -> Iterator[bytes]:
        yield b"1"
        Unit.objects.update(short_name="偷改")
        yield b"2"

    return StreamingHttpResponse(rows())


@writes("ledger.record", form=True)
def form(request: HttpRequest) -> HttpResponse:
    Unit.objects.filter(function="fire").update(short_name="改名")
    return HttpResponse("办好了")


@writes("ledger.record")
def act(request: HttpRequest) -> HttpResponse:
    wanted = request.POST["error"]
    raise {
        "refused": Refused("日期不能晚于今天。", field="day"),
        "forbidden": Forbidden("不行"),
        "notfound": NotFound("没有"),
    }[wanted]


@public
def notice(request: HttpRequest) -> HttpResponse:
    return HttpResponse("公开")


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("没有声明")


urlpatterns = [
    path("page/", page),
    path("naughty/", naughty),
    path("stream/", naughty_stream),
    path("form/", form),
    path("act/", act),
    path("notice/", notice),
    path("bare/", bare),
    path("account/", include("yijian.web.account_urls")),
]
