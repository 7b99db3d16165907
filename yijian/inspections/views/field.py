"""现场检查的壳（手机离线可用）、它的后台脚本、检查手机、导入导出文件。"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.csrf import ensure_csrf_cookie

from yijian.access.doors import public, reads, writes
from yijian.access.viewer import viewer_of
from yijian.inspections.queries import field as found
from yijian.inspections.services import devices as service

SHELL = "/inspections/field/"
SCRIPTS = tuple(
    f"inspections/field/{name}.js"
    for name in ("sha256", "stamp", "store", "seal", "sync", "ui", "sign", "visit", "app")
)
FILES = (
    "yj/icon.svg",
    "yj/tokens.css",
    "yj/base.css",
    "yj/ui.css",
    "inspections/field.css",
    "vendor/idb.min.js",
    "vendor/signature_pad.min.js",
    *SCRIPTS,
)


@reads("inspections.visit")
@ensure_csrf_cookie
def shell(request: HttpRequest) -> HttpResponse:
    """现场检查：手机上的一页，离线也能打开；壳里没有任何人的数据。"""
    return render(request, "inspections/field.html", {"scripts": SCRIPTS})


@public
def worker(request: HttpRequest) -> HttpResponse:
    """离线脚本：文件清单与版本写在最前面，文件一变版本就变。"""
    head = {"version": version(), "shell": SHELL, "files": [static(name) for name in FILES]}
    text = f"self.YIJIAN = {json.dumps(head)};\n{source('inspections/field/sw.js')}"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = SHELL
    return response


@public
def manifest(request: HttpRequest) -> HttpResponse:
    """添加到手机桌面用的说明。"""
    text = {
        "name": "颐监现场检查",
        "short_name": "现场检查",
        "start_url": SHELL,
        "scope": SHELL,
        "display": "standalone",
        "lang": "zh-CN",
        "background_color": "#eef1f5",
        "theme_color": "#0f3f82",
        "icons": [{"src": static("yj/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return HttpResponse(json.dumps(text, ensure_ascii=False), content_type="application/manifest+json")


def source(name: str) -> str:
    path = finders.find(name)
    return Path(str(path)).read_text("utf-8")


@lru_cache(maxsize=1)
def version() -> str:
    """全部文件内容的摘要。"""
    done = hashlib.sha256()
    for name in (*FILES, "inspections/field/sw.js"):
        done.update(source(name).encode())
    return done.hexdigest()[:16]


@reads("inspections.visit")
def devices(request: HttpRequest) -> HttpResponse:
    """检查手机：本人的，和辖区内的。"""
    return render(request, "inspections/field_devices.html", {"phones": found.devices(viewer_of(request))})


@writes("inspections.visit")
def revoke(request: HttpRequest, device_id: int) -> HttpResponse:
    """停用一部手机。"""
    viewer = viewer_of(request)
    service.revoke_device(device=found.device(viewer, device_id), why=request.POST.get("why", ""), by=viewer)
    messages.success(request, "已停用。这部手机不能再上传；找回后可以导出文件，在这里代为导入。")
    return redirect("inspections:field_devices")


@reads("inspections.manage")
def carry(request: HttpRequest) -> HttpResponse:
    """代为导入：手机导出的加密文件，在本页解开后上传。"""
    return render(request, "inspections/field_import.html")
