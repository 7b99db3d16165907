"""登记主体与机构比对：给出对上、存疑、没有；存疑的由人认定，认定留存，下次导入照办。"""

from collections.abc import Sequence

from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.facilities.models import Facility
from yijian.filing import kinds
from yijian.filing.models import MatchPair, RegisteredEntity
from yijian.filing.rules.matching import Candidate, Index, Party, place_words
from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.models import Region


def index_of(county: Region) -> Index:
    """一县全部在册机构的索引；并入他家的不算。"""
    rows = Facility.objects.filter(region_path__under=county.path, merged_into=None).order_by("pk")
    parties = [
        Party(
            f.pk,
            f.name,
            f.uscc or "",
            f.uscc_as_written,
            f.region_id,
            f.legal_person,
            tuple(str(alias) for alias in f.aliases),
        )
        for f in rows
    ]
    above = [code for code in county.path.split("/") if code]
    near = Region.objects.filter(pk__in=above) | Region.objects.filter(parent=county)
    return Index(parties, place_words(near.order_by("pk").values_list("name", flat=True)))


def match_entities(entities: Sequence[RegisteredEntity], county: Region) -> dict[str, int]:
    """比对一批主体，逐条写下结果；以前人认定过的照认定办，不再问。返回各结果的个数。"""
    index, counts = index_of(county), dict.fromkeys(kinds.MATCHES, 0)
    decided = _decided(entities)
    filed = set(
        Facility.objects.filter(region_path__under=county.path, filing_status="filed").values_list(
            "pk", flat=True
        )
    )
    pairs: list[MatchPair] = []
    for entity in entities:
        pairs += _settle(entity, index, decided.get(entity.pk, {}), filed)
        counts[entity.match] += 1
    MatchPair.objects.filter(entity__in=[e.pk for e in entities], verdict="").delete()
    MatchPair.objects.bulk_create(pairs, batch_size=500)
    changed = ["facility", "match", "match_why", "klass"]
    RegisteredEntity.objects.bulk_update(entities, changed, batch_size=200)
    return counts


def _decided(entities: Sequence[RegisteredEntity]) -> dict[int, dict[int, str]]:
    """主体 → {机构: 认定}。"""
    found: dict[int, dict[int, str]] = {}
    rows = MatchPair.objects.filter(entity__in=[e.pk for e in entities]).exclude(verdict="")
    for entity, facility, verdict in rows.values_list("entity_id", "facility_id", "verdict"):
        found.setdefault(entity, {})[facility] = verdict
    return found


def _settle(entity: RegisteredEntity, index: Index, said: dict[int, str], filed: set[int]) -> list[MatchPair]:
    """一个主体的结果；返回要请人认定的配对。"""
    same = [facility for facility, verdict in said.items() if verdict == "same"]
    if same:
        _join(entity, same[0], "经人认定为同一家", filed)
        return []
    party = Party(entity.pk, entity.name, entity.code, entity.old_code, entity.region_id, entity.legal_person)
    verdict = index.match(party)
    left = [c for c in verdict.candidates if c.key not in said]
    if verdict.outcome == "certain" and left:
        _join(entity, left[0].key, left[0].why, filed)
        return []
    entity.facility_id, entity.match = None, "doubtful" if left else "none"
    entity.match_why = left[0].why if left else ""
    return [_pair(entity, candidate) for candidate in left]


def _pair(entity: RegisteredEntity, candidate: Candidate) -> MatchPair:
    return MatchPair(entity=entity, facility_id=candidate.key, score=candidate.score, why=candidate.why[:200])


def _join(entity: RegisteredEntity, facility: int, why: str, filed: set[int]) -> None:
    """对上一家；那家已备案、主体还没有核查过的，就归为已备案。"""
    entity.facility_id, entity.match, entity.match_why = facility, "certain", why
    if facility in filed and entity.klass == "pending":
        entity.klass = "on_file"


@verb("filing.exchange", on="entity")
def decide_pair(*, entity: RegisteredEntity, facility_id: int, verdict: str, by: Viewer) -> RegisteredEntity:
    """认定疑似配对（酉阳 重点任务三）：是或不是同一家；已认定的要改，再认定一次即可，留痕。"""
    if verdict not in kinds.VERDICTS:
        raise Refused("请选择“是同一家”或“不是同一家”。", field="verdict")
    entity = RegisteredEntity.objects.select_for_update().get(pk=entity.pk)
    pair = MatchPair.objects.select_related("facility").filter(entity=entity, facility_id=facility_id).first()
    if pair is None:
        raise Refused("这一对不在待认定之列，请刷新页面后再试。")
    others = MatchPair.objects.filter(entity=entity, verdict="same").exclude(pk=pair.pk)
    if verdict == "same" and others.exists():
        raise Refused("这个主体已认定与另一家相同；请先把那一对改为“不是同一家”。")
    pair.verdict, pair.decided_by, pair.decided_at = verdict, by.name, clock.now()
    pair.save(update_fields=["verdict", "decided_by", "decided_at"])
    _after_verdict(entity, pair)
    data = {"facility": pair.facility.name, "verdict": kinds.VERDICTS[verdict], "score": pair.score}
    audit("filing.pair_decided", by=by, subject=("entity", entity.pk, entity.name), data=data)
    return entity


def _after_verdict(entity: RegisteredEntity, pair: MatchPair) -> None:
    if pair.verdict == "same":
        filed = {pair.facility_id} if pair.facility.filing_status == "filed" else set()
        _join(entity, pair.facility_id, "经人认定为同一家", filed)
    elif entity.facility_id in (None, pair.facility_id):
        entity.facility = None
        entity.match = "doubtful" if entity.pairs.filter(verdict="").exists() else "none"
        if entity.klass == "on_file" and entity.checked_at is None:
            entity.klass = "pending"
    entity.save(update_fields=["facility", "match", "match_why", "klass"])
