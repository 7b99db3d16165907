from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yijian.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from yijian.access import kinds as access
        from yijian.audit import kinds as audit
        from yijian.notices import jobs, kinds

        access.register(kinds.CAPABILITIES)
        audit.register(kinds.AUDIT)
        assert jobs
