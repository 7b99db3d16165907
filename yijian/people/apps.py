from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yijian.people"
    label = "people"
    verbose_name = "组织与人员"

    def ready(self) -> None:
        from yijian.audit.kinds import register
        from yijian.people.kinds import AUDIT

        register(AUDIT)
