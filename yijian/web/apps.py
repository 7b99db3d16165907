from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "yijian.web"
    label = "web"
    verbose_name = "工作台"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.web.import_kinds import register_kinds
        from yijian.web.kinds import CAPABILITIES

        grant(CAPABILITIES)
        register_kinds()
