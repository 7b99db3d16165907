"""页面：每一页打得开，写得进，错了说得清，范围外等同没有。"""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yijian.facilities.models import Facility, Licence, Merge
from yijian.facilities.services import add_licence, change_facility, merge_facilities
from yijian.facilities.tests.samples import code, csv_bytes, listed, make
from yijian.kernel import clock
from yijian.people.viewer import SYSTEM
from yijian.sheets.models import ImportBatch
from yijian.sheets.reading import read_table

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"facilities:{name}", args=args)


def filled(cast: Any, **more: object) -> dict[str, object]:
    return {
        "name": "松鹤颐年养老院（演示）",
        "kind": "nursing_home",
        "nature": "unknown",
        "region": cast.street.pk,
        "registration_status": "unknown",
        "filing_status": "unknown",
        "premises": "unknown",
        **more,
    }


def test_the_list_filters_pages_and_exports(cast: Any, client_as: As) -> None:
    row = make(cast, uscc=code(1), tags=["种类待核"], beds=50, residents=20)
    make(cast, "松鹤食堂（演示）", kind="canteen")
    client = client_as("civil_officer")
    page = client.get(url("index")).content.decode()
    assert row.name in page
    assert "松鹤食堂" in page
    page = client.get(url("index"), {"q": "shyn", "kind": "nursing_home", "page": "x"}).content.decode()
    assert row.name in page
    assert "松鹤食堂" not in page
    assert client.get(url("index"), {"kind": "hotel"}).status_code == 422
    assert client.get(url("index"), {"region": "x"}).status_code == 404
    answer = client.post(url("export"), {"kind": "nursing_home"})
    table = read_table(answer.content, "机构档案.xlsx")
    assert [cells[0] for cells in table.rows] == [row.name]
    assert code(1) in table.rows[0]
    assert client.get(url("export")).status_code == 405


def test_a_file_is_opened_changed_and_guarded(cast: Any, client_as: As) -> None:
    client = client_as("civil_officer")
    assert client.get(url("create")).status_code == 200
    bad = client.post(url("create"), filled(cast, uscc="52990102MA0000001X", beds="很多", filed_on="昨天"))
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "床位数请只填数字" in page
    assert "备案日期请写成" in page
    bad = client.post(url("create"), filled(cast, uscc="52990102MA0000001X"))
    assert "校验码不对" in bad.content.decode()
    assert not Facility.objects.exists()
    spot = {"lon": "116.41024449916938", "lat": "39.91640428150164", "datum": "gcj02"}
    good = client.post(url("create"), filled(cast, uscc=code(1), tags="重点，新建", **spot))
    row = Facility.objects.get()
    assert good.headers["Location"] == url("detail", row.pk)
    assert (row.lon, row.lat) == pytest.approx((116.404, 39.915), abs=1e-6)
    assert row.tags == ["重点", "新建"]
    seen = row.updated_at.isoformat()
    form = client.get(url("edit", row.pk)).content.decode()
    assert seen in form
    change_facility(facility=row, values={"beds": 7}, by=SYSTEM)
    late = client.post(url("edit", row.pk), filled(cast, beds=9, seen=seen))
    assert late.status_code == 422
    assert "已被别人修改" in late.content.decode()
    row.refresh_from_db()
    given = filled(cast, uscc=code(1), beds=9, seen=row.updated_at.isoformat())
    assert client.post(url("edit", row.pk), given).status_code == 302
    assert client.post(url("edit", row.pk), filled(cast, seen="乱写")).status_code == 422
    assert Facility.objects.get().beds == 9


def test_the_master_file_and_a_past_day(cast: Any, client_as: As) -> None:
    with clock.travel(date(2026, 3, 2)):
        row = make(cast, beds=10, phone="0990-1234567")
        add_licence(facility=row, kind="food", number="甲一", valid_to=date(2026, 4, 1), by=SYSTEM)
    with clock.travel(date(2026, 5, 2)):
        change_facility(facility=row, values={"beds": 20}, by=SYSTEM)
        client = client_as("civil_officer")
        page = client.get(url("detail", row.pk)).content.decode()
        for words in ("已过期", f'hx-get="/ledger/facility/{row.pk}/sheet/"', "床位数：10 → 20"):
            assert words in page, words
        past = client.get(url("detail", row.pk), {"day": "2026-03-31"}).content.decode()
        assert "<dd>10</dd>" in past
        assert "快到期" in past
        for day, status in (("2026-03-01", 404), ("2026-05-03", 422), ("昨天", 422)):
            assert client.get(url("detail", row.pk), {"day": day}).status_code == status


def test_out_of_scope_is_not_there_and_without_right_is_forbidden(cast: Any, client_as: As) -> None:
    row = make(cast)
    licence = add_licence(facility=row, kind="food", number="甲", by=SYSTEM)
    merge = merge_facilities(kept=row, dropped=make(cast, "旧院（演示）"), reason="同一家", by=SYSTEM)
    one = ("detail", "edit", "close", "reopen", "licence_new")
    for name in one:
        assert client_as("other_district_officer").get(url(name, row.pk)).status_code == 404, name
    for name in ("licence_edit", "licence_remove"):
        assert client_as("other_district_officer").get(url(name, licence.pk)).status_code == 404
    for name, key in [(n, row.pk) for n in one[1:]] + [("merge", row.pk), ("undo", merge.pk)]:
        assert client_as("street_clerk").get(url(name, key)).status_code == 403, name
        assert client_as("street_clerk").post(url(name, key)).status_code == 403, name
    assert client_as("other_street_clerk").get(url("detail", row.pk)).status_code == 404
    assert client_as("civil_chief").get(url("detail", 10**25)).status_code == 404
    assert client_as("civil_chief").get(url("merge", row.pk), {"other": str(10**30)}).status_code == 404
    assert client_as("anonymous").get(url("detail", row.pk)).status_code == 302


