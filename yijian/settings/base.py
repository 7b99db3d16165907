"""共用设置。密钥、数据目录、数据库由环境变量或数据目录给出，不写在文件里。"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .login import *
from .login import LOGIN_APPS, LOGIN_MIDDLEWARE, oidc
from .options import read_options

OPTIONS = read_options()
DATA_DIR = OPTIONS.data.resolve()
PACKS_DIR = OPTIONS.packs.resolve()
SOURCES_DIR = (OPTIONS.sources or DATA_DIR / "sources").resolve()


def secret_key(folder: Path) -> str:
    """站点密钥：首次运行写入数据目录（仅属主可读），以后沿用；写到一半被杀也不会留下半个密钥。"""
    if OPTIONS.secret_key:
        return OPTIONS.secret_key
    path = folder / "secret.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".secret.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(64))
        try:
            fresh.rename(path) if os.name == "nt" else os.link(fresh, path)
        except FileExistsError:
            pass  # 另一个进程先写好了，用它的
        finally:
            fresh.unlink(missing_ok=True)
    return path.read_text().strip()


def sqlite(path: Path | str) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                "PRAGMA recursive_triggers=ON;PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
            ),
        },
    }


def postgres(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


PUBLIC_URL = OPTIONS.public_url
DATABASE_URL = OPTIONS.database_url
SECRET_KEY = secret_key(DATA_DIR)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in OPTIONS.hosts.split(",") if host.strip()]

INSTALLED_APPS = [
    "yijian.audit",
    "yijian.people",
    "yijian.access",
    "yijian.worker",
    "yijian.documents",
    "yijian.notices",
    "yijian.sheets",
    "yijian.facilities",
    "yijian.ledger",
    "yijian.rectification",
    "yijian.inspections",
    "yijian.filing",
    "yijian.appraisal",
    "yijian.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "simple_history",
    "django_tasks",
    "django_tasks_db",
    *LOGIN_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *LOGIN_MIDDLEWARE,
]

ROOT_URLCONF = "yijian.web.urls"
WSGI_APPLICATION = "yijian.web.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None  # 不用 collectstatic：whitenoise 启动时直接列出各应用的静态文件
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = DATA_DIR / "files"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OPTIONS.https
SESSION_COOKIE_AGE = OPTIONS.session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
YIJIAN_SESSION_SECONDS = OPTIONS.session_hours * 3600
YIJIAN_IDLE_SECONDS = OPTIONS.idle_minutes * 60
YIJIAN_TOTP_ROLES = [role.strip() for role in OPTIONS.totp_roles.split(",") if role.strip()]
YIJIAN_OIDC_CLAIM = OPTIONS.oidc_claim
ALLAUTH_TRUSTED_PROXY_COUNT = OPTIONS.trusted_proxies
SOCIALACCOUNT_PROVIDERS = oidc(OPTIONS)
SESSION_COOKIE_SAMESITE = "Lax"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

EMAIL_BACKEND = "django.core.mail.backends." + ("smtp" if OPTIONS.email_host else "dummy") + ".EmailBackend"
EMAIL_HOST = OPTIONS.email_host
EMAIL_PORT = OPTIONS.email_port
EMAIL_HOST_USER = OPTIONS.email_user
EMAIL_HOST_PASSWORD = OPTIONS.email_password
EMAIL_USE_TLS = OPTIONS.email_tls
DEFAULT_FROM_EMAIL = OPTIONS.email_from or OPTIONS.email_user or "yijian@localhost"
EMAIL_TIMEOUT = 15

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
