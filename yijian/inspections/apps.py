from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "yijian.inspections"
    label = "inspections"
    verbose_name = "双随机检查"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.audit.kinds import register as say
        from yijian.inspections.kinds import AUDIT, CAPABILITIES
        from yijian.inspections.services import bases_import, checklists_import

        say(AUDIT)
        grant(CAPABILITIES)
        bases_import.register_imports()
        checklists_import.register_import()
