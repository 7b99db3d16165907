"""系统运行：后台任务、时间表、版本、树头、备份提示；健康检查。"""

import platform
from typing import Any

import django
from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from yijian.access.doors import public, reads, writes
from yijian.access.viewer import viewer_of
from yijian.audit.queries import unsealed
from yijian.documents.queries import damaged
from yijian.kernel import clock
from yijian.ledger.queries.packs import calendar, library
from yijian.notices.queries import failed, mail_configured
from yijian.notices.services import retry_failed
from yijian.web import frame
from yijian.worker.kinds import STATUS
from yijian.worker.queries import backlog, live_workers, tasks, timetable_rows

ENGINES = {"sqlite": "SQLite（单机）", "postgresql": "PostgreSQL"}


@reads("worker.view")
def system(request: HttpRequest) -> HttpResponse:
    """系统运行情况。"""
    viewer = viewer_of(request)
    waiting = backlog()
    context = {
        "rows": timetable_rows(viewer),
        "workers": live_workers(),
        "backlog": [(label, waiting.get(word, 0)) for word, label in STATUS.items()],
        "failures": list(tasks(viewer, "FAILED")[:10]),
        "mail": mail_configured(),
        "failed_mail": failed(viewer).count(),
        "damaged": list(damaged(viewer)[:20]),
        "head": frame.tree_head(),
        "unsealed": unsealed(),
        "versions": versions(),
        "packs": packs(),
        "broken": [(name, str(error)) for name, error in sorted(library().broken.items())],
        "data_dir": str(settings.DATA_DIR),
        "now": clock.now(),
    }
    return render(request, "system/system.html", context)


def versions() -> list[tuple[str, str]]:
    years = sorted(calendar().years)
    return [
        ("颐监", frame.release()),
        ("数据库", ENGINES.get(connection.vendor, connection.vendor)),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("工作日历", f"{years[0]}–{years[-1]} 年" if years else "没有"),
    ]


def packs() -> list[Any]:
    """装着的制度包。"""
    return sorted(library().packs.values(), key=lambda p: (p.region, p.id))


@writes("worker.view")
def retry_mail(request: HttpRequest) -> HttpResponse:
    """重发失败的邮件。"""
    count = retry_failed(by=viewer_of(request))
    messages.success(request, f"已把 {count} 封失败的邮件放回待发。" if count else "没有失败的邮件。")
    return redirect("system")


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """健康检查：数据库可读为 200，否则 503。"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"ok": False, "database": False}, status=503)
    return JsonResponse({"ok": True, "database": True, "workers": live_workers()})
