"""机构档案（F7）。"""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "yijian.facilities"
    label = "facilities"
    verbose_name = "机构档案"

    def ready(self) -> None:
        from yijian.access import kinds as access
        from yijian.audit import kinds as audit
        from yijian.facilities import kinds
        from yijian.facilities.services.importing import register_import

        access.register(kinds.CAPABILITIES)
        audit.register(kinds.AUDIT)
        register_import()
