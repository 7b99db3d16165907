"""测试：内存或临时库；给了 DATABASE_URL 就在 PostgreSQL 上跑同一套。"""

import atexit
import os
import shutil
import tempfile

if "YIJIAN_DATA" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    # 每个测试进程一个数据目录：并行的进程不能共写审计树头
    os.environ["YIJIAN_DATA"] = tempfile.mkdtemp(prefix="yijian-test-")
    atexit.register(shutil.rmtree, os.environ["YIJIAN_DATA"], ignore_errors=True)
os.environ.setdefault("YIJIAN_SECRET_KEY", "only-for-tests-" + "0" * 40)

from .base import *
from .base import DATABASE_URL, TEMPLATES, postgres, sqlite

DATABASES = {"default": postgres(DATABASE_URL) if DATABASE_URL else sqlite(":memory:")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# 测试会穿越时间；空闲退出由专门的测试打开。
YIJIAN_IDLE_SECONDS = YIJIAN_SESSION_SECONDS = 100 * 366 * 86400
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "!!missing:%s!!"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
