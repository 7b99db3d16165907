"""正式部署：PostgreSQL，全程 HTTPS。缺少数据库地址时拒绝启动。"""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import DATABASE_URL, postgres

if not DATABASE_URL:
    raise ImproperlyConfigured(
        "正式部署要用 PostgreSQL：请设置 DATABASE_URL=postgres://用户:密码@主机:端口/库名"
    )

DATABASES = {"default": postgres(DATABASE_URL)}
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
