"""嵌入式：单机 SQLite，数据都在数据目录里。"""

from .base import *
from .base import DATA_DIR, DATABASE_URL, postgres, sqlite

DATABASES = {"default": postgres(DATABASE_URL) if DATABASE_URL else sqlite(DATA_DIR / "yijian.sqlite3")}
