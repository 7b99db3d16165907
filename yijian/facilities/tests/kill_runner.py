"""杀进程测试的活靶：启动一次，每轮分出一个进程，用命令行导入；由测试随时 kill -9。

用法：python -m yijian.facilities.tests.kill_runner prepare          建库、建演示小区县
      python -m yijian.facilities.tests.kill_runner serve 文件        每读一行“go”分出一个进程并报其编号
"""

import os
import sys


def prepare() -> None:
    from django.core.management import call_command

    from yijian.people.cast import small_district

    call_command("migrate", verbosity=0)
    small_district()


def serve(path: str) -> None:
    """读一行“go”分一个进程；导入结束或被杀，报“done 退出码”。"""
    from yijian.web.cli import main

    for line in sys.stdin:
        if line.strip() != "go":
            return
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os._exit(main(["import", "facilities", path, "--region", "990102"]))
        print(f"pid {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"done {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    from yijian.web.ops.bootstrap import prepare as start

    start()
    prepare() if sys.argv[1] == "prepare" else serve(sys.argv[2])
