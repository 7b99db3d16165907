"""组织与人员的页面：树、单位、账号、岗位、三员、导入。"""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yijian.audit.models import Entry
from yijian.people.cast import Cast
from yijian.people.models import Account, Post, Unit
from yijian.sheets.models import ImportBatch
from yijian.sheets.writing import xlsx_bytes
from yijian.web.import_kinds import ACCOUNT_COLUMNS, UNIT_COLUMNS

pytestmark = pytest.mark.django_db
ClientAs = Callable[[str], Client]


def test_the_tree_opens_the_way_to_the_chosen_region(client_as: ClientAs, cast: Cast) -> None:
    text = client_as("system_officer").get("/people/", {"region": "990102"}).content.decode()
    assert "颐和区民政局" in text and "演示市" in text and "松鹤街道" in text
    part = client_as("civil_chief").get("/people/branch/990102/", headers={"HX-Request": "true"})
    assert "松鹤街道" in part.content.decode() and "<html" not in part.content.decode()


def test_a_region_outside_ones_own_is_not_found(client_as: ClientAs, cast: Cast) -> None:
    assert client_as("civil_chief").get("/people/", {"region": "990103"}).status_code == 404
    assert client_as("civil_chief").get("/people/", {"region": "没有"}).status_code == 404
    part = client_as("civil_chief").get("/people/branch/990103/", headers={"HX-Request": "true"})
    assert "安平街道" not in part.content.decode()


def test_a_unit_is_opened_renamed_and_closed(client_as: ClientAs, cast: Cast) -> None:
    client = client_as("system_officer")
    given = {"name": "颐和区财政局", "function": "finance", "region": "990102"}
    made = client.post("/people/units/new/", given)
    unit = Unit.objects.get(name="颐和区财政局")
    assert made["Location"] == f"/people/units/{unit.pk}/"
    client.post(f"/people/units/{unit.pk}/rename/", {"name": "颐和区财政和国资局"})
    client.post(f"/people/units/{unit.pk}/close/", {"reason": "机构改革"})
    unit.refresh_from_db()
    assert (unit.name, unit.active) == ("颐和区财政和国资局", False)
    said = [
        e.action for e in Entry.objects.filter(subject_kind="unit", subject_id=str(unit.pk)).order_by("seq")
    ]
    assert said == ["unit.created", "unit.renamed", "unit.closed"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "请填写单位名称"),
        ({"function": "magic"}, "从列出的选项里选"),
        ({"region": "000"}, "没有代码为"),
        ({"uscc": "123"}, "统一社会信用代码不正确"),
        ({"name": "颐和区民政局"}, "已有单位"),
    ],
)
def test_a_wrong_unit_is_refused_in_words(
    client_as: ClientAs, cast: Cast, change: dict[str, str], says: str
) -> None:
    before = Unit.objects.count()
    given = {"name": "颐和区财政局", "function": "finance", "region": "990102"} | change
    response = client_as("system_officer").post("/people/units/new/", given)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert Unit.objects.count() == before


def test_an_account_is_opened_with_a_password_shown_once(client_as: ClientAs, cast: Cast) -> None:
    given = {
        "username": "xinren",
        "name": "新人（演示）",
        "unit": cast.units["fire"].pk,
        "role": "officer",
        "title": "监督员",
    }
    response = client_as("system_officer").post("/people/accounts/new/", given)
    account = Account.objects.get(username="xinren")
    password = response.context["rows"][0][2]
    assert account.check_password(password) and account.must_change_password
    assert Post.objects.filter(account=account, unit=cast.units["fire"], role="officer").exists()
    assert not Entry.objects.filter(data__icontains=password).exists()


def test_an_account_that_cannot_be_appointed_is_not_opened_at_all(client_as: ClientAs, cast: Cast) -> None:
    given = {"username": "xinren", "name": "新人", "unit": cast.units["fire"].pk, "role": "director"}
    response = client_as("system_officer").post("/people/accounts/new/", given)
    assert response.status_code == 422 and "不设" in response.content.decode()
    assert not Account.objects.filter(username="xinren").exists()


def test_accounts_are_reset_disabled_and_enabled(client_as: ClientAs, cast: Cast) -> None:
    client, account = client_as("system_officer"), cast.fire_officer
    response = client.post(f"/people/accounts/{account.pk}/reset/")
    account.refresh_from_db()
    assert account.check_password(response.context["rows"][0][2])
    assert client.post(f"/people/accounts/{account.pk}/disable/", {"reason": ""}).status_code == 422
    client.post(f"/people/accounts/{account.pk}/disable/", {"reason": "调离"})
    account.refresh_from_db()
    assert not account.is_active
    client.post(f"/people/accounts/{account.pk}/enable/")
    account.refresh_from_db()
    assert account.is_active


