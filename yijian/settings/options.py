"""可由环境变量（YIJIAN_…）或数据目录里的 yijian.toml 给出的设置；写错了在启动时就用中文指出来。"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ROOT = Path(__file__).resolve().parents[2]

REASONS = {
    "int_parsing": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "extra_forbidden": "没有这项设置",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "string_type": "应为文字",
}


class Options(BaseSettings):
    """部署者能改的全部设置。环境变量优先于 yijian.toml。"""

    model_config = SettingsConfigDict(env_prefix="YIJIAN_", extra="forbid", env_ignore_empty=True)

    data: Path = ROOT / "var"
    packs: Path = ROOT / "packs"
    sources: Path | None = None
    secret_key: str = ""
    hosts: str = "127.0.0.1,localhost,[::1]"
    # 对外的网址（如 https://jian.example.gov.cn），印在文书的核验二维码里；不设就只印核验页的路径。
    public_url: str = ""
    https: bool = False
    database_url: str = Field(default="", validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    email_host: str = ""
    email_port: int = Field(default=25, ge=1, le=65535)
    email_user: str = ""
    email_password: str = ""
    email_tls: bool = False
    email_from: str = ""
    session_hours: int = Field(default=12, ge=1, le=24)
    idle_minutes: int = Field(default=30, ge=5, le=480)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    totp_roles: str = ""
    oidc_server: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_name: str = "统一身份认证"
    oidc_claim: str = "preferred_username"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = Path(os.environ.get("YIJIAN_DATA") or ROOT / "var")
        toml = TomlConfigSettingsSource(settings_cls, toml_file=folder / "yijian.toml")
        return init_settings, env_settings, toml


def read_options() -> Options:
    """读设置；类型不对、范围不对、不认识的键都指名道姓地拒绝。"""
    try:
        return Options()
    except ValidationError as problem:
        lines = [
            f"{'.'.join(str(part) for part in error['loc'])} {REASONS.get(error['type'], error['msg'])}"
            for error in problem.errors()
        ]
        raise ImproperlyConfigured(
            "设置有误（环境变量 YIJIAN_… 或 yijian.toml）：" + "；".join(lines)
        ) from problem
    except ValueError as problem:
        raise ImproperlyConfigured(f"yijian.toml 读不懂：{problem}") from problem
