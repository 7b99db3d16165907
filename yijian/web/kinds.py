"""工作台的词：权限。"""

CAPABILITIES: dict[str, str] = {"search.use": "使用一站式查询"}
