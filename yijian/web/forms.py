"""工作台的表单：组织、账号、岗位、代理。查业务规则的是动词，这里只管格式。"""

from collections.abc import Iterable
from typing import Any

from django import forms

from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.people.kinds import FUNCTIONS, OFFICERS, ROLES

Choices = Iterable[tuple[Any, str]]


def refuse(form: forms.Form, error: Refused) -> None:
    """把业务上的拒绝写回表单：认得的字段写在字段下，其余写在上方。"""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Form(forms.Form):
    """不带冒号；必填没填时用中文说清楚是哪一项。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name, field in self.fields.items():
            field.error_messages["required"] = f"请填写{field.label or name}。"
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = f"{field.label}请从列出的选项里选。"
            if isinstance(field, forms.DateField):
                field.error_messages["invalid"] = f"{field.label}请写成 2026-03-02 这样的日期。"


class UnitForm(Form):
    """设立单位。"""

    name = forms.CharField(label="单位名称", max_length=120)
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    function = forms.ChoiceField(label="职能", choices=[("", "请选择"), *FUNCTIONS.items()])
    region = forms.CharField(
        label="所在区划", max_length=12, help_text="区划代码，如 120104；在左边的组织树里点开即可看到"
    )
    uscc = forms.CharField(label="统一社会信用代码", max_length=40, required=False)


class RenameForm(Form):
    """单位更名。"""

    name = forms.CharField(label="单位名称", max_length=120)
    short_name = forms.CharField(label="简称", max_length=40, required=False)


class ReasonForm(Form):
    """写明原因。"""

    reason = forms.CharField(label="原因", max_length=200)


class AccountForm(Form):
    """开通账号并任命。"""

    username = forms.CharField(
        label="账号名", max_length=40, help_text="2 至 40 位汉字、字母、数字或 _ . - @"
    )
    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(label="电话", max_length=20, required=False)
    email = forms.EmailField(label="邮箱", required=False, help_text="填了才发邮件通知")
    unit = forms.TypedChoiceField(
        label="单位", coerce=int, empty_value=None, required=False, help_text="可先不任命，以后再办"
    )
    role = forms.ChoiceField(label="岗位", required=False, choices=[("", "暂不任命"), *ROLES.items()])
    title = forms.CharField(label="职务", max_length=60, required=False)

    def __init__(self, *args: Any, units: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "暂不任命"), *units]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("unit")) != bool(data.get("role")):
            raise forms.ValidationError("任命要同时选单位和岗位；暂不任命就都不选。")
        return data


class PostForm(Form):
    """任命岗位。"""

    unit = forms.TypedChoiceField(label="单位", coerce=int)
    role = forms.ChoiceField(label="岗位", choices=list(ROLES.items()))
    title = forms.CharField(label="职务", max_length=60, required=False)
    starts_on = forms.DateField(label="任职日", widget=day_input(), required=False, help_text="不填为今天")

    def __init__(self, *args: Any, units: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]


class DeputyForm(Form):
    """委托代理。"""

    post = forms.TypedChoiceField(label="被代理的岗位", coerce=int)
    account = forms.TypedChoiceField(label="代理人", coerce=int)
    starts_on = forms.DateField(label="自", widget=day_input())
    ends_on = forms.DateField(label="至（含当日）", widget=day_input())
    reason = forms.CharField(label="原因", max_length=200, help_text="如：出差、休假、借调")

    def __init__(self, *args: Any, posts: Choices = (), accounts: Choices = (), **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": clock.today()})
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = list(posts)  # type: ignore[attr-defined]
        self.fields["account"].choices = list(accounts)  # type: ignore[attr-defined]


class OfficerForm(Form):
    """任免三员。"""

    officer = forms.ChoiceField(label="三员", required=False, choices=[("", "普通账号"), *OFFICERS.items()])


class UploadForm(Form):
    """上传表格。"""

    file = forms.FileField(label="表格文件", help_text="xlsx 或 csv；号码列请设为文本")


class AuditFilter(Form):
    """审计筛选。"""

    text = forms.CharField(label="文字", required=False, max_length=60)
    actor = forms.CharField(label="操作人", required=False, max_length=60)
    action = forms.ChoiceField(label="动作", required=False)
    since = forms.DateField(label="自", required=False, widget=day_input())
    until = forms.DateField(label="至", required=False, widget=day_input())

    def __init__(self, *args: Any, actions: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部"), *actions]  # type: ignore[attr-defined]
