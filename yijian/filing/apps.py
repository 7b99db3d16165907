from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "yijian.filing"
    label = "filing"
    verbose_name = "登记备案"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.audit.kinds import register as say
        from yijian.filing.kinds import AUDIT, CAPABILITIES
        from yijian.filing.services.exchange_sheet import register_import

        say(AUDIT)
        grant(CAPABILITIES)
        register_import()
