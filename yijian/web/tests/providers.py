"""权限总表用的对象：网址参数名 → 值。每个值都指向松鹤街道（固定人物里的“本辖区”）的东西。

新增带参数的网址时在 PARAMS 加一行；同名参数要指向别的对象，就另加一项并在总表里写 参数名=提供者名。
提供者在测试自己的存档点里运行，可以调用服务临时建对象。
"""

import io
from collections.abc import Callable
from datetime import timedelta

from PIL import Image

from yijian.access.viewer import build_viewer
from yijian.documents.models import Paper
from yijian.documents.services import About, issue_paper, store_upload
from yijian.facilities.models import Facility
from yijian.facilities.tests import providers as facilities
from yijian.filing.tests import providers as filing
from yijian.inspections.tests import providers as inspections
from yijian.kernel import clock
from yijian.ledger.models import Jurisdiction, Obligation, Place, RuleUnit, SupervisionOrder
from yijian.ledger.queries.packs import library
from yijian.ledger.services.filters import save_filter
from yijian.ledger.services.load import open_ledger
from yijian.ledger.services.record import Act, record_fact, record_for
from yijian.ledger.services.supervise import order_one
from yijian.ledger.tests.world import make_facility, make_rule
from yijian.notices.queries import inbox
from yijian.notices.services import notify
from yijian.people.cast import Cast
from yijian.people.models import Region
from yijian.people.services import appoint_deputy
from yijian.people.viewer import SYSTEM
from yijian.rectification.tests import providers as rectification
from yijian.regimes.library import NATION
from yijian.sheets.services import stage

Provider = Callable[[Cast], object]

UNITS_CSV = "单位名称,职能,区划代码\n颐和区税务局,税务,990102\n".encode()


def document(cast: Cast) -> int:
    """松鹤养老院院长上传的一张照片。"""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "#7a9").save(picture, "PNG")
    viewer = build_viewer(cast.director)
    return store_upload(name="演练.png", content=picture.getvalue(), label="演练照片", by=viewer).pk


def issued_paper(cast: Cast) -> Paper:
    """松鹤街道给松鹤养老院的一份检查通知书。"""
    values = {"addressee": "松鹤长者养老院（演示）", "reason": "年度检查", "time": "本月", "items": "消防"}
    values["inspectors"] = "张某"
    return issue_paper(
        kind="inspection_notice", about=About(), values=values, by=build_viewer(cast.street_clerk)
    )


def notice(cast: Cast) -> int:
    """给松鹤养老院院长的一条通知。"""
    notify(accounts=[cast.director.pk], subject="演练将到期", by=SYSTEM)
    return inbox(build_viewer(cast.director)).latest("pk").pk


def deputy(cast: Cast) -> int:
    """松鹤养老院院长委托文员代理三天。"""
    today = clock.today()
    return appoint_deputy(
        post=cast.posts["director"],
        account=cast.facility_staff,
        starts_on=today,
        ends_on=today + timedelta(days=2),
        reason="外出开会",
        by=build_viewer(cast.director),
    ).pk


def units_batch(cast: Cast) -> object:
    """系统管理员上传待确认的一份单位表。"""
    viewer = build_viewer(cast.system_officer)
    return stage(kind="units", content=UNITS_CSV, filename="单位.csv", by=viewer).pk


def faulty_batch(cast: Cast) -> object:
    """系统管理员上传的一份有错误的单位表。"""
    viewer, content = build_viewer(cast.system_officer), UNITS_CSV.replace("税务,".encode(), "魔法,".encode())
    return stage(kind="units", content=content, filename="单位.csv", by=viewer).pk


def facility(cast: Cast) -> Facility:
    """松鹤养老院的档案；已有就用已有的。"""
    unit = cast.units["home_a"]
    found = Facility.objects.filter(unit=unit).first()
    return found or make_facility(unit.name, "990102001", unit=unit, search_text=unit.name)


