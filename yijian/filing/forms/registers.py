"""登记簿的表单：只管格式。"""

from typing import Any

from django import forms

from yijian.filing import kinds
from yijian.filing.forms.places import day
from yijian.filing.services.registers import Fire
from yijian.kernel import clock


class FireForm(forms.Form):
    """消防审验。"""

    status = forms.ChoiceField(label="办理情况", choices=list(kinds.FIRE.items()))
    number = forms.CharField(label="文书编号", max_length=80, required=False, help_text="已办的必填")
    reason = forms.ChoiceField(
        label="未办原因",
        choices=[("", "—"), *kinds.FIRE_REASONS.items()],
        required=False,
        help_text="未办的必选",
    )
    area = forms.DecimalField(
        label="建筑面积（平方米）", min_value=0, max_digits=10, decimal_places=2, required=False
    )
    residents = forms.IntegerField(label="在住老年人数", min_value=0, max_value=5000, required=False)
    note = forms.CharField(label="说明", max_length=300, required=False)

    def fire(self) -> Fire:
        return Fire(**self.cleaned_data)


class DecisionForm(forms.Form):
    """会议决定。"""

    decision = forms.CharField(
        label="会议决定",
        widget=forms.Textarea,
        max_length=2000,
        error_messages={"required": "请写明会议的决定。"},
    )
    file = forms.FileField(label="会议纪要", required=False)


class PhotoForm(forms.Form):
    """证照照片。"""

    file = forms.FileField(
        label="照片",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        error_messages={"required": "请选择照片。"},
    )


class ViolationForm(forms.Form):
    """违法线索。"""

    kind = forms.ChoiceField(label="事项", choices=list(kinds.VIOLATIONS.items()))
    facility = forms.CharField(
        label="机构编号", required=False, help_text="涉及在册机构的，填机构档案网址里的编号"
    )
    region = forms.ChoiceField(label="街道（乡镇）", required=False)
    address = forms.CharField(label="地点", max_length=200, required=False, help_text="没有机构的必填")
    found_on = day("发现日期")
    found = forms.CharField(label="发现情况", widget=forms.Textarea, max_length=2000)

    def __init__(self, *args: Any, towns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["region"].choices = [("", "按机构"), *towns]  # type: ignore[attr-defined]
        self.fields["found_on"].initial = clock.today()
