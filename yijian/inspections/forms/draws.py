"""抽取的表单：先选怎样分层、看名录，再填名额冻结；掷骰、承诺、揭示、作废。"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from yijian.facilities.kinds import KINDS
from yijian.inspections import kinds
from yijian.inspections.rules.draw_list import Requirements
from yijian.kernel import clock
from yijian.kernel import draw as rule
from yijian.kernel.errors import Refused
from yijian.ledger.forms import choice_field, day_field, number_field, text_field

ASPECTS = [("", "不限"), *kinds.ASPECTS.items()]
CARE = ("nursing_home", "township_home")
HOMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "care": ("养老机构、敬老院", CARE),
    "community": ("居家社区养老服务机构", ("home_community", "day_care", "canteen")),
    "all": ("全部种类", tuple(KINDS)),
}


class PoolForm(forms.Form):
    """看名录：哪里、怎样分层、检查期限、几人一队。"""

    region = choice_field("地方", required=True)
    homes = choice_field("机构种类", [(key, words) for key, (words, _) in HOMES.items()], required=True)
    by = choice_field("分层依据", list(kinds.STRATA.items()), required=True)
    kind = choice_field("名额", list(kinds.QUOTAS.items()), required=True)
    window_from = day_field("检查期限自", required=True)
    window_to = day_field("至", required=True)
    size = number_field("每家几名检查人员", 2, 9, required=True)
    experts = number_field("另派专家", 0, 9, required=True)
    expertise = choice_field("专家专长", ASPECTS)
    joint = forms.BooleanField(label="联合检查：至少一名民政、一名其他部门或街道", required=False)

    def __init__(self, given: Mapping[str, Any], *, regions: Sequence[tuple[str, str]]) -> None:
        super().__init__(given, label_suffix="")
        self.fields["region"].choices = regions  # type: ignore[attr-defined]

    @staticmethod
    def defaults(regions: Sequence[tuple[str, str]]) -> dict[str, str]:
        """第一次打开时的样子。"""
        today = clock.today()
        return {
            "region": regions[0][0] if regions else "",
            "homes": "care",
            "by": "risk_level",
            "kind": "rate",
            "window_from": (today + timedelta(days=3)).isoformat(),
            "window_to": (today + timedelta(days=60)).isoformat(),
            "size": "2",
            "experts": "0",
            "expertise": "",
            "joint": "on",
        }

    @classmethod
    def filled(cls, given: Mapping[str, str], regions: Sequence[tuple[str, str]]) -> dict[str, str]:
        """网址里没有写的按第一次打开时的样子；勾选框没有写就是没勾。"""
        start = cls.defaults(regions)
        if "region" in given:
            del start["joint"]
        return {**start, **given}

    def requirements(self, **more: Any) -> Requirements:
        """名录的口径；more 是冻结时才填的。"""
        data = {k: v for k, v in self.cleaned_data.items() if k not in ("region", "homes")}
        data["facility_kinds"] = HOMES[self.cleaned_data["homes"]][1]
        return Requirements(**{"basis": "—", **data, **more})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("window_from"), data.get("window_to")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("window_to", "止日不能早于起日。")
        return data


class FreezeForm(forms.Form):
    """冻结：名称、依据、各层名额、排除。"""

    title = text_field("名称", 80, required=True)
    basis = text_field("检查依据", 300, required=True)
    rounding = choice_field("按比例时的零头", list(rule.ROUNDINGS.items()), required=True)
    exclusions = text_field("排除的机构（一行一家，写作“机构名称：理由”）", 4000, area=True)

    def __init__(
        self, *args: Any, strata: Mapping[str, int], homes: Mapping[str, int], rate: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.strata, self.homes, self.rate = strata, homes, rate
        for number, (name, pool) in enumerate(strata.items()):
            self.fields[f"quota_{number}"] = self.quota_field(name, pool)
        self.fields["title"].help_text = "如“2026年下半年双随机抽查”。"
        self.fields["basis"].help_text = "写明依据的文件、计划或抽查事项，照录到每个检查任务。"
        self.fields["exclusions"].help_text = "排除的机构和理由写进名单，一并公开。"

    def quota_field(self, name: str, pool: int) -> forms.Field:
        if not self.rate:
            return number_field(name, 0, required=True)
        messages = {
            "invalid": "请填百分数，如 30 或 12.5。",
            "required": f"请填写“{name}”抽百分之几，不抽填 0。",
        }
        return forms.DecimalField(
            label=name, min_value=0, max_value=100, max_digits=5, decimal_places=2, error_messages=messages
        )

    def quotas(self) -> dict[str, int]:
        """层名 → 家数，或万分比。"""
        scale = 100 if self.rate else 1
        return {n: int(self.cleaned_data[f"quota_{i}"] * scale) for i, n in enumerate(self.strata)}

    def quota_rows(self) -> list[tuple[str, int, Any]]:
        """层名、名录几家、输入框。"""
        return [(name, pool, self[f"quota_{i}"]) for i, (name, pool) in enumerate(self.strata.items())]

    def clean_exclusions(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["exclusions"].splitlines())):
            name, _, reason = line.replace(":", "：").partition("：")
            if name.strip() not in self.homes:
                raise forms.ValidationError(f"名录里没有“{name.strip()}”，请照名录里的全称写。")
            if not reason.strip():
                raise forms.ValidationError(f"请写明排除“{name.strip()}”的理由，写作“机构名称：理由”。")
            found[self.homes[name.strip()]] = reason.strip()
        return found


class DiceForm(forms.Form):
    """当众掷骰。"""

    faces = text_field("点数", 2000, required=True, area=True)
    place = text_field("地点", 120, required=True)
    witnesses = text_field("见证人", 200, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["faces"].help_text = f"照掷出的先后写 1–6，至少 {rule.FACES} 个；可以有空格和换行。"
        self.fields["faces"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        self.fields["witnesses"].help_text = "至少两名，用顿号或空格隔开；姓名随结果公布。"

    def names(self) -> list[str]:
        text: str = self.cleaned_data["witnesses"]
        for mark in "、，,;；":
            text = text.replace(mark, " ")
        return text.split()


class CommitForm(forms.Form):
    """交存承诺。"""

    commitment = text_field("承诺（SHA-256）", 64, required=True)


class RevealForm(forms.Form):
    """揭示暗数。"""

    secret = text_field("暗数", 128, required=True)


class VoidForm(forms.Form):
    """作废。"""

    reason = text_field("作废的理由", 300, required=True, area=True)


def checked(form: forms.Form) -> forms.Form:
    """填对了才往下走；填错了报第一处错。"""
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        raise Refused(f"{label}：{errors[0]}" if label else str(errors[0]))
    return form
