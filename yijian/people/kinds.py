"""组织与人员的词表：行政层级、单位职能、岗位、三员，以及本层的权限和审计语句。"""

LEVELS: dict[str, str] = {
    "nation": "国家",
    "province": "省级",
    "city": "地级",
    "county": "县级",
    "town": "乡级",
    "community": "村级",
}

# 与 packs/catalogue/functions.yaml 一致（有测试核对）；词表由制度包格式固定，因此可以写进数据库约束。
FUNCTIONS: dict[str, str] = {
    "civil_affairs": "民政",
    "development": "发展改革",
    "public_security": "公安",
    "approval": "政务服务（行政审批）",
    "finance": "财政",
    "human_resources": "人力资源社会保障",
    "natural_resources": "规划和自然资源",
    "ecology": "生态环境",
    "housing": "住房城乡建设",
    "health": "卫生健康",
    "emergency": "应急管理",
    "fire": "消防救援",
    "audit": "审计",
    "market": "市场监管",
    "medical_insurance": "医疗保障",
    "financial_affairs": "金融工作",
    "subdistrict": "街道（乡镇）",
    "establishment": "机构编制（事业单位登记）",
    "cyberspace": "网信",
    "tax": "税务",
    "education": "教育",
    "justice": "司法行政",
    "banking_insurance_regulator": "银保监",
    "court": "人民法院",
    "cdc": "疾病预防控制",
    "joint_meeting": "养老服务联席会议成员单位",
    "municipal_departments": "市直有关部门",
    "county_governments": "县（市、区）人民政府",
    "development_zone": "开发区管委会",
    "facility": "养老服务机构",
    "association": "行业组织",
    "third_party": "第三方机构",
}

# 职能组：权限表和数据范围按组而不是按三十多种职能逐一书写。
GROUPS: dict[str, str] = {
    "civil_affairs": "民政部门",
    "department": "其他政府部门",
    "subdistrict": "街道（乡镇）",
    "facility": "养老服务机构",
    "outside": "行业组织与第三方",
    "readers": "只读监督人员",
}
_OWN_GROUP = {"civil_affairs", "subdistrict", "facility"}
_OUTSIDE = {"association", "third_party"}

ROLES: dict[str, str] = {
    "chief": "负责人",
    "officer": "工作人员",
    "clerk": "经办人",
    "director": "院长（机构负责人）",
    "staff": "机构工作人员",
    "auditor": "监督查阅人员",
}
FACILITY_ROLES = ("director", "staff")
HEAD_ROLES = ("chief", "director")

OFFICERS: dict[str, str] = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}

MAX_DEPUTY_DAYS = 60


def group_of(function: str) -> str:
    """单位职能所属的职能组。"""
    if function in _OWN_GROUP:
        return function
    return "outside" if function in _OUTSIDE else "department"


CAPABILITIES: dict[str, str] = {
    "people.view": "查看组织与人员",
    "people.manage": "管理组织、账号与岗位",
    "people.security": "管理锁定、会话与权限核查",
    "people.deputy": "委托代理",
}

# 权限名 → 中文，供“缺少权限”的提示；各应用登记权限时补充。
LABELS: dict[str, str] = dict(CAPABILITIES)

AUDIT: dict[str, str] = {
    "region.loaded": "{actor}装载行政区划：新增 {added} 个，更新 {changed} 个",
    "region.created": "{actor}新增区划{subject}",
    "unit.created": "{actor}新增单位{subject}（{function}）",
    "unit.renamed": "{actor}将单位“{before}”更名为{subject}",
    "unit.closed": "{actor}停用单位{subject}",
    "unit.imported": "{actor}导入单位 {count} 个",
    "account.created": "{actor}开通账号{subject}（{username}）",
    "account.imported": "{actor}导入账号 {count} 个",
    "account.password_set": "{actor}为{subject}重置密码",
    "account.password_changed": "{actor}修改了自己的密码",
    "account.disabled": "{actor}停用账号{subject}",
    "account.enabled": "{actor}恢复账号{subject}",
    "account.totp_required": "{actor}将{subject}的两步验证要求设为“{required}”",
    "account.officer_set": "{actor}将{subject}设为{officer}",
    "account.unlocked": "{actor}解除{subject}的登录锁定",
    "account.sessions_ended": "{actor}强制{subject}的 {count} 个会话下线",
    "account.logged_in": "{actor}登录",
    "account.logged_out": "{actor}退出",
    "account.login_failed": "账号“{username}”登录失败",
    "post.opened": "{actor}任命{subject}：{unit}{role}",
    "post.closed": "{actor}免去{subject}：{unit}{role}，自 {ends_on} 起",
    "deputy.appointed": "{actor}委托{subject}自 {starts_on} 至 {ends_on} 代理{post}",
    "deputy.ended": "{actor}提前终止{subject}的代理",
}