def test_posts_are_opened_and_closed(client_as: ClientAs, cast: Cast) -> None:
    client, account = client_as("system_officer"), cast.fire_officer
    given = {"unit": cast.units["market"].pk, "role": "clerk"}
    client.post(f"/people/accounts/{account.pk}/posts/", given)
    post = Post.objects.get(account=account, unit=cast.units["market"])
    assert client.post(f"/people/accounts/{account.pk}/posts/", given).status_code == 422
    client.post(f"/people/posts/{post.pk}/close/")
    post.refresh_from_db()
    assert post.ends_on is not None


def test_the_security_officer_sets_two_steps_officers_and_sessions(client_as: ClientAs, cast: Cast) -> None:
    client, account = client_as("security_officer"), cast.fire_officer
    url = f"/people/accounts/{account.pk}/secure/"
    assert client.post(url, {"step": "totp"}).status_code == 302
    account.refresh_from_db()
    assert account.must_use_totp
    assert client.post(url, {"step": "officer", "officer": "audit"}).status_code == 422
    assert client.post(url, {"step": "unlock"}).status_code == 422
    assert client.post(url, {"step": "sessions"}).status_code == 302
    assert client.post(url, {"step": "魔法"}).status_code == 422
    assert client_as("system_officer").post(url, {"step": "totp"}).status_code == 403


def upload(client: Client, kind: str, columns: Any, rows: list[tuple[str, ...]]) -> Any:
    content = xlsx_bytes(title="表", columns=columns, rows=rows)
    return client.post(f"/people/import/{kind}/", {"file": SimpleUploadedFile(f"{kind}.xlsx", content)})


def test_units_are_imported_after_a_preview_all_or_nothing(client_as: ClientAs, cast: Cast) -> None:
    client, before = client_as("system_officer"), Unit.objects.count()
    rows = [("颐和区财政局", "财政局", "财政", "990102", ""), ("颐和区教育局", "", "教育", "990102", "")]
    preview = upload(client, "units", UNIT_COLUMNS, rows)["Location"]
    assert Unit.objects.count() == before
    assert "确认导入 2 行" in client.get(preview).content.decode()
    client.post(f"{preview}act/", {"step": "commit"})
    assert Unit.objects.count() == before + 2
    client.post(f"{preview}act/", {"step": "commit"})
    assert Unit.objects.count() == before + 2


def test_wrong_rows_are_listed_and_come_back_as_a_file(client_as: ClientAs, cast: Cast) -> None:
    client, before = client_as("system_officer"), Unit.objects.count()
    rows = [("颐和区财政局", "", "财政", "990102", ""), ("颐和区民政局", "", "民政", "没有此地", "")]
    preview = upload(client, "units", UNIT_COLUMNS, rows)["Location"]
    text = client.get(preview).content.decode()
    assert "1 处错误" in text and "没有区划" in text
    assert client.get(f"{preview}errors/").content[:2] == b"PK"
    assert client.post(f"{preview}act/", {"step": "commit"}).status_code == 422
    assert Unit.objects.count() == before
    client.post(f"{preview}act/", {"step": "discard"})
    assert ImportBatch.objects.get().state == "discarded"


def test_imported_accounts_get_passwords_that_work_and_are_shown_once(
    client_as: ClientAs, cast: Cast
) -> None:
    client = client_as("system_officer")
    rows = [("xin1", "新一（演示）", "颐和区民政局", "工作人员", "科员", "", "", "")]
    preview = upload(client, "accounts", ACCOUNT_COLUMNS, rows)["Location"]
    assert not Account.objects.filter(username="xin1").exists()
    response = client.post(f"{preview}act/", {"step": "commit"})
    ((username, _name, password),) = response.context["rows"]
    assert Account.objects.get(username=username).check_password(password)
    assert password not in client.get(preview).content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("表.xlsx", b"not a workbook"), ("表.exe", b"MZ"), ("空.csv", b""), ("头.csv", "不相干\n1\n".encode())],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    client_as: ClientAs, cast: Cast, name: str, content: bytes
) -> None:
    given = {"file": SimpleUploadedFile(name, content)}
    response = client_as("system_officer").post("/people/import/units/", given)
    assert response.status_code == 422
    assert not ImportBatch.objects.exists()


def test_the_template_opens(client_as: ClientAs, cast: Cast) -> None:
    content = client_as("system_officer").get("/people/import/units/template/").content
    assert io.BytesIO(content).read(2) == b"PK"
    assert client_as("system_officer").get("/people/import/magic/template/").status_code == 404
