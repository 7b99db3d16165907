"""后台任务的表：定时的事跑到哪一次、哪些工作进程还活着。任务本身在 django_tasks_db 的表里。"""

from django.db import models

from yijian.kernel import clock


class TimedRun(models.Model):
    """一件定时的事最近一次的情况。slot 只往前走，谁推动它谁负责这一次。"""

    UNSCOPED = "技术数据，不含业务内容"

    name = models.CharField("名称", max_length=80, primary_key=True)
    slot = models.DateTimeField("应跑时刻")
    started_at = models.DateTimeField("开始", null=True)
    finished_at = models.DateTimeField("结束", null=True)
    result = models.CharField("结果", max_length=500, blank=True)
    error = models.CharField("错误", max_length=500, blank=True)

    class Meta:
        verbose_name = "定时情况"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """一个工作进程的心跳。"""

    UNSCOPED = "技术数据，不含业务内容"

    worker_id = models.CharField("进程编号", max_length=64, primary_key=True)
    host = models.CharField("主机", max_length=120, blank=True)
    pid = models.IntegerField("进程号", default=0)
    started_at = models.DateTimeField("启动", default=clock.now)
    seen_at = models.DateTimeField("最近心跳", default=clock.now, db_index=True)

    class Meta:
        verbose_name = "工作进程"
        ordering = ["started_at", "worker_id"]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
