"""名录、事项清单、检查表的表单。"""

from typing import Any

from django import forms

from yijian.facilities.forms import Choices, Form, day_field, picks, text_field
from yijian.facilities.kinds import KINDS
from yijian.inspections import kinds
from yijian.inspections.rules.checklist import METHODS, WEIGHTS, phrases_of
from yijian.people.kinds import FUNCTIONS

OUT = {"facility", "association", "third_party"}
UNITS: Choices = [(word, label) for word, label in FUNCTIONS.items() if word not in OUT]


def many(
    label: str, choices: Choices, *, required: bool = False, hint: str = ""
) -> forms.MultipleChoiceField:
    """多选：一排复选框。"""
    box = forms.CheckboxSelectMultiple(attrs={"class": "boxes"})
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=box, required=required, help_text=hint,
        error_messages={"required": f"请至少选一个{label}。"},
    )  # fmt: skip


class InspectorForm(Form):
    """登记检查人员。"""

    name = text_field("姓名", 40, required=True)
    unit = forms.ChoiceField(label="单位")
    certificate_no = text_field("执法证号", 40, required=True)
    valid_from = day_field("有效期起")
    valid_to = day_field("有效期止", required=True)
    expertise = many("专长", picks(kinds.ASPECTS))
    is_expert = forms.BooleanField(label="专家（没有执法权，随队）", required=False)
    active = forms.BooleanField(label="在岗", required=False, initial=True)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((str(pk), name) for pk, name in units)]


class RelationForm(Form):
    """申报关系。"""

    facility = forms.ChoiceField(label="机构")
    kind = forms.ChoiceField(label="关系", choices=picks(kinds.RELATIONS))
    note = text_field("说明", 200)

    def __init__(self, *args: Any, facilities: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["facility"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((str(pk), name) for pk, name in facilities)]


class SpotItemForm(Form):
    """抽查事项。"""

    code = text_field("编号", 20, required=True)
    aspect = forms.ChoiceField(label="类别", choices=picks(kinds.ASPECTS))
    title = text_field("抽查事项", 120, required=True)
    method = forms.ChoiceField(label="检查方式", choices=picks(kinds.METHODS))
    basis = text_field("检查依据", 200, required=True, hint="文件与条款")
    object_kinds = many("检查对象", picks(KINDS), required=True)
    functions = many("检查主体", UNITS, required=True)
    active = forms.BooleanField(label="在用", required=False, initial=True)


class ChecklistForm(Form):
    """新建检查表的抬头。"""

    code = text_field("标识", 40, required=True, hint="小写英文、数字、连字符，如 self-built；定了不改")
    title = text_field("名称", 80, required=True)
    aspect = forms.ChoiceField(label="方面", choices=picks(kinds.ASPECTS))


class SheetUploadForm(Form):
    """上传一份表。"""

    file = forms.FileField(label="文件", help_text="Excel（.xlsx、.xls）、CSV，不超过 64 MB")


class XlsFormForm(Form):
    """上传 XLSForm。"""

    file = forms.FileField(label="XLSForm 文件", help_text="有 survey、choices 两张表的 .xlsx")


def item_rows(given: Any) -> list[dict[str, Any]]:
    """检查表编辑页交来的各行：row 是行号，一行一项；勾了删去的不要。"""
    rows = []
    for number in given.getlist("row"):
        if not given.get(f"drop_{number}"):
            rows.append(
                {
                    **{
                        name: given.get(f"{name}_{number}", "") for name in ("id", "section", "text", "basis")
                    },
                    "method": "".join(c for c in METHODS if c in given.getlist(f"method_{number}")),
                    "weight": given.get(f"weight_{number}", "")
                    if given.get(f"weight_{number}") in WEIGHTS
                    else "G",
                    "mark": given.get(f"mark_{number}", ""),
                    "photo_on_fail": bool(given.get(f"photo_{number}")),
                    "phrases": phrases_of(given.get(f"phrases_{number}", "")),
                    "situation": given.get(f"situation_{number}", ""),
                }
            )
    return rows
