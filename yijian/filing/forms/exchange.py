"""登记备案交换的表单：只管格式。"""

from datetime import date
from typing import Any

from django import forms

from yijian.filing import kinds
from yijian.filing.services.streetcheck import Answer
from yijian.kernel.errors import Refused


def said(form: forms.Form) -> str:
    """表单第一处错误，用于拒绝的话。"""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label}：{errors[0]}" if label else str(errors[0])
    return ""


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Photos(forms.FileField):
    """多张照片。"""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=ManyFiles(attrs={"accept": "image/*", "multiple": True}), required=False, **kwargs
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Photos, self).clean(one, initial) for one in given]


def pieces(given: Any) -> tuple[tuple[str, bytes], ...]:
    return tuple((one.name, one.read()) for one in given or ())


class CheckForm(forms.Form):
    """街道核查。"""

    uid = forms.CharField(label="设备编号", max_length=40)
    klass = forms.ChoiceField(
        label="分类", choices=[(k, v) for k, v in kinds.CLASSES.items() if k != "pending"]
    )
    residents = forms.IntegerField(label="在住老人", min_value=0, max_value=5000)
    note = forms.CharField(label="说明", max_length=500, required=False)
    checked_on = forms.DateField(label="核查日期")
    photos = Photos(label="照片")

    def answer(self) -> Answer:
        if not self.is_valid():
            raise Refused(said(self))
        given = self.cleaned_data
        day: date = given["checked_on"]
        return Answer(
            given["uid"], given["klass"], given["residents"], given["note"], day, pieces(given["photos"])
        )


class UploadForm(forms.Form):
    """上传一张登记主体表。"""

    file = forms.FileField(label="表格（Excel 或 CSV）", error_messages={"required": "请选择表格。"})
    sender = forms.CharField(label="报送单位", max_length=120, required=False, help_text="不填按本单位")
    batch = forms.CharField(label="批号", max_length=80, required=False, help_text="不填按内容摘要")
