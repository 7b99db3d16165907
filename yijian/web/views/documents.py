"""材料的下载：一律作附件送出，不许浏览器自行解释。"""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from yijian.access.doors import reads
from yijian.access.viewer import viewer_of
from yijian.documents import queries


@reads("documents.view")
def document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """一份材料：文件直接下载，链接和文号显示登记的内容。"""
    found = queries.document(viewer_of(request), document_id)
    if found.blob_id is None:
        return render(request, "web/document.html", {"document": found})
    served = queries.served(found)
    unchanged = get_conditional_response(request, etag=f'"{served.etag}"')
    if unchanged is not None and unchanged.status_code == 304:
        return unchanged
    response = FileResponse(served.path.open("rb"))
    for name, value in served.headers.items():
        response[name] = value
    return response


@reads("documents.view")
def photo(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """照片的显示图，供页面上的缩略图使用；不是照片的没有。"""
    found = queries.document(viewer_of(request), document_id)
    if found.display_id is None:
        return HttpResponse("这份材料没有图。", status=404, content_type="text/plain; charset=utf-8")
    served = queries.served(found)
    response = FileResponse(served.path.open("rb"))
    for name, value in served.headers.items():
        response[name] = value
    response["Content-Disposition"] = "inline"
    return response
