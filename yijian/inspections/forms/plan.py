"""计划、任务、专项行动的表单。"""

from typing import Any

from django import forms

from yijian.facilities.forms import Choices, Form, day_field, picks, text_field
from yijian.facilities.kinds import KINDS
from yijian.inspections import kinds
from yijian.inspections.forms.bases import UNITS, many
from yijian.kernel import clock

MONTHS: Choices = [(str(m), f"{m} 月") for m in range(1, 13)]
STRATA: Choices = [
    ("", "不分层"), ("risk_level", "按风险等级"), ("credit_level", "按信用等级"), ("kind", "按机构种类"),
]  # fmt: skip


def chooser(form: forms.Form, name: str, rows: Any, blank: str = "请选择") -> None:
    """给下拉框装上选项。"""
    field = form.fields[name]
    assert isinstance(field, (forms.ChoiceField, forms.MultipleChoiceField))
    head = [("", blank)] if blank else []
    field.choices = [*head, *((str(key), label) for key, label in rows)]


class MakePlanForm(Form):
    """拟定计划。"""

    region = forms.ChoiceField(label="地方")
    year = forms.IntegerField(label="年度", min_value=2020, max_value=2100)

    def __init__(self, *args: Any, regions: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser(self, "region", regions, "" if len(regions) == 1 else "请选择")
        self.fields["year"].initial = clock.today().year


class SettingsForm(Form):
    """计划口径。"""

    cap = forms.IntegerField(
        label="每家全年至多上门几次",
        min_value=1,
        max_value=99,
        required=False,
        help_text="没有公布上限的留空",
    )
    standing = forms.BooleanField(
        label="条文没写次数的检查，按每家每年到场一次安排", required=False,
        help_text="这是计划的口径，不是条文里的数字",
    )  # fmt: skip
    rate = forms.IntegerField(
        label="随机抽查比例（%）", min_value=0, max_value=100, help_text="0 表示本计划不另抽"
    )
    stratify = forms.ChoiceField(label="抽查分层", choices=STRATA, required=False)

    def __init__(self, *args: Any, functions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(UNITS)
        for function in functions:
            self.fields[f"cap_{function}"] = forms.IntegerField(
                label=f"{words.get(function, function)}每月至多出动",
                min_value=1,
                max_value=9999,
                required=False,
            )

    def capacity(self) -> dict[str, int]:
        return {n[4:]: v for n, v in self.cleaned_data.items() if n.startswith("cap_") and v}


class AddVisitForm(Form):
    """添一次上门。"""

    facility = forms.ChoiceField(label="机构")
    month = forms.ChoiceField(label="月份", choices=MONTHS)
    functions = many("上门的单位", UNITS, required=True)

    def __init__(self, *args: Any, facilities: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser(self, "facility", facilities)


class NumberForm(Form):
    """印发。"""

    number = text_field("文号", 60, required=True)


class ReasonForm(Form):
    """调整的理由。"""

    reason = text_field("理由", 200, required=True)


class VisitForm(Form):
    """派出计划外的检查。"""

    facility = forms.ChoiceField(label="机构")
    kind = forms.ChoiceField(
        label="检查类型", choices=[(k, v) for k, v in kinds.TYPES.items() if k != "random"]
    )
    reason = forms.CharField(
        label="计划外的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="为什么不等计划：投诉、移交、事件、上级部署等",
    )  # fmt: skip
    basis = text_field("检查依据", 300, required=True)
    window_from = day_field("最早", required=True)
    window_to = day_field("最晚", required=True)
    functions = many("参加的单位", UNITS, required=True)
    checklists = many("检查表", [], hint="不选就按参加单位的本行给")
    inspectors = many("检查人员", [], hint="可以先不派；要派至少两名有执法权的")

    def __init__(self, *args: Any, facilities: Any, checklists: Any, inspectors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser(self, "facility", facilities)
        chooser(self, "checklists", checklists, "")
        chooser(self, "inspectors", inspectors, "")


class AssignForm(Form):
    """派人。"""

    inspectors = many("检查人员", [], required=True)
    leader = forms.ChoiceField(label="组长", required=False)

    def __init__(self, *args: Any, inspectors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser(self, "inspectors", inspectors, "")
        chooser(self, "leader", inspectors, "（头一名有执法权的）")


class DriveForm(Form):
    """开展专项行动。"""

    region = forms.ChoiceField(label="地方")
    title = text_field("名称", 80, required=True)
    basis = text_field("依据", 200, required=True, hint="文件与条款")
    starts_on = day_field("开始", required=True)
    ends_on = day_field("结束", required=True)
    checklist = forms.ChoiceField(label="检查表", required=False)
    aspects = many("方面", picks(kinds.ASPECTS), required=True)
    object_kinds = many("机构种类", picks(KINDS), required=True)

    def __init__(self, *args: Any, regions: Choices, checklists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser(self, "region", regions, "" if len(regions) == 1 else "请选择")
        chooser(self, "checklist", checklists, "按参加单位的本行给")


class DriveRowForm(Form):
    """填写一家。"""

    state = forms.ChoiceField(label="做没做", choices=picks(kinds.DRIVE_STATES))
    done_on = day_field("完成日期")
    reason = text_field("没有做的原因", 200)
