"""被 test_kill.py 以子进程执行：一个工作进程；任务跑到一半被 kill -9，下一个接着跑。

用法：python -m yijian.worker.tests.kill_worker 目录 setup|slow|finish；setup 建库并排任务。
"""

import json
import os
import sys
import threading
from datetime import timedelta


def main(folder: str, act: str) -> None:
    os.environ["YIJIAN_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yijian.settings.embedded")
    import django

    django.setup()
    from django.core.management import call_command

    from yijian.worker import kinds, queries, services
    from yijian.worker.models import WorkerBeat
    from yijian.worker.tests import sample_tasks

    services.TIMETABLE.clear()
    if act == "setup":
        call_command("migrate", verbosity=0)
        sample_tasks.mark_slowly.enqueue("效果", 5 if len(sys.argv) < 4 else float(sys.argv[3]))
    elif act == "work":
        print("ready", flush=True)
        services.run_worker(threading.Event(), interval=0.05)
    else:
        services.DEAD_AFTER = kinds.BEAT * 0 + timedelta(milliseconds=1)
        done = services.run_worker(threading.Event(), until_idle=True)
        marks = WorkerBeat.objects.filter(worker_id="效果").count()
        print(json.dumps({"done": done, "marks": marks, "backlog": queries.backlog()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
