"""登记备案的网址。"""

from django.urls import path

from yijian.filing import api
from yijian.filing.views import exchange, licences, places, registers

app_name = "filing"

urlpatterns = [
    path("exchange/", exchange.index, name="exchange"),
    path("exchange/load/", exchange.load, name="exchange_load"),
    path("exchange/template/", exchange.template, name="exchange_template"),
    path("exchange/load/<str:batch_id>/", exchange.preview, name="exchange_preview"),
    path("exchange/match/", exchange.match, name="exchange_match"),
    path("exchange/push/", exchange.push, name="exchange_push"),
    path("exchange/answer/", exchange.answer, name="exchange_answer"),
    path("exchange/entities/<int:entity_id>/town/", exchange.assign, name="exchange_assign"),
    path("exchange/batches/<int:batch_id>/", exchange.receipt, name="exchange_receipt"),
    path("exchange/partners/", exchange.partners, name="exchange_partners"),
    path("exchange/names/", exchange.names, name="exchange_names"),
    path("exchange/indicators/", exchange.indicators, name="exchange_indicators"),
    path("exchange/api/batches/", api.exchange, name="exchange_api"),
    path("checks/", exchange.checks, name="checks"),
    path("checks/worker.js", exchange.worker, name="checks_worker"),
    path("checks/<int:entity_id>/", exchange.check, name="check"),
    path("places/", places.index, name="places"),
    path("places/new/", places.create, name="place_new"),
    path("places/export/", places.export, name="places_export"),
    path("places/<int:place_id>/", places.detail, name="place"),
    path("places/<int:place_id>/step/", places.step, name="place_step"),
    path("places/<int:place_id>/report/", places.report, name="place_report"),
    path("licences/", licences.index, name="licences"),
    path("licences/export/", licences.export, name="licences_export"),
    path("licences/<int:licence_id>/photo/", licences.photo, name="licence_photo"),
    path("registers/fire/", registers.fire, name="fire"),
    path("registers/fire/export/", registers.fire_export, name="fire_export"),
    path("registers/fire/report/", registers.fire_paper, name="fire_report"),
    path("registers/fire/<int:facility_id>/", registers.fire_one, name="fire_one"),
    path("violations/", registers.violation_index, name="violations"),
    path("violations/new/", registers.violation_new, name="violation_new"),
    path("violations/<int:violation_id>/", registers.violation, name="violation"),
]
