"""接收登记信息、开通口令、推送街道、反馈登记机关（酉阳 重点任务三、2.7；南开 一）。"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from yijian.access.scope import scoped
from yijian.access.verbs import verb
from yijian.access.viewer import PostView, Viewer
from yijian.audit.services import record as audit
from yijian.filing import kinds
from yijian.filing.models import ExchangeBatch, ExchangePartner, RegisteredEntity
from yijian.filing.queries.exchange import county_of, towns_of
from yijian.filing.rules.matching import normal, simplified
from yijian.filing.services.matching import match_entities
from yijian.kernel import clock
from yijian.kernel.codes import check_uscc
from yijian.kernel.errors import Refused
from yijian.ledger.services.record import Act, record_fact, record_facts
from yijian.people.models import Region, Unit

PARTNER_MAY = frozenset({"filing.exchange", "ledger.record", "ledger.bulk"})


class OtherBytesError(Refused):
    """同一批号、不同内容：接口回 409。"""


@dataclass(frozen=True)
class Envelope:
    """一批信息的封皮。"""

    sender: str
    batch_no: str
    sha256: str
    channel: str
    county: Region
    partner: ExchangePartner | None = None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@verb("filing.exchange")
def add_partner(*, unit: Unit, token: str, by: Viewer) -> ExchangePartner:
    """开通报送口令：token 由调用方给出（至少 32 字），库里只存摘要；再开通即换新。"""
    if len(token) < 32:
        raise Refused("口令至少 32 个字符，请用系统给出的口令。", field="token")
    partner, _ = ExchangePartner.objects.update_or_create(
        unit=unit, defaults={"token_hash": token_hash(token), "active": True}
    )
    audit("filing.partner_added", by=by, subject=("unit", unit.pk, unit.name))
    return partner


def viewer_for(token: str) -> tuple[ExchangePartner, Viewer] | None:
    """口令对应的报送单位与它能做的事；不对或停用的为空。"""
    partner = (
        ExchangePartner.objects.select_related("unit")
        .filter(token_hash=token_hash(token), active=True)
        .first()
    )
    if partner is None:
        return None
    unit = partner.unit
    post = PostView(
        0, unit.pk, unit.name, unit.function, "officer", unit.region_path, capabilities=PARTNER_MAY
    )
    return partner, Viewer(
        account_id=None, name=f"{unit.name}（接口）", unit_name=unit.name, region_path=unit.region_path,
        posts=(post,), capabilities=PARTNER_MAY,
    )  # fmt: skip


def already(envelope: Envelope) -> ExchangeBatch | None:
    """这一批收过没有：内容一样给回原回执，不一样报 OtherBytesError。"""
    found = ExchangeBatch.objects.filter(
        region_path=envelope.county.path, sender=envelope.sender, batch_no=envelope.batch_no
    ).first()
    if found is not None and found.sha256 != envelope.sha256:
        raise OtherBytesError(
            f"批号 {envelope.batch_no} 已于 {clock.local_date(found.received_at)} 收过，"
            "内容与这次不同；请换一个批号再报。"
        )
    return found


def receive(*, envelope: Envelope, rows: Sequence[Mapping[str, Any]], by: Viewer) -> ExchangeBatch:
    """接收登记信息：同一批只收一次，全有或全无；返回批次（回执）。"""
    found = already(envelope)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _receive(envelope=envelope, rows=rows, by=by)
    except IntegrityError:
        found = already(envelope)
        if found is None:
            raise
        return found


@verb("filing.exchange")
def _receive(*, envelope: Envelope, rows: Sequence[Mapping[str, Any]], by: Viewer) -> ExchangeBatch:
    """接收登记信息：建批次、写主体、比对、记事实。"""
    if not rows:
        raise Refused("这一批没有经营（业务）范围含“养老服务”的主体，没有接收。", field="rows")
    batch = ExchangeBatch(
        partner=envelope.partner,
        sender=envelope.sender,
        receiver=receiver_of(envelope.county),
        batch_no=envelope.batch_no,
        channel=envelope.channel,
        sha256=envelope.sha256,
        rows=len(rows),
        region_path=envelope.county.path,
        received_name=by.name,
        received_at=clock.now(),
        added=0,
        updated=0,
    )
    batch.save(force_insert=True)
    entities = _upsert(batch, envelope.county, rows)
    match_entities(entities, envelope.county)
    batch.receipt_hash = receipt_hash(batch)
    batch.save(update_fields=["added", "updated", "receipt_hash"])
    act = Act(
        kind="registry.exchanged",
        occurred=clock.today(),
        region_id=envelope.county.pk,
        payload={"number": batch.batch_no, "note": f"{batch.sender}，{batch.rows} 个主体"},
    )
    record_fact(act=act, by=by)
    audit(
        "filing.exchange_received",
        by=by,
        subject=("exchange_batch", batch.pk, batch.batch_no),
        data={"sender": batch.sender, "rows": batch.rows, "added": batch.added, "updated": batch.updated},
        region_path=batch.region_path,
    )
    return batch


def receiver_of(county: Region) -> str:
    unit = Unit.objects.filter(region=county, function="civil_affairs").order_by("pk").first()
    return unit.name if unit else f"{county.name}民政部门"


def receipt_body(batch: ExchangeBatch) -> dict[str, object]:
    """回执的正文：双方各存一份，凭摘要核对。"""
    return {
        "sender": batch.sender,
        "receiver": batch.receiver,
        "batch": batch.batch_no,
        "channel": kinds.CHANNELS[batch.channel],
        "rows": batch.rows,
        "added": batch.added,
        "updated": batch.updated,
        "received_at": batch.received_at.astimezone(clock.TZ).isoformat(timespec="seconds"),
        "content_sha256": batch.sha256,
    }


def receipt_hash(batch: ExchangeBatch) -> str:
    text = json.dumps(receipt_body(batch), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def entity_key(row: Mapping[str, Any]) -> str:
    """同一主体的键：有效的统一社会信用代码，否则类别加名称。"""
    code = str(row.get("code") or "")
    return code if check_uscc(code) else f"{row['kind']}:{normal(str(row['name']))}"[:160]


def _upsert(
    batch: ExchangeBatch, county: Region, rows: Sequence[Mapping[str, Any]]
) -> list[RegisteredEntity]:
    """按键新增或更新；以前没有代码、这次补上了的，沿用原来那条（认定也就留着）。"""
    towns = towns_of(county)
    known = {e.key: e for e in RegisteredEntity.objects.filter(county=county.pk)}
    made, kept = [], []
    for row in rows:
        key, named = entity_key(row), f"{row['kind']}:{normal(str(row['name']))}"[:160]
        entity = known.get(key) or known.get(named)
        if entity is None:
            entity = RegisteredEntity(county=county.pk)
            made.append(entity)
        else:
            kept.append(entity)
        known[key] = entity
        _fill(entity, key, row, batch, town_of(row, towns, county))
    RegisteredEntity.objects.bulk_create(made, batch_size=500)
    RegisteredEntity.objects.bulk_update(kept, FIELDS, batch_size=200)
    batch.added, batch.updated = len(made), len(kept)
    return made + kept


FIELDS = (
    "key name code old_code kind business address legal_person status registered_on region region_path batch "
    "updated_at"
).split()


def _fill(
    entity: RegisteredEntity, key: str, row: Mapping[str, Any], batch: ExchangeBatch, region: Region
) -> None:
    entity.key, entity.name, entity.kind = key, row["name"], row["kind"]
    for name in ("code", "old_code", "business", "address", "legal_person", "status"):
        setattr(entity, name, row.get(name) or "")
    entity.registered_on = row.get("registered_on")
    entity.region, entity.region_path = region, region.path
    entity.batch, entity.updated_at = batch, clock.now()


def town_of(row: Mapping[str, Any], towns: Sequence[Region], county: Region) -> Region:
    """主体在哪个街道：写了的按写的，没写的从住所里找；都找不到归县区，由县区指定。"""
    written = simplified(str(row.get("town") or ""))
    for text in filter(None, (written, simplified(str(row.get("address") or "")))):
        for town in towns:
            if simplified(town.name) in text:
                return town
    return county


@verb("filing.exchange")
def push_entities(*, county: Region, by: Viewer) -> int:
    """推送街道核查：待核查、没有存疑、定了街道、还没推送的全部推下去；返回个数。"""
    rows = scoped(by, RegisteredEntity.objects.filter(region_path__under=county.path, klass="pending"))
    rows = rows.filter(pushed_at=None, region__level="town").exclude(match="doubtful")
    found = list(rows.select_related("region").order_by("pk"))
    if not found:
        raise Refused("没有可以推送的主体：存疑的请先认定，没有街道的请先指定街道。")
    now = clock.now()
    RegisteredEntity.objects.filter(pk__in=[e.pk for e in found], pushed_at=None).update(pushed_at=now)
    record_facts(acts=[_assigned(entity) for entity in found], by=by)
    audit("filing.entities_pushed", by=by, data={"count": len(found)}, region_path=county.path)
    return len(found)


def case_key(entity: RegisteredEntity) -> str:
    return f"registry-{entity.pk}"


def _assigned(entity: RegisteredEntity) -> Act:
    return Act(
        kind="registry.assigned",
        occurred=clock.today(),
        facility_id=entity.facility_id,
        region_id=None if entity.facility_id else entity.region_id,
        case_key=case_key(entity),
        payload={"number": f"登记核查{entity.pk}", "note": entity.name},
    )


@verb("filing.exchange", on="entity")
def assign_town(*, entity: RegisteredEntity, region: Region, by: Viewer) -> None:
    """指定街道：住所里看不出街道的，由县区指定。已推送的不能改。"""
    if entity.pushed_at is not None:
        raise Refused("已经推送给街道，不能再改街道。")
    if region.level != "town" or county_of(region).pk != entity.county:
        raise Refused("请选择本县区的街道（乡镇）。", field="region")
    RegisteredEntity.objects.filter(pk=entity.pk).update(region=region, region_path=region.path)
    audit("filing.entities_pushed", by=by, data={"count": 1}, region_path=region.path)


@verb("filing.exchange")
def mark_answered(*, county: Region, by: Viewer) -> list[RegisteredEntity]:
    """核查结果反馈登记机关：登记未开展的，请求督促变更登记范围（酉阳 重点任务三）。"""
    rows = scoped(by, RegisteredEntity.objects.filter(region_path__under=county.path))
    found = list(rows.exclude(klass="pending").select_related("region", "facility").order_by("klass", "pk"))
    if not found:
        raise Refused("还没有核查完的主体，没有可以反馈的。")
    RegisteredEntity.objects.filter(pk__in=[e.pk for e in found]).update(answered_at=clock.now())
    changes = sum(e.klass == "not_operating" for e in found)
    act = Act(
        kind="registry.pushed",
        occurred=clock.today(),
        region_id=county.pk,
        payload={"number": f"核查反馈{date.isoformat(clock.today())}", "note": f"{len(found)} 个主体"},
    )
    record_fact(act=act, by=by)
    data = {"count": len(found), "changes": changes}
    audit("filing.exchange_answered", by=by, data=data, region_path=county.path)
    return found


def new_token() -> str:
    """一个新口令：只在开通时显示一次。"""
    return secrets.token_urlsafe(32)
