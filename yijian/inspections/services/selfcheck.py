"""机构自查：同一张检查表，逐项答完，记入台账。"""

from collections.abc import Mapping

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.inspections import kinds
from yijian.inspections.models import ChecklistVersion, SelfCheck
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger.services.record import Act, append


@verb("inspections.selfcheck", on="facility")
def submit_selfcheck(
    *,
    facility: Facility,
    version: ChecklistVersion,
    answers: Mapping[str, Mapping[str, str]],
    signer: str,
    by: Viewer,
) -> SelfCheck:
    """机构自查上报：每项都要有结果，不合格的写明情况。"""
    if not signer.strip():
        raise Refused("请写明自查负责人。", field="signer")
    kept = {str(item["id"]): _one(item, answers) for item in version.items}
    failed = sum(row["value"] == "fail" for row in kept.values())
    passed = sum(row["value"] == "pass" for row in kept.values())
    if not failed + passed:
        raise Refused("全部填了不适用，这张检查表不适合本机构，请换一张。")
    row = SelfCheck.objects.create(
        facility=facility,
        region_path=facility.region_path,
        version=version,
        checked_on=clock.today(),
        answers=kept,
        signer=signer.strip()[:40],
        passed=passed,
        failed=failed,
        made_by=by.name,
    )
    payload: dict[str, object] = {
        "number": f"自查〔{row.checked_on.year}〕{row.pk}号", "checklist": version.pk, "failed": failed,
    }  # fmt: skip
    append([Act("selfcheck.done", clock.today(), facility_id=facility.pk, payload=payload)], by)
    audit("inspections.selfcheck_done", by=by, subject=("facility", facility.pk, facility.name),
          data={"failed": failed, "passed": passed})  # fmt: skip
    return row


def _one(item: Mapping[str, object], answers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    given = answers.get(str(item["id"]), {})
    value, note = given.get("value", ""), given.get("note", "").strip()[:300]
    if value not in kinds.ANSWERS:
        raise Refused(f"“{item['text']}”还没有选结果。", field=str(item["id"]))
    if value == "fail" and not note:
        raise Refused(f"“{item['text']}”不合格，请写明情况。", field=str(item["id"]))
    return {"value": value, "note": note}
