from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "yijian.ledger"
    label = "ledger"
    verbose_name = "义务台账"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.audit.kinds import register as say
        from yijian.ledger import jobs
        from yijian.ledger.kinds import AUDIT, CAPABILITIES
        from yijian.worker.topics import subscribe

        say(AUDIT)
        grant(CAPABILITIES)
        subscribe("registry.changed", f"{jobs.__name__}.follow_registry")
