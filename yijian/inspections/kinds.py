"""双随机检查的词：检查类型、方式、计划与任务的状态、审计用语、能力。"""

from yijian.kernel.states import Machine

TYPES: dict[str, str] = {
    "daily": "日常检查",
    "special": "专项检查",
    "case": "个案检查",
    "random": "双随机抽查",
}
METHODS: dict[str, str] = {"onsite": "现场检查", "written": "书面检查", "online": "网络监测"}
HALVES: dict[str, str] = {"1": "上半年", "2": "下半年", "": "全年"}
RELATIONS: dict[str, str] = {
    "kinship": "亲属关系",
    "former_employer": "曾在此任职",
    "investment": "投资或合伙",
    "other": "其他可能影响公正",
}
# 检查事项的方面；与任务清单、检查表共用
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

PLAN = Machine(
    states={"draft": {"adopt": "adopted"}, "adopted": {"reopen": "draft"}},
    labels={"draft": "拟定", "adopted": "已印发", "adopt": "印发", "reopen": "调整"},
)

VISIT = Machine(
    states={
        "assigned": {"notify": "noticed", "start": "started", "cancel": "cancelled"},
        "noticed": {"start": "started", "cancel": "cancelled"},
        "started": {"finish": "finished"},
        "finished": {"publish": "published"},
        "published": {},
        "cancelled": {},
    },
    labels={
        "assigned": "已派出",
        "noticed": "已通知",
        "started": "检查中",
        "finished": "检查完毕",
        "published": "结果已公布",
        "cancelled": "已取消",
        "notify": "送达通知",
        "start": "开始检查",
        "finish": "完成检查",
        "publish": "公布结果",
        "cancel": "取消",
    },
)

AUDIT: dict[str, str] = {}

CAPABILITIES: dict[str, str] = {
    "inspections.view": "查看检查",
    "inspections.manage": "管理名录、检查表与计划",
    "inspections.draw": "组织抽取",
    "inspections.visit": "现场检查",
    "inspections.publish": "公布检查结果",
    "inspections.selfcheck": "机构自查",
}
