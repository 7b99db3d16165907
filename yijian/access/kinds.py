"""权限的登记与授予。各应用在 kinds.py 写 CAPABILITIES，启动时登记；谁有什么权限全在 GRANTS 一张表里。"""

from collections.abc import Mapping

from yijian.people.kinds import LABELS, group_of

# 所有业务岗位都有的：看自己范围内的台账和机构、看条文、查找、看和传材料、请人代理自己。
_EVERYONE = {
    "ledger.view",
    "ledger.rules_view",
    "facilities.view",
    "documents.view",
    "documents.upload",
    "search.use",
    "people.deputy",
}
_RECORDS = {"ledger.record", "ledger.bulk"}
_LOOKS = {"people.view", "appraisal.view", "inspections.view", "rectification.view", "filing.view"}
_FIELD = {"inspections.visit", "rectification.open", "rectification.handover"}
_STAFF = _EVERYONE | _RECORDS | _LOOKS | _FIELD | {"documents.papers"}
_HOME = _EVERYONE | {"ledger.record", "inspections.view", "inspections.selfcheck"}
_HOME |= {"rectification.view", "rectification.reply", "filing.view", "filing.apply"}
_REVIEWS = {"ledger.review", "documents.view_original", "rectification.accept"}
_CIVIL = _STAFF | _REVIEWS | {"facilities.edit", "facilities.import", "sheets.import"}
_CIVIL |= {"inspections.manage", "inspections.draw", "inspections.commit"}
_CIVIL |= {"filing.handle", "filing.check", "filing.exchange", "documents.templates"}
_CIVIL_CHIEF = _CIVIL | {
    "ledger.not_applicable",
    "ledger.supervise",
    "facilities.merge",
    "notices.send",
    "appraisal.submit",
    "inspections.publish",
    "rectification.decide",
}

# （职能组，岗位）→ 权限。表中没有的组合什么也不能做。
GRANTS: dict[tuple[str, str], frozenset[str]] = {
    ("civil_affairs", "chief"): frozenset(_CIVIL_CHIEF),
    ("civil_affairs", "officer"): frozenset(_CIVIL),
    ("civil_affairs", "clerk"): frozenset(_STAFF | {"facilities.edit", "sheets.import"}),
    ("department", "chief"): frozenset(
        _STAFF
        | _REVIEWS
        | {"ledger.supervise", "notices.send", "inspections.publish", "rectification.decide"}
        | {"inspections.commit"}
    ),
    ("department", "officer"): frozenset(_STAFF | _REVIEWS | {"inspections.commit", "filing.exchange"}),
    ("department", "clerk"): frozenset(_STAFF),
    ("subdistrict", "chief"): frozenset(_STAFF | {"appraisal.submit", "sheets.import", "filing.check"}),
    ("subdistrict", "officer"): frozenset(_STAFF | {"appraisal.submit", "sheets.import", "filing.check"}),
    ("subdistrict", "clerk"): frozenset(_STAFF | {"appraisal.submit", "filing.check"}),
    ("facility", "director"): frozenset(_HOME),
    ("facility", "staff"): frozenset(_HOME),
    ("outside", "chief"): frozenset(_EVERYONE | {"ledger.record"}),
    ("outside", "officer"): frozenset(_EVERYONE | {"ledger.record"}),
    ("outside", "clerk"): frozenset(_EVERYONE | {"ledger.record"}),
    ("readers", "auditor"): frozenset(
        {
            "ledger.view",
            "ledger.rules_view",
            "facilities.view",
            "documents.view",
            "documents.view_original",
            "search.use",
            "people.view",
            "appraisal.view",
            "inspections.view",
            "rectification.view",
            "filing.view",
        }
    ),
}

# 三员：各管一段，互不兼任，都不碰业务；导入表格、查看后台任务是系统管理员的技术权限。
OFFICER_GRANTS: dict[str, frozenset[str]] = {
    "system": frozenset({"people.view", "people.manage", "people.deputy", "sheets.import", "worker.view"}),
    "security": frozenset({"people.view", "people.security"}),
    "audit": frozenset({"audit.read"}),
}

CAPABILITIES: dict[str, str] = {}


def register(mapping: Mapping[str, str]) -> None:
    """登记一个应用的权限；同名而说法不同是编程错误。"""
    for name, label in mapping.items():
        if CAPABILITIES.setdefault(name, label) != label:
            raise ValueError(f"权限 {name} 有两种说法：{CAPABILITIES[name]}、{label}")
        LABELS[name] = label


def granted(function: str, role: str) -> frozenset[str]:
    """某种职能的单位里某个岗位的权限；监督查阅人员不论在哪个单位都只读。"""
    group = "readers" if role == "auditor" else group_of(function)
    return GRANTS.get((group, role), frozenset())
