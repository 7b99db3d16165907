"""登记备案的词：审计用语、能力、登记备案交换与未登记场所的词表、状态机。"""

from yijian.kernel.states import Machine

AUDIT: dict[str, str] = {
    "filing.exchange_received": "{actor}接收{sender}的登记信息 {subject}：{rows} 行，"
    "新增 {added}，更新 {updated}",
    "filing.partner_added": "{actor}为{subject}开通登记信息报送口令",
    "filing.pair_decided": "{actor}认定{subject}与{facility}{verdict}",
    "filing.entities_pushed": "{actor}推送 {count} 个登记主体到街道（乡镇）核查",
    "filing.street_checked": "{actor}现场核查{subject}：{klass}，在住老人 {residents} 人",
    "filing.exchange_answered": "{actor}导出核查结果反馈登记机关：{count} 个主体，"
    "请求变更经营范围 {changes} 个",
    "filing.name_checked": "{actor}核验{subject}的备案名称：{result}",
    "filing.place_found": "{actor}登记未登记场所{subject}，建议由{unit}处理",
    "filing.place_moved": "{actor}对未登记场所{subject}{step}：{note}",
    "filing.place_photo": "{actor}为未登记场所{subject}补充照片",
    "filing.fire_recorded": "{actor}登记{subject}的消防审验情况：{status}",
    "filing.fire_decided": "{actor}附会议纪要，写明{subject}的消防审验处理决定",
    "filing.licence_photo": "{actor}为{subject}的证照附照片",
    "filing.violation_found": "{actor}登记{subject}的{kind}线索，转{unit}",
    "filing.violation_moved": "{actor}对{subject}的{kind}线索{step}：{note}",
    "filing.special_report": "{actor}生成{title}：{subject}",
}

CAPABILITIES: dict[str, str] = {
    "filing.view": "查看登记备案",
    "filing.apply": "申请备案、变更与退出",
    "filing.handle": "办理备案与退出",
    "filing.check": "登记主体与未登记场所现场核查",
    "filing.exchange": "登记与备案信息交换",
}


def choices(machine: Machine) -> list[tuple[str, str]]:
    """状态与中文名。"""
    return [(state, machine.label(state)) for state in machine.states]


# ── 登记主体 ──
ENTITY_KINDS: dict[str, str] = {
    "market": "市场主体",
    "social": "社会服务机构",
    "institution": "事业单位",
}
MATCHES: dict[str, str] = {"certain": "对上", "doubtful": "存疑待认定", "none": "没有对上"}
CLASSES: dict[str, str] = {
    "pending": "待街道核查",
    "on_file": "已备案",
    "off_file": "登记未备案",
    "not_operating": "登记但未开展或不具备条件",
}
VERDICTS: dict[str, str] = {"same": "是同一家", "different": "不是同一家"}
CHANNELS: dict[str, str] = {"sheet": "表格", "rest": "接口"}

# ── 未登记场所 ──
SOURCES: dict[str, str] = {"street": "街道排查", "complaint": "投诉举报", "data": "数据比对"}
CLAIMS: dict[str, str] = {
    "business": "以企业或个体经营名义",
    "social": "以社会服务机构名义",
    "institution": "以事业单位名义",
    "unclear": "名义不清",
}
BUILDINGS: dict[str, str] = {
    "residence": "居民住宅",
    "self_built": "自建房",
    "factory": "厂房仓库改建",
    "commercial": "商铺写字楼",
    "hotel": "旅馆改建",
    "other": "其他",
}
RISKS: dict[str, str] = {
    "fire": "消防",
    "food": "食品",
    "care": "照护管理",
    "structure": "房屋结构",
    "fund": "收费资金",
    "medical": "医疗",
}
PLACE = Machine(
    {
        "found": {"inspect": "checked"},
        "checked": {"report": "reported"},
        "reported": {"dispose": "disposing"},
        "disposing": {"act": "disposing", "settle": "watch"},
        "watch": {"revive": "found", "close": "closed"},
        "closed": {},
    },
    {
        "found": "已发现", "checked": "已现场检查", "reported": "已专题报告", "disposing": "处置中",
        "watch": "跟踪回查", "closed": "已了结", "inspect": "登记现场检查", "report": "专题报告",
        "dispose": "写明处置方案", "act": "登记联合行动", "settle": "写明处置结果", "revive": "登记死灰复燃",
        "close": "销号",
    },
)  # fmt: skip

# ── 消防审验 ──
FIRE: dict[str, str] = {"accepted": "已验收合格", "recorded": "已备案", "missing": "未办理"}
FIRE_REASONS: dict[str, str] = {
    "property": "无不动产登记",
    "planning": "无规划许可或用途不符",
    "standard": "达不到现行消防技术标准",
    "old": "建成早于审验制度",
    "lease": "租赁房屋产权方不配合",
    "works": "未办施工许可",
    "money": "整改资金未落实",
    "other": "其他",
}

# ── 用地、建设、环境违法 ──
VIOLATIONS: dict[str, str] = {
    "use_changed": "擅自改变规划用途",
    "allocated_land": "划拨土地违规转让、出租或抵押",
    "not_delivered": "新建小区配套设施不达标或不移交",
    "illegal_building": "违法建设",
    "pollution": "违规排放污染物",
    "price": "违反明码标价",
}
VIOLATION = Machine(
    {
        "routed": {"accept": "handling", "return_back": "returned"},
        "handling": {"answer": "answered"},
        "returned": {"send_again": "routed"},
        "answered": {"shut": "closed", "send_again": "routed"},
        "closed": {},
    },
    {
        "routed": "已转办", "handling": "办理中", "returned": "被退回", "answered": "结果已回",
        "closed": "已办结",
        "accept": "接收办理", "return_back": "退回", "answer": "反馈结果",
        "shut": "办结", "send_again": "再次转办",
    },
)  # fmt: skip

# 证照有效期的说法
EXPIRY: dict[str, str] = {"expired": "已过期", "soon": "即将到期", "valid": "有效", "absent": "无"}
LADDER = (90, 30, 0)
