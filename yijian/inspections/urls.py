from django.urls import path

from yijian.inspections import api
from yijian.inspections.views import entry, field, selfcheck, visit

app_name = "inspections"

VISIT_PATHS = [
    path("field/", field.shell, name="field"),
    path("field/sw.js", field.worker, name="field_worker"),
    path("field/app.webmanifest", field.manifest, name="field_manifest"),
    path("devices/", field.devices, name="field_devices"),
    path("devices/<int:device_id>/revoke/", field.revoke, name="field_revoke"),
    path("devices/import/", field.carry, name="field_import"),
    path("visits/", visit.visits, name="visits"),
    path("visits/export/", visit.export, name="visits_export"),
    path("visits/ratings/", visit.ratings, name="ratings"),
    path("visits/<int:visit_id>/", visit.visit, name="visit"),
    path("visits/<int:visit_id>/comment/", visit.comment, name="visit_comment"),
    path("visits/<int:visit_id>/publish/", visit.publish, name="visit_publish"),
    path("visits/<int:visit_id>/photos/<int:photo_id>/", visit.photo, name="visit_photo"),
    path("visits/<int:visit_id>/<slug:step>/", visit.act, name="visit_act"),
    path("entry/<slug:code>/", entry.entry, name="entry"),
    path("selfcheck/", selfcheck.selfchecks, name="selfchecks"),
    path("selfcheck/new/<int:version_id>/", selfcheck.new, name="selfcheck_new"),
    path("selfcheck/<int:check_id>/", selfcheck.selfcheck, name="selfcheck"),
    path("api/devices/", api.device, name="api_device"),
    path("api/bundle/", api.bundle, name="api_bundle"),
    path("api/answers/", api.answers, name="api_answers"),
    path("api/photos/", api.photo, name="api_photo"),
    path("api/signatures/", api.signature, name="api_signature"),
]

urlpatterns = [*VISIT_PATHS]
