"""内核（F0，纯 Python）。"""
