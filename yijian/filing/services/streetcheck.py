"""街道（乡镇）现场核查登记主体：离线填写，联网后报上，按设备编号只收一次。"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from yijian.access.scope import scoped
from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.documents.services import About, store_upload
from yijian.filing import kinds
from yijian.filing.models import RegisteredEntity, StreetCheck
from yijian.filing.services.exchange import case_key
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.ledger.services.record import Act, record_fact

PHOTOS = 6


@dataclass(frozen=True)
class Answer:
    """一次核查填的内容；photos 是（文件名，内容）。"""

    client_uid: str
    klass: str
    residents: int
    note: str
    checked_on: date
    photos: tuple[tuple[str, bytes], ...] = ()

    @property
    def sha256(self) -> str:
        photos = [hashlib.sha256(content).hexdigest() for _, content in self.photos]
        said = [self.klass, self.residents, self.note, self.checked_on.isoformat(), photos]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def answer_check(*, entity_id: int, answer: Answer, by: Viewer) -> StreetCheck:
    """现场核查反馈（酉阳 重点任务三）：别的街道的等同不存在；同一编号再报给回原结果。"""
    require(by, "filing.check")
    entity = _mine(entity_id, by)
    _check(answer)
    found = _again(answer, entity)
    if found is not None:
        return found
    about = About(region_path=entity.region_path, facility_id=entity.facility_id)
    documents = [
        store_upload(
            name=name, content=BytesIO(content), label=f"核查照片：{entity.name}"[:200], about=about, by=by
        )
        for name, content in answer.photos
    ]
    return _answer(entity=entity, answer=answer, documents=documents, by=by)


def _mine(entity_id: int, by: Viewer) -> RegisteredEntity:
    rows = scoped(by, RegisteredEntity.objects.filter(pushed_at__isnull=False), capability="filing.check")
    entity = rows.filter(pk=entity_id).first()
    if entity is None:
        raise NotFound("没有这个主体，或不归您的街道核查。")
    return entity


def _again(answer: Answer, entity: RegisteredEntity) -> StreetCheck | None:
    found = StreetCheck.objects.filter(client_uid=answer.client_uid).first()
    if found is not None and (found.sha256 != answer.sha256 or found.entity_id != entity.pk):
        raise Refused("这个编号已报过别的内容，请在核查页上重新填写一次。", field="client_uid")
    return found


def _check(answer: Answer) -> None:
    if not 8 <= len(answer.client_uid) <= 40:
        raise Refused("缺少设备编号，请刷新核查页后再报。", field="client_uid")
    if answer.klass not in kinds.CLASSES or answer.klass == "pending":
        raise Refused("请从三类里选一类。", field="klass")
    if not 0 <= answer.residents <= 5000:
        raise Refused("在住老人人数请填 0 到 5000。", field="residents")
    if answer.klass == "not_operating" and answer.residents:
        raise Refused("有老人在住就不是“未开展”，请选“登记未备案”。", field="klass")
    if len(answer.photos) > PHOTOS:
        raise Refused(f"照片最多 {PHOTOS} 张。", field="photos")
    if len(answer.note) > 500:
        raise Refused("说明最多 500 字。", field="note")
    if answer.checked_on > clock.today():
        raise Refused("核查日期在将来，请检查手机的日期。", field="checked_on")


@verb("filing.check", on="entity")
def _answer(
    *, entity: RegisteredEntity, answer: Answer, documents: Sequence[Document], by: Viewer
) -> StreetCheck:
    """现场核查反馈：记一次核查，主体归类，记事实。"""
    entity = RegisteredEntity.objects.select_for_update().get(pk=entity.pk)
    check = StreetCheck.objects.create(
        client_uid=answer.client_uid,
        sha256=answer.sha256,
        entity=entity,
        klass=answer.klass,
        residents=answer.residents,
        note=answer.note.strip(),
        checked_on=answer.checked_on,
        by_name=by.name,
        unit_name=by.unit_name,
        region_path=entity.region_path,
    )
    check.photos.set([d.pk for d in documents])
    if entity.checked_at is None or answer.checked_on >= _latest(entity, check):
        RegisteredEntity.objects.filter(pk=entity.pk).update(klass=answer.klass, checked_at=clock.now())
    _facts(entity, answer, tuple(d.pk for d in documents), by)
    data = {"klass": kinds.CLASSES[answer.klass], "residents": answer.residents, "uid": answer.client_uid}
    audit("filing.street_checked", by=by, subject=("entity", entity.pk, entity.name), data=data)
    return check


def _latest(entity: RegisteredEntity, but: StreetCheck) -> date:
    other = entity.checks.exclude(pk=but.pk).order_by("-checked_on").first()
    return other.checked_on if other else date.min


def _facts(entity: RegisteredEntity, answer: Answer, documents: tuple[int, ...], by: Viewer) -> None:
    """核查一条；登记未备案又收住老人的，另记发现，由它开出 20 个工作日的现场检查（酉阳 2.6）。"""
    note = f"{entity.name}：{kinds.CLASSES[answer.klass]}，在住 {answer.residents} 人"
    record_fact(act=_act("registry_check.done", entity, answer, documents, note), by=by)
    if answer.klass == "off_file" and answer.residents:
        record_fact(act=_act("filing.unfiled_found", entity, answer, documents, note), by=by)


def _act(kind: str, entity: RegisteredEntity, answer: Answer, documents: tuple[int, ...], note: str) -> Act:
    return Act(
        kind=kind,
        occurred=answer.checked_on,
        facility_id=entity.facility_id,
        region_id=None if entity.facility_id else entity.region_id,
        case_key=case_key(entity),
        payload={"number": f"登记核查{entity.pk}", "note": note},
        documents=documents,
    )
