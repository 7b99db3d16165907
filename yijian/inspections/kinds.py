"""双随机检查的词：检查类型、方式、计划与任务的状态、审计用语、能力。"""

from yijian.kernel.states import Machine
from yijian.rectification import kinds as hazards

ASPECTS = hazards.ASPECTS  # 检查事项的方面与隐患同一张词表

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
# 名额：照家数，或照比例
QUOTAS: dict[str, str] = {"number": "按家数", "rate": "按比例"}
# 分层的依据
STRATA: dict[str, str] = {
    "risk_level": "风险等级",
    "credit_level": "信用等级",
    "scale": "规模（床位数）",
    "all": "不分层",
}

DRAW = Machine(
    states={
        "frozen": {"commit": "committed", "seed": "seeded", "void": "voided"},
        "committed": {"seed": "seeded", "void": "voided"},
        "seeded": {"draw": "drawn", "void": "voided"},
        "drawn": {"publish": "published", "void": "voided"},
        "published": {},
        "voided": {},
    },
    labels={
        "frozen": "已冻结",
        "committed": "已承诺",
        "seeded": "种子已产生",
        "drawn": "已抽取",
        "published": "已公布",
        "voided": "已作废",
        "commit": "两家承诺",
        "seed": "产生种子",
        "draw": "抽取",
        "publish": "公布抽取",
        "void": "作废",
    },
)

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

DRIVE_STATES: dict[str, str] = {"waiting": "还没有做", "done": "已做", "undone": "未做"}

AUDIT: dict[str, str] = {
    "draw.frozen": "{actor}冻结抽取名单“{subject}”：对象 {objects} 家，人员 {inspectors} 名，摘要 {sha256}",
    "draw.committed": "{actor}为抽取“{subject}”交存承诺 {sha256}",
    "draw.revealed": "{actor}为抽取“{subject}”揭示暗数",
    "draw.seeded": "{actor}为抽取“{subject}”当众掷骰，点数 {count} 个，种子 {seed}",
    "draw.drawn": "{actor}抽取“{subject}”：{count} 家，结果摘要 {sha256}",
    "draw.published": "{actor}公布抽取“{subject}”，结果摘要 {sha256}",
    "draw.voided": "{actor}作废抽取“{subject}”，撤回任务 {count} 个",
    "inspections.spot_item_saved": "{actor}保存抽查事项：{subject}",
    "inspections.spot_items_loaded": "{actor}装入{place}抽查事项 {count} 项",
    "inspections.spot_items_imported": "{actor}导入抽查事项：新增 {added}，更新 {changed}",
    "inspections.inspector_saved": "{actor}登记检查人员：{subject}，证号 {certificate}，有效期至 {valid_to}",
    "inspections.inspectors_imported": "{actor}导入执法检查人员：新增 {added}，更新 {changed}",
    "inspections.relation_declared": "{actor}申报关系：{subject}与“{facility}”，{relation}",
    "inspections.relation_ended": "{actor}解除关系：{subject}与“{facility}”，{relation}",
    "inspections.checklists_loaded": "{actor}装入随软件发布的检查表 {count} 张",
    "inspections.checklist_made": "{actor}新建检查表：{subject}",
    "inspections.checklist_published": "{actor}发布检查表：{subject} 第 {number} 版，{items} 项；{note}",
    "inspections.checklists_imported": "{actor}由表格导入检查表：发布新版 {count} 张",
    "inspections.plan_made": "{actor}拟定计划：{subject}，读入下限 {floors} 条",
    "inspections.plan_settings": "{actor}改计划口径：{subject}",
    "inspections.plan_solved": "{actor}求解计划：{subject}，上门 {before} 次减为 {after} 次，下界 {bound}",
    "inspections.plan_changed": "{actor}调整计划：{subject}，{said}",
    "inspections.plan_adopted": "{actor}印发计划：{subject}，{visits} 次上门",
    "inspections.plan_reopened": "{actor}重新调整计划：{subject}，{reason}",
    "inspections.visit_opened": "{actor}派出检查任务：{subject}，{kind}，{why}",
    "inspections.month_opened": "{actor}由计划派出 {month} 月的检查任务 {count} 个：{subject}",
    "inspections.visit_assigned": "{actor}派人：{subject}，{names}",
    "inspections.drive_opened": "{actor}开展专项行动：{subject}，{facilities} 家",
    "inspections.drive_told": "{actor}填写专项行动：{subject}，{facility}{state}",
}

CAPABILITIES: dict[str, str] = {
    "inspections.view": "查看检查",
    "inspections.manage": "管理名录、检查表与计划",
    "inspections.draw": "组织抽取",
    "inspections.commit": "为抽取承诺与揭示",
    "inspections.visit": "现场检查",
    "inspections.publish": "公布检查结果",
    "inspections.selfcheck": "机构自查",
}

# ── 现场 ──────────────────────────────────────────────────────────────

ANSWERS: dict[str, str] = {"pass": "合格", "fail": "不合格", "na": "不适用"}
WEIGHTS: dict[str, str] = {"R": "底线", "K": "重要", "G": "一般"}
WAYS: dict[str, str] = {"D": "看资料", "S": "看现场", "Q": "询问", "T": "抽查"}
SYNC_KINDS: dict[str, str] = {"answer": "答案", "photo": "照片", "signature": "签名"}
SIGNERS: dict[str, str] = {"inspector": "检查人员", "facility": "被检查机构"}
OUTCOMES: dict[str, str] = {"clean": "未发现问题", "problems": "发现问题"}
CLOCK_TOLERANCE = 300  # 秒；手机时钟差得再多也照收，只标出来
PHOTO_LIMIT = 25 << 20

AUDIT |= {
    "inspections.visit_noticed": "{actor}送达{subject}的检查通知",
    "inspections.visit_started": "{actor}开始检查{subject}",
    "inspections.visit_cancelled": "{actor}取消对{subject}的检查",
    "inspections.visit_finished": "{actor}完成对{subject}的检查，结论：{outcome}，问题 {problems} 个",
    "inspections.draft_sent": "{actor}把{subject}的检查结果告知机构，{until}前可以陈述意见",
    "inspections.draft_answered": "{actor}答复{subject}的检查结果",
    "inspections.result_published": "{actor}公布{subject}的检查结果",
    "inspections.answers_received": "{actor}上传{subject}的检查答案 {count} 条",
    "inspections.photo_received": "{actor}上传{subject}的现场照片",
    "inspections.signature_received": "{actor}上传{subject}的{role}签名",
    "inspections.sync_conflict": "{actor}上传{subject}的内容与先到的不同，两份都已保存",
    "inspections.conflict_settled": "{actor}处理{subject}同号不同内容的两份",
    "inspections.answer_chosen": "{actor}在{subject}的不同答案中选定“{value}”",
    "inspections.device_registered": "{actor}登记检查手机{subject}",
    "inspections.device_revoked": "{actor}停用检查手机{subject}",
    "inspections.visit_rated": "有人匿名评价了一次检查",
    "inspections.selfcheck_done": "{actor}上报{subject}的自查，不合格 {failed} 项",
}
