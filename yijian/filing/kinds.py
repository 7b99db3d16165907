"""登记备案的词：审计用语、能力。"""

AUDIT: dict[str, str] = {}

CAPABILITIES: dict[str, str] = {
    "filing.view": "查看登记备案",
    "filing.apply": "申请备案、变更与退出",
    "filing.handle": "办理备案与退出",
    "filing.check": "登记主体与未登记场所现场核查",
    "filing.exchange": "登记与备案信息交换",
}
