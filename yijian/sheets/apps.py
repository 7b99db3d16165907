from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "yijian.sheets"
    label = "sheets"
    verbose_name = "表格导入导出"

    def ready(self) -> None:
        from yijian.access import kinds as access
        from yijian.audit import kinds as audit
        from yijian.sheets import jobs, kinds

        access.register(kinds.CAPABILITIES)
        audit.register(kinds.AUDIT)
        assert jobs
