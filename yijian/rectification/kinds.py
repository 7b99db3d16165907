"""隐患整改的词：方面、等级、三个清单、告知移送的种类、各状态机、审计用语、能力。"""

from yijian.kernel.states import Machine

# 与检查表的方面同一套词；检查在楼上，经登记问题时传下来。
ASPECTS: dict[str, str] = {
    "building": "建筑",
    "fire": "消防",
    "food": "食品",
    "medical": "医疗卫生",
    "equipment": "特种设备",
    "environment": "环境",
    "safety": "服务安全",
    "quality": "服务质量",
    "money": "资金收费",
    "staff": "从业人员",
    "emergency": "应急",
    "video": "视频",
    "archive": "档案",
    "registration": "登记备案",
}
GRADES: dict[str, str] = {"general": "一般隐患", "major": "重大隐患"}
ORIGINS: dict[str, str] = {
    "visit": "现场检查",
    "selfcheck": "机构自查",
    "complaint": "投诉举报",
    "handover": "告知移送",
    "patrol": "日常巡查",
}
LISTS: dict[str, str] = {"hazards": "隐患清单", "measures": "整改清单", "duties": "责任清单"}
VERDICTS: dict[str, str] = {"passed": "验收通过", "failed": "验收不通过"}
REPEAT_MONTHS = 24

PROBLEM = Machine(
    states={
        "open": {"reply": "replied"},
        "replied": {"pass": "closed", "fail": "open"},
        "closed": {},
    },
    labels={
        "open": "整改中",
        "replied": "待验收",
        "closed": "已销号",
        "reply": "回复整改",
        "pass": "验收销号",
        "fail": "验收退回",
    },
)

EXTENSION = Machine(
    states={"asked": {"grant": "granted", "refuse": "refused"}, "granted": {}, "refused": {}},
    labels={
        "asked": "待决定",
        "granted": "同意延期",
        "refused": "不同意延期",
        "grant": "同意",
        "refuse": "不同意",
    },
)

STEPS: dict[str, str] = {"suspend": "责令停业整顿", "transfer": "移送或申请强制执行"}
DRAFT = Machine(
    states={
        "drafted": {"adopt": "adopted", "drop": "dropped", "lapse": "lapsed"},
        "adopted": {},
        "dropped": {},
        "lapsed": {},
    },
    labels={
        "drafted": "待决定",
        "adopted": "已决定采取",
        "dropped": "已决定不采取",
        "lapsed": "已失效",
        "adopt": "采取",
        "drop": "不采取",
        "lapse": "失效",
    },
)

LISTING = Machine(
    states={
        "requested": {"list": "listed"},
        "listed": {"delist": "delisted"},
        "delisted": {},
    },
    labels={
        "requested": "已提请",
        "listed": "已挂牌",
        "delisted": "已摘牌",
        "list": "挂牌",
        "delist": "摘牌",
    },
)

HANDOVERS: dict[str, str] = {
    "notify": "书面告知",
    "transfer": "移送",
    "forward": "转办",
    "assign": "交办",
    "whistle": "街道吹哨",
}
HANDOVER = Machine(
    states={
        "sent": {"receive": "received", "return": "returned", "escalate": "disputed"},
        "received": {
            "arrive": "arrived",
            "answer": "answered",
            "return": "returned",
            "escalate": "disputed",
        },
        "arrived": {"answer": "answered"},
        "returned": {"resend": "sent"},
        "disputed": {"arbitrate": "sent"},
        "answered": {},
    },
    labels={
        "sent": "已发出",
        "received": "已签收",
        "arrived": "已到场",
        "returned": "已退回",
        "disputed": "待民政裁定",
        "answered": "已反馈",
        "receive": "签收",
        "arrive": "登记到场",
        "answer": "反馈结果",
        "return": "退回",
        "escalate": "再次退回",
        "resend": "重新发出",
        "arbitrate": "裁定",
    },
)

FLAGS: dict[str, str] = {
    "elsewhere": "与别处的照片相同或极相似",
    "reused": "与以前用过的照片相同或极相似",
    "unchanged": "整改后与整改前的照片相同或极相似",
    "older": "拍摄时间早于发现问题之日",
    "far": "拍摄地点离机构较远",
}

AUDIT: dict[str, str] = {
    "rectification.opened": "{actor}登记问题“{title}”（{subject}，{grade}），限 {due_on} 前整改",
    "rectification.replied": "{actor}回复整改（{subject}，{number} 第 {round} 次）",
    "rectification.accepted": "{actor}验收“{title}”（{subject}，{number}）：{verdict}",
    "rectification.extension_asked": "{actor}申请延期整改至 {wanted_on}（{subject}，{number}）",
    "rectification.extension_decided": "{actor}{verdict}（{subject}，{number}）",
    "rectification.stepped": "{actor}核对整改期限：逾期 {overdue} 项，拟稿 {drafts} 件，提醒 {reminded} 人",
    "rectification.draft_decided": "{actor}就“{step}”决定：{verdict}（{subject}，{number}）",
    "rectification.urgent_found": "{actor}认定隐患突出或情况紧急（{subject}，{number}）",
    "rectification.plan_made": "{actor}为{subject}制定一院一案“{title}”，含问题 {count} 个",
    "rectification.listing_requested": "{actor}提请挂牌督办（{subject}，{number}）：{letter}",
    "rectification.listing_noted": "{actor}登记挂牌督办进展（{subject}，{number}）",
    "rectification.listed": "{actor}登记挂牌督办（{subject}，{number}）：{order}",
    "rectification.delisted": "{actor}登记摘牌（{subject}，{number}）",
    "rectification.reconciled": "{actor}对账三个清单：在册 {total}，销号 {closed}，逾期 {overdue}",
    "handover.sent": "{actor}{kind}{to}（{subject}）：{title}",
    "handover.received": "{actor}签收{kind}（{subject}）：{title}",
    "handover.arrived": "{actor}登记到场处理（{subject}）：{title}",
    "handover.answered": "{actor}反馈处理结果（{subject}）：{title}",
    "handover.returned": "{actor}第 {times} 次退回{kind}（{subject}）：{title}",
    "handover.resent": "{actor}重新发出{kind}给{to}（{subject}）：{title}",
    "handover.arbitrated": "{actor}裁定由{to}办理（{subject}）：{title}",
    "handover.recognised": "{actor}认可{to}的处理结果（{subject}）：{title}",
}

CAPABILITIES: dict[str, str] = {
    "rectification.view": "查看隐患整改",
    "rectification.open": "登记问题隐患",
    "rectification.reply": "回复整改",
    "rectification.accept": "整改验收",
    "rectification.decide": "决定延期、停业整顿、移送与挂牌",
    "rectification.handover": "告知、移送、吹哨",
}
