"""台账的网址。"""

from django.urls import path

from yijian.ledger.views import calendar, clauses, detail, facility, orders, packs, record, rows

app_name = "ledger"

urlpatterns = [
    path("", rows.ledger, name="list"),
    path("rows/", rows.some_rows, name="rows"),
    path("export/", rows.export, name="export"),
    path("filters/save/", rows.save_filter, name="filter_save"),
    path("filters/<int:filter_id>/delete/", rows.delete_filter, name="filter_delete"),
    path("record/", record.free, name="record"),
    path("record/subjects/", record.subjects, name="subjects"),
    path("bulk/", record.bulk, name="bulk"),
    path("bulk/preview/", record.preview, name="bulk_preview"),
    path("review/", detail.reviews, name="reviews"),
    path("facts/<int:fact_id>/", detail.fact, name="fact"),
    path("facts/<int:fact_id>/retract/", detail.retract, name="retract"),
    path("facts/<int:fact_id>/review/", detail.review, name="review"),
    path("clauses/", clauses.shelves, name="shelves"),
    path("clauses/<str:pack_id>/", clauses.clauses, name="clauses"),
    path("clauses/<str:pack_id>/<str:ref>/", clauses.clause, name="clause"),
    path("matrix/", clauses.matrices, name="matrices"),
    path("matrix/<str:pack_id>/", clauses.task_matrix, name="matrix"),
    path("compare/", packs.compare, name="compare"),
    path("diff/<str:a>/<str:b>/", packs.diff, name="diff"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("packs/", packs.packs, name="packs"),
    path("packs/<str:pack_id>/", packs.pack, name="pack"),
    path("packs/<str:pack_id>/cases/", packs.cases, name="cases"),
    path("packs/<str:pack_id>/export/", packs.export, name="pack_export"),
    path("packs/<str:pack_id>/load-test/", packs.load_test, name="load_test"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/print/", orders.printed, name="order_print"),
    path("orders/<int:order_id>/answer/", orders.answer, name="order_answer"),
    path("orders/<int:order_id>/close/", orders.close, name="order_close"),
    path("orders/<int:order_id>/return/", orders.send_back, name="order_return"),
    path("facility/<int:facility_id>/", facility.whole, name="facility"),
    path("facility/<int:facility_id>/sheet/", facility.sheet, name="facility_sheet"),
    path("<int:obligation_id>/", detail.one, name="detail"),
    path("<int:obligation_id>/record/", detail.record_for, name="record_for"),
    path("<int:obligation_id>/not-applicable/", detail.not_applicable, name="not_applicable"),
    path("<int:obligation_id>/order/", detail.order_one, name="order_one"),
]
