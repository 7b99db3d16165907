"""页面：院长手机上回复，科员看前后照片、签名验收，清单与导出，告知移送。"""

import base64
import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document as Word
from openpyxl import load_workbook

from yijian.access.viewer import Viewer
from yijian.facilities.models import Facility
from yijian.kernel import clock
from yijian.people.cast import Cast
from yijian.rectification.models import Acceptance, CasePlan, Handover, Listing, Problem
from yijian.rectification.services.deadlines import draft_next_steps, find_urgent
from yijian.rectification.tests.world import (
    DUE,
    days,
    encoded,
    home,
    opened,
    replied,
    scene_image,
    signature_png,
)

Login = Callable[[str], Client]
Get = Callable[[str], Viewer]
pytestmark = pytest.mark.django_db
URL = "/rectification/"


def picture(seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile("整改后.jpg", encoded(scene_image(seed), quality=88), "image/jpeg")


def drawn(name: int = 0) -> str:
    return "data:image/png;base64," + base64.b64encode(signature_png(name)).decode()


def test_an_officer_enters_a_problem_and_the_situation_fills_the_rest(
    facility: Facility, client_as: Login
) -> None:
    client = client_as("street_clerk")
    assert client.get(f"{URL}new/?facility={facility.pk}").status_code == 200
    data = {
        "facility": facility.pk, "title": "加盖彩钢板房", "situation": "4-3", "aspect": "fire",
        "measure": "拆除",
        "found_on": clock.today(), "due_on": DUE, "origin_kind": "patrol", "photos": [picture(2)],
    }  # fmt: skip
    wrong = client.post(f"{URL}new/", data | {"due_on": "2020-01-01", "photos": []})
    assert wrong.status_code == 422 and "限期早于" in wrong.content.decode()
    assert not Problem.objects.exists()
    client.post(f"{URL}new/", data)
    made = Problem.objects.get()
    assert made.grade == "major" and made.documents.count() == 1
    assert "彩钢板" in client.get(f"{URL}{made.pk}/").content.decode()


def test_the_director_answers_and_the_officer_signs_it_off(problem: Problem, client_as: Login) -> None:
    director, officer = client_as("director"), client_as("civil_officer")
    url = f"{URL}{problem.pk}/"
    assert "回复整改" in director.get(url).content.decode()
    wrong = director.post(f"{url}reply/", {"text": "清了"})
    assert (
        wrong.status_code == 422
        and "至少上传一张" in wrong.content.decode()
        and "清了" in wrong.content.decode()
    )
    assert director.post(f"{url}reply/", {"text": "清了", "photos": [picture()]}).status_code == 302

    body = officer.get(url).content.decode()
    assert "验收并签名" in body and "signature_pad" in body
    for data, word in (
        ({"verdict": "passed", "round": 1}, "还没有签名"),
        ({"verdict": "failed", "round": 1, "drawn": drawn()}, "没有改好"),
        ({"verdict": "passed", "round": 1, "drawn": "data:image/png;base64,@@"}, "没有传好"),
        ({"verdict": "passed", "round": 9, "drawn": drawn(9)}, "刷新"),
    ):
        said = officer.post(f"{url}accept/", data)
        assert said.status_code == 422 and word in said.content.decode(), word
    assert not Acceptance.objects.exists()
    done = officer.post(f"{url}accept/", {"verdict": "passed", "round": 1, "drawn": drawn()}, follow=True)
    assert "已销号" in done.content.decode()
    late = officer.post(f"{url}accept/", {"verdict": "passed", "round": 1, "drawn": drawn(4)})
    assert late.status_code == 422 and "已经验收" in late.content.decode()
    assert "验收并签名" not in officer.get(url).content.decode()


def test_an_uploaded_signature_serves_too(problem: Problem, viewer: Get, client_as: Login) -> None:
    replied(problem, viewer("director"))
    given = SimpleUploadedFile("签名.png", signature_png(3), "image/png")
    data = {"verdict": "failed", "reason": "还有", "round": 1, "picture": given}
    assert client_as("fire_officer").post(f"{URL}{problem.pk}/accept/", data).status_code == 302
    assert Acceptance.objects.get().unit.function == "fire"


def test_doubts_are_shown_side_by_side_to_the_officer_and_not_to_the_facility(
    problem: Problem, cast: Cast, viewer: Get, client_as: Login
) -> None:
    other = opened(home(cast, "home_b", "990102002"), viewer("civil_officer"))
    replied(other, viewer("other_director"), 3)
    replied(problem, viewer("director"), 3)
    body = client_as("civil_officer").get(f"{URL}{problem.pk}/").content.decode()
    theirs = other.rectifications.get().documents.get().pk
    assert "与别处的照片相同或极相似" in body and f"/documents/{theirs}/photo/" in body
    assert "极相似" not in client_as("director").get(f"{URL}{problem.pk}/").content.decode()
    assert "照片有疑点" in client_as("civil_officer").get(URL).content.decode()


@pytest.mark.parametrize("which", ["hazards", "measures", "duties"])
def test_the_lists_show_and_export_what_is_overdue(
    problem: Problem, viewer: Get, client_as: Login, which: str
) -> None:
    with clock.travel(DUE + days(2)):
        client = client_as("civil_officer")
        body = client.get(f"{URL}?which={which}&only=overdue").content.decode()
        assert problem.title in body and "逾2天" in body and "逾期未改" in body
        exported = client.get(f"{URL}export/?which={which}")
        cells = [
            str(cell.value) for row in load_workbook(io.BytesIO(exported.getvalue())).active for cell in row
        ]
        assert problem.number in cells and "限期" in cells
    assert client_as("civil_officer").get(f"{URL}?aspect=魔法").status_code == 422
    assert problem.title not in client_as("other_director").get(URL).content.decode()


def test_lists_are_reconciled_into_the_ledger(problem: Problem, client_as: Login) -> None:
    assert "已对账" in client_as("civil_officer").post(f"{URL}reconcile/", follow=True).content.decode()


def test_extension_draft_listing_and_plan_on_screen(
    facility: Facility, viewer: Get, client_as: Login
) -> None:
    problem = opened(facility, viewer("civil_officer"), grade="major")
    chief, director, url = client_as("civil_chief"), client_as("director"), f"{URL}{problem.pk}/"
    director.post(f"{url}extension/", {"wanted_on": DUE + days(5), "reason": "等配件"})
    asked = problem.extensions.get()
    assert "等配件" in chief.get(url).content.decode()
    assert chief.post(f"{URL}extensions/{asked.pk}/decide/", {"yes": "0"}).status_code == 422
    chief.post(f"{URL}extensions/{asked.pk}/decide/", {"yes": "1", "words": "同意"})

    chief.post(f"{url}listing/", {"government": "颐和区人民政府", "words": "演〔2026〕1号"})
    listing = Listing.objects.get()
    chief.post(f"{URL}listings/{listing.pk}/list/", {"words": "演政督〔2026〕1号"})
    chief.post(f"{URL}listings/{listing.pk}/note/", {"words": "已拆一半"})
    assert chief.post(f"{URL}listings/{listing.pk}/delist/", {"words": "好了"}).status_code == 422
    assert chief.post(f"{URL}listings/{listing.pk}/burn/", {"words": "好了"}).status_code == 404
    assert "已拆一半" in chief.get(url).content.decode()

    letter = chief.get(f"{url}letter/listing/")
    assert any("提请挂牌督办" in row.text for row in Word(io.BytesIO(letter.content)).paragraphs)
    assert chief.get(f"{url}letter/love/").status_code == 404

    with clock.travel(DUE + days(9)):
        draft_next_steps()
        draft = problem.drafts.get()
        assert "下一步待决定" in chief.get(url).content.decode()
        assert "下一步待决定" not in director.get(url).content.decode()
        assert chief.post(f"{URL}drafts/{draft.pk}/decide/", {"yes": "1"}).status_code == 422
        chief.post(f"{URL}drafts/{draft.pk}/decide/", {"yes": "1", "words": "演民责〔2026〕1号"})
        assert problem.drafts.get().state == "adopted"

    made = f"{URL}plans/{facility.pk}/new/"
    assert chief.get(made).status_code == 200
    data = {
        "title": "一院一案",
        "problems": [problem.pk],
        "measures": "联合整治",
        "adopted_on": clock.today(),
    }
    assert chief.post(made, data).status_code == 422
    chief.post(made, data | {"number": "演〔2026〕9号"})
    assert CasePlan.objects.get().problems.get() == problem
    assert "一院一案" in chief.get(url).content.decode()


def test_an_urgent_problem_on_screen(problem: Problem, viewer: Get, client_as: Login) -> None:
    chief = client_as("civil_chief")
    chief.post(f"{URL}{problem.pk}/urgent/", {"words": "燃气泄漏"})
    assert "燃气泄漏" in chief.get(f"{URL}{problem.pk}/").content.decode()
    with pytest.raises(Exception, match="拟过"):
        find_urgent(problem=problem, reason="又", by=viewer("civil_chief"))


def test_a_whistle_and_a_notice_run_on_screen(problem: Problem, cast: Cast, client_as: Login) -> None:
    street, fire, civil = client_as("street_clerk"), client_as("fire_officer"), client_as("civil_officer")
    board = f"{URL}handovers/"
    assert "街道吹哨" in street.get(f"{board}new/").content.decode()
    assert "街道吹哨" not in civil.get(f"{board}new/").content.decode()
    data = {"kind": "whistle", "to_unit": cast.units["fire"].pk, "title": "疑似无照", "content": "请核查"}
    assert street.post(f"{board}new/", data | {"title": ""}).status_code == 422
    street.post(f"{board}new/", data)
    assert street.post(f"{board}new/", data | {"kind": "notify"}).status_code == 422
    civil.post(f"{board}new/?problem={problem.pk}", data | {"kind": "notify", "title": "隐患"})
    whistle, notice = Handover.objects.order_by("pk")
    assert notice.problem == problem and whistle.problem is None
    assert "疑似无照" in fire.get(f"{board}?box=in").content.decode()

    def act(client: Client, row: Handover, step: str, **data: object) -> int:
        return client.post(f"{board}{row.pk}/{step}/", data).status_code

    assert act(fire, notice, "receive") == 302
    assert act(fire, notice, "arrive") == 302
    assert act(fire, notice, "answer") == 422
    assert act(fire, notice, "answer", words="已处理") == 302
    assert act(fire, notice, "vanish") == 404
    assert act(civil, notice, "recognise") == 302
    assert act(fire, whistle, "return", words="不归") == 302
    assert act(street, whistle, "resend", to_unit=cast.units["market"].pk) == 302
    market, chief = client_as("market_officer"), client_as("civil_chief")
    assert act(market, whistle, "return", words="也不归") == 302
    assert "待民政裁定" in chief.get(f"{board}?box=disputed").content.decode()
    assert act(chief, whistle, "arbitrate", to_unit=cast.units["fire"].pk, words="消防先去") == 302
    assert act(fire, whistle, "return", words="还是不归") == 422
    for client, row in ((fire, notice), (chief, whistle), (street, whistle)):
        assert client.get(f"{board}{row.pk}/").status_code == 200
    assert "结果互认" in civil.get(f"{URL}{problem.pk}/").content.decode()
    assert client_as("director").get(f"{board}{notice.pk}/").status_code == 404
    assert civil.get(f"{board}?box=梦").status_code == 422
