from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "yijian.rectification"
    label = "rectification"
    verbose_name = "隐患整改"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.audit.kinds import register as say
        from yijian.rectification import jobs  # noqa: F401  登记定时的事
        from yijian.rectification.kinds import AUDIT, CAPABILITIES

        say(AUDIT)
        grant(CAPABILITIES)
