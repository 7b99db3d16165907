"""机构档案的词：种类、性质、登记与备案状态、证照、审计用语、能力。"""

KINDS: dict[str, str] = {
    "nursing_home": "养老机构",
    "township_home": "敬老院",
    "home_community": "居家社区养老服务机构",
    "day_care": "日间照料中心",
    "canteen": "老人家食堂",
    "embedded_clinic": "内设医疗机构",
}

NATURES: dict[str, str] = {
    "for_profit": "营利性",
    "non_profit": "民办非营利",
    "public": "事业单位",
    "unknown": "未核实",
}

REGISTRATION: dict[str, str] = {
    "registered": "已登记",
    "unregistered": "未登记",
    "unknown": "未核实",
    "deregistered": "已注销",
}

FILING: dict[str, str] = {
    "filed": "已备案",
    "unfiled": "未备案",
    "not_required": "无需备案",
    "unknown": "未核实",
}

LICENCES: dict[str, str] = {
    "registration": "登记证书或营业执照",
    "food": "食品经营许可",
    "fire": "消防验收或备案",
    "medical": "内设医疗机构执业许可或备案",
    "equipment": "特种设备检验",
    "elevator_insurance": "电梯责任保险",
    "environment": "环境影响评价",
}

PREMISES: dict[str, str] = {
    "owned": "自有",
    "leased": "租赁",
    "public_private": "公建民营",
    "allocated": "划拨用地",
    "self_built": "自建房",
    "unknown": "未核实",
}

# 坐标系：库里一律存 WGS84；高德、腾讯地图是 GCJ-02，天地图（CGCS2000）与 WGS84 相差不到一米。
DATUMS: dict[str, str] = {
    "gcj02": "GCJ-02（高德、腾讯地图）",
    "wgs84": "WGS84（天地图、卫星定位）",
}

# 列表的“状态”筛选
STANDINGS: dict[str, str] = {
    "in_service": "在营",
    "closed": "已终止服务",
    "unfiled": "未备案或未核实",
    "unregistered": "未登记或未核实",
    "merged": "已并入他家",
    "all": "全部",
}

# 列表的“证照到期”筛选：天数；0 为已过期
EXPIRY: dict[str, str] = {"0": "已过期", "30": "30 天内到期", "90": "90 天内到期"}

# 导入时自动加上的待核标签，便于日后逐一核实
TO_CHECK: dict[str, str] = {
    "kind": "种类待核",
    "uscc": "代码待补",
    "position": "坐标待核",
    "nature": "性质待核",
    "region": "所属街道待核",
}

CAPABILITIES: dict[str, str] = {
    "facilities.view": "查看机构档案",
    "facilities.edit": "维护机构档案",
    "facilities.import": "导入机构",
    "facilities.merge": "合并重复机构",
}

AUDIT: dict[str, str] = {
    "facility.created": "{actor}建立机构档案{subject}（{kind}）",
    "facility.changed": "{actor}变更机构档案{subject}：{changes}",
    "facility.closed": "{actor}登记{subject}自 {closed_on} 起终止服务",
    "facility.reopened": "{actor}撤销{subject}的终止服务登记（原登记 {closed_on}）",
    "facility.merged": "{actor}将{dropped}并入{subject}，补入 {filled}",
    "facility.merge_undone": "{actor}撤销合并：{dropped}从{subject}恢复为独立机构",
    "facility.imported": "{actor}导入机构：新增 {added} 家，更新 {updated} 家",
    "licence.added": "{actor}为{subject}登记证照：{licence}",
    "licence.changed": "{actor}变更{subject}的证照：{licence}",
    "licence.removed": "{actor}删去{subject}的证照：{licence}",
}

# 字段的中文名：审计、历史对照、合并页共用
LABELS: dict[str, str] = {
    "name": "名称",
    "aliases": "曾用名或简称",
    "kind": "种类",
    "nature": "性质",
    "uscc": "统一社会信用代码",
    "uscc_as_written": "照录的代码",
    "registration_status": "登记状态",
    "filing_status": "备案状态",
    "filed_on": "备案日期",
    "opened_on": "首次收住或开业日期",
    "closed_on": "终止服务日期",
    "region": "所属街道（乡镇）",
    "address": "地址",
    "operator_name": "运营主体",
    "operator_uscc": "运营主体代码",
    "legal_person": "法定代表人",
    "director": "主要负责人",
    "phone": "联系电话",
    "beds": "床位数",
    "residents": "在住老年人数",
    "staff_count": "工作人员数",
    "premises": "房屋来源",
    "building_area": "建筑面积（平方米）",
    "lon": "经度（WGS84）",
    "lat": "纬度（WGS84）",
    "risk_level": "风险等级",
    "credit_level": "信用等级",
    "tags": "标签",
    "merged_into": "并入",
    "source": "数据来源",
    "source_key": "来源中的编号",
}

WORDS: dict[str, dict[str, str]] = {
    "kind": KINDS,
    "nature": NATURES,
    "registration_status": REGISTRATION,
    "filing_status": FILING,
    "premises": PREMISES,
}
