"""期限的形状：八种，都是数据，没有表达式语言。"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

Per = Literal["month", "quarter", "half_year", "year"]
Unit = Literal["workdays", "days", "hours", "months"]


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2024-{text}")
    except ValueError:
        raise ValueError("应写成 MM-DD，如 06-30") from None
    return text


MonthDay = Annotated[str, AfterValidator(_month_day)]
Positive = Annotated[int, Field(gt=0, le=1000)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Model(BaseModel):
    """不可变；不认识的键一律拒绝。"""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Within(Model):
    """某事发生后若干日（工作日、小时、个月）内。"""

    within: Positive
    unit: Unit
    of: str


class Ahead(Model):
    """计划中的事发生之前至少若干日。"""

    at_least: Positive
    unit: Unit
    before: str


class AtLeast(Model):
    """每个周期不少于若干次。"""

    at_least: Positive
    per: Per


class AtMost(Model):
    """每个周期不超过若干次。"""

    at_most: Positive
    per: Per


class By(Model):
    """某日之前；then 是此后的频次。"""

    by: date
    then: AtLeast | None = None


class EveryYearBy(Model):
    """每年某月某日之前。"""

    every_year_by: MonthDay


class Standing(Model):
    """一种应当持续保持、可以出示的状态；没有日期。"""

    standing: Name


class Promptly(Model):
    """文件只写了及时、定期等，没有数字；of 是起因。"""

    promptly: Name
    of: str | None = None


def _shape(value: Any) -> str | None:
    keys = set(value) if isinstance(value, dict) else set(getattr(type(value), "model_fields", ()))
    if "at_least" in keys:
        return "before" if "before" in keys else "at_least"
    found = keys & {"within", "at_most", "by", "every_year_by", "standing", "promptly"}
    return found.pop() if len(found) == 1 else None


When = Annotated[
    Annotated[Within, Tag("within")]
    | Annotated[Ahead, Tag("before")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[By, Tag("by")]
    | Annotated[EveryYearBy, Tag("every_year_by")]
    | Annotated[Standing, Tag("standing")]
    | Annotated[Promptly, Tag("promptly")],
    Discriminator(
        _shape,
        custom_error_type="when",
        custom_error_message="认不出 when 的形状，应是 within、before、at_least、at_most、by、"
        "every_year_by、standing、promptly 之一",
    ),
]
