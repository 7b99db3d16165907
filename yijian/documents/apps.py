from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "yijian.documents"
    label = "documents"
    verbose_name = "证据与文书"

    def ready(self) -> None:
        from yijian.access import kinds as access
        from yijian.audit import kinds as audit
        from yijian.documents import jobs, kinds

        access.register(kinds.CAPABILITIES)
        audit.register(kinds.AUDIT)
        assert jobs
