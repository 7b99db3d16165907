"""日历：每天到期什么，哪天休息、哪天调休上班。"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.ledger.queries.month import first_of, month

WEEK = "一二三四五六日"


@reads("ledger.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """一个月；缺省只看须我办的，all=1 看范围内全部。"""
    whole = request.GET.get("all") == "1"
    found = month(viewer_of(request), first_of(request.GET.get("month", "")), only_mine=not whole)
    return render(request, "ledger/calendar.html", {"month": found, "week": WEEK, "whole": whole})
