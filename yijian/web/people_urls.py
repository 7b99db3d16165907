"""组织与人员的网址。"""

from django.urls import path

from yijian.web.views import accounts, deputies, imports, units

app_name = "people"
urlpatterns = [
    path("", units.tree, name="tree"),
    path("branch/<str:region_code>/", units.branch, name="branch"),
    path("units/new/", units.create, name="unit_new"),
    path("units/<int:unit_id>/", units.unit, name="unit"),
    path("units/<int:unit_id>/rename/", units.rename, name="unit_rename"),
    path("units/<int:unit_id>/close/", units.close, name="unit_close"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.create, name="account_new"),
    path("accounts/<int:account_id>/", accounts.account, name="account"),
    path("accounts/<int:account_id>/posts/", accounts.post_open, name="post_open"),
    path("accounts/<int:account_id>/reset/", accounts.reset, name="reset"),
    path("accounts/<int:account_id>/disable/", accounts.disable, name="disable"),
    path("accounts/<int:account_id>/enable/", accounts.enable, name="enable"),
    path("accounts/<int:account_id>/secure/", accounts.secure, name="secure"),
    path("posts/<int:post_id>/close/", accounts.post_close, name="post_close"),
    path("deputies/", deputies.deputy_list, name="deputies"),
    path("deputies/appoint/", deputies.appoint, name="appoint"),
    path("deputies/<int:deputy_id>/end/", deputies.end, name="deputy_end"),
    path("officers/", accounts.officers, name="officers"),
    path("import/<str:kind>/", imports.start, name="import"),
    path("import/<str:kind>/template/", imports.template, name="import_template"),
    path("imports/<uuid:batch_id>/", imports.preview, name="import_preview"),
    path("imports/<uuid:batch_id>/errors/", imports.errors, name="import_errors"),
    path("imports/<uuid:batch_id>/act/", imports.act, name="import_act"),
]
