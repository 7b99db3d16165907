"""视图的门：每个视图声明是读、是写还是公开；没有声明的视图过不了测试。

    @reads("ledger.view")            登录并有权限；执行期间不得写库
    @writes("ledger.record")         只接受 POST
    @writes("ledger.record", form=True)   GET 显示表单（只读），POST 办理
    @public                          不登录也可看；执行期间不得写库

没登录转到登录页；缺权限 403；范围外 404（由查询抛出 NotFound）；业务上不予办理 422。
"""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.template.loader import select_template

from yijian.access.readonly import read_only
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import Forbidden, NotFound, Refused
from yijian.people.verbs import require

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")
REFUSED_TEMPLATES = ["refused.html", "account/refused.html"]


def login_redirect(request: HttpRequest) -> HttpResponseBase:
    """转到登录页；局部刷新的请求让整页跳转，免得登录页嵌进局部。"""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/")).url
        return response
    return redirect_to_login(request.get_full_path())


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """不予办理的页面：说明什么不对、该怎么办。"""
    template = select_template(REFUSED_TEMPLATES)
    body = template.render({"message": error.message, "field": error.field or ""}, request)
    return HttpResponse(body, status=422)


def _call(view: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
    except Forbidden as error:
        raise PermissionDenied(str(error)) from error
    except NotFound as error:
        raise Http404(str(error)) from error
    except Refused as error:
        return refused(request, error)
    return response  # type: ignore[no-any-return]


def _read(view: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    with read_only():
        response = _call(view, request, *args, **kwargs)
        render = getattr(response, "render", None)
        if callable(render) and not getattr(response, "is_rendered", True):
            render()
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        response.streaming_content = _guarded(response)
    return response


def _guarded(response: Any) -> Any:
    """流式内容在发送时才查询，守卫也要跟到那时。"""
    content = iter(response.streaming_content)

    def stream() -> Any:
        while True:
            with read_only():
                try:
                    chunk = next(content)
                except StopIteration:
                    return
            yield chunk

    return stream()


def _admit(request: HttpRequest, capability: str | None) -> HttpResponseBase | None:
    """登录与权限；不放行时给出响应。"""
    viewer = viewer_of(request)
    if not viewer.is_authenticated:
        return login_redirect(request)
    if capability is not None:
        try:
            require(viewer, capability)
        except Forbidden as error:
            raise PermissionDenied(str(error)) from error
    return None


def _mark(run: Any, kind: str, capability: str | None, *, form: bool = False) -> Any:
    run.access_kind = kind
    run.access_capability = capability
    run.access_form = form
    return run


def reads(capability: str | None) -> Callable[[View[P]], View[P]]:
    """读视图：GET/HEAD；capability 为 None 时任何登录的人都可看。"""

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            stopped = _admit(request, capability)
            if stopped is not None:
                return stopped
            if request.method not in SAFE:
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return _read(view, request, *args, **kwargs)

        return _mark(run, "reads", capability)  # type: ignore[no-any-return]

    return wrap


def writes(capability: str | None, *, form: bool = False) -> Callable[[View[P]], View[P]]:
    """写视图：只接受 POST；form=True 时 GET 也可以（显示表单），但 GET 期间只读。"""

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            stopped = _admit(request, capability)
            if stopped is not None:
                return stopped
            if request.method == "POST":
                return _call(view, request, *args, **kwargs)
            if form and request.method in SAFE:
                return _read(view, request, *args, **kwargs)
            return HttpResponseNotAllowed(["GET", "POST"] if form else ["POST"])

        return _mark(run, "writes", capability, form=form)  # type: ignore[no-any-return]

    return wrap


def public(view: View[P]) -> View[P]:
    """公开视图：不登录可看，只读。"""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in SAFE:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return _read(view, request, *args, **kwargs)

    return login_not_required(_mark(run, "public", None))  # type: ignore[no-any-return]


def public_form(view: View[P]) -> View[P]:
    """公开的表单：不登录可填；GET 期间只读，POST 办理（仍查跨站令牌）。"""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST":
            return _call(view, request, *args, **kwargs)
        if request.method in SAFE:
            return _read(view, request, *args, **kwargs)
        return HttpResponseNotAllowed(["GET", "POST"])

    return login_not_required(_mark(run, "public", None, form=True))  # type: ignore[no-any-return]
