"""根网址。上面各层自己有 urls 的，盖好了就接上。"""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from yijian.web.views import audit, deputies, documents, home, notices, papers, search, system

ROOMS = (
    ("facilities/", "yijian.facilities.urls"),
    ("ledger/", "yijian.ledger.urls"),
    ("campaigns/", "yijian.appraisal.urls"),
    ("filing/", "yijian.filing.urls"),
    ("inspections/", "yijian.inspections.urls"),
    ("rectification/", "yijian.rectification.urls"),
)


def standing(module: str) -> bool:
    """这个房间盖好了没有。"""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


notice_urls = (
    [
        path("", notices.notices, name="list"),
        path("read/", notices.read_all, name="read_all"),
        path("<int:notice_id>/", notices.open_notice, name="open"),
    ],
    "notices",
)
audit_urls = (
    [
        path("", audit.entries, name="entries"),
        path("export/", audit.export, name="export"),
        path("verify/", audit.verify, name="verify"),
    ],
    "audit",
)
document_urls = (
    [
        path("<int:document_id>/", documents.document, name="document"),
        path("<int:document_id>/photo/", documents.photo, name="photo"),
    ],
    "documents",
)
paper_urls = (
    [
        path("", papers.papers, name="list"),
        path("templates/", papers.templates, name="templates"),
        path("templates/<str:paper_kind>/", papers.template_file, name="template_file"),
        path("templates/<str:paper_kind>/upload/", papers.template_upload, name="template_upload"),
        path("<int:paper_id>/", papers.paper, name="paper"),
        path("<int:paper_id>/file/<str:form>/", papers.paper_file, name="file"),
        path("<int:paper_id>/void/", papers.void, name="void"),
    ],
    "papers",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("notices/", include(notice_urls)),
    path("me/", deputies.me, name="me"),
    path("people/", include("yijian.web.people_urls")),
    path("audit/", include(audit_urls)),
    path("documents/", include(document_urls)),
    path("papers/", include(paper_urls)),
    path("p/<str:verify_code>/", papers.verify, name="paper_verify"),
    path("system/", system.system, name="system"),
    path("system/mail/", system.retry_mail, name="system_mail"),
    path("healthz", system.healthz, name="healthz"),
    path("account/", include("yijian.web.account_urls")),
    *(path(prefix, include(module)) for prefix, module in ROOMS if standing(module)),
]

handler400 = "yijian.web.views.errors.bad_request"
handler403 = "yijian.web.views.errors.forbidden"
handler404 = "yijian.web.views.errors.not_found"
handler500 = "yijian.web.views.errors.server_error"
