"""通知：我的站内通知，点开即已读。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yijian.access.doors import reads, writes
from yijian.access.viewer import viewer_of
from yijian.kernel.errors import NotFound
from yijian.notices.queries import inbox, unread_count
from yijian.notices.services import mark_read
from yijian.web.views.paging import paged


@reads(None)
def notices(request: HttpRequest) -> HttpResponse:
    """通知列表。"""
    viewer = viewer_of(request)
    only = request.GET.get("unread") == "on"
    context = {
        "page": paged(request, inbox(viewer, unread=only)),
        "only": only,
        "unread": unread_count(viewer),
    }
    return render(request, "notices/list.html", context)


@writes(None)
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """打开：标为已读，有链接就转过去。"""
    viewer = viewer_of(request)
    found = inbox(viewer).filter(pk=notice_id).first()
    if found is None:
        raise NotFound("没有这条通知。")
    mark_read(notice_ids=[found.pk], by=viewer)
    return redirect(found.link or "notices:list")


@writes(None)
def read_all(request: HttpRequest) -> HttpResponse:
    """全部标为已读。"""
    count = mark_read(by=viewer_of(request))
    messages.success(request, f"已把 {count} 条通知标为已读。" if count else "没有未读的通知。")
    return redirect("notices:list")
