from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "yijian.worker"
    label = "worker"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from yijian.access import kinds as access
        from yijian.worker import jobs, kinds

        access.register(kinds.CAPABILITIES)
        assert jobs
