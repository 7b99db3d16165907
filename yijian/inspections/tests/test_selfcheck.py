"""机构自查：逐项答完才收，记入台账；自查合格、检查不合格的看得出来。"""

from datetime import timedelta

import pytest

from yijian.inspections.models import SelfCheck
from yijian.inspections.queries.visits import self_check_gaps
from yijian.inspections.services.finish import finish_visit
from yijian.inspections.tests.visit_world import ITEMS, World, jpeg
from yijian.kernel import clock
from yijian.ledger.models import Fact

pytestmark = pytest.mark.django_db


def form(**change: str) -> dict[str, str]:
    return {f"v-{i['id']}": "pass" for i in ITEMS} | {"signer": "温如松"} | change


def test_a_home_checks_itself_with_the_same_list(there: World) -> None:
    url, client = f"/inspections/selfcheck/new/{there.version.pk}/", there.client("director")
    assert client.get(url).status_code == 200
    missing = client.post(url, form(**{"v-F2": ""}))
    assert missing.status_code == 422 and "还没有选结果" in missing.content.decode()
    unsaid = client.post(url, form(**{"v-F2": "fail"}))
    assert unsaid.status_code == 422 and "写明情况" in unsaid.content.decode()
    assert not SelfCheck.objects.exists() and not Fact.objects.exists()
    done = client.post(url, form(**{"v-F2": "fail", "n-F2": "灭火器过期"}))
    assert done.status_code == 302
    row = SelfCheck.objects.get()
    assert (row.passed, row.failed) == (5, 1)
    assert Fact.objects.get().kind == "selfcheck.done"
    assert "灭火器过期" in client.get(done["Location"]).content.decode()
    assert there.client("other_director").get(done["Location"]).status_code == 404
    assert "灭火器过期" in there.client("civil_officer").get(done["Location"]).content.decode()


def test_fine_by_itself_and_not_by_the_visit(there: World) -> None:
    with clock.travel(clock.now() - timedelta(days=2)):
        there.client("director").post(
            f"/inspections/selfcheck/new/{there.version.pk}/", form(**{"v-F2": "fail", "n-F2": "坏"})
        )
    there.all_pass({"F1": "fail", "F2": "fail"})
    for code in ("F1", "F2"):
        there.civil.snap(there.visit, code, jpeg(len(code)))
    there.all_sign()
    there.visit.refresh_from_db()
    finish_visit(visit=there.visit, due_on=clock.today(), by=there.civil.viewer)
    (gap,) = self_check_gaps(there.viewer("director"), there.home.pk)
    assert gap.check == "F1" and gap.visit == there.visit
    page = there.client("director").get("/inspections/selfcheck/").content.decode()
    assert "自查合格、检查不合格" in page
    assert "自查合格、检查不合格" in (
        there.client("civil_officer").get(f"/inspections/visits/{there.visit.pk}/").content.decode()
    )
