from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "yijian.audit"
    label = "audit"
    verbose_name = "审计"
