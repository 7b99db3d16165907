"""制度包（F1，纯 Python）。"""
