"""未登记场所：发现、现场检查、专题报告、处置、跟踪回查（酉阳 重点任务四、2.6；南开 任务16—18）。"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

from yijian.access.scope import scoped
from yijian.access.verbs import verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.documents.models import Document
from yijian.documents.services import About, store_upload
from yijian.filing import kinds
from yijian.filing.models import PlacePhoto, PlaceStep, UnregisteredPlace
from yijian.filing.rules.router import route_place
from yijian.kernel import clock
from yijian.kernel.errors import NotFound, Refused
from yijian.kernel.ids import uuid7
from yijian.ledger.queries.packs import calendar
from yijian.ledger.services.record import Act, record_fact
from yijian.people.kinds import FUNCTIONS
from yijian.people.models import Region

CHECK_WITHIN = 20  # 工作日，酉阳 2.6


@dataclass(frozen=True)
class Seen:
    """发现时看到的。"""

    name: str
    source: str
    region: Region
    address: str
    building: str
    claims: str
    found_on: date
    residents: int = 0
    staff: int = 0
    price_low: int | None = None
    price_high: int | None = None
    risks: tuple[str, ...] = ()
    risk_note: str = ""
    operator: str = ""
    lon: float | None = None
    lat: float | None = None
    photos: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


@verb("filing.check")
def add_place(*, seen: Seen, by: Viewer) -> UnregisteredPlace:
    """登记未登记场所：给出建议处理单位；收住老人的开出 20 个工作日的现场检查。"""
    _check(seen, by)
    route = route_place(seen.claims, seen.region.path)
    place = UnregisteredPlace(
        case_key=f"unlicensed-{uuid7()[:26]}",
        unit_function=route.unit, unit_reason=route.reason, unit_clause=route.clause,
        region=seen.region, region_path=seen.region.path, risks=list(seen.risks),
        check_due_on=calendar().add_workdays(seen.found_on, CHECK_WITHIN).day if seen.residents else None,
        **{name: getattr(seen, name) for name in COPIED},
    )  # fmt: skip
    place.save(force_insert=True)
    _step(place, "found", seen.risk_note, seen.found_on, by)
    _fact(place, "unlicensed.found", seen.found_on, by)
    _fact(place, route.fact, seen.found_on, by)
    if seen.residents:
        _fact(place, "filing.unfiled_found", seen.found_on, by)
    data = {"unit": FUNCTIONS[route.unit], "residents": seen.residents, "clause": route.clause}
    audit("filing.place_found", by=by, subject=("place", place.pk, place.name), data=data,
          region_path=place.region_path)  # fmt: skip
    return place


COPIED = (
    "name source address building claims found_on residents staff price_low price_high "
    "risk_note operator lon lat"
).split()


def _check(seen: Seen, by: Viewer) -> None:
    paths = [post.region_path for post in by.posts_with("filing.check")]
    if not by.everything and not any(seen.region.path.startswith(path) for path in paths):
        raise NotFound("这个街道（乡镇）不在您的辖区里。")
    words = (("source", kinds.SOURCES), ("building", kinds.BUILDINGS), ("claims", kinds.CLAIMS))
    for name, known in words:
        if getattr(seen, name) not in known:
            raise Refused("请从列出的选项里选。", field=name)
    if set(seen.risks) - set(kinds.RISKS):
        raise Refused("风险隐患请从列出的选项里选。", field="risks")
    if seen.found_on > clock.today():
        raise Refused("发现日期在将来，请检查。", field="found_on")
    if seen.price_low is not None and seen.price_high is not None and seen.price_high < seen.price_low:
        raise Refused("收费的高价低于低价，请核对。", field="price_high")
    if not seen.address.strip():
        raise Refused("请写明场所位置。", field="address")
    same = UnregisteredPlace.objects.filter(region=seen.region, address=seen.address).exclude(state="closed")
    if same.exists():
        raise Refused("这个地点已经登记过，还没有销号；请在原来那一条上继续办理。", field="address")


STEP_FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "inspect": (("filing.unfiled_check_done", ""),),
    "report": (("unlicensed.reported", ""), ("report.submitted", "unlicensed")),
    "settle": (("unlicensed.disposed", ""),),
}


@verb("filing.check", on="place")
def move_place(*, place: UnregisteredPlace, step: str, note: str, on: date, by: Viewer) -> UnregisteredPlace:
    """场所往下走一步：现场检查、专题报告、处置方案、联合行动、处置结果、复燃、销号；都要写明情况。"""
    state = kinds.PLACE.next(place.state, step)
    if not note.strip():
        raise Refused(f"请写明{kinds.PLACE.label(step)}的情况。", field="note")
    if not place.found_on <= on <= clock.today():
        raise Refused("日期应在发现日期与今天之间。", field="on")
    changes: dict[str, object] = {"state": state}
    if step == "dispose":
        changes["plan"] = note.strip()
    if step == "settle":
        changes["outcome"] = note.strip()
    if step == "revive":
        changes |= {"case_key": f"unlicensed-{uuid7()[:26]}", "found_on": on,
                    "check_due_on": calendar().add_workdays(on, CHECK_WITHIN).day}  # fmt: skip
    if not UnregisteredPlace.objects.filter(pk=place.pk, state=place.state).update(**changes):
        raise Refused("别人刚刚办过这一步，请刷新页面。")
    place.refresh_from_db()
    _step(place, step, note.strip(), on, by)
    _step_facts(place, step, on, by)
    data = {"step": kinds.PLACE.label(step), "note": note.strip()[:200]}
    audit("filing.place_moved", by=by, subject=("place", place.pk, place.name), data=data)
    return place


def _step_facts(place: UnregisteredPlace, step: str, on: date, by: Viewer) -> None:
    for kind, variant in STEP_FACTS.get(step, ()):
        _fact(place, kind, on, by, variant)
    if step == "settle":
        _fact(place, "case.closed", on, by, route_place(place.claims, place.region_path).variant)
    if step == "revive":
        _fact(place, "unlicensed.found", on, by)
        _fact(place, "filing.unfiled_found", on, by)


def _fact(place: UnregisteredPlace, kind: str, on: date, by: Viewer, variant: str = "") -> None:
    act = Act(
        kind=kind,
        variant=variant,
        occurred=on,
        region_id=place.region_id,
        case_key=place.case_key,
        payload={"number": f"未登记场所{place.pk}号", "note": f"{place.name}（{place.address}）"},
    )
    record_fact(act=act, by=by)


def _step(place: UnregisteredPlace, step: str, note: str, on: date, by: Viewer) -> None:
    PlaceStep.objects.create(
        place=place, step=step, note=note, on=on, at=clock.now(), by_name=by.name, unit_name=by.unit_name
    )


def keep_photos(
    *, place: UnregisteredPlace, photos: Sequence[tuple[str, bytes]], by: Viewer
) -> list[Document]:
    """场所照片：逐张存证，再附到场所上。"""
    about = About(region_path=place.region_path)
    kept = [
        store_upload(
            name=name, content=BytesIO(content), label=f"场所照片：{place.name}"[:200], about=about, by=by
        )
        for name, content in photos
    ]
    if kept:
        _attach(place=place, documents=kept, by=by)
    return kept


@verb("filing.check", on="place")
def _attach(*, place: UnregisteredPlace, documents: Sequence[Document], by: Viewer) -> None:
    """附场所照片。"""
    PlacePhoto.objects.bulk_create([PlacePhoto(place=place, document=d) for d in documents])
    audit(
        "filing.place_photo", by=by, subject=("place", place.pk, place.name), data={"count": len(documents)}
    )


@verb("filing.check", on="place")
def keep_report(*, place: UnregisteredPlace, document: Document, by: Viewer) -> None:
    """把生成的专题报告附到场所上。"""
    UnregisteredPlace.objects.filter(pk=place.pk).update(report=document)
    data = {"title": "未登记场所专题报告"}
    audit("filing.special_report", by=by, subject=("place", place.pk, place.name), data=data)


def mine(by: Viewer, place_id: int) -> UnregisteredPlace:
    found = scoped(by, UnregisteredPlace.objects.all(), capability="filing.check").filter(pk=place_id).first()
    if found is None:
        raise NotFound("没有这个场所，或不在您的范围内。")
    return found
