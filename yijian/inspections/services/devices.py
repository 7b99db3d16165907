"""检查手机：登记、认出、停用。令牌只在登记时给出一次，库里存摘要。"""

import hashlib
import secrets
from datetime import datetime

from yijian.access.scope import scoped
from yijian.access.verbs import require, verb
from yijian.access.viewer import Viewer
from yijian.audit.services import record as audit
from yijian.inspections.models import Device
from yijian.kernel import clock
from yijian.kernel.errors import Forbidden, NotFound, Refused

STOPPED = (
    "这部手机已停用（{why}），不能再上传。手机里的数据请不要删，点“导出”存成文件，交本单位管理人员导入。"
)


class Unregistered(Refused):
    """手机没有登记。"""


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@verb("inspections.visit")
def register_device(*, uid: str, label: str, by: Viewer) -> str:
    """登记检查手机：返回令牌，只此一次。同一部手机再登记换发新令牌；已停用的不再发。"""
    uid, label = uid.strip()[:36], label.strip()[:60] or "未命名的手机"
    if len(uid) < 8:
        raise Refused("手机没有报上编号，请刷新页面再试。", field="uid")
    token = secrets.token_urlsafe(32)
    found = Device.objects.filter(uid=uid).first()
    if found and found.revoked_at:
        raise Forbidden(STOPPED.format(why=found.revoked_why))
    if found and found.account_id != by.account_id:
        raise Forbidden("这部手机登记在别人名下。请先由原使用人在“检查手机”里停用，再换一个浏览器登记。")
    values = {"label": label, "token_hash": digest_of(token), "last_seen": clock.now()}
    if found:
        Device.objects.filter(pk=found.pk).update(**values)
    else:
        found = Device.objects.create(
            uid=uid, account_id=by.account_id or 0, region_path=by.region_path, **values
        )
    audit("inspections.device_registered", by=by, subject=("device", found.pk, label))
    return token


@verb("inspections.visit", on="device")
def revoke_device(*, device: Device, why: str, by: Viewer) -> None:
    """停用检查手机（丢失、换人）：本人，或有管理权的人；写明原因。"""
    if not why.strip():
        raise Refused("请写明停用的原因，如：手机丢失。", field="why")
    if device.account_id != by.account_id and not by.can("inspections.manage"):
        raise Forbidden("只有使用人本人或管理名录的人可以停用。")
    rows = Device.objects.filter(pk=device.pk, revoked_at__isnull=True)
    if not rows.update(revoked_at=clock.now(), revoked_by=by.name, revoked_why=why.strip()[:200]):
        raise Refused("这部手机已经停用了。")
    audit(
        "inspections.device_revoked", by=by, subject=("device", device.pk, device.label), reason=why.strip()
    )


def known_device(token: str, by: Viewer) -> Device:
    """凭令牌认手机：没登记的、停用的、别人的都不收，并说明怎么办。"""
    device = Device.objects.filter(token_hash=digest_of(token)).first() if token else None
    if device is None:
        raise Unregistered("这部手机还没有登记，请联网打开“现场检查”首页登记后再上传。手机里的数据不会丢。")
    if device.revoked_at:
        raise Forbidden(STOPPED.format(why=device.revoked_why))
    if device.account_id != by.account_id:
        raise Forbidden("登录的人不是这部手机的使用人，请换回本人账号。手机里的数据不会丢。")
    return device


def carried_device(uid: str, by: Viewer) -> Device:
    """代为导入：导出文件里写的那部手机，停用了的也可以；须有管理名录的权限。"""
    require(by, "inspections.manage")
    rows = scoped(by, Device.objects.all(), capability="inspections.manage")
    device = rows.filter(uid=uid[:36]).first()
    if device is None:
        raise NotFound("导出文件来自一部没有登记、或不在您范围内的手机，不能导入。")
    return device


def heard_from(device: Device, said: datetime | None) -> int:
    """手机报的时间比服务器快几秒；差多少都收，只记下来。"""
    now = clock.now()
    offset = round((said - now).total_seconds()) if said else 0
    offset = max(-2_000_000_000, min(2_000_000_000, offset))
    if (now - device.last_seen).total_seconds() > 60 or device.clock_offset != offset:
        Device.objects.filter(pk=device.pk).update(last_seen=now, clock_offset=offset)
    return offset
