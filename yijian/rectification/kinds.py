"""隐患整改的词。"""

AUDIT: dict[str, str] = {}

CAPABILITIES: dict[str, str] = {
    "rectification.view": "查看隐患整改",
    "rectification.open": "登记问题隐患",
    "rectification.reply": "回复整改",
    "rectification.accept": "整改验收",
    "rectification.decide": "决定延期、停业整顿、移送与挂牌",
    "rectification.handover": "告知、移送、吹哨",
}
