"""组织与人员的规则：路径、任期、代理期限、岗位与单位是否相配。纯函数。"""

from datetime import date

from yijian.kernel.errors import Refused
from yijian.people.kinds import FACILITY_ROLES, FUNCTIONS, MAX_DEPUTY_DAYS, OFFICERS, ROLES

NATION = "000000"


def path_of(code: str, parent_path: str | None) -> str:
    """区划路径：全国为“/”，其余为上级路径加本级代码，如 /120000/120104/。"""
    if code == NATION:
        return "/"
    return f"{parent_path or '/'}{code}/"


def is_under(path: str, ancestor: str) -> bool:
    """path 是否为 ancestor 本身或其下级。"""
    return path.startswith(ancestor)


def is_facility(function: str) -> bool:
    return function == "facility"


def check_function(function: str) -> None:
    if function not in FUNCTIONS:
        raise Refused(f"没有“{function}”这种单位职能，请从职能词表中选择。", field="function")


def check_post(function: str, role: str) -> None:
    """岗位要与单位相配：机构只有院长和工作人员，其他单位没有这两种。"""
    if role not in ROLES:
        raise Refused(f"没有“{role}”这种岗位，请从岗位词表中选择。", field="role")
    if is_facility(function) != (role in FACILITY_ROLES):
        kind = "养老服务机构" if is_facility(function) else "政府部门和其他单位"
        raise Refused(f"{kind}不设“{ROLES[role]}”岗位，请改选岗位或单位。", field="role")


def check_officer(officer: str) -> None:
    if officer and officer not in OFFICERS:
        raise Refused(f"没有“{officer}”这种管理员，应为系统、安全、审计管理员之一。", field="officer")


def check_deputy(starts_on: date, ends_on: date, reason: str) -> None:
    """代理起止日都计入，不超过 60 日，须写明原因。"""
    if ends_on < starts_on:
        raise Refused("代理的截止日早于起始日，请改正。", field="ends_on")
    days = (ends_on - starts_on).days + 1
    if days > MAX_DEPUTY_DAYS:
        raise Refused(
            f"代理期限 {days} 日，超过 {MAX_DEPUTY_DAYS} 日；时间更长的请办理任命。", field="ends_on"
        )
    if not reason.strip():
        raise Refused("请写明委托代理的原因。", field="reason")