def test_closing_licences_and_merging_through_the_pages(cast: Any, client_as: As) -> None:
    client = client_as("civil_chief")
    row, other = make(cast), make(cast, "松鹤颐年院（演示）", phone="0990-1234567")
    today = clock.today().isoformat()
    assert client.post(url("close", row.pk), {"closed_on": today, "reason": ""}).status_code == 422
    assert client.post(url("close", row.pk), {"closed_on": today, "reason": "注销"}).status_code == 302
    assert client.post(url("reopen", row.pk), {"reason": "登记有误"}).status_code == 302
    given = {"kind": "food", "number": "甲一", "valid_to": "2020-01-01"}
    assert client.post(url("licence_new", row.pk), given).status_code == 302
    licence = Licence.objects.get()
    assert client.get(url("licence_edit", licence.pk)).status_code == 200
    assert client.post(url("licence_edit", licence.pk), {"number": "甲二"}).status_code == 302
    assert client.post(url("licence_remove", licence.pk), {"reason": "登记错"}).status_code == 302
    assert not Licence.objects.exists()
    assert other.name in client.get(url("merge", row.pk)).content.decode()
    assert "0990-1234567" in client.get(url("merge", row.pk), {"other": other.pk}).content.decode()
    assert client.post(url("merge", row.pk), {"dropped": other.pk, "reason": ""}).status_code == 422
    assert client.post(url("merge", row.pk), {"dropped": other.pk, "reason": "同一家"}).status_code == 302
    merge = Merge.objects.get()
    assert "撤销合并" in client.get(url("detail", row.pk)).content.decode()
    assert client.post(url("undo", merge.pk), {"reason": "认错了"}).status_code == 302
    assert client.post(url("undo", merge.pk), {"reason": "再来"}).status_code == 422
    make(cast, "松鹤颐年养老院")
    assert "较像" in client.get(url("duplicates")).content.decode()


def upload(client: Client, rows: list[dict[str, object]], **more: str) -> Any:
    file = SimpleUploadedFile("机构.csv", csv_bytes(rows))
    return client.post(url("import"), {"file": file, "region": "990102", **more})


def test_the_import_wizard(cast: Any, client_as: As) -> None:
    client = client_as("civil_officer")
    assert client.get(url("import")).status_code == 200
    assert read_table(client.get(url("import_template")).content + b"", "模板.xlsx", sheet="填写说明").rows
    assert client.post(url("import"), {"region": "990102"}).status_code == 422
    assert client.post(url("import"), {"region": "990103", "file": io.BytesIO(b"x")}).status_code == 422
    rows = listed(3)
    rows[1]["床位"] = "很多"
    answer = upload(client, rows)
    batch = ImportBatch.objects.get()
    assert answer.headers["Location"] == url("import_preview", batch.pk)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "不是数字" in page
    assert "确认导入" not in page
    assert client.get(url("import_errors", batch.pk)).content.startswith(b"PK")
    assert client.post(url("import_act", batch.pk), {"step": "commit"}).status_code == 422
    assert client.post(url("import_act", batch.pk), {"step": "魔法"}).status_code == 422
    assert client.post(url("import_act", batch.pk), {"step": "remap", "column_name": "x"}).status_code == 422
    assert client.post(url("import_act", batch.pk), {"step": "discard"}).status_code == 302
    assert not Facility.objects.exists()
    upload(client, listed(3, 统一社会信用代码=""))
    batch = ImportBatch.objects.get(state="staged")
    page = client.get(url("import_preview", batch.pk)).content.decode()
    assert "确认导入 3 行" in page
    assert "没有统一社会信用代码" in page
    for _ in range(2):
        assert client.post(url("import_act", batch.pk), {"step": "commit"}).status_code == 302
    assert Facility.objects.count() == 3
    again = upload(client, listed(3, 统一社会信用代码=""))
    page = client.get(again.headers["Location"]).content.decode()
    assert "已导入过" in page
    assert "新增 3" in page
    assert Facility.objects.count() == 3
    assert client_as("other_district_officer").get(url("import_preview", batch.pk)).status_code == 404
    assert client_as("street_clerk").get(url("import")).status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", ["page", "phone"])
def test_the_pages_fit_the_screen(
    cast: Any, live_server: Any, client_as: As, request: pytest.FixtureRequest, width: str
) -> None:
    rows = [
        make(cast, f"松鹤第{n}颐年养老服务有限公司养老院（演示）", uscc=code(n), beds=50) for n in range(12)
    ]
    add_licence(facility=rows[0], kind="fire", number="演示0001", valid_to=date(2020, 1, 1), by=SYSTEM)
    screen = request.getfixturevalue(width)
    session = client_as("civil_chief").cookies["sessionid"].value
    screen.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for name, args in (("index", ()), ("detail", (rows[0].pk,)), ("edit", (rows[0].pk,)), ("import", ())):
        screen.goto(live_server.url + url(name, *args))
        screen.wait_for_load_state("networkidle")
        wide = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} 横向溢出 {wide} 像素"
