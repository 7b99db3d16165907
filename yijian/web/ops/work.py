"""后台任务进程：跑工作循环，或打印定时表。"""

import argparse
import json
import os
import signal
import threading
from types import FrameType

from yijian.kernel import clock


def run(args: argparse.Namespace) -> int:
    """执行 yijian worker。收到 SIGTERM 或 Ctrl+C 时做完手头的任务再退出。"""
    if args.timetable:
        return print_timetable(args.json)
    from yijian.worker.services import run_worker

    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    if args.until_stdin_closes:
        stop_when_stdin_closes(stop)
    else:
        print("后台任务进程已启动，按 Ctrl+C 停止。", flush=True)
    done = run_worker(stop, until_idle=args.once)
    if not args.until_stdin_closes:
        print(f"跑了 {done} 个任务。", flush=True)
    return 0


def stop_when_stdin_closes(stop: threading.Event) -> None:
    """父进程一没，标准输入就断：做完手头的任务就退，二十秒还没退就强行结束。"""

    def watch() -> None:
        while os.read(0, 4096):  # 不用 sys.stdin：解释器收尾时它的锁还被这个线程占着
            pass
        stop.set()
        threading.Timer(20, os._exit, [0]).start()

    threading.Thread(target=watch, daemon=True).start()


def print_timetable(as_json: bool) -> int:
    """打印定时表：名称、何时、下一次。"""
    from yijian.worker.timetable import TIMETABLE

    now = clock.now()
    rows = [
        {"name": one.name, "title": one.title, "when": one.says(), "next": one.following(now).isoformat()}
        for one in sorted(TIMETABLE, key=lambda one: one.following(now))
    ]
    lines = [f"{row['when']:<10}　{row['title']}（{row['name']}），下次 {row['next']}" for row in rows]
    print(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
    return 0
