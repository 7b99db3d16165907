"""部署设置：embedded（SQLite）、production（PostgreSQL）、test。"""
