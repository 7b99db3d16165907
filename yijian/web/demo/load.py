"""装载演示：从 2023 年的活动起，过到今天。"""

import shutil
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from yijian.audit.services import one_head
from yijian.kernel import clock
from yijian.ledger.services.load import load_packs, open_ledger
from yijian.ledger.services.supervise import take_steps
from yijian.people.models import Account, Region
from yijian.people.services import load_regions
from yijian.people.viewer import SYSTEM
from yijian.web.demo.accounts import build_accounts
from yijian.web.demo.campaign import submit_all
from yijian.web.demo.draws import build_draws
from yijian.web.demo.exchange import exchange
from yijian.web.demo.hazards import settle_hazards
from yijian.web.demo.homes import all_homes
from yijian.web.demo.inspections import build_bases, build_inspections
from yijian.web.demo.life import live
from yijian.web.demo.places import SPOTS, build_units
from yijian.web.demo.stories import steps

FOUNDED = date(2023, 4, 20)


def loaded() -> bool:
    """演示数据在不在库里。"""
    return Account.objects.filter(username=f"{SPOTS[0].key}.chief").exists()


def adopt_local_numbers() -> None:
    """演示的本地口径放进数据目录，与使用单位自己的放在同一处；真实安装里没有它们。"""
    shutil.copytree(settings.PACKS_DIR / "demo", settings.DATA_DIR / "packs", dirs_exist_ok=True)


@transaction.atomic
def load() -> None:
    """装载演示数据；已有任何账号时拒绝，免得混进真实数据。"""
    if Account.objects.exists():
        raise SystemExit("库里已有账号，不再装载演示数据；要试用演示，请换一个空的数据目录。")
    adopt_local_numbers()
    today = clock.today()
    start = date(today.year - 1, 1, 1)
    with one_head():
        with clock.travel(FOUNDED):
            if not Region.objects.filter(pk="000000").exists():
                load_regions(by=SYSTEM)
            units = build_units()
            all_homes(today)
            load_packs(keep_from=start, by=SYSTEM)
            build_accounts(units)
        submit_all()
        events = steps(start, today - timedelta(days=1))
        live(start, today, events)
        exchange(today)
        settle_hazards(today)
        open_ledger(by=SYSTEM)
        build_bases()
        build_inspections(today)
        build_draws(today)
        take_steps(by=SYSTEM)
