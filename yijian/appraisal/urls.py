"""专项活动的网址。"""

from django.urls import path

from yijian.appraisal.views import boards, submissions

app_name = "campaigns"

urlpatterns = [
    path("", boards.campaigns, name="list"),
    path("submit/<int:obligation_id>/", submissions.submit, name="submit"),
    path("receipts/<int:fact_id>/", submissions.receipt, name="receipt"),
    path("<str:pack_id>/", boards.campaign, name="campaign"),
    path("<str:pack_id>/export/", boards.export, name="export"),
    path("<str:pack_id>/contacts/", boards.contacts, name="contacts"),
    path("<str:pack_id>/contacts/export/", boards.contacts_export, name="contacts_export"),
]
