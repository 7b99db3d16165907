"""测试用的一次检查：松鹤养老院，民政、消防两人，一张六项的检查表（演示数据）。"""

import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from PIL import Image

from yijian.access.viewer import Viewer, build_viewer
from yijian.facilities.models import Facility
from yijian.inspections.models import Checklist, ChecklistVersion, Device, Inspector, Visit, VisitInspector
from yijian.inspections.services.devices import register_device
from yijian.inspections.services.sync import From, Sent, receive_answers, receive_photo, receive_signature
from yijian.kernel import clock
from yijian.kernel.ids import uuid7
from yijian.ledger.tests.world import make_facility
from yijian.people.cast import Cast


def item(code: str, weight: str = "G", **more: Any) -> dict[str, Any]:
    return {
        "id": code, "section": "消防安全", "text": f"第{code}项要求", "method": "S", "weight": weight,
        "basis": "消防法", "mark": "", "photo_on_fail": False, "phrases": ["通道堵塞", "设施损坏"],
        "situation": "",
    } | more  # fmt: skip


ITEMS = [
    item("F1", "R"),
    item("F2", "R"),
    item("F3", "K", photo_on_fail=True),
    item("F4"),
    item("F5"),
    item("F6"),
]


def jpeg(seed: int = 0, side: int = 64) -> bytes:
    """一张小照片，每个 seed 内容不同。"""
    out = io.BytesIO()
    colour = (seed * 37 % 256, seed * 91 % 256, seed // 256 % 256)
    picture = Image.new("RGB", (side, side), colour)
    picture.putpixel((seed % side, seed // side % side), (255 - colour[0], 255, 0))
    picture.save(out, "JPEG", comment=f"演示{seed}".encode())
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (120, 60), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def sha(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@dataclass
class Phone:
    """一个人的一部手机。"""

    who: str
    viewer: Viewer
    inspector: Inspector
    token: str
    device: Device
    number: int = 0

    def answer(self, visit: Visit, code: str, value: str, uid: str = "", **more: Any) -> Sent:
        self.number += 1
        body = {"visit": visit.uid, "check": code, "value": value, "seq": self.number, "at": now_ms()} | more
        text = json.dumps(body, ensure_ascii=False)
        return Sent(uid or uuid7(), sha(text), text)

    def about(self, visit: Visit, uid: str = "", **more: Any) -> Sent:
        text = json.dumps({"visit": visit.uid, "at": now_ms()} | more, ensure_ascii=False)
        return Sent(uid or uuid7(), sha(text), text)

    def send(self, *sent: Sent, offset: int = 0) -> list[Any]:
        return receive_answers(sent=sent, source=From(self.device, offset), by=self.viewer)

    def snap(self, visit: Visit, code: str, image: bytes, uid: str = "", **more: Any) -> Any:
        return receive_photo(
            sent=self.about(visit, uid, check=code, **more), image_sha256=sha(image), image=io.BytesIO(image),
            size=len(image), name="照片.jpg", source=From(self.device), by=self.viewer,
        )  # fmt: skip

    def sign(self, visit: Visit, image: bytes | None = None, uid: str = "", **more: Any) -> Any:
        given = io.BytesIO(image) if image else None
        return receive_signature(
            sent=self.about(visit, uid, **more), image_sha256=sha(image) if image else "", image=given,
            size=len(image or b""), source=From(self.device), by=self.viewer,
        )  # fmt: skip


def now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


@dataclass
class World:
    """一家机构、一次任务、两部手机。"""

    cast: Cast
    home: Facility
    version: ChecklistVersion
    visit: Visit
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def civil(self) -> Phone:
        return self.phones["civil_officer"]

    @property
    def fire(self) -> Phone:
        return self.phones["fire_officer"]

    def viewer(self, who: str) -> Viewer:
        return build_viewer(self.cast.accounts[who])

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(self.cast.accounts[who])
        return client

    def all_pass(self, but: dict[str, str] | None = None) -> None:
        """民政的手机把六项答完。"""
        values = dict.fromkeys((i["id"] for i in ITEMS), "pass") | (but or {})
        self.civil.send(*(self.civil.answer(self.visit, code, value) for code, value in values.items()))

    def all_sign(self) -> None:
        for phone in (self.civil, self.fire):
            phone.sign(self.visit, png(), role="inspector", inspector=phone.inspector.pk)
        self.civil.sign(self.visit, png(), role="facility", signer="温如松")


def make_inspector(cast: Cast, who: str, unit: str) -> Inspector:
    return Inspector.objects.create(
        name=cast.accounts[who].name, unit=cast.units[unit], region_path=cast.district.path,
        account=cast.accounts[who], certificate_no=f"演执{who}", valid_to=clock.today() + timedelta(days=400),
        expertise=["fire"],
    )  # fmt: skip


def make_version(items: list[dict[str, Any]] | None = None) -> ChecklistVersion:
    checklist, _ = Checklist.objects.get_or_create(
        code="demo-fire", defaults={"title": "消防安全检查表", "aspect": "fire"}
    )
    return ChecklistVersion.objects.create(
        checklist=checklist, number=checklist.versions.count() + 1, items=items or ITEMS, sha256="0" * 64,
        published_by="系统",
    )  # fmt: skip


def make_visit(
    cast: Cast, home: Facility, version: ChecklistVersion, *people: Inspector, **more: Any
) -> Visit:
    values = {
        "kind": "daily", "facility": home, "region_path": home.region_path, "lead_unit": cast.units["civil"],
        "functions": ["civil_affairs", "fire"], "reason": "年度计划外补查", "basis": "养老机构管理办法",
        "window_from": clock.today(), "window_to": clock.today() + timedelta(days=7), "assigned_by": "陆文静",
    } | more  # fmt: skip
    visit = Visit.objects.create(uid=uuid7(), entry_code=uuid7().replace("-", ""), **values)
    visit.checklists.add(version)
    for number, one in enumerate(people):
        VisitInspector.objects.create(visit=visit, inspector=one, leader=not number)
    return visit


def world(cast: Cast) -> World:
    unit = cast.units["home_a"]
    home = Facility.objects.filter(unit=unit).first() or make_facility(
        unit.name,
        "990102001",
        unit=unit,
        search_text=unit.name,
        address="松鹤路 1 号",
        director="温如松",
        beds=80,
    )
    version = make_version()
    people = [make_inspector(cast, "civil_officer", "civil"), make_inspector(cast, "fire_officer", "fire")]
    made = World(cast, home, version, make_visit(cast, home, version, *people))
    for who, inspector in zip(("civil_officer", "fire_officer"), people, strict=True):
        viewer = made.viewer(who)
        token = register_device(uid=f"device-{who}", label="检查手机", by=viewer)
        made.phones[who] = Phone(who, viewer, inspector, token, Device.objects.get(uid=f"device-{who}"))
    return made
