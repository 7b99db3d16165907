"""台账的词：状态、角色、形状、审计用语、能力、督办单状态机。"""

from yijian.kernel.states import Machine

NOT_DUE, SOON, OVERDUE, DONE, DONE_LATE, NOT_APPLICABLE, PROVISIONAL = (
    "未到期",
    "临期",
    "逾期",
    "已完成",
    "逾期完成",
    "不适用",
    "暂定",
)
STATUSES: tuple[str, ...] = (NOT_DUE, SOON, OVERDUE, DONE, DONE_LATE, NOT_APPLICABLE, PROVISIONAL)
OPEN_STATUSES: tuple[str, ...] = (OVERDUE, SOON, NOT_DUE, PROVISIONAL)

EACH: dict[str, str] = {
    "facility": "每家机构",
    "jurisdiction": "辖区",
    "unit": "每个单位",
    "fact": "每次发生",
}
ROLES: dict[str, str] = {"lead": "牵头", "responsible": "责任", "local": "属地"}

NOT_APPLICABLE_FACT = "ledger.not_applicable"

AUDIT: dict[str, str] = {
    "ledger.packs_loaded": "{actor}载入制度包：{summary}",
    "ledger.fact_recorded": "{actor}记录了「{label}」（{subject}，{occurred_on}）",
    "ledger.facts_recorded": "{actor}批量记录了{count}条「{label}」（{occurred_on}）",
    "ledger.fact_retracted": "{actor}撤回了「{label}」（{subject}）：{reason}",
    "ledger.fact_reviewed": "{actor}审核「{label}」（{subject}）：{verdict}",
    "ledger.not_applicable": "{actor}认定「{title}」对{subject}不适用：{reason}",
    "ledger.rebuilt": "{actor}重建台账：增{added}、改{changed}、撤{voided}",
    "ledger.opened": "{actor}展开义务{added}条（至{until}）",
    "ledger.registry_followed": "{actor}按机构变动更新台账：增{added}、撤{voided}",
    "ledger.reminded": "{actor}发出临期提醒{count}条",
    "ledger.order_issued": "{actor}发出督办单{number}（{subject}，{count}项）",
    "ledger.order_answered": "{actor}回复督办单{number}：{reply}",
    "ledger.order_closed": "{actor}办结督办单{number}",
    "ledger.order_returned": "{actor}退回督办单{number}：{reason}",
    "ledger.filter_saved": "{actor}保存了筛选「{name}」",
    "ledger.filter_deleted": "{actor}删除了筛选「{name}」",
}

CAPABILITIES: dict[str, str] = {
    "ledger.view": "查看台账",
    "ledger.record": "登记履责记录",
    "ledger.bulk": "批量登记履责记录",
    "ledger.review": "审核履责记录",
    "ledger.not_applicable": "认定不适用",
    "ledger.supervise": "签发督办单",
    "ledger.rules_view": "查看制度与条款",
}

ORDER = Machine(
    states={
        "issued": {"answer": "answered"},
        "answered": {"close": "closed", "return": "issued"},
        "closed": {},
    },
    labels={"issued": "已签发", "answered": "已回复", "closed": "已办结"},
    initial="issued",
)
