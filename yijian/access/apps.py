from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "yijian.access"
    label = "access"
    verbose_name = "权限"

    def ready(self) -> None:
        from yijian.access import kinds
        from yijian.audit import kinds as audit
        from yijian.people import kinds as people

        kinds.register(people.CAPABILITIES)
        kinds.register(getattr(audit, "CAPABILITIES", {"audit.read": "查阅审计"}))
