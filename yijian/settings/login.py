"""登录的设置：本地账号（allauth）、两步验证、会话列表、失败锁定、可选的统一身份认证（OIDC）。"""

from .options import Options

LOGIN_APPS = [
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
]
LOGIN_MIDDLEWARE = [
    "allauth.account.middleware.AccountMiddleware",
    "yijian.access.middleware.LoginRequired",
    "yijian.access.middleware.ViewerMiddleware",
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

# 失败计数放数据库：几个进程、几台机器合用一个计数，换个进程再试不会清零。
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_cache",
        "OPTIONS": {"MAX_ENTRIES": 20000},
    },
}

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "yijian.access.adapters.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# 同一地址每分钟 10 次；同一账号 5 分钟内错 5 次即锁定 5 分钟（安全管理员可提前解除）。
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "login": "60/m/ip"}

SOCIALACCOUNT_ADAPTER = "yijian.access.adapters.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
# 用链接而不是表单：内容安全策略的 form-action 会拦住表单提交后跳往认证服务器；防伪造靠 state 与 PKCE。
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False

MFA_ADAPTER = "yijian.access.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "颐监"
MFA_TOTP_TOLERANCE = 1


def oidc(options: Options) -> dict[str, object]:
    """统一身份认证：三项（地址、客户端、密钥）齐全才启用，否则登录页不出现该按钮。"""
    if not (options.oidc_server and options.oidc_client and options.oidc_secret):
        return {}
    app = {
        "provider_id": "unified",
        "name": options.oidc_name,
        "client_id": options.oidc_client,
        "secret": options.oidc_secret,
        "settings": {"server_url": options.oidc_server},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
