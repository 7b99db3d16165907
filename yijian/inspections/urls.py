"""检查的网址，挂在 /inspections/ 之下。"""

from django.urls import URLPattern, path

from yijian.inspections import api
from yijian.inspections.views import (
    bases,
    bases_imports,
    draws,
    draws_public,
    drives,
    entry,
    field,
    plan,
    selfcheck,
    tasks,
    visit,
)

app_name = "inspections"

task_urls: list[URLPattern] = [
    path("", tasks.index, name="index"),
    path("export/", tasks.export, name="export"),
    path("new/", tasks.create, name="create"),
    path("assign/", tasks.assign_many, name="assign_many"),
    path("cases/", tasks.cases, name="cases"),
    path("cases/<int:obligation_id>/open/", tasks.open_case, name="open_case"),
    path("workload/", tasks.workload, name="workload"),
    path("workload/export/", tasks.workload_export, name="workload_export"),
    path("tasks/<int:visit_id>/", tasks.task, name="task"),
    path("tasks/<int:visit_id>/assign/", tasks.assign, name="assign"),
]
plan_urls: list[URLPattern] = [
    path("plan/", plan.plans, name="plans"),
    path("plan/<int:plan_id>/", plan.plan, name="plan"),
    path("plan/<int:plan_id>/settings/", plan.settings, name="plan_settings"),
    path("plan/<int:plan_id>/solve/", plan.solve, name="plan_solve"),
    path("plan/<int:plan_id>/add/", plan.add, name="plan_add"),
    path("plan/<int:plan_id>/act/", plan.act, name="plan_act"),
    path("plan/<int:plan_id>/proof/", plan.proof, name="plan_proof"),
    path("plan/<int:plan_id>/export/", plan.export, name="plan_export"),
    path("plan/visits/<int:planned_id>/", plan.change, name="plan_change"),
]
base_urls: list[URLPattern] = [
    path("bases/", bases.inspectors, name="inspectors"),
    path("bases/export/", bases.inspectors_export, name="inspectors_export"),
    path("bases/inspectors/new/", bases.inspector_new, name="inspector_new"),
    path("bases/inspectors/<int:inspector_id>/", bases.inspector, name="inspector"),
    path("bases/inspectors/<int:inspector_id>/edit/", bases.inspector_edit, name="inspector_edit"),
    path("bases/inspectors/<int:inspector_id>/relations/", bases.relate, name="relate"),
    path("bases/items/", bases.spot_items, name="spot_items"),
    path("bases/items/export/", bases.spot_items_export, name="spot_items_export"),
    path("bases/items/new/", bases.spot_item_new, name="spot_item_new"),
    path("bases/items/<int:item_id>/edit/", bases.spot_item_edit, name="spot_item_edit"),
    path("bases/import/<slug:base>/", bases_imports.start, name="import"),
    path("bases/import/<slug:base>/template/", bases_imports.template, name="import_template"),
    path("bases/imports/<uuid:batch_id>/", bases_imports.preview, name="import_preview"),
    path("bases/imports/<uuid:batch_id>/errors/", bases_imports.errors, name="import_errors"),
    path("bases/imports/<uuid:batch_id>/act/", bases_imports.act, name="import_act"),
    path("bases/checklists/", bases.checklist_list, name="checklists"),
    path("bases/checklists/new/", bases.checklist_new, name="checklist_new"),
    path("bases/checklists/<slug:code>/", bases.checklist, name="checklist"),
    path("bases/checklists/<slug:code>/edit/", bases.checklist_edit, name="checklist_edit"),
    path("bases/checklists/<slug:code>/export/", bases.checklist_export, name="checklist_export"),
    path("bases/checklists/<slug:code>/xlsform/", bases.checklist_xlsform, name="checklist_xlsform"),
]
drive_urls: list[URLPattern] = [
    path("drives/", drives.drives, name="drives"),
    path("drives/new/", drives.create, name="drive_new"),
    path("drives/<int:drive_id>/", drives.drive, name="drive"),
    path("drives/<int:drive_id>/export/", drives.export, name="drive_export"),
    path("drives/rows/<int:row_id>/", drives.tell, name="drive_tell"),
]
draw_urls: list[URLPattern] = [
    path("draws/", draws.index, name="draws"),
    path("draws/new/", draws.new, name="draw_new"),
    path("draws/public/", draws_public.index, name="draws_public"),
    path("draws/public/rule/", draws_public.rule, name="draw_rule"),
    path("draws/public/<str:draw_uid>/", draws_public.detail, name="draw_public"),
    path("draws/public/<str:draw_uid>/file/", draws_public.file, name="draw_file"),
    path("draws/<str:draw_uid>/", draws.detail, name="draw"),
    path("draws/<str:draw_uid>/list/", draws.listed, name="draw_list"),
    path("draws/<str:draw_uid>/export/", draws.export, name="draw_export"),
    path("draws/<str:draw_uid>/commit/", draws.commit, name="draw_commit"),
    path("draws/<str:draw_uid>/reveal/", draws.reveal, name="draw_reveal"),
    path("draws/<str:draw_uid>/dice/", draws.dice, name="draw_dice"),
    path("draws/<str:draw_uid>/run/", draws.run, name="draw_run"),
    path("draws/<str:draw_uid>/publish/", draws.publish, name="draw_publish"),
    path("draws/<str:draw_uid>/void/", draws.void, name="draw_void"),
]
visit_urls: list[URLPattern] = [
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

urlpatterns: list[URLPattern] = [
    *task_urls,
    *plan_urls,
    *base_urls,
    *drive_urls,
    *draw_urls,
    *visit_urls,
]