def obligation(cast: Cast) -> Obligation:
    """松鹤养老院上一期没有办的一项义务；消防、审计也归口。"""
    home = facility(cast)
    if not Place.objects.filter(pk=NATION).exists():
        place = Place.objects.create(
            region_id=NATION, packs=["cn"], keep_from=clock.today() - timedelta(days=400)
        )
        inside = Region.objects.filter(path__under="/990000/")
        Jurisdiction.objects.bulk_create([Jurisdiction(region=r, place=place) for r in inside])
        rule = make_rule(place, "月度演练", {"at_least": 1, "per": "month"}, by="facility", pack="cn")
        for function in ("fire", "audit"):
            RuleUnit.objects.create(rule=rule, role="responsible", function=function)
        open_ledger(by=SYSTEM)
    return Obligation.objects.filter(facility=home).earliest("due_on")


def fact(cast: Cast) -> int:
    """松鹤养老院的一条记录。"""
    act = Act(
        kind="drill.held",
        occurred=clock.today(),
        facility_id=facility(cast).pk,
        payload={"number": "演〔2026〕1号"},
    )
    return record_fact(act=act, by=SYSTEM).pk


def order(cast: Cast) -> int:
    """发给松鹤养老院的一张督办单。"""
    found = SupervisionOrder.objects.first()
    return found.pk if found else order_one(obligation_id=obligation(cast).pk, by=SYSTEM).pk


def pack(cast: Cast) -> str:
    """适用于演示小区县的文件。"""
    obligation(cast)
    return "cn"


def saved(cast: Cast) -> int:
    """松鹤养老院院长保存的筛选。"""
    return save_filter(name="逾期的", query="status=逾期", by=build_viewer(cast.director)).pk


CAMPAIGN = "cn-500242-youyang-2023"


def campaign_pack(cast: Cast) -> str:
    """在演示小区县也开展的一项专项活动。"""
    obligation(cast)
    Place.objects.filter(pk=NATION).update(packs=["cn", CAMPAIGN])
    return CAMPAIGN


def street_duty(cast: Cast) -> int:
    """松鹤街道该报的一份活动材料。"""
    campaign_pack(cast)
    place = Place.objects.get(pk=NATION)
    proof = ("campaign.submission", "rectification")
    if not place.rules.filter(pack=CAMPAIGN).exists():
        make_rule(place, "报送整治", {"by": "2023-07-24"}, "unit", by="unit", pack=CAMPAIGN, evidence=[proof],
                  subjects=["subdistrict"])  # fmt: skip
        Place.objects.filter(pk=NATION).update(opened_until=None)
        open_ledger(by=SYSTEM)
    return Obligation.objects.get(rule__pack=CAMPAIGN, unit=cast.units["street_a"]).pk


def street_receipt(cast: Cast) -> int:
    """松鹤街道的一张报送回执。"""
    duty = street_duty(cast)
    kind = {"kind": "campaign.submission", "variant": "rectification"}
    act = Act(**kind, occurred=clock.today(), payload={"number": "演〔2026〕2号"})
    return record_for(obligation_id=duty, act=act, by=SYSTEM).pk


PARAMS: dict[str, Provider] = {
    "provider_id": lambda cast: "unified",
    "unit_id": lambda cast: cast.units["home_a"].pk,
    "account_id": lambda cast: cast.director.pk,
    "post_id": lambda cast: cast.posts["director"].pk,
    "region_code": lambda cast: cast.street.pk,
    "deputy_id": deputy,
    "notice_id": notice,
    "document_id": document,
    "paper_id": lambda cast: issued_paper(cast).pk,
    "verify_code": lambda cast: issued_paper(cast).verify_code,
    "paper_kind": lambda cast: "order",
    "form": lambda cast: "pdf",
    "batch_id": units_batch,
    "faulty_batch": faulty_batch,
    "kind": lambda cast: "units",
    "facility_id": lambda cast: facility(cast).pk,
    "obligation_id": lambda cast: obligation(cast).pk,
    "fact_id": fact,
    "order_id": order,
    "filter_id": saved,
    "pack_id": pack,
    "ref": lambda cast: library().pack("cn").clauses[0].ref,
    "a": pack,
    "b": pack,
    "campaign_pack": campaign_pack,
    "street_duty": street_duty,
    "street_receipt": street_receipt,
    **facilities.PARAMS,
    **inspections.PARAMS,
    **rectification.PARAMS,
    **filing.PARAMS,
}
