"""接收：三类、幂等、错码、重复、列换了位置、口令接口。"""

import json
from typing import Any

import pytest
from django.urls import reverse

from yijian.facilities.tests.samples import csv_bytes, make
from yijian.filing.models import ExchangeBatch, RegisteredEntity
from yijian.filing.services.exchange import (
    OtherBytesError,
    add_partner,
    mark_answered,
    push_entities,
    receipt_hash,
    token_hash,
)
from yijian.filing.services.exchange_sheet import KIND
from yijian.filing.tests.samples import code, row, take
from yijian.kernel.errors import Refused
from yijian.ledger.models import Fact
from yijian.sheets import services as sheets


def test_every_row_ends_in_a_class_or_waits_for_the_street(cast: Any, viewer: Any) -> None:
    make(cast, "福寿老年公寓", uscc=code(1), filing_status="filed")
    make(cast, "安康养老院", uscc=code(2))
    rows = [row("福寿老年公寓", code=code(1)), row("安康养老院", code=code(2)), row("从未听说养老有限公司")]
    batch = take(cast.district, rows, viewer("civil_officer"))
    assert (batch.added, batch.updated) == (3, 0)
    found = dict(RegisteredEntity.objects.values_list("name", "klass"))
    assert found == {"福寿老年公寓": "on_file", "安康养老院": "pending", "从未听说养老有限公司": "pending"}
    assert Fact.objects.filter(kind="registry.exchanged").count() == 1


def test_the_same_batch_is_taken_once_and_other_bytes_are_refused(cast: Any, viewer: Any) -> None:
    by = viewer("civil_officer")
    first = take(cast.district, [row("甲养老院")], by)
    assert take(cast.district, [row("甲养老院")], by).pk == first.pk
    with pytest.raises(OtherBytesError):
        take(cast.district, [row("乙养老院")], by)
    assert (ExchangeBatch.objects.count(), RegisteredEntity.objects.count()) == (1, 1)
    assert ExchangeBatch.objects.get().receipt_hash == receipt_hash(ExchangeBatch.objects.get())


def sheet(**moved: Any) -> bytes:
    given = [
        {
            "经营范围": "养老服务",
            "地址": "柏龄街道2号",
            "企业名称": "松龄养老服务有限公司",
            "代码": code(5),
            **moved,
        }
    ]
    return csv_bytes(given)


def test_a_sheet_whose_columns_moved_is_still_read(cast: Any, viewer: Any) -> None:
    report = sheets.run_import(kind=KIND, content=sheet(), filename="市监.csv", options={"region": "990102"},
                               commit=True, by=viewer("civil_officer"))  # fmt: skip
    assert report.written["新增"] == 1, report
    entity = RegisteredEntity.objects.get()
    assert (entity.code, entity.region_id, entity.kind) == (code(5), "990102002", "market")


def test_a_wrong_code_and_a_double_row_stop_the_whole_sheet(cast: Any, viewer: Any) -> None:
    wrong = code(5)[:17] + ("0" if code(5)[17] != "0" else "1")
    report = sheets.run_import(kind=KIND, content=sheet(代码=wrong), filename="错.csv",
                               options={"region": "990102"}, commit=True,
                               by=viewer("civil_officer"))  # fmt: skip
    assert "校验码" in report.problems[0].message
    assert not RegisteredEntity.objects.exists()


def test_pushing_opens_the_street_check_and_the_answer_lists_the_changes(cast: Any, viewer: Any) -> None:
    by = viewer("civil_officer")
    take(cast.district, [row("甲养老院"), row("没有街道养老院", address="某处")], by)
    assert push_entities(county=cast.district, by=by) == 1
    assert Fact.objects.get(kind="registry.assigned").region_id == "990102001"
    with pytest.raises(Refused):
        push_entities(county=cast.district, by=by)
    with pytest.raises(Refused):
        mark_answered(county=cast.district, by=by)
    RegisteredEntity.objects.filter(name="甲养老院").update(klass="not_operating")
    assert [e.name for e in mark_answered(county=cast.district, by=by)] == ["甲养老院"]


def post(client: Any, body: object, token: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return client.post(reverse("filing:exchange_api"), text, content_type="application/json",
                       headers={"Authorization": f"Bearer {token}"} if token else {})  # fmt: skip


@pytest.fixture
def partner(cast: Any, viewer: Any, settings: Any) -> Any:
    made = add_partner(unit=cast.units["market"], token="t" * 40, by=viewer("civil_officer"))
    assert made.token_hash == token_hash("t" * 40) != "t" * 40
    return made


def test_the_interface_takes_a_batch_once(client_as: Any, partner: Any) -> None:
    client = client_as("anonymous")
    body = {"batch": "2026-11", "rows": [{"name": "口令养老院", "code": code(8), "business": "养老服务"}]}
    first = post(client, body, "t" * 40)
    assert first.status_code == 201, first.content.decode()
    again = post(client, body, "t" * 40)
    assert (again.status_code, again.json()["receipt"]) == (200, first.json()["receipt"])
    other = post(client, {**body, "rows": [{"name": "换了养老院", "business": "养老服务"}]}, "t" * 40)
    assert other.status_code == 409
    assert RegisteredEntity.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({"batch": "1", "rows": []}, "", 401),
        ({"batch": "1", "rows": []}, "错" * 20, 401),
        ("{不是", "t" * 40, 400),
        ({"rows": []}, "t" * 40, 422),
        ({"batch": "1", "rows": "x"}, "t" * 40, 422),
        ({"batch": "1", "rows": [{"name": "甲"}]}, "t" * 40, 422),
        ({"batch": "1", "rows": [{"name": "甲", "business": "饮料"}]}, "t" * 40, 422),
        ({"batch": "1", "rows": [{"name": "甲", "business": "养老服务", "code": "91X"}]}, "t" * 40, 422),
        ([], "t" * 40, 422),
    ],
)
def test_the_interface_refuses_clearly_and_keeps_nothing(
    client_as: Any, partner: Any, body: object, token: str, status: int
) -> None:
    answer = post(client_as("anonymous"), body, token)
    assert answer.status_code == status, answer.content.decode()
    assert answer.json()["error"]
    assert not RegisteredEntity.objects.exists()
    assert not ExchangeBatch.objects.exists()
