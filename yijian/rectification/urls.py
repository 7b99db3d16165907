"""隐患整改的网址。"""

from django.urls import path

from yijian.rectification.views import decide, handovers, lists, problem

app_name = "rectification"

urlpatterns = [
    path("", lists.index, name="list"),
    path("export/", lists.export, name="export"),
    path("reconcile/", lists.reconcile, name="reconcile"),
    path("new/", problem.new, name="new"),
    path("handovers/", handovers.index, name="handovers"),
    path("handovers/new/", handovers.new, name="handover_new"),
    path("handovers/<int:handover_id>/", handovers.sheet, name="handover"),
    path("handovers/<int:handover_id>/<str:step>/", handovers.act, name="handover_step"),
    path("plans/<int:facility_id>/new/", decide.plan, name="plan_new"),
    path("extensions/<int:extension_id>/decide/", decide.extension, name="extension_decide"),
    path("drafts/<int:draft_id>/decide/", decide.draft, name="draft_decide"),
    path("listings/<int:listing_id>/<str:listing_step>/", decide.listing, name="listing_step"),
    path("<int:problem_id>/", problem.page, name="problem"),
    path("<int:problem_id>/reply/", problem.reply, name="reply"),
    path("<int:problem_id>/accept/", problem.accept, name="accept"),
    path("<int:problem_id>/extension/", decide.ask, name="extension"),
    path("<int:problem_id>/urgent/", decide.urgent, name="urgent"),
    path("<int:problem_id>/listing/", decide.request_listing, name="listing"),
    path("<int:problem_id>/letter/<str:letter>/", decide.letter, name="letter"),
]
