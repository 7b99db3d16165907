"""杀进程测试的活靶：建好一份有种子、还没有抽的名单；每读一行“go”分出一个进程去抽，由测试随时 kill -9。

用法：python -m yijian.inspections.tests.draw_kill prepare | serve
"""

import os
import sys

HOMES, DRAWN = 400, 300


def prepare() -> None:
    """四百家机构、四十名人员，冻结、掷骰。"""
    from django.core.management import call_command

    from yijian.inspections.tests import draw_world as world_of
    from yijian.kernel import clock
    from yijian.ledger.tests.world import make_facility
    from yijian.people.cast import small_district

    call_command("migrate", verbosity=0)
    cast = small_district()
    with clock.travel(world_of.DAY):
        homes = [make_facility(f"颐和{n}号（演示）", "990102001", risk_level="高") for n in range(HOMES)]
        people = [world_of.inspector(cast, n, ("civil", "fire")[n % 2]) for n in range(40)]
        world = world_of.World(cast, homes, people)
        world_of.diced(world, world_of.frozen(world, quotas={"高": DRAWN}))


def draw() -> int:
    """抽取；已经抽过了的退出码 3。"""
    from yijian.access.viewer import build_viewer
    from yijian.inspections.models import Draw
    from yijian.inspections.services.draws import run_draw
    from yijian.inspections.tests import draw_world as world_of
    from yijian.kernel import clock
    from yijian.kernel.errors import Refused
    from yijian.people.models import Account

    with clock.travel(world_of.DAY):
        try:
            run_draw(draw=Draw.objects.get(), by=build_viewer(Account.objects.get(username="civil_chief")))
        except Refused:
            return 3
    return 0


def serve() -> None:
    """读一行“go”分一个进程；办完或被杀，报“done 退出码”。"""
    for line in sys.stdin:
        if line.strip() != "go":
            return
        pid = os.fork()
        if pid == 0:
            os._exit(draw())
        print(f"pid {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"done {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    from yijian.web.ops.bootstrap import prepare as start

    start()
    prepare() if sys.argv[1] == "prepare" else serve()
