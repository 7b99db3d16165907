"""酉阳：真实的文件与区划，几个乡镇单位与人员（人员为演示数据）。"""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yijian.access.viewer import Viewer, build_viewer
from yijian.appraisal.rules.word import table_document
from yijian.kernel import clock
from yijian.ledger.models import Obligation
from yijian.ledger.services.load import load_packs
from yijian.people.models import Account, Region, Unit
from yijian.people.services import create_account, create_unit, load_regions, open_post
from yijian.people.viewer import SYSTEM

PACK = "cn-500242-youyang-2023"
FOUNDED = date(2023, 4, 20)
UNITS = [
    ("civil", "酉阳县民政局", "civil_affairs", "500242"),
    ("fire", "酉阳县消防救援大队", "fire", "500242"),
    ("audit", "酉阳县审计局", "audit", "500242"),
    ("peach", "桃花源街道办事处", "subdistrict", "500242001"),
    ("bell", "钟多街道办事处", "subdistrict", "500242002"),
    ("dragon", "龙潭镇人民政府", "subdistrict", "500242101"),
    ("nankai", "南开区民政局", "civil_affairs", "120104"),
]
STAFF = [
    ("chief", "演示甲", "civil", "chief"),
    ("firefighter", "演示乙", "fire", "officer"),
    ("auditor", "演示丙", "audit", "auditor"),
    ("peach_clerk", "演示丁", "peach", "clerk"),
    ("peach_other", "演示戊", "peach", "clerk"),
    ("bell_clerk", "演示己", "bell", "clerk"),
    ("dragon_clerk", "演示庚", "dragon", "clerk"),
    ("stranger", "演示辛", "nankai", "chief"),
]
CONTACT = {"name": "演示员", "title": "民政办主任", "phone": "13800000001"}


@dataclass
class Youyang:
    """按键取用的单位与账号。"""

    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def viewer(self, key: str) -> Viewer:
        return build_viewer(self.accounts[key])

    def client(self, key: str) -> Client:
        client = Client()
        client.force_login(self.accounts[key])
        return client

    def duty(self, unit: str, ref: str) -> Obligation:
        return Obligation.objects.get(
            rule__pack=PACK, unit=self.units[unit], rule__proofs__fact_kind="campaign.submission",
            rule__proofs__variant=ref,
        )  # fmt: skip


def youyang() -> Youyang:
    """2023-04-20 文件印发当天建起来的酉阳。"""
    made = Youyang()
    with clock.travel(FOUNDED):
        load_regions(by=SYSTEM)
        for key, name, function, code in UNITS:
            made.units[key] = create_unit(
                name=name, function=function, region=Region.objects.get(pk=code), by=SYSTEM
            )
        for key, name, unit, role in STAFF:
            made.accounts[key] = create_account(username=key, name=name, password=None, by=SYSTEM)
            open_post(
                account=made.accounts[key], unit=made.units[unit], role=role, starts_on=FOUNDED, by=SYSTEM
            )
        load_packs(keep_from=date(2023, 1, 1), by=SYSTEM)
    return made


def at(day: date, hour: int = 10) -> datetime:
    return clock.start_of(day) + timedelta(hours=hour)


def docx(text: str = "评估") -> bytes:
    return table_document(text, ["指标", "情况"], [["1.1", text]])


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class OldName(zipfile.ZipInfo):
    """成员名按 GB18030 存、不标 UTF-8。"""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("gb18030"), 0


def zipped(files: dict[str, bytes], gbk: bool = False) -> bytes:
    """压缩包；gbk 为真时成员名按中文 Windows 的旧习惯存。"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(OldName(name) if gbk else name, content)
    return out.getvalue()
