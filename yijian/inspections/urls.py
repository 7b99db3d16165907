"""双随机检查的网址。"""

from django.urls import path

from yijian.inspections.views import draws, draws_public

app_name = "inspections"

draw_urls = [
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

urlpatterns = [*draw_urls]
