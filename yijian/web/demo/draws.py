"""演示的双随机抽取：四地各一次，当众掷骰（点数虚构），抽取、派出任务、公布。"""

from datetime import date, timedelta

from yijian.access.viewer import build_viewer
from yijian.inspections.rules.draw_list import EVERYTHING, Requirements
from yijian.inspections.services.draws import freeze_draw, publish_draw, run_draw, seed_by_dice
from yijian.kernel import clock
from yijian.people.models import Account, Region
from yijian.web.demo.dice import between, person
from yijian.web.demo.places import SPOTS, Spot

FACES = 54
DRAWN = 3


def build_draws(today: date) -> None:
    """十天前冻结名单，次日掷骰、抽取、公布。"""
    for spot in SPOTS:
        build_draw(spot, today)


def build_draw(spot: Spot, today: date) -> None:
    officer = build_viewer(Account.objects.get(username=f"{spot.key}.civil"))
    chief = build_viewer(Account.objects.get(username=f"{spot.key}.chief"))
    region = Region.objects.get(pk=spot.code)
    wanted = Requirements(
        basis="年度抽查计划（演示数据）",
        window_from=today - timedelta(days=8),
        window_to=today + timedelta(days=20),
        by="all",
    )
    with clock.travel(today - timedelta(days=10)):
        title = f"{region.name}{today.year}年双随机抽查（演示数据）"
        draw = freeze_draw(
            region=region, title=title, quotas={EVERYTHING: DRAWN}, requirements=wanted, by=officer
        )
    with clock.travel(today - timedelta(days=9)):
        seed_by_dice(
            draw=draw,
            faces="".join(str(between(1, 6, spot.code, n, "骰子")) for n in range(FACES)),
            place=f"{region.name}民政局会议室",
            witnesses=[person(spot.code, n, "见证人") for n in range(2)],
            by=officer,
        )
        draw.refresh_from_db()
        run_draw(draw=draw, by=officer)
        draw.refresh_from_db()
        publish_draw(draw=draw, by=chief)
