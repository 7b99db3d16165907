"""未登记场所的表单：只管格式。"""

from typing import Any

from django import forms

from yijian.filing import kinds
from yijian.filing.forms.exchange import Photos, pieces
from yijian.filing.services.places import Seen
from yijian.kernel import clock


def day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"请填写{label}。", "invalid": f"{label}请写成 2026-03-02 的样子。"},
    )


class PlaceForm(forms.Form):
    """登记场所。"""

    name = forms.CharField(label="招牌或俗称", max_length=120)
    region = forms.ChoiceField(label="街道（乡镇）")
    address = forms.CharField(label="位置", max_length=200)
    source = forms.ChoiceField(label="发现途径", choices=list(kinds.SOURCES.items()))
    found_on = day("发现日期")
    building = forms.ChoiceField(label="房屋性质", choices=list(kinds.BUILDINGS.items()))
    claims = forms.ChoiceField(label="以何名义", choices=list(kinds.CLAIMS.items()))
    operator = forms.CharField(label="经营者", max_length=60, required=False)
    residents = forms.IntegerField(label="收住老年人数", min_value=0, max_value=5000)
    staff = forms.IntegerField(label="工作人员数", min_value=0, max_value=5000)
    price_low = forms.IntegerField(label="月收费低（元）", min_value=0, max_value=100_000, required=False)
    price_high = forms.IntegerField(label="月收费高（元）", min_value=0, max_value=100_000, required=False)
    risks = forms.MultipleChoiceField(
        label="风险隐患",
        choices=list(kinds.RISKS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    risk_note = forms.CharField(label="风险说明", max_length=500, required=False, widget=forms.Textarea)
    photos = Photos(label="照片")

    def __init__(self, *args: Any, towns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["region"].choices = [("", "请选择"), *towns]  # type: ignore[attr-defined]
        self.fields["found_on"].initial = clock.today()

    def seen(self, region: Any) -> Seen:
        given = dict(self.cleaned_data)
        given.pop("photos")
        return Seen(**(given | {"region": region, "risks": tuple(given["risks"])}))

    def pictures(self) -> tuple[tuple[str, bytes], ...]:
        return pieces(self.cleaned_data["photos"])


class StepForm(forms.Form):
    """往下走一步。"""

    step = forms.CharField(max_length=20)
    note = forms.CharField(label="情况", max_length=2000, widget=forms.Textarea, required=False)
    on = day("日期")
