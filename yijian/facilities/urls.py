"""机构档案的网址，挂在 /facilities/ 之下。"""

from django.urls import path

from yijian.facilities.views import browse, edit, importing, merging

app_name = "facilities"
urlpatterns = [
    path("", browse.index, name="index"),
    path("export/", browse.export, name="export"),
    path("duplicates/", browse.duplicates, name="duplicates"),
    path("new/", edit.create, name="create"),
    path("import/", importing.start, name="import"),
    path("import/template/", importing.template, name="import_template"),
    path("imports/<uuid:batch_id>/", importing.preview, name="import_preview"),
    path("imports/<uuid:batch_id>/errors/", importing.errors, name="import_errors"),
    path("imports/<uuid:batch_id>/act/", importing.act, name="import_act"),
    path("licences/<int:licence_id>/", edit.licence_edit, name="licence_edit"),
    path("licences/<int:licence_id>/remove/", edit.licence_remove, name="licence_remove"),
    path("merges/<int:merge_id>/undo/", merging.undo, name="undo"),
    path("<int:facility_id>/", browse.detail, name="detail"),
    path("<int:facility_id>/edit/", edit.edit, name="edit"),
    path("<int:facility_id>/close/", edit.close, name="close"),
    path("<int:facility_id>/reopen/", edit.reopen, name="reopen"),
    path("<int:facility_id>/licences/", edit.licence_new, name="licence_new"),
    path("<int:facility_id>/merge/", merging.merge, name="merge"),
]
